import fc from 'fast-check';
import { Column, DataSource, Entity, type EntityManager, PrimaryColumn, type QueryRunner } from 'typeorm';
import { newId } from '#libs/decider';
import { testDatabase, type TestDatabase } from '#libs/testing';
import { Gathering } from './gather.js';
import { putMany } from './many-rows.js';
import { queryIn } from './sql.js';

const whole = { to: (value: number) => value, from: Number };

@Entity('kinds')
class Kind {
  @PrimaryColumn('uuid') id!: string;
  @Column('text', { name: 'a_text', nullable: true }) text!: string | null;
  @Column('jsonb') json!: object | string;
  @Column('integer', { default: 7 }) number!: number;
  @Column('bigint', { transformer: whole }) position!: number;
  @Column('boolean') flag!: boolean;
  @Column('timestamptz', { nullable: true }) at!: Date | string | null;
  @Column('bytea', { nullable: true }) bytes!: Buffer | null;
}

const rows = (): Partial<Kind>[] => [
  {
    id: newId(), text: 'one, "two"\n三', json: { a: [1, 'x', null], b: '"' }, position: 2 ** 50, flag: true,
    at: '2026-03-02T01:00:00.000Z',
  },
  { id: newId(), text: null, json: [], position: 1, flag: false, number: 0, at: null },
  { id: newId(), json: 'a text', position: 3, flag: false, at: new Date('2026-03-02T01:00:00.000Z') },
];

describe('what waits and goes together', () => {
  let database: TestDatabase;
  let db: DataSource;
  beforeAll(async () => {
    database = await testDatabase();
    await database.asOwner(`CREATE TABLE kinds (id uuid PRIMARY KEY, a_text text, json jsonb NOT NULL, number integer NOT NULL DEFAULT 7,
      position bigint NOT NULL, flag boolean NOT NULL, at timestamptz, bytes bytea)`);
    await database.asOwner(`GRANT SELECT, INSERT, UPDATE, DELETE ON kinds TO ${database.role}`);
    db = await new DataSource({ type: 'postgres', url: database.url, entities: [Kind] }).initialize();
  });
  afterEach(() => database.query('DELETE FROM kinds'));
  afterAll(async () => {
    await db.destroy();
    await database.drop();
  });

  const kept = (): Promise<Kind[]> => db.manager.find(Kind, { order: { id: 'ASC' } });

  it.each([
    ['of what JSON can carry', rows],
    ['with bytes among them', () => [...rows(), { ...rows()[1], bytes: Buffer.from([0, 255]) }]],
  ])(
    'come to the same rows as one by one: %s', async (_, make) => {
      const asked = make();
      for (const row of asked) await db.manager.insert(Kind, { ...row });
      const expected = await kept();
      await database.query('DELETE FROM kinds');
      await db.transaction(async (tx) => {
        const gathering = new Gathering(tx);
        for (const row of asked) await gathering.manager.insert(Kind, { ...row });
        expect(await tx.countBy(Kind, {})).toBe(0);
        await gathering.send();
      });
      expect(await kept()).toEqual(expected);
      expect(expected).toHaveLength(asked.length);
    },
  );

  it('are there for whoever asks in between, in either way', async () => {
    await db.transaction(async (tx) => {
      const gathering = new Gathering(tx);
      const [one, two, three] = rows() as [Kind, Kind, Kind];
      await gathering.manager.insert(Kind, one);
      await gathering.manager.insert(Kind, two);
      expect(await gathering.manager.countBy(Kind, {})).toBe(2);
      await gathering.manager.insert(Kind, three);
      expect(await queryIn(gathering.manager)('SELECT id FROM kinds')).toHaveLength(3);
      await gathering.manager.update(Kind, { id: one.id }, { flag: false });
      expect((await gathering.manager.findOneByOrFail(Kind, { id: one.id })).flag).toBe(false);
    });
    expect(await kept()).toHaveLength(3);
  });

  it.each([['of what JSON can carry', null], ['with bytes among them', Buffer.from([0, 255])]])(
    'puts many rows %s, new or there already: of each key the last word stays', async (_, bytes) => {
      const [one, two] = [newId(), newId()];
      const row = (id: string, text: string) => ({ id, text, json: [text], position: 1, flag: true, bytes });
      const put = (...all: readonly Partial<Kind>[]) => db.transaction((tx) => putMany(tx, Kind, all));
      await put(row(one, 'first'), row(two, 'first'));
      await put(row(two, 'second'), row(two, 'third'));
      expect((await kept()).map(({ id, text, json }) => [id, text, json])).toEqual(
        [[one, 'first', ['first']], [two, 'third', ['third']]].sort(([a], [b]) => (String(a) < String(b) ? -1 : 1)),
      );
      await put();
      expect(await kept()).toHaveLength(2);
    },
  );

  /** A story of a few rows, as a view tells it: every handler asks in its own way. */
  const story = (ids: readonly string[], steps: readonly { readonly row: number; readonly does: number; readonly n: number }[]) =>
    async (on: EntityManager): Promise<void> => {
      const there = new Set<string>();
      for (const { row, does, n } of steps) {
        const id = ids[row] ?? '';
        const whole = { id, text: `t${n}`, json: { n }, position: n, flag: n % 2 === 0, number: n };
        if (!there.has(id) && does !== 1) await on.insert(Kind, whole);
        else if (does === 1) await on.upsert(Kind, whole, ['id']);
        else if (does === 2) await on.update(Kind, id, { text: `u${n}`, at: new Date(n), ...(n % 3 === 0 ? { number: n } : {}) });
        else if (does === 3) await on.update(Kind, { id }, { json: [n], bytes: n % 2 === 0 ? Buffer.from([n]) : null });
        else if (does === 4) await on.update(Kind, { flag: true }, { text: `all ${n}` });
        else await on.update(Kind, id, { position: n, flag: undefined as unknown as boolean });
        there.add(id);
      }
    };

  it('comes to the same rows as one by one, in whatever order rows are new, replaced and changed', async () => {
    const steps = fc.array(
      fc.record({ row: fc.nat(2), does: fc.integer({ min: 0, max: 5 }), n: fc.nat(200) }), { minLength: 1, maxLength: 20 },
    );
    await fc.assert(fc.asyncProperty(steps, async (all) => {
      const ids = [newId(), newId(), newId()];
      const tell = story(ids, all);
      await db.transaction((tx) => tell(tx));
      const expected = await kept();
      await database.query('DELETE FROM kinds');
      await db.transaction(async (tx) => {
        const gathering = new Gathering(tx);
        await tell(gathering.manager);
        await gathering.send();
      });
      expect(await kept()).toEqual(expected);
      await database.query('DELETE FROM kinds');
    }), { numRuns: 60 });
  }, 60_000);

  it('asks once for many changes of many rows', async () => {
    const ids = Array.from({ length: 50 }, () => newId());
    await db.manager.insert(Kind, ids.map((id) => ({ id, text: null, json: [], position: 1, flag: true })));
    const asked: string[] = [];
    await db.transaction(async (tx) => {
      const gathering = new Gathering(tx);
      const runner = tx.queryRunner as QueryRunner;
      const query = runner.query.bind(runner);
      runner.query = ((...parameters: Parameters<typeof query>) => {
        asked.push(parameters[0]);
        return query(...parameters);
      }) as typeof runner.query;
      for (const text of ['one', 'two']) for (const id of ids) await gathering.manager.update(Kind, id, { text });
      await gathering.send();
    });
    expect(asked).toEqual([expect.stringMatching(/^UPDATE "kinds"/), 'COMMIT']);
    expect(new Set((await kept()).map(({ text }) => text))).toEqual(new Set(['two']));
  });
});
