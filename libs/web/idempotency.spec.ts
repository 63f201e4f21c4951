import { createHash } from 'node:crypto';
import { type TestService, testService } from '#libs/testing';
import { toyService } from '../service/toy.js';

type Done = { id: string; version: number; position: number };

describe('an Idempotency-Key', () => {
  let toys: TestService;
  beforeAll(async () => void (toys = await testService(toyService)), 60_000);
  afterAll(() => toys.close());

  let keys = 0;
  const fresh = () => `key-${(keys += 1)}`;
  const send = (key: string, body: unknown, { path = '/toys', sub }: { path?: string; sub?: string } = {}) =>
    toys.request<Done & { toys?: string[]; type?: string }>('POST', path, {
      body, headers: { 'idempotency-key': key }, as: sub ? { sub } : {},
    });
  const count = async () =>
    Number((await toys.database.asOwner<{ n: string }>("SELECT count(*) AS n FROM events WHERE type = 'ToyMade'"))[0]?.n);

  it('gives the same answer to the same request, and does it once', async () => {
    const [key, before] = [fresh(), await count()];
    const first = await send(key, { name: 'car' });
    const second = await send(key, { name: 'car' });
    expect(second).toMatchObject({
      status: 201, body: first.body,
      headers: { etag: '"1"', 'idempotency-replayed': 'true', 'jinji-position': first.headers['jinji-position'] },
    });
    expect(await count()).toBe(before + 1);
  });

  it('refuses another body, and belongs to its caller and route', async () => {
    const key = fresh();
    await send(key, { name: 'car' });
    expect(await send(key, { name: 'bus' })).toMatchObject({
      status: 422, body: { type: 'https://jinji.dev/problems/idempotency-key-reused' },
    });
    expect(await send(key, { name: 'bus' }, { sub: 'someone-else' })).toMatchObject({ status: 201 });
    expect(await send(key, { name: 'bus' }, { path: '/toys/pairs' })).toMatchObject({ status: 201 });
  });

  it('keeps refusals of rules, forgets what was malformed', async () => {
    const key = fresh();
    const refused = await send(key, { name: 'forbidden' });
    expect(await send(key, { name: 'forbidden' })).toMatchObject({ status: 422, body: refused.body });
    const other = fresh();
    expect(await send(other, {})).toMatchObject({ status: 400 });
    await toys.settled();
    expect(await send(other, { name: 'car' })).toMatchObject({ status: 201 });
  });

  it('does it once when it comes many times at once', async () => {
    const [key, before] = [fresh(), await count()];
    const answers = await Promise.all(Array.from({ length: 8 }, () => send(key, { name: 'car' })));
    expect(new Set(answers.map(({ body }) => body.id)).size).toBe(1);
    expect(await count()).toBe(before + 1);
  });

  it('finds what was recorded before the process died', async () => {
    const [key, before] = [fresh(), await count()];
    const first = await send(key, { name: 'car' });
    await toys.settled(); // others went on with it meanwhile
    await toys.loseAnswers();
    const again = await send(key, { name: 'car' });
    expect(again).toMatchObject({ status: 201, body: first.body });
    expect(await count()).toBe(before + 1);
  });

  it('finds what a transaction came to, and leaves nothing half done', async () => {
    const [key, before] = [fresh(), await count()];
    const first = await send(key, { name: 'twin' }, { path: '/toys/pairs' });
    expect(await count()).toBe(before + 2);
    await toys.loseAnswers();
    expect(await send(key, { name: 'twin' }, { path: '/toys/pairs' })).toMatchObject({ status: 201, body: first.body });
    expect(await send(fresh(), { name: 'half' }, { path: '/toys/pairs' })).toMatchObject({ status: 422 });
    expect(await count()).toBe(before + 2);
  });

  it('waits for a request that another living process works on', async () => {
    const key = fresh();
    await send(key, { name: 'car' });
    const client = await toys.database.pool.connect();
    await client.query('SELECT pg_advisory_lock($1, 777)', [0x6a6a]); // instance 777 lives
    await toys.database.asOwner('UPDATE idempotency_keys SET answer = NULL, instance = 777');
    expect(await send(key, { name: 'car' })).toMatchObject({ status: 409, headers: { 'retry-after': '1' } });
    await client.query('SELECT pg_advisory_unlock_all()');
    client.release();
    expect(await send(key, { name: 'car' })).toMatchObject({ status: 201 });
  });

  it('keeps nothing that can be read: neither key, nor body, nor answer', async () => {
    const secret = 'Zhang-San-110101199003070038';
    await send(secret, { name: secret });
    await send(secret, { name: secret }, { path: '/toys/pairs' });
    const rows = await toys.database.asOwner<Record<string, unknown>>('SELECT * FROM idempotency_keys');
    const outcomes = await toys.database.asOwner<Record<string, unknown>>('SELECT * FROM request_outcomes');
    const everything = [
      ...rows, ...outcomes
    ].flatMap((row) => Object.values(row).map((value) => (Buffer.isBuffer(value) ? value.toString('latin1') : String(value))));
    expect(everything.length).toBeGreaterThan(0);
    expect(everything.some((value) => value.includes(secret))).toBe(false);
    const plainHash = createHash('sha256').update(JSON.stringify({ name: secret })).digest().toString('latin1');
    expect(everything.includes(plainHash)).toBe(false); // an ID number could be guessed from a hash without a key
  });

  it('is at most 200 visible ASCII characters', async () => {
    for (const key of ['a'.repeat(201), 'a b', '']) expect((await send(key, { name: 'car' })).status).toBe(400);
  });
});
