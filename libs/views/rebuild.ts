import { DataSource, type EntityManager } from 'typeorm';
import type { EventStore } from '#libs/event-store';
import { Gathering } from './gather.js';
import { queryIn } from './sql.js';
import { copyGrants, nameIndexesAlike, refuseWhatLikeLosesIn } from './table-copies.js';
import type { View } from './view.js';

export interface RebuildOptions {
  /** The owner of the tables: MIGRATION_DATABASE_URL. */
  readonly ownerUrl: string;
  /** Reads the same database; as owner or as the service. */
  readonly store: Pick<EventStore, 'read' | 'head'>;
  /** Where the live tables are. */
  readonly schema?: string;
  readonly batch?: number;
  readonly progress?: (position: number, head: number) => void;
}

export interface Rebuilt {
  readonly view: string;
  readonly position: number;
  readonly events: number;
}

/**
 * Makes a view again from position 0, beside the live tables, and swaps it in. Readers go on with the old tables until
 * one transaction exchanges them, under the lock of the checkpoint: they see the old rows or the new ones, never none.
 */
export const rebuildView = async (view: View, options: RebuildOptions): Promise<Rebuilt> => {
  const db = await new DataSource({
    type: 'postgres', url: options.ownerUrl, entities: [...view.entities], extra: { max: 2 },
  }).initialize();
  try {
    return await new Rebuild(view, db, options).run();
  } finally {
    await db.destroy();
  }
};

class Rebuild {
  private readonly live: string;
  private readonly beside: string;
  private readonly tables: readonly string[];
  private position = 0;
  private events = 0;

  constructor(
    private readonly view: View,
    private readonly db: DataSource,
    private readonly options: RebuildOptions,
  ) {
    this.live = options.schema ?? 'public';
    this.beside = `rebuild_${view.name.replace(/\W/g, '_')}`;
    // Sorted, as every rebuild locks them in the same order.
    this.tables = view.entities.map((entity) => db.getMetadata(entity).tableName).sort();
    if (this.tables.length === 0) throw new Error(`the view ${view.name} has no entities to rebuild`);
  }

  async run(): Promise<Rebuilt> {
    await this.createBeside();
    await this.catchUp(await this.options.store.head());
    for (let attempt = 1; ; attempt += 1) {
      try {
        await this.swap();
        return { view: this.view.name, position: this.position, events: this.events };
      } catch (error) {
        // A long reader holds a table: let others through, and try again.
        if (attempt === 20 || !isLockTimeout(error)) throw error;
        await this.catchUp(await this.options.store.head());
      }
    }
  }

  private async createBeside(): Promise<void> {
    await this.db.transaction(async (tx) => {
      const query = queryIn(tx);
      await refuseWhatLikeLosesIn(query, this.live, this.tables);
      await query(`DROP SCHEMA IF EXISTS "${this.beside}" CASCADE`);
      await query(`CREATE SCHEMA "${this.beside}"`);
      for (const table of this.tables) {
        await query(`CREATE TABLE "${this.beside}"."${table}" (LIKE "${this.live}"."${table}" INCLUDING ALL)`);
        await nameIndexesAlike(query, this.live, this.beside, table);
        await copyGrants(query, this.live, this.beside, table);
      }
    });
  }

  private async catchUp(head: number): Promise<void> {
    while (this.position < head) {
      const from = this.position;
      const done = await this.db.transaction((tx) => this.project(from, tx));
      this.position = done.upTo;
      this.events += done.events;
      this.options.progress?.(this.position, head);
    }
  }

  private async project(after: number, tx: EntityManager): Promise<{ upTo: number; events: number }> {
    const batch = await this.options.store.read(after, this.options.batch ?? 1_000, this.view.types);
    // Only the copies are in sight: a handler that reads or writes anything else fails here, and loudly.
    await queryIn(tx)(`SET LOCAL search_path = "${this.beside}"`);
    const gathering = new Gathering(tx);
    if (this.view.applyAll) await this.view.applyAll(batch.events, gathering.manager);
    else for (const recorded of batch.events) await this.view.apply(recorded, gathering.manager);
    await gathering.send();
    return { upTo: batch.upTo, events: batch.events.length };
  }

  private async swap(): Promise<void> {
    const reached = await this.db.transaction(async (tx) => {
      const query = queryIn(tx);
      await query(`SET LOCAL lock_timeout = '2s'`);
      const checkpoint = `"${this.live}".view_checkpoints`;
      const [row] = await query<{ position: string }>(
        `SELECT position FROM ${checkpoint} WHERE name = $1 FOR UPDATE`, [this.view.name],
      );
      const live = Number(row?.position ?? 0);
      let position = this.position;
      let events = this.events;
      while (position < live) {
        const done = await this.project(position, tx);
        position = done.upTo;
        events += done.events;
      }
      await query(`SET LOCAL search_path = "${this.live}"`);
      const quoted = this.tables.map((table) => `"${this.live}"."${table}"`);
      await query(`LOCK TABLE ${quoted.join(', ')} IN ACCESS EXCLUSIVE MODE`);
      for (const table of quoted) await query(`DROP TABLE ${table}`);
      for (const table of this.tables) await query(`ALTER TABLE "${this.beside}"."${table}" SET SCHEMA "${this.live}"`);
      await query(`DROP SCHEMA "${this.beside}"`);
      await query(
        `INSERT INTO ${checkpoint} (name, position) VALUES ($1, $2)
         ON CONFLICT (name) DO UPDATE SET position = excluded.position`,
        [this.view.name, position],
      );
      return { position, events };
    });
    this.position = reached.position;
    this.events = reached.events;
  }
}

const isLockTimeout = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && ['55P03', '40P01'].includes(String(error.code));
