/** Nothing is parked but the poison; and what no consumer can read is parked by each that reads the topic, once. */
import { contractOf, isPublicType } from '#libs/contracts';
import type { Fleet } from '#libs/fleet';
import { isPoison, type Seen } from '../topics.js';
import { definitions, inDatabase, type Problems, some } from './sources.js';

interface Row {
  topic: string; partition: number; offset: string; key: string; value: Buffer | null; source: string | null; because: string
}

export const onlyPoisonParked = async (fleet: Fleet, seen: readonly Seen[]): Promise<Problems> => {
  const problems: string[] = [];
  for (const { name, reactions = [] } of definitions) {
    const rows = await inDatabase(fleet, name, async (pool) => (await pool.query<Row>(
      `SELECT topic, partition, "offset", key, value, source, because FROM parked_messages WHERE state = 'parked'`)).rows);
    for (const row of rows)
      if (!isPoison(row)) problems.push(`${name} parked ${row.topic}/${row.partition}@${row.offset}: ${row.because}`);
    const parked = new Set(rows.map(({ topic, partition, offset }) => `${topic}/${partition}@${offset}`));
    const reads = new Set(reactions.map(({ type }) => (isPublicType(type) ? contractOf(type).topic : '')));
    for (const record of seen) {
      const where = `${record.topic}/${record.partition}@${record.offset}`;
      // Without these headers it is nothing that a consumer could leave to others.
      const unreadable = isPoison(record) && record.headers['ce_source'] === undefined;
      if (unreadable && reads.has(record.topic as never) && !parked.has(where))
        problems.push(`${name} did not park the poison ${where}`);
    }
  }
  return some(problems);
};
