import { type Broker, type Door, startBroker } from '#libs/kafka-broker';
import { type Cluster, startPostgres } from '#libs/postgres';

/** PostgreSQL and Kafka, which can be stopped, killed and started again where they were. */
export interface Infrastructure {
  readonly broker: { stop(): Promise<void>; kill(): Promise<void>; start(): Promise<void>; pid(): number | undefined };
  readonly postgres: {
    /** Immediate: as if it had crashed. */
    stop(mode: 'fast' | 'immediate'): Promise<void>;
    start(): Promise<void>;
    /** As the superuser. */
    url(): string;
    pid(): number | undefined;
  };
  stop(): Promise<void>;
}

export interface InfrastructureOptions {
  readonly homes: { readonly kafka: string; readonly postgres: string };
  readonly kafkaPort: number;
  readonly doors: readonly Door[];
  readonly properties?: Readonly<Record<string, string>>;
  readonly postgresPort: number;
  /** How many instances of services share it. */
  readonly instances: number;
  readonly settings?: Readonly<Record<string, string>>;
  readonly tell?: (sentence: string) => void;
}

/** Nothing runs before `start` of each. */
export const infrastructureOf = (options: InfrastructureOptions): Infrastructure => {
  const { homes, kafkaPort, doors, properties = {}, postgresPort, instances, settings, tell } = options;
  let broker: Broker | undefined;
  let cluster: Cluster | undefined;
  let url = '';

  const stopBroker = async (): Promise<void> => {
    const running = broker;
    broker = undefined;
    await running?.stop();
  };
  const stopPostgres = async (mode: 'fast' | 'immediate' = 'fast'): Promise<void> => {
    const running = cluster;
    cluster = undefined;
    await running?.stop(mode);
  };
  return {
    broker: {
      stop: stopBroker,
      kill: async () => {
        if (broker) process.kill(broker.pid, 'SIGKILL');
        await stopBroker(); // which waits until it is gone
      },
      start: async () => {
        broker ??= await startBroker(homes.kafka, { port: kafkaPort, doors, properties, heap: '384m' });
      },
      pid: () => broker?.pid,
    },
    postgres: {
      stop: stopPostgres,
      start: async () => {
        // Room for the pools of each, and no more: what a follower may read is asked of the locks, which takes 0.19 ms with
        // 500 connections allowed and 0.06 with 200.
        const connections = String(50 + 25 * instances);
        cluster ??= await startPostgres(homes.postgres, {
          port: postgresPort, settings: { shared_buffers: '128MB', max_connections: connections, ...settings },
          ...(tell ? { tell } : {}),
        });
        url = cluster.url;
      },
      url: () => url,
      pid: () => cluster?.pid,
    },
    stop: async () => {
      await Promise.all([stopBroker(), stopPostgres()]);
    },
  };
};
