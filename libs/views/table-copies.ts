import type { Query } from '#libs/event-store';

/** `CREATE TABLE … (LIKE … INCLUDING ALL)` leaves out, or shares, what a view's table therefore must not have. */
export const refuseWhatLikeLosesIn = async (query: Query, schema: string, tables: readonly string[]): Promise<void> => {
  const found = await query<{ what: string }>(
    `SELECT c.relname || ': ' || con.conname AS what FROM pg_constraint con JOIN pg_class c ON c.oid = con.conrelid
       WHERE con.contype = 'f' AND c.relnamespace = $1::regnamespace AND c.relname = ANY($2)
     UNION ALL
     SELECT c.relname || ': ' || t.tgname FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid
       WHERE NOT t.tgisinternal AND c.relnamespace = $1::regnamespace AND c.relname = ANY($2)
     UNION ALL
     SELECT c.relname || ': a default of nextval' FROM pg_attrdef d JOIN pg_class c ON c.oid = d.adrelid
       WHERE pg_get_expr(d.adbin, d.adrelid) LIKE 'nextval%' AND c.relnamespace = $1::regnamespace AND c.relname = ANY($2)`,
    [schema, tables],
  );
  if (found.length > 0) throw new Error(`a view's table cannot be rebuilt with ${found.map((f) => f.what).join(', ')}`);
};

interface IndexRow {
  name: string;
  shape: string;
}

const indexesOf = (query: Query, schema: string, table: string) =>
  query<IndexRow>(
    `SELECT c.relname AS name,
       regexp_replace(pg_get_indexdef(i.indexrelid), '^CREATE (UNIQUE )?INDEX .* ON .* USING ', '\\1') AS shape
     FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid
     WHERE i.indrelid = (quote_ident($1) || '.' || quote_ident($2))::regclass ORDER BY 2, 1`,
    [schema, table],
  );

/** Copies of indexes get names of PostgreSQL's choice; a later migration knows them by the names they have today. */
export const nameIndexesAlike = async (query: Query, from: string, to: string, table: string): Promise<void> => {
  const [originals, copies] = [await indexesOf(query, from, table), await indexesOf(query, to, table)];
  // Two steps: a copy's own name may be the name that another one is to get.
  for (const [n, copy] of copies.entries()) await query(`ALTER INDEX "${to}"."${copy.name}" RENAME TO "renamed ${n}"`);
  for (const [n, copy] of copies.entries()) {
    const original = originals[n];
    if (original?.shape !== copy.shape) throw new Error(`the copy of ${table} has other indexes than ${table}`);
    await query(`ALTER INDEX "${to}"."renamed ${n}" RENAME TO "${original.name}"`);
  }
};

export const copyGrants = async (query: Query, from: string, to: string, table: string): Promise<void> => {
  const grants = await query<{ role: string | null; privilege: string }>(
    `SELECT r.rolname AS role, acl.privilege_type AS privilege
     FROM pg_class c CROSS JOIN LATERAL aclexplode(c.relacl) acl LEFT JOIN pg_roles r ON r.oid = acl.grantee
     WHERE c.oid = (quote_ident($1) || '.' || quote_ident($2))::regclass AND acl.grantee <> c.relowner`,
    [from, table],
  );
  for (const { role, privilege } of grants) {
    await query(`GRANT ${privilege} ON "${to}"."${table}" TO ${role === null ? 'PUBLIC' : `"${role}"`}`);
  }
};
