import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import pg from 'pg';
import { DataSource } from 'typeorm';
import type { MigrationClass } from '#libs/event-store';
import { type Cluster, startPostgres } from '#libs/postgres';

/** In a folder that is gone afterwards. */
export const inFolder = async <T>(work: (folder: string) => Promise<T>): Promise<T> => {
  const folder = await mkdtemp(path.join(tmpdir(), 'jinji-bench-'));
  try {
    return await work(folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
};

/** On a PostgreSQL as it is in earnest: with fsync. */
export const onCluster = <T>(work: (cluster: Cluster) => Promise<T>): Promise<T> =>
  inFolder(async (folder) => {
    const cluster = await startPostgres(folder);
    try {
      return await work(cluster);
    } finally {
      await cluster.remove();
    }
  });

/** As the owner; `grants` are what the running role may do. */
export const migrate = async (
  url: string, role: string, migrations: readonly MigrationClass[], ...grants: readonly ((role: string) => readonly string[])[]
): Promise<void> => {
  const owner = new DataSource({ type: 'postgres', url, migrations: [...migrations], synchronize: false });
  await owner.initialize();
  await owner.runMigrations();
  for (const grant of grants.flatMap((of) => of(pg.escapeIdentifier(role)))) await owner.query(grant);
  await owner.destroy();
};
