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

/** Once, whichever signal comes; a second signal does not wait. */
export const onStop = (stop: () => Promise<void>): void => {
  let stopping = false;
  for (const signal of ['SIGINT', 'SIGTERM'] as const)
    process.on(signal, () => {
      if (stopping) process.exit(1);
      stopping = true;
      stop().then(
        () => process.exit(0),
        (error: unknown) => {
          process.stderr.write(`stopping failed: ${String(error)}\n`);
          process.exit(1);
        },
      );
    });
};
