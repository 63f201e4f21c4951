import type { Query } from '#libs/event-store';
import type { Origin } from '../message.js';

/**
 * The highest position seen, by source, topic and key: it grows with workers and contests, never with events.
 *
 * Why that suffices. Of whoever sends it is assumed (and proved beside the relay):
 * 1. A source is one log: positions only grow, and one names the same event for ever. A store that was restored to an earlier
 *    point is another incarnation, and so another source.
 * 2. Everybody who sends, also a zombie that does not know that another took over, begins at a checkpoint that was reached,
 *    and goes on from there in the log's order, without gaps. A checkpoint is reached once the bus has all before it.
 * 3. The bus keeps a key's records in the order in which it took them: one partition a key, whose number never changes.
 * Then, when a position of a key arrives, all lower ones of that key have arrived before it: those up to the sender's checkpoint
 * because of 2, those after it because the sender sent them first. So first arrivals are in order by key, and lie above the
 * mark, and whatever is repeated, by a zombie, a redelivery or a year later, lies at or below it. That two consumers may have
 * the same message at once, while a partition moves, is what the lock is for: the mark commits with the effects.
 *
 * It breaks where partitions are added to a topic in use (3), or a sender skips an event and says it later (2: so the relay
 * stops at what it cannot say).
 */
export class Marks {
  private constructor(
    private readonly query: Query,
    private readonly marks: ReadonlyMap<string, Mark>,
    /** Topics and keys of which something is parked. */
    private readonly held: Set<string>,
  ) {}

  /**
   * In one round trip the marks of these messages are locked until the transaction ends (of two consumers with the same message
   * one waits, and then knows it), told as they were, and moved to where they stand once all of these are dealt with.
   */
  static async arrive(query: Query, of: readonly Arrival[]): Promise<Marks> {
    const wanted = new Map<string, { topic: string; key: string; source: string; moved: number }>();
    for (const { topic, key, origin: { source, sequence } } of of) {
      const name = nameOf(topic, key, source);
      wanted.set(name, { topic, key, source, moved: Math.max(sequence, wanted.get(name)?.moved ?? -1) });
    }
    if (wanted.size === 0) return new Marks(query, new Map(), new Set());
    const sorted = [...wanted].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, each]) => each);
    const rows = await query<{ n: string; seen: string; held: boolean }>(
      'SELECT n, seen, held FROM inbox_arrive($1, $2, $3, $4)', columns(sorted, ({ moved }) => moved),
    );
    const marks = new Map<string, Mark>();
    const held = new Set<string>();
    for (const row of rows) {
      const mark = sorted[Number(row.n) - 1];
      if (!mark) throw new Error('a mark that nobody asked for');
      const reached = Number(row.seen);
      marks.set(nameOf(mark.topic, mark.key, mark.source), { ...mark, reached, moved: Math.max(reached, mark.moved) });
      if (row.held) held.add(nameOf(mark.topic, mark.key));
    }
    return new Marks(query, marks, held);
  }

  /** True for the first arrival. */
  pass({ topic, key, origin: { source, sequence } }: Arrival): boolean {
    const mark = this.marks.get(nameOf(topic, key, source));
    if (!mark) throw new Error('a mark that is not locked');
    if (sequence <= mark.reached) return false;
    mark.reached = sequence;
    return true;
  }

  /** Something of this key is parked: what comes after it has to wait. */
  holds(topic: string, key: string): boolean {
    return this.held.has(nameOf(topic, key));
  }

  hold(topic: string, key: string): void {
    this.held.add(nameOf(topic, key));
  }

  /** Takes back the marks of messages that were not dealt with after all. */
  async settle(): Promise<void> {
    const ahead = [...this.marks.values()].filter(({ reached, moved }) => reached < moved);
    if (ahead.length === 0) return;
    await this.query(
      `UPDATE inbox_marks m SET sequence = w.sequence
         FROM unnest($1::text[], $2::text[], $3::text[], $4::bigint[]) AS w (topic, key, source, sequence)
        WHERE m.topic = w.topic AND m.key = w.key AND m.source = w.source`,
      columns(ahead, ({ reached }) => reached),
    );
  }
}

/** A message with the place in its source's log that it claims. */
interface Arrival {
  readonly topic: string;
  readonly key: string;
  readonly origin: Origin;
}

interface Mark {
  readonly topic: string;
  readonly key: string;
  readonly source: string;
  /** The highest that was seen, before this transaction or in it. */
  reached: number;
  /** Where the row stands in this transaction. */
  readonly moved: number;
}

const nameOf = (...parts: readonly string[]): string => parts.join('\n');

const columns = <M extends Pick<Mark, 'topic' | 'key' | 'source'>>(marks: readonly M[], sequence: (mark: M) => number): unknown[] =>
  [marks.map(({ topic }) => topic), marks.map(({ key }) => key), marks.map(({ source }) => source), marks.map(sequence)];
