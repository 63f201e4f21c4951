import type { EntityManager, EntityTarget, ObjectLiteral } from 'typeorm';
import { insertMany, putMany, updateMany } from './many-rows.js';
import { queryIn } from './sql.js';

/** What reads or changes rows: whatever was gathered before must be there first. */
const asking = new Set<PropertyKey>([
  'save', 'remove', 'softRemove', 'recover', 'updateAll', 'delete', 'deleteAll', 'softDelete', 'restore',
  'count', 'countBy', 'exists', 'existsBy', 'sum', 'average', 'minimum', 'maximum', 'find', 'findBy', 'findAndCount',
  'findAndCountBy', 'findByIds', 'findOne', 'findOneBy', 'findOneById', 'findOneOrFail', 'findOneByOrFail', 'clear', 'increment',
  'decrement', 'query', 'transaction',
]);

/** So many rows wait at most. */
const ROWS = 500;

type Entity = EntityTarget<ObjectLiteral>;

/** Of one table: new rows, rows that are new or not, or changes of rows that are there. Of one kind at a time, as order counts. */
interface Waiting {
  readonly kind: 'insert' | 'put' | 'update';
  readonly rows: ObjectLiteral[];
}

/**
 * A manager whose inserts, upserts and updates by primary key wait, to go as one statement a table: a view that is handed 500
 * events does not ask the database 500 times. Anything else that is asked of it first sends what waits, so that a handler reads
 * its own rows. What waits tells nothing of its outcome: `update` answers no count.
 */
export class Gathering {
  readonly manager: EntityManager;
  private readonly waiting = new Map<Entity, Waiting>();

  constructor(private readonly inner: EntityManager) {
    this.manager = new Proxy(inner, { get: (_, name) => this.property(name) });
  }

  async send(): Promise<void> {
    for (const [entity, { kind, rows }] of this.waiting) {
      this.waiting.delete(entity);
      const [only] = rows;
      if (kind === 'put') await putMany(this.inner, entity, rows);
      else if (kind === 'update') await updateMany(this.inner, entity, this.merged(entity, rows));
      else if (rows.length === 1 && only !== undefined) await this.inner.insert(entity, only);
      else await insertMany(this.inner, queryIn(this.inner), entity, rows);
    }
  }

  private property(name: PropertyKey): unknown {
    if (name === 'insert' || name === 'upsert' || name === 'update') return this[name];
    if (name === 'queryRunner') return this.runner();
    const value: unknown = Reflect.get(this.inner, name);
    if (typeof value !== 'function' || !asking.has(name)) return value;
    return async (...parameters: unknown[]): Promise<unknown> => {
      await this.send();
      return Reflect.apply(value, this.inner, parameters) as unknown;
    };
  }

  private readonly insert = (entity: Entity, row: ObjectLiteral | ObjectLiteral[]): Promise<void> =>
    this.add(entity, 'insert', Array.isArray(row) ? (row as ObjectLiteral[]) : [row]);

  private readonly upsert = async (entity: Entity, row: ObjectLiteral | ObjectLiteral[], by: unknown): Promise<unknown> => {
    const rows = Array.isArray(row) ? (row as ObjectLiteral[]) : [row];
    const keys = this.keysOf(entity);
    if (Array.isArray(by) && by.length === keys.length && keys.every((key) => by.includes(key)))
      return this.add(entity, 'put', rows);
    await this.send();
    return this.inner.upsert(entity, rows, by as string[]);
  };

  private readonly update = async (entity: Entity, which: unknown, changes: ObjectLiteral): Promise<unknown> => {
    const key = this.keyIn(entity, which);
    if (key) return this.add(entity, 'update', [{ ...changes, ...key }]);
    await this.send();
    return this.inner.update(entity, which, changes);
  };

  private async add(entity: Entity, kind: Waiting['kind'], rows: readonly ObjectLiteral[]): Promise<void> {
    if ((this.waiting.get(entity)?.kind ?? kind) !== kind) await this.send();
    const waiting = this.waiting.get(entity) ?? { kind, rows: [] };
    this.waiting.set(entity, waiting);
    waiting.rows.push(...rows);
    if (waiting.rows.length >= ROWS) await this.send();
  }

  private keysOf(entity: Entity): readonly string[] {
    return this.inner.connection.getMetadata(entity).primaryColumns.map(({ propertyName }) => propertyName);
  }

  /** The primary key that is meant, and nothing else: an id, or an object of the key's columns. */
  private keyIn(entity: Entity, which: unknown): ObjectLiteral | undefined {
    const keys = this.keysOf(entity);
    const [only] = keys;
    if (typeof which === 'string' && only !== undefined && keys.length === 1) return { [only]: which };
    if (typeof which !== 'object' || which === null) return undefined;
    const named = Object.entries(which);
    const isKey = named.length === keys.length && named.every(([name, value]) => keys.includes(name) && typeof value === 'string');
    return isKey ? which : undefined;
  }

  /** What is said of a row later counts. */
  private merged(entity: Entity, rows: readonly ObjectLiteral[]): readonly ObjectLiteral[] {
    const keys = this.keysOf(entity);
    const byKey = new Map<string, ObjectLiteral>();
    for (const row of rows) {
      const name = keys.map((key) => String(row[key])).join('/');
      const said = Object.fromEntries(Object.entries(row).filter(([, value]) => value !== undefined));
      byKey.set(name, { ...byKey.get(name), ...said });
    }
    return [...byKey.values()];
  }

  private runner(): unknown {
    const { queryRunner } = this.inner;
    if (queryRunner === undefined) return undefined;
    return new Proxy(queryRunner, {
      get: (target, name) => {
        const value: unknown = Reflect.get(target, name);
        if (name !== 'query' || typeof value !== 'function') return value;
        return async (...parameters: unknown[]): Promise<unknown> => {
          await this.send();
          return Reflect.apply(value, target, parameters) as unknown;
        };
      },
    });
  }
}
