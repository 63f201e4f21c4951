import { ConfigError, readConfig } from './config.js';
import type { ServiceDefinition } from './definition.js';
import { createService, type Service } from './service.js';

/** A service as a process of its own: `await serve(registration)`. Ends cleanly on SIGINT and SIGTERM. */
export const serve = async (definition: ServiceDefinition, env: NodeJS.ProcessEnv = process.env): Promise<void> => {
  let service: Service;
  try {
    const config = readConfig(env);
    service = await createService(definition, config);
    const url = await service.listen(config.PORT, config.HOST);
    process.stderr.write(`${definition.name} listens at ${url}\n`);
  } catch (error) {
    process.stderr.write(`${definition.name} cannot start: ${error instanceof ConfigError ? error.message : String(error)}\n`);
    process.exit(1);
  }
  onStop(() => service.close());
};

/** A terminal and npm may both pass on one Ctrl-C: only a later one is meant. */
const IMPATIENT_MS = 2_000;

/** Once, whichever signal comes; a second signal, later, does not wait. */
export const onStop = (stop: () => Promise<void>): void => {
  let since: number | undefined;
  for (const signal of ['SIGINT', 'SIGTERM'] as const)
    process.on(signal, () => {
      if (since !== undefined) {
        if (Date.now() - since > IMPATIENT_MS) process.exit(1);
        return;
      }
      since = Date.now();
      stop().then(
        () => process.exit(0),
        (error: unknown) => {
          process.stderr.write(`stopping failed: ${String(error)}\n`);
          process.exit(1);
        },
      );
    });
};
