import { createHmac } from 'node:crypto';
import pg from 'pg';

export interface Provisioned {
  /** As the role that the running service has: it owns no table. */
  readonly url: string;
  /** As the owner, for migrations. */
  readonly migrationUrl: string;
  readonly owner: string;
  readonly role: string;
}

/**
 * A database with an owner and a running role, made where they are missing. Passwords follow from the superuser's; where the
 * running role's is given, both are set anew, so that they may be changed.
 */
export const provision = async (
  superuserUrl: string, database: string, roles: { owner: string; running: string; password?: string },
): Promise<Provisioned> => {
  const passwords = {
    owner: passwordOf(superuserUrl, roles.owner), running: roles.password ?? passwordOf(superuserUrl, roles.running),
  };
  const client = new pg.Client({ connectionString: superuserUrl });
  await client.connect();
  try {
    for (const each of ['owner', 'running'] as const) {
      await createRole(client, roles[each], passwords[each]);
      if (roles.password !== undefined)
        await client.query(`ALTER ROLE ${pg.escapeIdentifier(roles[each])} LOGIN PASSWORD ${pg.escapeLiteral(passwords[each])}`);
    }
    const { rowCount } = await client.query('SELECT 1 FROM pg_database WHERE datname = $1', [database]);
    if (!rowCount) {
      const [name, owner] = [pg.escapeIdentifier(database), pg.escapeIdentifier(roles.owner)];
      await client.query(`CREATE DATABASE ${name} OWNER ${owner} ENCODING 'UTF8' TEMPLATE template0`);
      await client.query(`REVOKE ALL ON DATABASE ${pg.escapeIdentifier(database)} FROM PUBLIC`);
    }
    await client.query(`GRANT CONNECT ON DATABASE ${pg.escapeIdentifier(database)} TO ${pg.escapeIdentifier(roles.running)}`);
  } finally {
    await client.end();
  }
  return {
    url: urlAs(superuserUrl, database, roles.running, passwords.running),
    migrationUrl: urlAs(superuserUrl, database, roles.owner, passwords.owner),
    owner: roles.owner,
    role: roles.running,
  };
};

const createRole = async (client: pg.Client, role: string, password: string): Promise<void> => {
  const { rowCount } = await client.query('SELECT 1 FROM pg_roles WHERE rolname = $1', [role]);
  if (rowCount) return;
  const [name, secret] = [pg.escapeIdentifier(role), pg.escapeLiteral(password)];
  await client.query(`CREATE ROLE ${name} LOGIN PASSWORD ${secret}`).catch((error: unknown) => {
    if (!(error instanceof pg.DatabaseError && error.code === '42710')) throw error; // made at the same moment by another
  });
};

const passwordOf = (superuserUrl: string, role: string): string =>
  createHmac('sha256', new URL(superuserUrl).password || 'no password').update(role).digest('base64url');

const urlAs = (superuserUrl: string, database: string, role: string, password: string): string => {
  const url = new URL(superuserUrl);
  url.username = role;
  url.password = password;
  url.pathname = `/${database}`;
  return url.href;
};
