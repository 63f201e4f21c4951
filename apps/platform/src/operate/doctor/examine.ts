import type { ServiceDefinition } from '#libs/service';
import { lookAtBus } from './bus.js';
import { lookAtDatabase, lookAtManualClocks } from './database.js';
import type { Looked } from './finding.js';
import { lookAtCertificate, lookAtKeys, lookAtServices } from './outside.js';
import type { Subject } from './subject.js';

/** Looks at everything that it is told of, side by side; nothing that is broken keeps it from the rest. */
export const examine = async (subject: Subject, definitions: readonly ServiceDefinition[]): Promise<readonly Looked[]> => {
  const { databases, jwksUrl, url, certificates, now } = subject;
  const known = definitions.flatMap((definition) => {
    const database = databases.get(definition.name);
    return database ? [{ definition, database }] : [];
  });
  const [seen, bus, ...rest] = await Promise.all([
    Promise.all(known.map(({ definition, database }) => lookAtDatabase(definition, database, now))),
    lookAtBus(subject, definitions),
    ...(jwksUrl === undefined ? [] : [lookAtKeys(jwksUrl)]),
    ...[...certificates].map(([variable, file]) => lookAtCertificate(variable, file, now())),
    ...(url === undefined ? [] : [lookAtServices(url, definitions.map(({ name }) => name), now)]),
  ] as const);
  const clocks = new Map(known.flatMap(({ definition: { name } }, n) => {
    const at = seen[n]?.manualClock;
    return at === undefined ? [] : [[name, at] as const];
  }));
  return [...seen.flatMap((each) => each.looked), lookAtManualClocks(clocks), ...bus, ...rest.flat()];
};
