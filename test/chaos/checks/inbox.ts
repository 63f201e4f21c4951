/**
 * Whoever reads a topic remembers how far each key came: at the last message of it, so that nothing which is said again, today or
 * in a year, has an effect. (That reactions derive their events' ids from the message's makes a repetition harmless a second time.)
 */
import type { Fleet } from '#libs/fleet';
import { headerOf, isPoison, type Seen } from '../topics.js';
import { definitions, inDatabase, type Problems, some } from './sources.js';

interface Mark { topic: string; key: string; source: string; sequence: string }

export const inboxesRemember = async (fleet: Fleet, seen: readonly Seen[]): Promise<Problems> => {
  const problems: string[] = [];
  for (const { name, reactions = [] } of definitions) {
    const wanted = new Set<string>(reactions.map(({ type }) => type));
    const last = new Map<string, number>();
    for (const record of seen) {
      if (isPoison(record) || !wanted.has(headerOf(record, 'ce_type') ?? '')) continue;
      const line = lineOf(record.topic, record.key?.toString('utf8') ?? '', headerOf(record, 'ce_source') ?? '');
      last.set(line, Math.max(last.get(line) ?? 0, Number(headerOf(record, 'ce_sequence'))));
    }
    const marks = new Map(await inDatabase(fleet, name, async (pool) =>
      (await pool.query<Mark>('SELECT topic, key, source, sequence FROM inbox_marks')).rows.map(
        ({ topic, key, source, sequence }) => [lineOf(topic, key, source), Number(sequence)] as const,
      )));
    for (const [line, sequence] of last) {
      const mark = marks.get(line);
      if (mark !== sequence) problems.push(`${name} heard ${line} up to ${sequence}, and remembers ${mark ?? 'nothing'}`);
    }
  }
  return some(problems);
};

const lineOf = (...names: readonly string[]): string => names.join(' ');
