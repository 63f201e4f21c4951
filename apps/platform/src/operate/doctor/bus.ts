import { setTimeout as sleep } from 'node:timers/promises';
import { contractOf, topicOwners, topics } from '#libs/contracts';
import { type Bus, EmbeddedBus, KafkaBus, type PartitionLag } from '#libs/messaging';
import type { ServiceDefinition } from '#libs/service';
import { whyOf } from '../admin-api.js';
import { duration, type Looked, looked } from './finding.js';
import type { Subject } from './subject.js';

/** The bus: is it there, has it the topics that the services write, does every group get on? */
export const lookAtBus = async (subject: Subject, definitions: readonly ServiceDefinition[]): Promise<readonly Looked[]> => {
  const at = subject.bus;
  if (at === undefined) return [];
  const bus = 'kafka' in at
    ? new KafkaBus({ access: at.kafka, clientId: 'jinji-doctor' })
    : new EmbeddedBus({ url: at.database });
  const where = 'kafka' in at ? `Kafka at ${at.kafka.brokers.join(',')}` : 'the bus\' database';
  try {
    const partitions = await bus.lag('jinji-doctor', topics);
    return [
      looked('broker', `${where} answers`, []), topicsAs(partitions, subject.partitions),
      ...(await lookAtGroups(bus, definitions, subject.pauseMs)),
    ];
  } catch (error) {
    const says = `${where} does not answer: ${whyOf(error)}`;
    const todo = 'kafka' in at
      ? 'see that the broker runs, that KAFKA_BROKERS leads to what it advertises, and that user, password and TLS are right; ' +
        'meanwhile the services accept, and send their backlog when it is back'
      : 'see that PostgreSQL runs and that BUS_URL leads to it';
    return [looked('broker', where, [{ about: where, says, todo }])];
  } finally {
    await bus.close().catch(() => undefined);
  }
};

const topicsAs = (partitions: readonly PartitionLag[], wanted: number): Looked =>
  looked('topics', `${topics.length} of ${wanted} partitions`, topics.flatMap((topic) => {
    const count = partitions.filter((one) => one.topic === topic).length;
    if (count === wanted) return [];
    if (count === 0)
      return [{
        about: topic, says: `the topic ${topic} is not there, or we may not see it`,
        todo: `start ${topicOwners[topic]}, which owns it and makes it at start, or make it with ${wanted} partitions`,
      }];
    const todo = `set BUS_PARTITIONS=${count} if that is meant. Adding partitions to a topic that is in use moves keys, ` +
      'and their order is lost: see docs/operations.md';
    return [{ about: topic, says: `the topic ${topic} has ${count} partitions, not ${wanted}`, todo }];
  }));

/** A group with something to read that reads nothing is stuck, or nobody works for it. */
const lookAtGroups = async (
  bus: Bus, definitions: readonly ServiceDefinition[], pauseMs: number,
): Promise<readonly Looked[]> => {
  const groups = definitions.map(({ name, reactions = [] }) => ({
    name, topics: [...new Set(reactions.map(({ type }) => contractOf(type).topic))],
  })).filter((group) => group.topics.length > 0);
  const lags = () => Promise.all(groups.map(async ({ name, topics: its }) => ({ name, lag: await bus.lag(name, its) })));
  const before = await lags();
  if (before.some(({ lag }) => lag.some((one) => one.lag > 0))) await sleep(pauseMs);
  const after = await lags();
  return after.map(({ name, lag }, n) => {
    const stuck = lag.filter((one) => {
      const old = before[n]?.lag.find(({ topic, partition }) => topic === one.topic && partition === one.partition);
      return one.lag > 0 && old !== undefined && old.lag > 0 && old.committed === one.committed;
    });
    const unread = stuck.reduce((sum, one) => sum + one.lag, 0);
    const says = `the group ${name} reads nothing for ${duration(pauseMs / 1_000)} or longer though ${unread} messages wait in ` +
      stuck.map(({ topic, partition }) => `${topic}/${partition}`).join(', ');
    const todo = `see that ${name} runs; GET /${name}/health says in "consumers" what it fails on; ` +
      'where it says nothing, restart it';
    return looked('groups', `${name}: it gets on`, stuck.length > 0 ? [{ about: name, says, todo }] : []);
  });
};
