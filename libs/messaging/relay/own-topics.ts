import { type Topic, topicOwners, topics } from '#libs/contracts';
import { newId } from '#libs/decider';
import { messageOf, pause, sleep } from '../backoff.js';
import { type Bus, Refused, type WireRecord } from '../bus.js';

/** What a service writes to each of its topics at start, to learn whether it may. Every consumer ignores it. */
export const PROBE_TYPE = 'jinji.probe.v1';

export interface OwnTopicsState {
  /** Every topic of the service's was tried, and the bus answered. */
  readonly checked: boolean;
  /** The topics that the bus refuses to make or to write; tried again now and then, so that new rights need no restart. */
  readonly refused: readonly { readonly topic: string; readonly because: string }[];
}

export interface OwnTopicsOptions {
  readonly service: string;
  readonly bus: Pick<Bus, 'createTopics' | 'publish'>;
  readonly partitions?: number;
  /** How soon a refused topic is tried again. */
  readonly againMs?: number;
}

/** The topics that a service owns: made where they are missing, and tried at start. */
export class OwnTopics {
  readonly names: readonly Topic[];
  private readonly stopping = new AbortController();
  private readonly untried: Set<Topic>;
  private readonly refused = new Map<Topic, string>();
  private running: Promise<void> | undefined;

  constructor(private readonly options: OwnTopicsOptions) {
    this.names = topics.filter((topic) => topicOwners[topic] === options.service);
    this.untried = new Set(this.names);
  }

  start(): void {
    this.running ??= this.run();
  }

  async stop(): Promise<void> {
    this.stopping.abort();
    await this.running;
  }

  state(): OwnTopicsState {
    return {
      checked: [...this.untried].every((topic) => this.refused.has(topic)),
      refused: [...this.refused].map(([topic, because]) => ({ topic, because })),
    };
  }

  /** Makes those that are missing. */
  async create(): Promise<void> {
    if (this.names.length > 0) await this.options.bus.createTopics(this.names, this.options.partitions ?? 4);
  }

  private async run(): Promise<void> {
    const { signal } = this.stopping;
    for (let attempt = 1; this.untried.size > 0 && !signal.aborted; attempt += 1) {
      for (const topic of this.untried) if (!signal.aborted) await this.probe(topic);
      const { checked } = this.state();
      if (this.untried.size > 0) await sleep(checked ? (this.options.againMs ?? 10_000) : pause(attempt, 200), signal);
    }
  }

  private async probe(topic: Topic): Promise<void> {
    const { service, bus, partitions = 4 } = this.options;
    try {
      await bus.createTopics([topic], partitions);
      await bus.publish([probeRecord(topic, service)]);
      this.untried.delete(topic);
      this.refused.delete(topic);
    } catch (error) {
      if (error instanceof Refused) this.refused.set(topic, messageOf(error)); // else it is away: nothing is known
    }
  }
}

/** A CloudEvent like any other, so that nobody takes it for poison; its one key keeps whoever remembers keys from growing. */
const probeRecord = (topic: string, service: string): WireRecord => ({
  topic,
  key: 'probe',
  headers: {
    ce_specversion: '1.0', ce_id: newId(), ce_source: `${service}/probe`, ce_type: PROBE_TYPE, ce_subject: topic,
    ce_time: new Date().toISOString(), ce_sequence: '0', 'content-type': 'application/json',
  },
  value: Buffer.from('{}'),
});
