import { type FleetOptions, serviceNames, startFleet } from '#libs/fleet';
import { emptyFolder, FIRST_INSTANT, type Server, startIn } from './server.js';

/** Each service as processes of its own with a database of its own, over a real Kafka. */
export const startApart = (instances: number): Promise<Server> =>
  startIn(emptyFolder(), async (folder) => {
    const each: FleetOptions['instances'] = Object.fromEntries(serviceNames.map((name) => [name, instances]));
    const fleet = await startFleet({
      folder, instances: each, startAt: FIRST_INSTANT, tell: (sentence) => void process.stderr.write(`${sentence}\n`),
    });
    return { url: fleet.url, end: () => fleet.stop() };
  });
