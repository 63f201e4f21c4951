import type { EventStore, Recorded } from '#libs/event-store';

const REMEMBERED = 5_000;

/** The first event of each stream, for what later ones do not repeat. The least recently asked for are forgotten. */
export class FirstEvents {
  private readonly known = new Map<string, Recorded>();

  constructor(private readonly store: Pick<EventStore, 'readStream'>) {}

  async of(recorded: Recorded): Promise<Recorded> {
    const { stream } = recorded;
    const first = recorded.version === 1 ? recorded : (this.known.get(stream) ?? (await this.load(stream)));
    this.known.delete(stream);
    this.known.set(stream, first);
    for (const oldest of this.known.keys()) {
      if (this.known.size <= REMEMBERED) break;
      this.known.delete(oldest);
    }
    return first;
  }

  private async load(stream: string): Promise<Recorded> {
    const [first] = await this.store.readStream(stream);
    if (!first) throw new Error(`the stream ${stream} has no first event`);
    return first;
  }
}
