import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, open, readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import kafkajs from 'kafkajs';
import { tryPort } from '#libs/ports';
import { brokerJars } from './jars.js';
import { end, runsIn } from './process.js';

export interface BrokerOptions {
  /** Where it listens; without it, the port of last time if that is free, else any free one. */
  readonly port?: number;
  /** Further ports, each for a client that has to come to another address: the broker names it to whoever came in here. */
  readonly doors?: readonly Door[];
  /** Users with their passwords for SCRAM-SHA-512, made with the broker's data: a first one cannot be made from outside. */
  readonly users?: Readonly<Record<string, string>>;
  /** Further lines of server.properties. */
  readonly properties?: Readonly<Record<string, string>>;
  /** It ends when this process does (default), or goes on until `stopBroker`. */
  readonly outlives?: boolean;
  readonly heap?: string;
}

export interface Door {
  readonly port: number;
  /** host:port of the proxy before it. */
  readonly advertised: string;
}

export interface Broker {
  /** host:port */
  readonly address: string;
  readonly pid: number;
  /** Stops it; its data stays. */
  stop(): Promise<void>;
  /** Stops it and deletes its folder. */
  remove(): Promise<void>;
}

const START_TIMEOUT_MS = 180_000;

/** A real Apache Kafka of one node without Docker: its data lies in `folder`, which is made where there is none. */
export const startBroker = async (folder: string, options: BrokerOptions = {}): Promise<Broker> => {
  const home = path.resolve(folder);
  await mkdir(home, { recursive: true });
  await stopBroker(home); // what a killed process left behind
  const jars = await brokerJars();
  const ports = await portsOf(home, options.port);
  const properties = path.join(home, 'server.properties');
  await writeFile(properties, lines({ ...settings(home, ports, options.doors ?? []), ...options.properties }));
  await format(jars, home, properties, options.users ?? {});
  const pid = await launch(jars, home, properties, ports.broker, options);

  // Node may end by process.exit: the signal asks for a clean stop, which Kafka then finishes on its own.
  const atExit = (): void => {
    if (runsIn(pid, home)) process.kill(pid, 'SIGTERM');
  };
  if (!options.outlives) process.once('exit', atExit);
  const stop = async (): Promise<void> => {
    process.off('exit', atExit);
    await stopBroker(home);
  };
  return {
    address: `127.0.0.1:${ports.broker}`,
    pid,
    stop,
    remove: async () => {
      await stop();
      await rm(home, { recursive: true, force: true });
    },
  };
};

/** Stops the broker that runs on a folder, whoever started it. */
export const stopBroker = async (folder: string): Promise<void> => {
  const home = path.resolve(folder);
  const pid = Number(await readFile(path.join(home, 'pid'), 'utf8').catch(() => '0'));
  if (pid > 0 && runsIn(pid, home)) await end(pid);
  await rm(path.join(home, 'pid'), { force: true });
};

interface Ports {
  readonly broker: number;
  readonly controller: number;
}

const settings = (home: string, { broker, controller }: Ports, doors: readonly Door[]): Record<string, string> => ({
  'process.roles': 'broker,controller',
  'node.id': '1',
  'controller.quorum.voters': `1@127.0.0.1:${controller}`,
  'controller.listener.names': 'CONTROLLER',
  listeners: [
    `PLAINTEXT://127.0.0.1:${broker}`, ...doors.map(({ port }, n) => `DOOR${n}://127.0.0.1:${port}`),
    `CONTROLLER://127.0.0.1:${controller}`,
  ].join(),
  'advertised.listeners': [
    `PLAINTEXT://127.0.0.1:${broker}`, ...doors.map(({ advertised }, n) => `DOOR${n}://${advertised}`),
  ].join(),
  'listener.security.protocol.map': [
    'PLAINTEXT:PLAINTEXT', 'CONTROLLER:PLAINTEXT', 'SASL_PLAINTEXT:SASL_PLAINTEXT', 'SSL:SSL', 'SASL_SSL:SASL_SSL',
    ...doors.map((_, n) => `DOOR${n}:PLAINTEXT`),
  ].join(),
  'log.dirs': path.join(home, 'log'),
  // A topic that its owner did not make is a mistake.
  'auto.create.topics.enable': 'false',
  'offsets.topic.replication.factor': '1',
  'offsets.topic.num.partitions': '4',
  'transaction.state.log.replication.factor': '1',
  'transaction.state.log.min.isr': '1',
  'group.initial.rebalance.delay.ms': '0',
  // Promotions are for ever: nothing is thrown away by age.
  'log.retention.ms': '-1',
  'offsets.retention.minutes': '525600',
});

const lines = (properties: Readonly<Record<string, string>>): string =>
  Object.entries(properties).map(([name, value]) => `${name}=${value.replaceAll('\\', '/')}\n`).join('');

const format = async (
  jars: string, home: string, properties: string, users: Readonly<Record<string, string>>,
): Promise<void> => {
  if (existsSync(path.join(home, 'log', 'meta.properties'))) return;
  const cluster = randomBytes(16).toString('base64url');
  await new Promise<void>((resolve, reject) => {
    // A fresh id may begin with a dash, which would read as an option.
    const program = ['-Xmx128m', '-cp', path.join(jars, '*'), 'kafka.tools.StorageTool'];
    const scram = Object.entries(users).flatMap(([name, password]) =>
      ['--add-scram', `SCRAM-SHA-512=[name=${name},password=${password}]`]);
    const args = [...program, 'format', `--cluster-id=${cluster}`, '-c', properties, ...scram];
    const child = spawn('java', args, { stdio: ['ignore', 'pipe', 'pipe'] });
    let said = '';
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => (said += chunk.toString('utf8')));
    child.on('error', (error) => reject(new Error(`Java cannot be run: ${error.message}`)));
    const failed = (): Error => new Error(`Kafka cannot use ${home}: ${said.trim().slice(-2_000)}`);
    child.on('close', (code) => (code === 0 ? resolve() : reject(failed())));
  });
};

const launch = async (jars: string, home: string, properties: string, port: number, options: BrokerOptions): Promise<number> => {
  const log = await open(path.join(home, 'kafka.log'), 'w');
  // A small young generation: 100 MB of it are collected in 50 ms each ten seconds, 8 MB in 7 ms.
  const memory = [`-Xmx${options.heap ?? '512m'}`, '-Xmn8m', '-XX:+UseSerialGC'];
  const args = [...memory, '-XX:TieredStopAtLevel=1', '-cp', path.join(jars, '*'), 'kafka.Kafka', properties];
  // Detached: Ctrl-C in the terminal is for us, who close our clients first and then stop Kafka.
  const child = spawn('java', args, { detached: true, stdio: ['ignore', log.fd, log.fd], cwd: home });
  let ended: string | undefined;
  child.on('error', (error) => (ended = error.message));
  child.on('exit', (code) => (ended ??= `exit code ${code}`));
  child.unref();
  await log.close();
  if (child.pid !== undefined) await writeFile(path.join(home, 'pid'), String(child.pid));
  for (const until = Date.now() + START_TIMEOUT_MS; ended === undefined && Date.now() < until; await sleep(100))
    if (child.pid !== undefined && (await answers(port))) return child.pid;
  await stopBroker(home);
  const said = (await readFile(path.join(home, 'kafka.log'), 'utf8').catch(() => '')).trim().slice(-2_000);
  throw new Error(`Kafka in ${home} did not start (${ended ?? 'timeout'}): ${said}`);
};

/** It speaks Kafka, and knows itself. */
const answers = async (port: number): Promise<boolean> => {
  const kafka = new kafkajs.Kafka({
    brokers: [`127.0.0.1:${port}`], connectionTimeout: 2_000, requestTimeout: 5_000, retry: { retries: 0 },
    logLevel: kafkajs.logLevel.NOTHING,
  });
  const admin = kafka.admin();
  try {
    await admin.connect();
    return (await admin.describeCluster()).brokers.length === 1;
  } catch {
    return false;
  } finally {
    await admin.disconnect().catch(() => undefined);
  }
};

/** The ports of last time where they are free, so that clients find a restarted broker again. */
const portsOf = async (home: string, wanted: number | undefined): Promise<Ports> => {
  const file = path.join(home, 'ports');
  const [last = 0, lastController = 0] = (await readFile(file, 'utf8').catch(() => '')).split(' ').map(Number);
  const broker = wanted ?? ((await tryPort(last)) || (await tryPort(0)));
  const controller = (await tryPort(lastController)) || (await tryPort(0));
  await writeFile(file, `${broker} ${controller}`);
  return { broker, controller };
};
