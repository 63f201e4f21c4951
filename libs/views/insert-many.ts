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
  if (!(await sent(manager, query, entity, rows, () => ''))) await manager.insert(entity, [...rows]);
};

/** The same for rows that may be there already: of each primary key the last one stays. */
export const putMany = async (manager: EntityManager, entity: Entity, rows: readonly ObjectLiteral[]): Promise<void> => {
  const { primaryColumns } = manager.connection.getMetadata(entity);
  const keyOf = (row: ObjectLiteral): string => primaryColumns.map((column) => String(column.getEntityValue(row))).join('/');
  const last = [...new Map(rows.map((row) => [keyOf(row), row])).values()];
  const keys = primaryColumns.map(({ databaseName }) => databaseName);
  const onConflict = (columns: readonly string[]): string => {
    const changed = columns.filter((column) => !keys.includes(column)).map(quoted);
    return `ON CONFLICT (${keys.map(quoted).join()}) DO UPDATE SET ${changed.map((column) => `${column} = excluded.${column}`).join()}`;
  };
  if (!(await sent(manager, queryIn(manager), entity, last, onConflict)))
    await manager.upsert(entity, last, primaryColumns.map(({ propertyName }) => propertyName));
};

/** False, and nothing was sent, where a value needs TypeORM. */
const sent = async (
  manager: EntityManager, query: Query, entity: Entity, rows: readonly ObjectLiteral[],
  onConflict: (columns: readonly string[]) => string,
): Promise<boolean> => {
  const metadata = manager.connection.getMetadata(entity);
  // A column that a row leaves out has its default: rows that leave out different ones go apart.
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
  for (const { columns, values } of alike.values()) {
    const list = columns.map(quoted).join();
    await query(
      `INSERT INTO ${table} (${list}) SELECT ${list} FROM json_populate_recordset(NULL::${table}, $1::json) ${onConflict(columns)}`,
      [JSON.stringify(values)],
    );
  }
  return true;
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
