/** `npm run -s bus -- parked …`: what could not be worked off, and what becomes of it. */
import { parseArgs } from 'node:util';
import { serviceNames } from './names.js';
import { AdminApi, Unusable } from './operate/admin-api.js';
import { runCommand, usable } from './operate/command.js';
import { decide, list, show, states, type Told } from './operate/parked.js';

const usage = `Messages that a service could not work off wait, and those of the same worker or contest wait behind them.

  npm run -s bus -- parked list [--state parked|retried|discarded]   of all services; without --state: what waits now
  npm run -s bus -- parked show ID                                   all of it: why, headers, data
  npm run -s bus -- parked retry ID --reason WHY                     tries it and those behind it again, in their order
  npm run -s bus -- parked discard ID --reason WHY                   gives it up, and tries those that waited behind it

  --service NAME   only this service: ${serviceNames.join(', ')}
  --url URL        the gateway or npm start; or with {service} in it (JINJI_URL; http://127.0.0.1:3000)
  --json           for programs

JINJI_TOKEN is an operator's token; whose it is is kept with the reason. Without it, the development issuer gives one.
First look at what show says. A cause that is mended (a database, a bug, a missing message that came since): retry. A message
that can never be worked off: discard; the worker or contest then goes on without it, so tell whoever owns the data.
Exit code: 0 done · 1 it still fails, or a service could not be asked · 2 the command cannot be used.`;

const run = async (): Promise<number> => {
  const { positionals: [what, command, id, ...more], values } = usable(usage, () => parseArgs({
    allowPositionals: true,
    options: {
      service: { type: 'string' }, url: { type: 'string' }, state: { type: 'string' }, reason: { type: 'string' },
      json: { type: 'boolean' }, help: { type: 'boolean', short: 'h' },
    },
  }));
  const print = (text: string): boolean => process.stdout.write(`${text}\n`);
  if (values.help === true) {
    print(usage);
    return 0;
  }
  if (what !== 'parked' || more.length > 0) throw new Unusable(usage);
  const { service, state = 'parked', reason = '' } = values;
  const services = serviceNames.filter((name) => service === undefined || name === service);
  if (services.length === 0) throw new Unusable(`there is no service ${service}; there are ${serviceNames.join(', ')}`);
  if (!states.some((each) => each === state)) throw new Unusable(`--state must be one of ${states.join(', ')}`);
  const url = values.url ?? process.env.JINJI_URL ?? 'http://127.0.0.1:3000';
  const token = process.env.JINJI_TOKEN;
  const api = new AdminApi({ url, ...(token ? { token } : {}) });

  const tell = async (): Promise<Told> => {
    if (command === 'list' && id === undefined) return list(api, services, state);
    if (id === undefined || !/^[0-9a-f-]{36}$/.test(id)) throw new Unusable(`say which, by its id\n\n${usage}`);
    if (command === 'show') return show(api, services, id);
    if (command !== 'retry' && command !== 'discard') throw new Unusable(usage);
    if (reason.trim() === '') throw new Unusable(`--reason is needed: it is kept, and read by whoever comes after you`);
    return decide(api, services, command, id, reason);
  };
  const { lines, json, warnings, code } = await tell();
  print(values.json === true ? JSON.stringify(json, null, 2) : lines.join('\n'));
  for (const warning of warnings) process.stderr.write(`${warning}\n`);
  return code;
};

await runCommand(run);
