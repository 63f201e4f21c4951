import type { TestDatabase } from '#libs/testing';
import { eventStoreDatabase, happened } from './spec-helpers.js';
import { EventStore } from './store.js';

let database: TestDatabase;
beforeAll(async () => {
  database = await eventStoreDatabase();
  await new EventStore(database.pool).append({ stream: 'thing:1', expected: 0, events: [happened(1)] });
});
afterAll(() => database.drop());

describe('the role of the running service', () => {
  it.each([
    `UPDATE events SET data = '{}'`,
    'DELETE FROM events',
    'TRUNCATE events',
    'DROP TABLE events',
    'ALTER TABLE events DISABLE TRIGGER ALL',
    'DELETE FROM streams',
    `UPDATE store SET incarnation = gen_random_uuid()`,
    `SELECT setval('events_position', 1)`,
    `SELECT lo_create(0), nextval('events_position') FROM events FOR UPDATE`,
  ])('cannot %s', async (sql) => {
    await expect(database.query(sql)).rejects.toMatchObject({ code: '42501' });
  });

  it('owns nothing', async () => {
    expect(
      await database.query(`SELECT relname FROM pg_class WHERE pg_get_userbyid(relowner) = current_user`),
    ).toEqual([]);
  });

  it('knows which incarnation of the store it serves', async () => {
    const store = new EventStore(database.pool);
    const first = await store.incarnation();
    expect(await store.incarnation()).toBe(first);
    await database.asOwner('UPDATE store SET incarnation = gen_random_uuid()');
    expect(await store.incarnation()).not.toBe(first);
  });
});
