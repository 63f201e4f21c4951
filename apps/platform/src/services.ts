import type { ServiceDefinition } from '#libs/service';

/** All services; the only place that imports several. */
export const services = async (): Promise<ServiceDefinition[]> => {
  const found: ServiceDefinition[] = [];
  for (const [name, file] of Object.entries(files)) {
    const module = (await import(`../../${name}/src/${file}.js`).catch((error: unknown) => {
      process.stderr.write(`${name}: ${String(error)}\n`);
      return undefined;
    })) as Record<string, ServiceDefinition> | undefined;
    const definition = module?.[name];
    if (definition) found.push(definition);
  }
  return found;
};

const files = {
  people: 'people.module', training: 'definition', registration: 'definition', judging: 'definition', certification: 'definition', incentives: 'definition',
};
