import { jest } from '@jest/globals';
import { migrated, type TestDatabase, until } from '#libs/testing';
import { type BatchHandler, ClaimLost } from '../bus.js';
import { busContract, record } from '../testing/bus-contract.js';
import { EmbeddedBus } from './embedded-bus.js';
import { embeddedBusGrants, embeddedBusMigrations } from './schema.js';

jest.setTimeout(120_000);

let database: TestDatabase;
beforeAll(async () => {
  database = await migrated(embeddedBusMigrations, embeddedBusGrants);
});
afterAll(() => database.drop());

const open = (times: { leaseMs?: number; beatMs?: number } = {}) =>
  new EmbeddedBus({ url: database.url, leaseMs: 1_000, beatMs: 250, ...times });

busContract('embedded', () => ({ open, patienceMs: 30_000, sessionMs: 1_000 }));

describe('the embedded bus', () => {
  it('takes the partitions of one that died, which can commit no more', async () => {
    const [dying, living] = [open({ leaseMs: 400, beatMs: 60_000 }), open({ leaseMs: 400, beatMs: 100 })];
    await dying.createTopics(['dying'], 1);
    await dying.publish([record('dying', 'k', 0)]);
    let release: () => void = () => undefined;
    const frozen = new Promise<void>((resolve) => (release = resolve));
    let late: unknown = 'nothing yet';
    dying.subscribe('g', ['dying'], async (batch) => {
      await frozen;
      late = await batch.commit(0).catch((error: unknown) => error);
    });
    const claims = `SELECT FROM bus.claims WHERE topic = 'dying' AND member IS NOT NULL`;
    await until(async () => (await database.query(claims)).length === 1, 'a claim', 30_000);
    const seen: string[] = [];
    const take: BatchHandler = async (batch) => {
      seen.push(String(batch.records[0]?.value));
      await batch.commit(0);
    };
    living.subscribe('g', ['dying'], take);
    await until(() => seen.length === 1, 'the takeover', 30_000);
    release();
    await until(() => late !== 'nothing yet', 'the late commit', 30_000);
    expect(late).toBeInstanceOf(ClaimLost);
    expect(seen).toEqual(['{"n":0}']);
    await Promise.all([dying.close(), living.close()]);
  });

  it('gives offsets without gaps, also where a publisher fails', async () => {
    const bus = open();
    await bus.createTopics(['gaps'], 1);
    await bus.publish([record('gaps', 'k', 0)]);
    await expect(bus.publish([record('gaps', 'k', 1), record('nowhere', 'k', 1)])).rejects.toThrow('no topic nowhere');
    await bus.publish([record('gaps', 'k', 2)]);
    const rows = await database.query<{ offset: string }>(`SELECT "offset" FROM bus.log WHERE topic = 'gaps' ORDER BY 1`);
    expect(rows.map(({ offset }) => offset)).toEqual(['0', '1']);
    await bus.close();
  });

  it('lets the running role change nothing that was published', async () => {
    for (const sql of [`DELETE FROM bus.log`, `UPDATE bus.log SET value = NULL`, `TRUNCATE bus.log`, `DROP TABLE bus.log`])
      await expect(database.query(sql)).rejects.toThrow(/permission denied|must be owner/);
  });

  it('comes back after its connections were cut', async () => {
    const bus = open();
    await bus.createTopics(['cut'], 2);
    const seen: string[] = [];
    bus.subscribe('cutters', ['cut'], async (batch) => {
      for (const { value, offset } of batch.records) {
        seen.push(String(value));
        await batch.commit(offset);
      }
    });
    await bus.publish([record('cut', 'k', 0)]);
    await until(() => seen.length >= 1, 'the first', 30_000);
    await database.query(
      `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
        WHERE application_name LIKE 'jinji-bus%' AND datname = current_database()`,
    );
    await until(() => bus.publish([record('cut', 'k', 1)]).then(() => true, () => false), 'a publish that works again', 30_000);
    await until(() => new Set(seen).size === 2, 'the second', 30_000);
    await bus.close();
  });
});
