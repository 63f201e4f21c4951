import type { EventStore, Recorded } from '#libs/event-store';

const REMEMBERED = 5_000;

/** The first event of each stream, for what later ones do not repeat. The least recently asked for are forgotten. */
export class FirstEvents {
  private readonly known = new Map<string, Recorded>();

  constructor(private readonly store: Pick<EventStore, 'firsts'>, private readonly remembered = REMEMBERED) {}

  /** Before a batch is said: what is not known of it is read at once, and never a whole stream. */
  async recall(batch: readonly Recorded[]): Promise<void> {
    for (const recorded of batch)
      this.remember(recorded.stream, recorded.version === 1 ? recorded : this.known.get(recorded.stream));
    const unknown = new Set(batch.map(({ stream }) => stream).filter((stream) => !this.known.has(stream)));
    if (unknown.size > 0) for (const [stream, first] of await this.store.firsts([...unknown])) this.remember(stream, first);
    const inUse = new Set(batch.map(({ stream }) => stream)).size;
    for (const oldest of this.known.keys()) {
      if (this.known.size <= Math.max(this.remembered, inUse)) break;
      this.known.delete(oldest);
    }
  }

  of({ stream }: Recorded): Recorded {
    const first = this.known.get(stream);
    if (!first) throw new Error(`the stream ${stream} has no first event`);
    return first;
  }

  /** The last in a Map is the one most recently set. */
  private remember(stream: string, first: Recorded | undefined): void {
    if (!first) return;
    this.known.delete(stream);
    this.known.set(stream, first);
  }
}
