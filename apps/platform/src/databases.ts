import { randomBytes } from 'node:crypto';
import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { keptSecret, provision, type Provisioned, runningUrl, startPostgres } from '#libs/postgres';

/** The databases of a platform's data folder. */
export interface Databases {
  readonly masterKey: string;
  readonly bus: Provisioned;
  of(service: string): Promise<Provisioned>;
  close(): Promise<void>;
}

/** For tools: the cluster of a platform that runs, or started for as long as the tool takes. */
export const openDatabases = async (folder: string): Promise<Databases> => {
  const home = path.join(path.resolve(folder), 'postgres');
  const running = await runningUrl(home);
  const started = running === undefined ? await startPostgres(home) : { url: running, stop: async () => undefined };
  const { url } = started;
  return {
    masterKey: await masterKeyOf(path.resolve(folder)),
    bus: await busOn(url),
    of: (service) => serviceOn(url, service),
    close: () => started.stop(),
  };
};

export const busOn = (superuserUrl: string): Promise<Provisioned> => provision(superuserUrl, 'bus', {
  owner: 'bus_owner', running: 'bus',
});

export const serviceOn = (superuserUrl: string, service: string): Promise<Provisioned> =>
  provision(superuserUrl, service, { owner: `${service}_owner`, running: service });

/** Wraps the keys of people's data; whoever loses it loses that data. */
export const masterKeyOf = async (folder: string): Promise<string> => {
  await mkdir(folder, { recursive: true });
  return keptSecret(path.join(folder, 'master-key'), () => randomBytes(32).toString('base64'));
};
