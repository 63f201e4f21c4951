import { randomInt } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import pg from 'pg';
import { Batches } from '#libs/batches';
import { newId, text } from '#libs/decider';
import { Problem } from './errors.js';
import type { Sealing } from './sealing.js';

/** What was answered: kept sealed, as it may hold what a person wrote. */
export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: unknown;
  readonly problem: boolean;
}

/** Either the answer of before, or leave to work, with the seed of the ids. */
export type Begun =
  | { readonly is: 'answered'; readonly answer: Answer }
  | { readonly is: 'begun'; readonly seed: string; readonly again: boolean };

interface Beginning {
  readonly scope: Buffer;
  readonly body: Buffer;
  readonly seed: string;
}

interface Ending {
  readonly scope: Buffer;
  /** null: it may be tried again. */
  readonly answer: Buffer | null;
}

/** Which process works on a key: it holds this lock for as long as it lives. */
const INSTANCES = 0x6a6a;
const NOBODY = 0;

/** Together about six seconds: as long as PostgreSQL takes to start again. */
const ATTEMPTS = 7;

/**
 * Idempotency keys: one request, one effect, one answer, also when the process dies in between.
 * These rows are written without waiting for the disk: a row is in the log before what its request records, so whatever
 * survives a crash of the machine, the seed of recorded events is among it.
 */
export class Idempotency {
  private readonly pool: pg.Pool;
  private readonly running = new Map<string, Promise<void>>();
  private readonly pending = new Set<Promise<unknown>>();
  private instance: Promise<{ number: number; client: pg.Client }> | undefined;
  private readonly sweeper: NodeJS.Timeout;

  constructor(
    private readonly url: string,
    private readonly sealing: Sealing,
  ) {
    this.pool = new pg.Pool({
      connectionString: url, max: 4, options: '-c synchronous_commit=off', application_name: 'jinji-requests',
    });
    this.pool.on('error', () => undefined); // an idle connection was cut: the next query opens another
    this.sweeper = setInterval(() => void this.sweep(), 3_600_000).unref();
  }

  /** Ends with `finish`, `release` or `forget`, always. */
  async begin(scope: Buffer, body: Buffer): Promise<Begun> {
    const name = scope.toString('base64');
    for (let before = this.running.get(name); before; before = this.running.get(name)) await before;
    let done: () => void = () => undefined;
    this.running.set(name, new Promise<void>((resolve) => (done = resolve)).finally(() => this.running.delete(name)));
    try {
      const begun = await this.take(scope, body);
      if (begun.is === 'answered') done();
      else this.ends.set(name, done);
      return begun;
    } catch (error) {
      done();
      throw error;
    }
  }

  /** The answer is on its way already: where the database is away for a moment, it is told a moment later. */
  private async stored(ending: Ending): Promise<void> {
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await this.endings.add(ending);
      } catch (error) {
        if (attempt === ATTEMPTS) throw error;
        await delay(50 * 2 ** attempt);
      }
    }
  }

  private readonly ends = new Map<string, () => void>();

  finish(scope: Buffer, answer: Answer): void {
    this.end(scope, this.stored({ scope, answer: this.sealing.seal(answer) }));
  }

  /** It may have done part of its work, or may succeed later: a retry goes on with the same ids. */
  release(scope: Buffer): void {
    this.end(scope, this.stored({ scope, answer: null }));
  }

  /** Nothing was tried: the key is as good as new. */
  forget(scope: Buffer): void {
    this.end(scope, this.pool.query('DELETE FROM idempotency_keys WHERE scope = $1', [scope]));
  }

  async close(): Promise<void> {
    clearInterval(this.sweeper);
    await Promise.allSettled(this.pending);
    const held = await this.instance?.catch(() => undefined);
    await held?.client.end().catch(() => undefined);
    await this.pool.end();
  }

  private async take(scope: Buffer, body: Buffer): Promise<Begun> {
    const seed = newId();
    if (await this.beginnings.add({ scope, body, seed })) return { is: 'begun', seed, again: false };
    return this.retake(scope, body, (await this.alive()).number);
  }

  /** Which of them are new. Sorted, so that two processes never wait for each other. */
  private readonly beginnings = new Batches<Beginning, boolean>(async (items) => {
    const { number } = await this.alive();
    const sorted = [...items].sort((a, b) => a.scope.compare(b.scope));
    const { rows } = await this.pool.query<{ seed: string }>({
      name: 'begin-requests',
      text: `INSERT INTO idempotency_keys (scope, body, seed, instance)
        SELECT scope, body, seed, $4 FROM unnest($1::bytea[], $2::bytea[], $3::uuid[]) AS b (scope, body, seed)
        ON CONFLICT (scope) DO UPDATE SET body = excluded.body, seed = excluded.seed, instance = excluded.instance, answer = NULL,
        begun_at = now()
        WHERE idempotency_keys.begun_at < now() - interval '24 hours' RETURNING seed`,
      values: [sorted.map(({ scope }) => scope), sorted.map(({ body }) => body), sorted.map(({ seed }) => seed), number],
    });
    const begun = new Set(rows.map(({ seed }) => seed));
    return items.map(({ seed }) => begun.has(seed));
  });

  private readonly endings = new Batches<Ending, void>(async (items) => {
    const sorted = [...items].sort((a, b) => a.scope.compare(b.scope));
    await this.pool.query({
      name: 'end-requests',
      text: `UPDATE idempotency_keys k SET answer = e.answer, instance = ${NOBODY}
        FROM unnest($1::bytea[], $2::bytea[]) AS e (scope, answer) WHERE k.scope = e.scope`,
      values: [sorted.map(({ scope }) => scope), sorted.map(({ answer }) => answer)],
    });
    return items.map(() => undefined);
  });

  private async retake(scope: Buffer, body: Buffer, number: number): Promise<Begun> {
    const { rows: [row] } = await this.pool.query<{ body: Buffer; seed: string; instance: number; answer: Buffer | null }>(
      'SELECT body, seed, instance, answer FROM idempotency_keys WHERE scope = $1', [scope],
    );
    if (!row) return this.take(scope, body);
    if (!row.body.equals(body))
      throw new Problem(422, 'idempotency-key-reused', text(
        '该 Idempotency-Key 已用于另一请求', 'this Idempotency-Key was used for another request',
      ), {
        next: text('新的请求请用新的键', 'use a fresh key for a fresh request'), members: { rule: 'idempotency-key-reused' },
      });
    if (row.answer) return { is: 'answered', answer: this.sealing.open(row.answer) as Answer };
    const { rows: [taken] } = await this.pool.query<{ seed: string }>(
      `UPDATE idempotency_keys SET instance = $3 WHERE scope = $1 AND instance = $2 AND answer IS NULL
       AND (instance IN ($3, ${NOBODY}) OR pg_try_advisory_xact_lock(${INSTANCES}, instance)) RETURNING seed`,
      [scope, row.instance, number],
    );
    if (taken) return { is: 'begun', seed: taken.seed, again: true };
    throw new Problem(409, 'idempotency-key-in-use', text('同一请求正在处理', 'the same request is being worked on'), {
      next: text('请稍后再试', 'try again in a moment'), headers: { 'retry-after': '1' },
    });
  }

  /** The number under which this process is known to be alive, by a lock that PostgreSQL lets go when it dies. */
  private alive(): Promise<{ number: number; client: pg.Client }> {
    this.instance ??= this.hold().catch((error: unknown) => {
      this.instance = undefined;
      throw error;
    });
    return this.instance;
  }

  private async hold(): Promise<{ number: number; client: pg.Client }> {
    const number = randomInt(1, 2 ** 31 - 1);
    const client = new pg.Client({ connectionString: this.url, application_name: 'jinji-instance' });
    client.on('error', () => (this.instance = undefined));
    await client.connect();
    await client.query('SELECT pg_advisory_lock($1, $2)', [INSTANCES, number]);
    return { number, client };
  }

  private end(scope: Buffer, written: Promise<unknown>): void {
    const name = scope.toString('base64');
    // Should it fail, the next request with this key finds the work begun and does it again with the same ids.
    const stored = written.catch(() => undefined).finally(() => {
      this.pending.delete(stored);
      this.ends.get(name)?.();
      this.ends.delete(name);
    });
    this.pending.add(stored);
  }

  private async sweep(): Promise<void> {
    await this.pool.query("DELETE FROM idempotency_keys WHERE begun_at < now() - interval '24 hours'").catch(() => undefined);
    await this.pool.query("DELETE FROM request_outcomes WHERE kept_at < now() - interval '48 hours'").catch(() => undefined);
  }
}
