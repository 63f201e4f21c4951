import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { createServer } from 'node:net';
import { homedir, hostname, tmpdir } from 'node:os';
import path from 'node:path';
import type * as Testcontainers from 'testcontainers';

/** On every container of ours: the machine and the process whose test run it belongs to. */
const LABEL = 'jinji.test';
const KAFKA_IMAGE = 'apache/kafka:4.1.1';
const POSTGRES_IMAGE = 'postgres:18';
/** A first pull takes a while; one that hangs must end some time. */
const PATIENCE_MS = 300_000;

export const ownerOf = (pid: number): string => `${hostname()}:${pid}`;

/** Whether containers were asked for, so that nothing else will do. */
export const wantsContainers = (): boolean => process.env.JINJI_TEST_CONTAINERS === '1';

/** A sign that there is a Docker here; whether it answers is seen when it is asked. */
export const hasDocker = (): boolean =>
  Boolean(process.env.DOCKER_HOST) || [
    '/var/run/docker.sock', path.join(process.env.XDG_RUNTIME_DIR ?? tmpdir(), 'docker.sock'),
    path.join(homedir(), '.docker/run/docker.sock'), path.join(homedir(), '.docker/desktop/docker.sock'),
  ].some((file) => existsSync(file));

/** A broker of one node; it stays until `removeContainers`. */
export const startKafkaContainer = (owner: string): Promise<string> => inTime(async () => {
  const { GenericContainer, Wait, getContainerRuntimeClient } = await testcontainers();
  // Clients come through the port of the host, which the broker must name, and so it is chosen before the start. The broker
  // itself needs a way that is open inside the container.
  const { host } = (await getContainerRuntimeClient()).info.containerRuntime;
  const port = await freePort();
  await new GenericContainer(KAFKA_IMAGE)
    .withLabels({ [LABEL]: owner })
    .withExposedPorts({ container: 9092, host: port })
    .withEnvironment({
      KAFKA_PROCESS_ROLES: 'broker,controller',
      KAFKA_NODE_ID: '1',
      KAFKA_CONTROLLER_QUORUM_VOTERS: '1@localhost:9093',
      KAFKA_LISTENERS: 'CLIENTS://:9092,BROKER://localhost:9094,CONTROLLER://localhost:9093',
      KAFKA_ADVERTISED_LISTENERS: `CLIENTS://${host}:${port},BROKER://localhost:9094`,
      KAFKA_LISTENER_SECURITY_PROTOCOL_MAP: 'CLIENTS:PLAINTEXT,BROKER:PLAINTEXT,CONTROLLER:PLAINTEXT',
      KAFKA_INTER_BROKER_LISTENER_NAME: 'BROKER',
      KAFKA_CONTROLLER_LISTENER_NAMES: 'CONTROLLER',
      KAFKA_OFFSETS_TOPIC_REPLICATION_FACTOR: '1',
      KAFKA_OFFSETS_TOPIC_NUM_PARTITIONS: '4',
      KAFKA_TRANSACTION_STATE_LOG_REPLICATION_FACTOR: '1',
      KAFKA_TRANSACTION_STATE_LOG_MIN_ISR: '1',
      KAFKA_GROUP_INITIAL_REBALANCE_DELAY_MS: '0',
      KAFKA_AUTO_CREATE_TOPICS_ENABLE: 'false',
      KAFKA_HEAP_OPTS: '-Xmx384m',
    })
    .withWaitStrategy(Wait.forListeningPorts())
    .withStartupTimeout(120_000)
    .start();
  return `${host}:${port}`;
});

/** A PostgreSQL for a test run, as its superuser; what a crash of the machine would lose, it may lose. */
export const startPostgresContainer = (owner: string): Promise<string> => inTime(async () => {
  const { GenericContainer, Wait } = await testcontainers();
  const password = randomBytes(24).toString('base64url');
  const settings = { fsync: 'off', full_page_writes: 'off', synchronous_commit: 'off', max_connections: '200', jit: 'off' };
  const container = await new GenericContainer(POSTGRES_IMAGE)
    .withLabels({ [LABEL]: owner })
    .withExposedPorts(5432)
    .withEnvironment({
      POSTGRES_PASSWORD: password,
      // As everywhere here: the order of texts is that of their characters.
      POSTGRES_INITDB_ARGS: '--locale=C.UTF-8 --locale-provider=builtin --builtin-locale=C.UTF-8 --encoding=UTF8',
    })
    .withCommand(['postgres', ...Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`])])
    .withWaitStrategy(Wait.forLogMessage(/ready to accept connections/, 2)) // the first is of the server that only prepares
    .withStartupTimeout(120_000)
    .start();
  return `postgres://postgres:${password}@${container.getHost()}:${container.getMappedPort(5432)}/postgres`;
});

/** Those of a run, with their data. */
export const removeContainers = (owner: string): Promise<void> => remove((each) => each === owner);

/** What killed runs of this machine left behind. */
const sweepContainers = (): Promise<void> => remove((owner) => {
  const [machine, pid] = [owner.slice(0, owner.lastIndexOf(':')), Number(owner.slice(owner.lastIndexOf(':') + 1))];
  return machine === hostname() && !isAlive(pid);
});

const remove = async (chosen: (owner: string) => boolean): Promise<void> => {
  const { getContainerRuntimeClient } = await testcontainers();
  const { dockerode } = (await getContainerRuntimeClient()).container;
  for (const { Id, Labels } of await dockerode.listContainers({ all: true, filters: { label: [LABEL] } }))
    if (chosen(Labels[LABEL] ?? '')) await dockerode.getContainer(Id).remove({ force: true, v: true }).catch(() => undefined);
};

const testcontainers = async (): Promise<typeof Testcontainers> => {
  // Its own reaper would end a broker with the process that started it; ours is shared by the whole run, and swept by the next.
  process.env.TESTCONTAINERS_RYUK_DISABLED = 'true';
  return import('testcontainers');
};

const inTime = async <T>(start: () => Promise<T>): Promise<T> => {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`no container came up within ${PATIENCE_MS / 1000} s`)), PATIENCE_MS);
  });
  try {
    return await Promise.race([sweepContainers().then(start), late]);
  } finally {
    clearTimeout(timer);
  }
};

const isAlive = (pid: number): boolean => {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
};

const freePort = (): Promise<number> =>
  new Promise((resolve, reject) => {
    const server = createServer().once('error', reject);
    server.listen(0, () => {
      const address = server.address();
      server.close(() => (typeof address === 'object' && address ? resolve(address.port) : reject(new Error('no free port'))));
    });
  });
