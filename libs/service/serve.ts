import { ConfigError, readConfig, type ServiceConfig } from './config.js';
import type { ServiceDefinition } from './definition.js';
import { fewerCollections } from './heap.js';
import { createService, type Service } from './service.js';

/** Requests under way have so long to end, and after that the runners: whoever stops us may lose patience after 30 s. */
const REQUESTS_MS = 10_000;
const REST_MS = 8_000;

/** A service as a process of its own: `await serve(registration)`. Ends cleanly on SIGINT and SIGTERM. */
export const serve = async (definition: ServiceDefinition, env: NodeJS.ProcessEnv = process.env): Promise<void> => {
  fewerCollections();
  let service: Service;
  let config: ServiceConfig;
  try {
    config = readConfig(env);
    service = await createService(definition, config);
    const url = await service.listen(config.PORT, config.HOST);
    process.stderr.write(`${definition.name} listens at ${url}\n`);
  } catch (error) {
    process.stderr.write(`${definition.name} cannot start: ${error instanceof ConfigError ? error.message : String(error)}\n`);
    process.exit(1);
  }
  onStop(async (signal) => {
    // Ctrl-C is a developer's, who has no gateway that must notice first.
    const graceMs = signal === 'SIGTERM' ? config.DRAIN_MS : 0;
    // Whatever hangs then (a broker or database that is away) is done again after the next start, as after a crash.
    const late = setTimeout(() => {
      process.stderr.write(`${definition.name} ends in the middle of its work: stopping took too long\n`);
      process.exit(0);
    }, graceMs + REQUESTS_MS + REST_MS);
    if (!(await service.drain(graceMs, REQUESTS_MS))) process.stderr.write(`${definition.name} cut requests that did not end\n`);
    clearTimeout(late);
  });
};

/** A terminal and npm may both pass on one Ctrl-C: only a later one is meant. */
const IMPATIENT_MS = 2_000;

/** Once, whichever signal comes; a second signal, later, does not wait. */
export const onStop = (stop: (signal: 'SIGINT' | 'SIGTERM') => Promise<void>): void => {
  let since: number | undefined;
  for (const signal of ['SIGINT', 'SIGTERM'] as const)
    process.on(signal, () => {
      if (since !== undefined) {
        if (Date.now() - since > IMPATIENT_MS) process.exit(1);
        return;
      }
      since = Date.now();
      stop(signal).then(
        () => process.exit(0),
        (error: unknown) => {
          process.stderr.write(`stopping failed: ${String(error)}\n`);
          process.exit(1);
        },
      );
    });
};
