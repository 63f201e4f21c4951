import type { PublicType } from '#libs/contracts';
import type { TestDatabase } from '#libs/testing';
import type { WireRecord } from '../bus.js';
import type { Message } from '../message.js';
import { batchOf, contest, effects, messagingDatabase, recordEffect, sealed, transactionOn } from '../testing/service.js';
import { Inbox } from './inbox.js';
import { Parked } from './parked.js';
import type { Tx } from './transaction.js';

const [a, b] = [contest('a'), contest('b')];
const types: PublicType[] = ['jinji.contest.code-sealed.v1'];

let database: TestDatabase;
const fails = new Set<number>();
let inbox: Inbox<Tx>;
let parked: Parked<Tx>;
beforeAll(async () => {
  database = await messagingDatabase();
  const options = {
    transaction: transactionOn(database.pool), types, attempts: 3, pauseMs: 1,
    react: async (message: Message, tx: Tx) => {
      await recordEffect(message, tx);
      if (fails.has(message.sequence)) throw new Error(`cannot do ${message.sequence}`);
    },
  };
  inbox = new Inbox(options);
  parked = new Parked(options);
});
afterAll(() => database.drop());
beforeEach(async () => {
  fails.clear();
  await database.asOwner('TRUNCATE effects, inbox_marks, parked_messages');
});

const hear = (...records: readonly WireRecord[]) => inbox.handle(batchOf(records));
const sequences = async () => (await parked.list()).map(({ sequence }) => sequence);
const idOf = async (sequence: number) => (await parked.list()).find((message) => message.sequence === sequence)?.id ?? 'none';

describe('a message that keeps failing', () => {
  beforeEach(async () => {
    fails.add(2);
    await hear(sealed(a, 1), sealed(a, 2), sealed(b, 3), sealed(a, 4));
    await hear(sealed(b, 5), sealed(a, 6));
  });

  it('is parked with its later ones of the same key, and others flow on', async () => {
    expect(await effects(database.query)).toEqual({ [a]: [1], [b]: [3, 5] });
    expect(await parked.list()).toMatchObject([
      { sequence: 2, key: a, attempts: 3, because: 'Error: cannot do 2', state: 'parked', type: 'jinji.contest.code-sealed.v1' },
      { sequence: 4, key: a, attempts: 0, because: expect.stringContaining('waits') as string },
      { sequence: 6, key: a },
    ]);
    expect(await parked.list({ after: await idOf(2), limit: 1 })).toMatchObject([{ sequence: 4 }]);
    expect((await parked.show(await idOf(2)))?.value?.toString()).toContain('"code":"C2"');
  });

  it('is not parked twice by a replay', async () => {
    await hear(sealed(a, 1), sealed(a, 2), sealed(b, 3), sealed(a, 4), sealed(b, 5), sealed(a, 6));
    expect(await sequences()).toEqual([2, 4, 6]);
    expect(await effects(database.query)).toEqual({ [a]: [1], [b]: [3, 5] });
  });

  it('is retried with its successors in order, once it can be done', async () => {
    fails.clear();
    expect(await parked.retry(await idOf(6), 'operator', 'fixed')).toEqual({ released: 3, stoppedAt: null });
    expect(await effects(database.query)).toEqual({ [a]: [1, 2, 4, 6], [b]: [3, 5] });
    expect(await parked.count()).toBe(0);
    expect((await parked.list({ state: 'retried' }))[0]).toMatchObject({ sequence: 2, decidedBy: 'operator', reason: 'fixed' });
    await hear(sealed(a, 6), sealed(a, 7));
    expect((await effects(database.query))[a]).toEqual([1, 2, 4, 6, 7]);
  });

  it('stays where it still fails, and says so', async () => {
    const stoppedAt = { because: 'Error: cannot do 2' };
    expect(await parked.retry(await idOf(2), 'operator', 'tried')).toMatchObject({ released: 0, stoppedAt });
    expect(await parked.list()).toMatchObject([{ sequence: 2, attempts: 4 }, { sequence: 4 }, { sequence: 6 }]);
    expect((await effects(database.query))[a]).toEqual([1]);
  });

  it('stops at a successor that fails', async () => {
    fails.clear();
    fails.add(4);
    const { released, stoppedAt } = await parked.retry(await idOf(2), 'operator', 'tried');
    expect({ released, stoppedAt: stoppedAt?.id }).toEqual({ released: 1, stoppedAt: await idOf(4) });
    expect(await sequences()).toEqual([4, 6]);
  });

  it('can be discarded for a reason, which lets its successors through', async () => {
    const id = await idOf(2);
    expect(await parked.discard(id, 'operator', 'sent by mistake')).toEqual({ released: 2, stoppedAt: null });
    expect((await effects(database.query))[a]).toEqual([1, 4, 6]);
    expect(await parked.show(id)).toMatchObject({ state: 'discarded', reason: 'sent by mistake', decidedBy: 'operator' });
    await expect(parked.retry(id, 'operator', 'tried')).rejects.toThrow('not-parked');
    await expect(parked.discard(id, 'operator', 'again')).rejects.toThrow('not-parked');
    await hear(sealed(a, 2));
    expect((await effects(database.query))[a]).toEqual([1, 4, 6]);
  });

  it('keeps the order while messages arrive during a retry', async () => {
    fails.clear();
    const id = await idOf(2);
    const again = () => parked.retry(id, 'operator', 'tried').catch(() => undefined);
    await Promise.all([again(), hear(sealed(a, 7)), hear(sealed(a, 7), sealed(a, 8)), again()]);
    if ((await parked.count()) > 0) await parked.retry((await parked.list())[0]?.id ?? '', 'operator', 'again');
    expect((await effects(database.query))[a]).toEqual([1, 2, 4, 6, 7, 8]);
  });
});

describe('what cannot be understood', () => {
  const started = (over: Partial<WireRecord>) => ({ ...sealed(a, 10), ...over });

  it('is ignored where it is an unknown type', async () => {
    for (const type of ['jinji.contest.renamed.v1', 'jinji.weather.changed.v9', 'com.example.other', 'jinji.contest.started.v1'])
      await hear(sealed(a, 10, { type, value: Buffer.from('?') }));
    expect(await parked.count()).toBe(0);
    await hear(sealed(a, 11));
    expect((await effects(database.query))[a]).toEqual([11]);
  });

  it('is parked with its successors where the major version is unknown, or the data breaks its schema', async () => {
    await hear(sealed(a, 10, { type: 'jinji.contest.code-sealed.v2' }), sealed(a, 11));
    await hear(sealed(b, 12, { value: Buffer.from(JSON.stringify({ contest: b })) }), sealed(b, 13));
    expect(await effects(database.query)).toEqual({});
    expect((await parked.list()).map(({ sequence, because }) => [sequence, because])).toEqual([
      [10, expect.stringContaining('unknown major')], [11, expect.stringContaining('waits')],
      [12, expect.stringContaining("'code'")], [13, expect.stringContaining('waits')],
    ]);
    expect(await parked.retry(await idOf(10), 'operator', 'tried')).toMatchObject({ released: 0 });
  });

  it('is parked alone where it is no CloudEvent, and once', async () => {
    const poison: WireRecord[] = [
      started({ headers: {} }),
      started({ headers: { ...sealed(a, 1).headers, ce_sequence: '-1' } }),
      started({ headers: { ...sealed(a, 1).headers, ce_source: 'a\0b' }, key: '\0\0', value: Buffer.from([0, 255, 254]) }),
      started({ headers: { ...sealed(a, 1).headers, '\0': '\0' }, key: 'x'.repeat(10_000) }),
      started({ key: null, value: null }),
    ];
    await hear(...poison, sealed(a, 11));
    await hear(...poison);
    expect((await effects(database.query))[a]).toEqual([11]);
    expect(await parked.count()).toBe(poison.length);
    const [first] = await parked.list();
    const { released, stoppedAt } = await parked.retry(first?.id ?? '', 'operator', 'tried');
    expect({ released, ...stoppedAt }).toEqual({ released: 0, id: first?.id, because: 'Error: no CloudEvent: ce_id is missing' });
    const kept = await Promise.all((await parked.list()).map(({ id }) => parked.show(id)));
    expect(kept.map((each) => [each?.rawKey, each?.value, each?.headers])).toEqual(
      poison.map(({ key, value, headers }) => [key, value, headers]),
    );
    await parked.discard(first?.id ?? '', 'operator', 'noise');
    await hear(...poison);
    expect(await parked.count()).toBe(poison.length - 1);
  });

  it('is worked off from the bytes that were kept, once it can be read', async () => {
    await hear({ ...sealed(a, 10), headers: {} }, sealed(a, 11));
    await hear({ ...sealed(b, 12), key: '\0' }, sealed(b, 13));
    const [first, second] = await parked.list();
    // As where a newer version reads what this one does not.
    await database.asOwner('UPDATE parked_messages SET headers = $2 WHERE id = $1', [first?.id, sealed(a, 10).headers]);
    expect(await parked.retry(first?.id ?? '', 'operator', 'a new version')).toEqual({ released: 1, stoppedAt: null });
    expect((await effects(database.query))[a]).toEqual([11, 10]); // nothing waited behind it
    expect(await parked.retry(second?.id ?? '', 'operator', 'tried')).toMatchObject({
      released: 0, stoppedAt: { because: expect.stringContaining('the key is not the one') as string },
    });
    await expect(parked.retry(first?.id ?? '', 'operator', 'again')).rejects.toThrow('not-parked');
  });

  it('is parked where the key, the topic or the bytes are not those of the contract', async () => {
    await hear(
      sealed(a, 10, { key: b }),
      sealed(contest('c'), 11, { value: Buffer.from([0x7b, 0xff, 0x7d]) }),
      sealed(contest('d'), 12, { value: null }),
    );
    await hear(sealed(contest('e'), 13, { topic: 'jinji.results' }));
    expect(await sequences()).toEqual([10, 11, 12, 13]);
  });
});
