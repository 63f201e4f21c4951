import { newId } from '#libs/decider';
import type { EventStore, Recorded } from '#libs/event-store';
import { publication, published } from '../published.js';
import { contest, metadata } from './service.js';

export type ContestEvent = { type: 'Opened'; contest: string } | { type: 'Sealed'; code: string } | { type: 'Whispered' };

export const contests = {
  name: 'contest',
  decider: { initial: null, decide: (): ContestEvent[] => [], evolve: (state: null, _event: ContestEvent): null => state },
};
const opened = (first: Recorded<ContestEvent>): string => (first.event.type === 'Opened' ? first.event.contest : 'none');

/** What registration says of it: whispers stay private, and a code is sealed in a contest that only the first event names. */
export const said = published({
  aggregate: contests,
  publish: {
    Opened: ({ event }) => publication('jinji.contest.registration-closed.v1', { contest: event.contest }),
    Sealed: ({ event }, first) => publication('jinji.contest.code-sealed.v1', { contest: opened(first), code: event.code }),
  },
});

/** Contests that tests let happen in a store. */
export class Story {
  constructor(private readonly store: EventStore) {}

  async append(name: string, event: ContestEvent): Promise<void> {
    const { type, ...data } = event;
    const events = [{ id: newId(), type, schema: 1, data, metadata: metadata() }];
    await this.store.append({ stream: `contest:${contest(name)}`, expected: 'any', events });
  }

  /** Contests begin where `from` is 0, and go on there with so many codes. */
  async goesOn(names: readonly string[], codes: number, from = 0): Promise<void> {
    if (from === 0) for (const name of names) await this.append(name, { type: 'Opened', contest: contest(name) });
    for (let n = from; n < from + codes; n += 1)
      for (const name of names) {
        await this.append(name, { type: 'Whispered' });
        await this.append(name, { type: 'Sealed', code: `C${n}` });
      }
  }

  /** The positions that are to be said, by key, in their order. */
  async toBeSaid(): Promise<Record<string, number[]>> {
    const { events } = await this.store.read(0, 100_000);
    const byKey: Record<string, number[]> = {};
    for (const { aggregateId, position, event } of events)
      if (event.type !== 'Whispered') (byKey[aggregateId] ??= []).push(position);
    return byKey;
  }
}
