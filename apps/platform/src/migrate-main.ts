/** `npm run migrate [service]`: brings a service's database up to date, as the owner of its tables; chosen.ts says which one. */
import { pathToFileURL } from 'node:url';
import { migrate, readConfig } from '#libs/service';
import { forChosen } from './chosen.js';

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href)
  await forChosen(process.argv[2], async (service, env) => {
    const ran = await migrate(service, readConfig(env));
    console.log(`${service.name}: ${ran.length === 0 ? 'nothing was pending' : ran.join(', ')}`);
  }).catch((error: unknown) => {
    console.error(error instanceof Error ? error.message : error);
    process.exitCode = 1;
  });
