import type { EntityManager, EntityTarget, ObjectLiteral } from 'typeorm';
import { insertMany } from './insert-many.js';
import { queryIn } from './sql.js';

/** What reads or changes rows: whatever was gathered before must be there first. */
const asking = new Set<PropertyKey>([
  'save', 'remove', 'softRemove', 'recover', 'update', 'updateAll', 'upsert', 'delete', 'deleteAll', 'softDelete', 'restore',
  'count', 'countBy', 'exists', 'existsBy', 'sum', 'average', 'minimum', 'maximum', 'find', 'findBy', 'findAndCount',
  'findAndCountBy', 'findByIds', 'findOne', 'findOneBy', 'findOneById', 'findOneOrFail', 'findOneByOrFail', 'clear', 'increment',
  'decrement', 'query', 'transaction',
]);

/** So many rows wait at most. */
const ROWS = 500;

/**
 * A manager whose inserts wait, to go as one statement a table: a view that is handed 500 events does not ask the database 500
 * times. Anything else that is asked of it first sends what waits, so that a handler reads its own rows.
 */
export class Gathering {
  readonly manager: EntityManager;
  private readonly waiting = new Map<EntityTarget<ObjectLiteral>, ObjectLiteral[]>();

  constructor(private readonly inner: EntityManager) {
    this.manager = new Proxy(inner, { get: (_, name) => this.property(name) });
  }

  async send(): Promise<void> {
    for (const [entity, rows] of this.waiting) {
      this.waiting.delete(entity);
      const [only] = rows;
      if (rows.length === 1 && only !== undefined) await this.inner.insert(entity, only);
      else await insertMany(this.inner, queryIn(this.inner), entity, rows);
    }
  }

  private property(name: PropertyKey): unknown {
    if (name === 'insert') return this.insert;
    if (name === 'queryRunner') return this.runner();
    const value: unknown = Reflect.get(this.inner, name);
    if (typeof value !== 'function' || !asking.has(name)) return value;
    return async (...parameters: unknown[]): Promise<unknown> => {
      await this.send();
      return Reflect.apply(value, this.inner, parameters) as unknown;
    };
  }

  private readonly insert = async (entity: EntityTarget<ObjectLiteral>, row: ObjectLiteral | ObjectLiteral[]): Promise<void> => {
    const rows = this.waiting.get(entity) ?? [];
    this.waiting.set(entity, rows);
    rows.push(...(Array.isArray(row) ? (row as ObjectLiteral[]) : [row]));
    if (rows.length >= ROWS) await this.send();
  };

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
