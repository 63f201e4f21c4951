import pg from 'pg';
import { migrationsOf, type ServiceDefinition } from '#libs/service';
import { whyOf } from '../admin-api.js';
import { clockAt, duration, type Looked, looked } from './finding.js';
import type { Subject } from './subject.js';

const PATIENCE_MS = 5_000;
/** An event is sent within a second, where all is well. */
const LATE_S = 30;

export interface DatabaseSeen {
  readonly looked: readonly Looked[];
  /** Where the service's clock was set by hand; null where it is the machine's. */
  readonly manualClock: string | null | undefined;
}

/** One service's database, and what its tables tell. */
export const lookAtDatabase = async (
  definition: ServiceDefinition, { url, said }: { readonly url: string; readonly said: string }, now: Subject['now'],
): Promise<DatabaseSeen> => {
  const { name } = definition;
  const client = new pg.Client({
    connectionString: url, connectionTimeoutMillis: PATIENCE_MS, query_timeout: PATIENCE_MS, application_name: 'jinji-doctor',
  });
  client.on('error', () => undefined); // the query that it cuts tells it
  try {
    await client.connect();
    const asked = now();
    const { rows: [row] } = await client.query<{ at: Date }>('SELECT clock_timestamp() AS at');
    const clock = clockAt(name, 'database', { at: row?.at.getTime() ?? 0, asked, heard: now() });
    const pending = await pendingOf(definition, client);
    const database = looked('database', `${name}: it answers`, []);
    if (pending.findings.length > 0) return { looked: [database, clock, pending], manualClock: undefined };
    const { rows: [manual] } = await client.query<{ at: Date }>('SELECT at FROM manual_clock');
    return {
      looked: [database, clock, pending, await parkedIn(name, client), await relayOf(name, client)],
      manualClock: manual?.at.toISOString() ?? null,
    };
  } catch (error) {
    const says = `the database does not answer: ${whyOf(error)}`;
    const todo = `see that PostgreSQL runs, that its log says nothing of refused logins, and that ${said} leads to it`;
    return { looked: [looked('database', name, [{ about: name, says, todo }])], manualClock: undefined };
  } finally {
    await client.end().catch(() => undefined);
  }
};

const pendingOf = async (definition: ServiceDefinition, client: pg.Client): Promise<Looked> => {
  const { name } = definition;
  const { rows } = await client.query<{ name: string }>('SELECT name FROM migrations').catch((error: { code?: string }) => {
    if (error.code !== '42P01') throw error;
    return { rows: [] }; // nothing was ever migrated
  });
  const done = new Set(rows.map((row) => row.name));
  const pending = migrationsOf(definition).map((each) => new each().name ?? each.name).filter((each) => !done.has(each));
  const [first = '', ...more] = pending;
  const says = `${pending.length} migrations are pending: ${first}${more.length > 0 ? ` and ${more.length} more` : ''}`;
  const todo = `npm run migrate ${name}`;
  return looked('migrations', name, pending.length > 0 ? [{ about: name, says, todo }] : []);
};

const parkedIn = async (name: string, client: pg.Client): Promise<Looked> => {
  const { rows: [row] } = await client.query<{ count: string; seconds: string | null; because: string | null }>(
    `SELECT count(*), extract(epoch FROM clock_timestamp() - min(parked_at)) AS seconds,
            (array_agg(because ORDER BY n))[1] AS because FROM parked_messages WHERE state = 'parked'`,
  );
  const count = Number(row?.count);
  const since = duration(Number(row?.seconds));
  const says = `${count === 1 ? '1 message is' : `${count} messages are`} parked, the oldest for ${since}: ` +
    String(row?.because).slice(0, 200);
  const todo = `npm run -s bus -- parked list --service ${name}; then retry or discard, with a reason`;
  return looked('parked', name, count > 0 ? [{ about: name, says, todo }] : []);
};

const relayOf = async (name: string, client: pg.Client): Promise<Looked> => {
  const { rows: [row] } = await client.query<{ waiting: string; seconds: string | null; held: boolean }>(
    `SELECT (SELECT count(*) FROM (SELECT FROM events WHERE position > r.checkpoint LIMIT 100000) AS e) AS waiting,
            (SELECT extract(epoch FROM clock_timestamp() - recorded_at) FROM events
              WHERE position > r.checkpoint ORDER BY position LIMIT 1) AS seconds,
            r.holder IS NOT NULL AND r.expires_at > clock_timestamp() AS held FROM relay r`,
  );
  const seconds = Number(row?.seconds ?? 0);
  if (row === undefined || seconds < LATE_S) return looked('relay', name, []);
  const says = `${row.waiting} events wait to be sent, the oldest for ${duration(seconds)}; ` +
    (row.held ? 'an instance has the relay\'s lease' : 'no instance has the relay\'s lease');
  const todo = row.held
    ? `GET /${name}/health says in "relay" what it fails on: a broker that is away, a topic that may not be written, ` +
      'an event that breaks its contract'
    : `start an instance of ${name}`;
  return looked('relay', name, [{ about: name, says, todo }]);
};

/** Clocks that are moved by hand must be moved together. */
export const lookAtManualClocks = (clocks: ReadonlyMap<string, string | null>): Looked => {
  const moved = [...clocks].filter(([, at]) => at !== null);
  const latest = moved.map(([, at]) => at ?? '').sort().at(-1) ?? '';
  const differ = moved.length > 0 && (moved.length < clocks.size || moved.some(([, at]) => at !== latest));
  const told = [...clocks].map(([name, at]) => `${name} ${at ?? 'not moved'}`).join(', ');
  const says = `the services' manual clocks differ: ${told}`;
  const todo = `move those that are behind to ${latest}: POST /{service}/admin/clock {"now":"${latest}"}`;
  return looked('clocks', 'the services\' manual clocks', differ ? [{ about: 'all', says, todo }] : []);
};
