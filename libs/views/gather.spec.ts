import { Column, DataSource, Entity, PrimaryColumn } from 'typeorm';
import { newId } from '#libs/decider';
import { testDatabase, type TestDatabase } from '#libs/testing';
import { Gathering } from './gather.js';
import { putMany } from './insert-many.js';
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

describe('inserts that wait and go together', () => {
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
});
