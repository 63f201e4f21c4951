import type { Query } from '#libs/event-store';

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
    private readonly topic: string,
    private readonly seen: Map<string, Mark>,
  ) {}

  /** Locks them until the transaction ends: of two consumers with the same message one waits, and then knows it. */
  static async lock(query: Query, topic: string, of: readonly { key: string; source: string }[]): Promise<Marks> {
    const wanted = new Map(of.map(({ key, source }) => [nameOf(key, source), { key, source }]));
    if (wanted.size === 0) return new Marks(query, topic, new Map());
    const sorted = [...wanted.keys()].sort().map((name) => wanted.get(name) ?? { key: '', source: '' });
    const list = [topic, sorted.map(({ key }) => key), sorted.map(({ source }) => source)];
    await query(
      `INSERT INTO inbox_marks (topic, key, source, sequence)
       SELECT $1::text, w.key, w.source, -1 FROM unnest($2::text[], $3::text[]) WITH ORDINALITY AS w (key, source, n) ORDER BY w.n
       ON CONFLICT DO NOTHING`,
      list,
    );
    const rows = await query<{ key: string; source: string; sequence: string }>(
      `SELECT m.key, m.source, m.sequence
         FROM inbox_marks m JOIN unnest($2::text[], $3::text[]) WITH ORDINALITY AS w (key, source, n)
          ON m.topic = $1 AND m.key = w.key AND m.source = w.source ORDER BY w.n FOR UPDATE OF m`,
      list,
    );
    const marks = rows.map(({ key, source, sequence }): Mark => ({ key, source, sequence: Number(sequence), moved: false }));
    return new Marks(query, topic, new Map(marks.map((mark) => [nameOf(mark.key, mark.source), mark])));
  }

  /** True for the first arrival, which moves the mark. */
  pass(key: string, source: string, sequence: number): boolean {
    const mark = this.seen.get(nameOf(key, source));
    if (!mark) throw new Error('a mark that is not locked');
    if (sequence <= mark.sequence) return false;
    mark.sequence = sequence;
    mark.moved = true;
    return true;
  }

  async write(): Promise<void> {
    const moved = [...this.seen.values()].filter((mark) => mark.moved);
    if (moved.length === 0) return;
    await this.query(
      `UPDATE inbox_marks m SET sequence = w.sequence
         FROM unnest($2::text[], $3::text[], $4::bigint[]) AS w (key, source, sequence)
        WHERE m.topic = $1 AND m.key = w.key AND m.source = w.source`,
      [this.topic, moved.map(({ key }) => key), moved.map(({ source }) => source), moved.map(({ sequence }) => sequence)],
    );
  }
}

interface Mark {
  readonly key: string;
  readonly source: string;
  sequence: number;
  moved: boolean;
}

const nameOf = (key: string, source: string): string => `${key}\n${source}`;
