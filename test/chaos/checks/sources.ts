/** What the checks look at: each service's own log by SQL, the topics from offset 0, the services over HTTP. */
import pg from 'pg';
import type { PublicData, PublicType } from '#libs/contracts';
import type { Fleet, ServiceName } from '#libs/fleet';
import { parse } from '#libs/messaging';
import { services } from '../../../apps/platform/src/services.js';
import { headerOf, isPoison, type Seen } from '../topics.js';
import type { ServiceDefinition } from '#libs/service';

/** What is wrong, a sentence each. */
export type Problems = readonly string[];

export const definitions: readonly ServiceDefinition[] = services;

export const inDatabase = async <T>(fleet: Fleet, service: string, work: (pool: pg.Pool) => Promise<T>): Promise<T> => {
  const pool = new pg.Pool({ connectionString: fleet.databaseUrl(service as ServiceName), max: 2, application_name: 'chaos' });
  try {
    return await work(pool);
  } finally {
    await pool.end();
  }
};

/** A public event as it arrived for the first time. */
export interface Arrived<T extends PublicType = PublicType> {
  readonly type: T;
  readonly id: string;
  readonly at: string;
  readonly data: PublicData<T>;
}

/** First arrivals of what is no poison, in each key's order. */
export const arrivals = (seen: readonly Seen[], types: ReadonlySet<string>): readonly Arrived[] => {
  const known = new Set<string>();
  return seen.flatMap((record): Arrived[] => {
    if (isPoison(record)) return [];
    const headers = Object.fromEntries(Object.keys(record.headers).map((name) => [name, headerOf(record, name) ?? '']));
    const parsed = parse({ ...record, key: record.key?.toString('utf8') ?? null, headers }, types);
    if (parsed.is !== 'message' || known.has(parsed.message.id)) return [];
    known.add(parsed.message.id);
    const { type, id, time: at, data } = parsed.message;
    return [{ type, id, at, data }];
  });
};

export const of = <T extends PublicType>(all: readonly Arrived[], type: T): readonly Arrived<T>[] =>
  all.filter((one): one is Arrived<T> => one.type === type);

/** A long list begins with its first. */
export const some = (problems: Problems, most = 12): Problems =>
  (problems.length <= most ? problems : [...problems.slice(0, most), `… and ${problems.length - most} more`]);
