import type { Append, EventStore, NewEvent, Query } from '#libs/event-store';

/**
 * What a transaction records without having read it, gathered until somebody reads or the transaction ends: a hundred
 * messages that each leave a note then cost one call of the store, not a hundred. Notes of one stream keep their order.
 */
export class Recordings {
  /** Of all that the transaction recorded, here or otherwise. */
  readonly types = new Set<string>();
  private waiting: { stream: string; events: NewEvent[] }[] = [];

  constructor(private readonly store: Pick<EventStore, 'appendIn' | 'traced'>) {}

  add(stream: string, added: readonly NewEvent[]): void {
    const events = this.store.traced(added);
    const last = this.waiting.at(-1);
    if (last?.stream === stream) last.events.push(...events);
    else this.waiting.push({ stream, events: [...events] });
  }

  async flush(query: Query): Promise<void> {
    if (this.waiting.length === 0) return;
    const appends = this.waiting.map((append): Append => ({ ...append, expected: 'any' }));
    this.waiting = [];
    await this.store.appendIn(query, appends); // without an expectation there is no conflict
  }
}
