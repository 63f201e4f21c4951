import kafkajs from 'kafkajs';
import { setTimeout as sleep } from 'node:timers/promises';
import { newId } from '#libs/decider';
import type { Fleet } from '#libs/fleet';
import type { Figure } from '../index.js';
import { percentile } from '../statistics.js';
import { eventsOf, type People, reactionCommits } from './people.js';

const RATE = 200;
/** Of each, in turns: who rests for ten seconds is cold again (V8 gives back what it had compiled), and raw kafkajs never rests. */
const SECONDS = Number(process.env.BENCH_SECONDS ?? 30);
const TURN_SECONDS = 2;
/** The services', the broker's and kafkajs' code is compiled while it runs: on a small machine that takes so long. */
const WARM_SECONDS = 15;

/**
 * From the HTTP acknowledgement of people to the commit of certification's reaction, against raw kafkajs from produce to
 * consume, both at 200 events/s on the same broker, turn by turn; milliseconds. The figure is of these two services; what it
 * is beside the other four, which read the same topic, is told.
 */
export const latencyAgainstRaw = async (fleet: Fleet, people: People, tell: (line: string) => void): Promise<Figure> => {
  const others = fleet.instances.filter(({ service }) => service !== 'people' && service !== 'certification');
  await Promise.all(others.map((instance) => instance.stop()));
  tell('people and certification alone:');
  const { p99, rawP99 } = await measured(fleet, people, tell);
  await Promise.all(others.map((instance) => instance.start()));
  tell('all services:');
  await measured(fleet, people, tell);
  const goal = Math.round(3 * rawP99 + 20);
  const value = Math.round(p99 * 10) / 10;
  return { name: 'acknowledgement to reaction p99, ms (3 × raw p99 + 20)', value, goal, met: value <= goal, atMost: true };
};

const measured = async (
  fleet: Fleet, people: People, tell: (line: string) => void,
): Promise<{ readonly p99: number; readonly rawP99: number }> => {
  const kafka = new kafkajs.Kafka({ brokers: [fleet.brokers], logLevel: kafkajs.logLevel.NOTHING });
  const admin = kafka.admin();
  await admin.connect();
  const topic = `bench.latency-${newId()}`;
  await admin.createTopics({ topics: [{ topic, numPartitions: 4 }], waitForLeaders: true });
  await admin.disconnect();
  const producer = kafka.producer({ createPartitioner: kafkajs.Partitioners.DefaultPartitioner });
  const consumer = kafka.consumer({ groupId: topic });
  await Promise.all([producer.connect(), consumer.connect()]);
  const raw: number[] = [];
  await consumer.subscribe({ topic, fromBeginning: true });
  await consumer.run({
    eachMessage: ({ message }) => {
      raw.push(performance.now() - Number(message.value));
      return Promise.resolve();
    },
  });
  let sent = 0;
  const send = async (): Promise<void> => {
    const value = String(performance.now()).padEnd(120);
    await producer.send({ topic, acks: -1, messages: [{ key: `k${(sent += 1) % 2_000}`, value }] });
  };
  const acknowledged = new Map<number, number>(); // position in people's log → when its caller knew, epoch ms
  const move = async (): Promise<void> => {
    const { position } = await people.move();
    acknowledged.set(position, performance.timeOrigin + performance.now());
  };

  /** What one of them leaves to do (views, checkpoints) is not the other's. */
  const turns = async (seconds: number): Promise<void> => {
    for (let turn = 0; turn < seconds / TURN_SECONDS; turn += 1)
      for (const call of [send, move]) {
        await paced(RATE * TURN_SECONDS, call);
        await sleep(200);
      }
    while (raw.length < sent) await sleep(50);
  };
  await turns(WARM_SECONDS);
  raw.length = sent = 0;
  acknowledged.clear();
  await turns(SECONDS);
  await Promise.all([producer.disconnect(), consumer.disconnect()]);

  const ours = await reactionLatencies(fleet, acknowledged);
  const [p50, p99] = [percentile(ours, 50), percentile(ours, 99)];
  const [rawP50, rawP99] = [percentile(raw, 50), percentile(raw, 99)];
  tell(`HTTP acknowledgement → reaction's commit: p50 ${p50.toFixed(1)} ms, p99 ${p99.toFixed(1)} ms (${ours.length} events)`);
  tell(`raw kafkajs produce → consume:           p50 ${rawP50.toFixed(1)} ms, p99 ${rawP99.toFixed(1)} ms`);
  return { p99, rawP99 };
};

/** So many calls at the bench's rate, whether earlier ones have ended or not. */
const paced = async (calls: number, call: () => Promise<void>): Promise<void> => {
  const began = performance.now();
  const running: Promise<void>[] = [];
  for (let n = 0; n < calls; n += 1) {
    const due = began + (n * 1000) / RATE;
    if (due > performance.now()) await sleep(due - performance.now());
    running.push(call());
  }
  await Promise.all(running);
};

/** Every acknowledged event must have had its one reaction. */
const reactionLatencies = async (fleet: Fleet, acknowledged: ReadonlyMap<number, number>): Promise<readonly number[]> => {
  const positions = [...acknowledged.keys()];
  const ids = await eventsOf(fleet, Math.min(...positions), Math.max(...positions));
  const acknowledgedAt = new Map([...acknowledged].map(([position, at]) => [ids.get(position) ?? '', at]));
  const commits = await reactionCommits(fleet, [...acknowledgedAt.keys()]);
  return [...commits].map(([id, committed]) => committed - (acknowledgedAt.get(id) as number));
};
