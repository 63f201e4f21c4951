import type { EntityManager, EntityMetadata, EntityTarget, ObjectLiteral } from 'typeorm';
import type { Query } from '#libs/event-store';
import { queryIn } from './sql.js';

const quoted = (name: string): string => `"${name.replaceAll('"', '""')}"`;

/** What JSON cannot carry goes the ordinary way. */
const isPlain = (value: unknown): boolean =>
  !(value instanceof Uint8Array) && typeof value !== 'bigint' && typeof value !== 'function';

type Entity = EntityTarget<ObjectLiteral>;

/**
 * Many rows of one table in one statement with one parameter. TypeORM's own insert of many rows spends more on naming its
 * thousands of parameters than PostgreSQL does on the rows.
 */
export const insertMany = async (
  manager: EntityManager, query: Query, entity: Entity, rows: readonly ObjectLiteral[],
): Promise<void> => {
  if (!(await sent(manager, query, entity, rows, insertion))) await manager.insert(entity, [...rows]);
};

/** The same for rows that may be there already: of each primary key the last one stays. */
export const putMany = async (manager: EntityManager, entity: Entity, rows: readonly ObjectLiteral[]): Promise<void> => {
  const { primaryColumns } = manager.connection.getMetadata(entity);
  const keyOf = (row: ObjectLiteral): string => primaryColumns.map((column) => String(column.getEntityValue(row))).join('/');
  const last = [...new Map(rows.map((row) => [keyOf(row), row])).values()];
  const keys = primaryColumns.map(({ databaseName }) => databaseName);
  const insertOrUpdate = (table: string, columns: readonly string[]): string => {
    const changed = columns.filter((column) => !keys.includes(column)).map(quoted).map((column) => `${column} = excluded.${column}`);
    return `${insertion(table, columns)}
      ON CONFLICT (${keys.map(quoted).join()}) DO ${changed.length === 0 ? 'NOTHING' : `UPDATE SET ${changed.join()}`}`;
  };
  if (!(await sent(manager, queryIn(manager), entity, last, insertOrUpdate)))
    await manager.upsert(entity, last, primaryColumns.map(({ propertyName }) => propertyName));
};

/** Rows that are there, each with its primary key and what changes of it; each row once. */
export const updateMany = async (manager: EntityManager, entity: Entity, rows: readonly ObjectLiteral[]): Promise<void> => {
  const { primaryColumns } = manager.connection.getMetadata(entity);
  const keys = primaryColumns.map(({ databaseName }) => quoted(databaseName));
  const update = (table: string, columns: readonly string[]): string => {
    const changed = columns.map(quoted).filter((column) => !keys.includes(column));
    return `UPDATE ${table} AS t SET ${changed.map((column) => `${column} = w.${column}`).join()}
      FROM json_populate_recordset(NULL::${table}, $1::json) AS w WHERE ${keys.map((key) => `t.${key} = w.${key}`).join(' AND ')}`;
  };
  if (await sent(manager, queryIn(manager), entity, rows, update)) return;
  for (const row of rows) {
    const key = Object.fromEntries(primaryColumns.map((column) => [column.propertyName, column.getEntityValue(row) as unknown]));
    await manager.update(entity, key, row);
  }
};

/** One statement for all rows of the same columns; false, and nothing was sent, where a value needs TypeORM. */
const sent = async (
  manager: EntityManager, query: Query, entity: Entity, rows: readonly ObjectLiteral[],
  statement: (table: string, columns: readonly string[]) => string,
): Promise<boolean> => {
  const metadata = manager.connection.getMetadata(entity);
  // A column that a row leaves out has its default, or stays: rows that leave out different ones go apart.
  const alike = new Map<string, { columns: readonly string[]; values: Record<string, unknown>[] }>();
  for (const row of rows) {
    const values = valuesOf(metadata, row);
    if (values === undefined) return false;
    const columns = Object.keys(values);
    const kind = columns.join();
    const group = alike.get(kind) ?? { columns, values: [] };
    alike.set(kind, group);
    group.values.push(values);
  }
  const table = quoted(metadata.tableName);
  for (const { columns, values } of alike.values()) await query(statement(table, columns), [JSON.stringify(values)]);
  return true;
};

const insertion = (table: string, columns: readonly string[]): string => {
  const list = columns.map(quoted).join();
  return `INSERT INTO ${table} (${list}) SELECT ${list} FROM json_populate_recordset(NULL::${table}, $1::json)`;
};

/** By column name; undefined where a value needs TypeORM. */
const valuesOf = ({ columns }: EntityMetadata, row: ObjectLiteral): Record<string, unknown> | undefined => {
  const values: Record<string, unknown> = {};
  for (const column of columns) {
    const value = column.getEntityValue(row, true) as unknown;
    if (value === undefined) continue;
    if (!isPlain(value)) return undefined;
    values[column.databaseName] = value;
  }
  return values;
};
