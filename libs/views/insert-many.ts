import type { EntityManager, EntityMetadata, EntityTarget, ObjectLiteral } from 'typeorm';
import type { Query } from '#libs/event-store';

const quoted = (name: string): string => `"${name.replaceAll('"', '""')}"`;

/** What JSON cannot carry goes the ordinary way. */
const isPlain = (value: unknown): boolean =>
  !(value instanceof Uint8Array) && typeof value !== 'bigint' && typeof value !== 'function';

/**
 * Many rows of one table in one statement with one parameter. TypeORM's own insert of many rows spends more on naming its
 * thousands of parameters than PostgreSQL does on the rows.
 */
export const insertMany = async (
  manager: EntityManager, query: Query, entity: EntityTarget<ObjectLiteral>, rows: readonly ObjectLiteral[],
): Promise<void> => {
  const metadata = manager.connection.getMetadata(entity);
  // A column that a row leaves out has its default: rows that leave out different ones go apart.
  const alike = new Map<string, { columns: readonly string[]; values: Record<string, unknown>[] }>();
  for (const row of rows) {
    const values = valuesOf(metadata, row);
    if (values === undefined) {
      await manager.insert(entity, [...rows]);
      return;
    }
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
      `INSERT INTO ${table} (${list}) SELECT ${list} FROM json_populate_recordset(NULL::${table}, $1::json)`,
      [JSON.stringify(values)],
    );
  }
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
