/** On each topic nothing is missing, nothing is there that was never recorded, and first arrivals of a key are in log order. */
import { EventStore, type Recorded } from '#libs/event-store';
import type { Fleet } from '#libs/fleet';
import { PROBE_TYPE, published, toWire, type WireRecord } from '#libs/messaging';
import type { ServiceDefinition } from '#libs/service';
import { headerOf, isPoison, type Seen } from '../topics.js';
import { definitions, inDatabase, type Problems, some } from './sources.js';

export const nothingMissing = async (fleet: Fleet, seen: readonly Seen[]): Promise<Problems> => {
  const expected = new Map<string, WireRecord>();
  for (const definition of definitions)
    for (const record of await owedBy(fleet, definition)) expected.set(record.headers['ce_id'] ?? '', record);
  const problems: string[] = [];
  const last = new Map<string, number>();
  const first = new Map<string, Seen>();
  for (const record of seen) {
    const id = headerOf(record, 'ce_id') ?? '';
    if (isPoison(record) || headerOf(record, 'ce_type') === PROBE_TYPE || first.has(id)) continue;
    first.set(id, record);
    const wanted = expected.get(id);
    const where = `${record.topic}/${record.partition}@${record.offset}`;
    if (wanted === undefined) problems.push(`${where}: ${headerOf(record, 'ce_type')} ${id} was never recorded by its service`);
    else if (!isAlike(record, wanted)) problems.push(`${where}: ${id} is not what its service recorded`);
    const line = `${record.topic} ${record.key?.toString('utf8')} ${headerOf(record, 'ce_source')}`;
    const sequence = Number(headerOf(record, 'ce_sequence'));
    const before = last.get(line) ?? 0;
    if (sequence <= before) problems.push(`${where}: position ${sequence} arrives after ${before} of the same key`);
    last.set(line, Math.max(before, sequence));
  }
  for (const [id, { topic, headers }] of expected)
    if (!first.has(id)) problems.push(`${topic}: ${headers['ce_type']} ${id} (position ${headers['ce_sequence']}) is missing`);
  return some(problems);
};

/** What a service's log says in public, after a position. */
export const owedBy = (fleet: Fleet, definition: ServiceDefinition, after = 0): Promise<readonly WireRecord[]> =>
  inDatabase(fleet, definition.name, async (pool) => {
    const store = new EventStore(pool, { kinds: definition.aggregates });
    const says = definition.published ?? published();
    const source = `${definition.name}/${await store.incarnation()}`;
    const records: WireRecord[] = [];
    const head = await store.head();
    for (let position = after; position < head; ) {
      const { events, upTo } = await store.read(position, 1_000);
      const spoken = events.filter((recorded) => says.speaksOf(recorded));
      const firsts = await store.firsts([...new Set(spoken.map(({ stream }) => stream))]);
      for (const recorded of spoken) {
        const publication = says.publication(recorded, firsts.get(recorded.stream) as Recorded);
        if (publication) records.push(toWire(publication, recorded, source));
      }
      position = upTo;
    }
    return records;
  });

const isAlike = (seen: Seen, wanted: WireRecord): boolean =>
  seen.topic === wanted.topic && seen.key?.toString('utf8') === wanted.key &&
    (wanted.value?.equals(seen.value ?? Buffer.alloc(0)) ?? false)
  && Object.entries(wanted.headers).every(([name, value]) => headerOf({ headers: seen.headers }, name) === value);
