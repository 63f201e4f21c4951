import type { EachBatchPayload } from 'kafkajs';
import { pause, sleep } from '../backoff.js';
import { isLost } from './errors.js';

type Commit = EachBatchPayload['commitOffsetsIfNecessary'];

interface Place {
  readonly topic: string;
  readonly partition: number;
  /** The next that will be read. */
  readonly offset: string;
}

/** Under load so many milliseconds' places are told by one request. */
const BREATH_MS = 50;

/**
 * Tells the broker how far a member of a group has come while it reads on: all its partitions in one request, one request at a
 * time. kafkajs fetches again only once every partition of the fetch before is dealt with, so a commit that was waited for held
 * up the others, and each cost the broker a record of its own. Who dies before it is told gets a little again.
 */
export class Offsets {
  private untold = new Map<string, Place>();
  private telling: Promise<void> | undefined;
  private refused: unknown;
  private memberships = 0;

  constructor(
    private readonly over: AbortSignal,
    /** Null: it works again. */
    private readonly failed: (error: unknown) => void,
  ) {}

  /** The group took the partitions away: the member has to join again. */
  get refusal(): unknown {
    return this.refused;
  }

  reached(topic: string, partition: number, offset: number, commit: Commit): void {
    this.untold.set(`${topic} ${partition}`, { topic, partition, offset: String(offset + 1) });
    this.telling ??= this.tell(commit).finally(() => {
      this.telling = undefined;
    });
  }

  /** What was not told yet may be another member's by now. */
  joined(): void {
    this.memberships += 1;
    this.untold.clear();
    this.refused = undefined;
  }

  async settled(): Promise<void> {
    await this.telling;
  }

  private async tell(commit: Commit): Promise<void> {
    for (let failures = 0; this.untold.size > 0; ) {
      const [told, membership] = [this.untold, this.memberships];
      this.untold = new Map();
      try {
        await commit({ topics: byTopic([...told.values()]) });
        if (failures > 0) this.failed(null);
        failures = 0;
        if (this.untold.size > 0) await sleep(BREATH_MS, this.over);
      } catch (error) {
        if (membership !== this.memberships) continue;
        if (isLost(error)) {
          this.refused = error;
          this.untold.clear();
          return;
        }
        this.untold = new Map([...told, ...this.untold]);
        if (this.over.aborted) return;
        this.failed(error);
        failures += 1;
        await sleep(pause(failures), this.over);
      }
    }
  }
}

const byTopic = (places: readonly Place[]): { topic: string; partitions: { partition: number; offset: string }[] }[] => {
  const topics = [...new Set(places.map(({ topic }) => topic))];
  return topics.map((topic) => ({
    topic,
    partitions: places.filter((place) => place.topic === topic).map(({ partition, offset }) => ({ partition, offset })),
  }));
};
