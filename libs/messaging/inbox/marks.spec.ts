import { jest } from '@jest/globals';
import fc from 'fast-check';
import type { PublicType } from '#libs/contracts';
import type { TestDatabase } from '#libs/testing';
import type { WireRecord } from '../bus.js';
import { batchOf, contest, effects, messagingDatabase, recordEffect, sealed, transactionOn } from '../testing/service.js';
import { Inbox } from './inbox.js';

jest.setTimeout(300_000);

const types: PublicType[] = ['jinji.contest.code-sealed.v1'];

let database: TestDatabase;
beforeAll(async () => void (database = await messagingDatabase()));
afterAll(() => database.drop());
beforeEach(() => database.asOwner('TRUNCATE effects, inbox_marks, parked_messages'));

const inbox = () => new Inbox({ transaction: transactionOn(database.pool), types, react: recordEffect, pauseMs: 1 });

/**
 * A sender's log over a few keys; a topic of two partitions; and, in any order: senders that begin at a checkpoint that was
 * reached and send some of it (the first time, or again as a zombie), and consumers that get what their partition holds from
 * the committed place on, alone or two at once as while it moves, and commit it or die before, or begin anew.
 */
const KEYS = ['p', 'q', 'r', 's'];
const PARTITIONS = 2;
type Step =
  | { readonly does: 'send'; readonly from: number; readonly count: number }
  | {
    readonly does: 'consume'; readonly partition: number; readonly count: number; readonly by: 1 | 2; readonly commits: boolean;
  }
  | { readonly does: 'rewind'; readonly partition: number };

const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({ does: fc.constant('send' as const), from: fc.nat(), count: fc.integer({ min: 1, max: 8 }) }),
  },
  {
    weight: 4,
    arbitrary: fc.record({
      does: fc.constant('consume' as const), partition: fc.nat(PARTITIONS - 1), count: fc.integer({ min: 1, max: 10 }),
      by: fc.constantFrom(1 as const, 2 as const), commits: fc.boolean(),
    }),
  },
  { weight: 1, arbitrary: fc.record({ does: fc.constant('rewind' as const), partition: fc.nat(PARTITIONS - 1) }) },
);

describe('a mark by source, topic and key', () => {
  it('lets every message have its effect once and in order, whatever is sent again, delivered again and moved', async () => {
    const log = fc.array(fc.nat(KEYS.length - 1), { minLength: 1, maxLength: 25 });
    await fc.assert(
      fc.asyncProperty(log, fc.array(step, { minLength: 1, maxLength: 25 }), async (keys, steps) => {
        await database.asOwner('TRUNCATE effects, inbox_marks, parked_messages');
        const message = (at: number): WireRecord => sealed(contest(KEYS[keys[at] ?? 0] ?? ''), at + 1);
        const topic: WireRecord[][] = Array.from({ length: PARTITIONS }, () => []);
        const committed = topic.map(() => 0);
        let reached = 0; // the highest checkpoint
        const consume = async (partition: number, count: number, by: 1 | 2, commits: boolean): Promise<void> => {
          const from = committed[partition] ?? 0;
          const some = (topic[partition] ?? []).slice(from, from + count);
          await Promise.all(Array.from({ length: by }, () => inbox().handle(batchOf(some, partition))));
          if (commits) committed[partition] = from + some.length;
        };
        for (const each of steps)
          if (each.does === 'send') {
            const from = each.from % (reached + 1);
            const to = Math.min(keys.length, from + each.count);
            for (let at = from; at < to; at += 1) topic[(keys[at] ?? 0) % PARTITIONS]?.push(message(at));
            reached = Math.max(reached, to);
          } else if (each.does === 'rewind') committed[each.partition] = 0;
          else await consume(each.partition, each.count, each.by, each.commits);
        for (let partition = 0; partition < PARTITIONS; partition += 1) await consume(partition, 10_000, 1, true);

        const model: Record<string, number[]> = {};
        for (let at = 0; at < reached; at += 1) (model[message(at).key ?? ''] ??= []).push(at + 1);
        expect(await effects(database.query)).toEqual(model);
        expect((await database.query('SELECT FROM inbox_marks')).length).toBe(Object.keys(model).length);
      }),
      { numRuns: 25 },
    );
  });

  it('does not grow with the events: ten times as many leave as many rows and bytes', async () => {
    const remembered = async (): Promise<{ rows: number; bytes: number }> => {
      const [row] = await database.query<{ rows: string; bytes: string }>(
        `SELECT count(*) AS rows, sum(bytes) AS bytes FROM (
           SELECT pg_column_size(m.*) AS bytes FROM inbox_marks m UNION ALL SELECT pg_column_size(p.*) FROM parked_messages p) AS kept`,
      );
      return { rows: Number(row?.rows), bytes: Number(row?.bytes) };
    };
    const hear = async (from: number, to: number): Promise<void> => {
      for (let at = from; at < to; at += 500)
        await inbox().handle(batchOf(Array.from({ length: 500 }, (_, n) => sealed(contest(String((at + n) % 20)), at + n + 1))));
    };
    await hear(0, 1_000);
    const few = await remembered();
    await hear(1_000, 10_000);
    const many = await remembered();
    await hear(0, 10_000); // all of it again, as a year later
    expect(await remembered()).toEqual(many);
    expect([few.rows, many.rows]).toEqual([20, 20]);
    expect(many.bytes).toBe(few.bytes);
    expect(Object.values(await effects(database.query)).flat()).toHaveLength(10_000);
  });
});
