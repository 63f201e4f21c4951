/** `npm run -s doctor`: what is wrong, and what to do about it. Reads only. */
import { parseArgs } from 'node:util';
import { serviceNames } from './names.js';
import { Unusable } from './operate/admin-api.js';
import { runCommand, usable } from './operate/command.js';
import { examine } from './operate/doctor/examine.js';
import { subjectOf } from './operate/doctor/subject.js';

const usage = `Looks at everything that the services need, changes nothing, and says what to do about what it finds:
databases, migrations, the broker, topics and partitions, groups that do not get on, events that wait to be sent, parked messages,
clocks, keys and certificates, and whether the services are ready.

  npm run -s doctor [-- --service NAME] [--seconds N] [--json]

It is told by the environment that the services have: PEOPLE_DATABASE_URL,
TRAINING_DATABASE_URL … (or DATABASE_URL with --service),
KAFKA_BROKERS with KAFKA_TLS… and KAFKA_USERNAME, KAFKA_PASSWORD (or BUS_URL), BUS_PARTITIONS, AUTH_JWKS_URL, and JINJI_URL,
where the
services are (a gateway, or with {service} in it). Without any of databases and broker it looks at what npm start serves.
--seconds N: a group that reads nothing for so long though messages wait is stuck (10).
Exit code: 0 nothing was found · 1 something was · 2 the command cannot be used.`;

const run = async (): Promise<number> => {
  const { values } = usable(usage, () => parseArgs({
    options: {
      service: { type: 'string' }, seconds: { type: 'string', default: '10' }, json: { type: 'boolean' },
      help: { type: 'boolean', short: 'h' },
    },
  }));
  if (values.help === true) {
    process.stdout.write(`${usage}\n`);
    return 0;
  }
  const { service, seconds } = values;
  const names = serviceNames.filter((name) => service === undefined || name === service);
  if (names.length === 0) throw new Unusable(`there is no service ${service}; there are ${serviceNames.join(', ')}`);
  if (!/^\d+(\.\d+)?$/.test(seconds)) throw new Unusable('--seconds must be a number');
  const subject = await subjectOf(process.env, names, Number(seconds) * 1_000);
  const { services } = await import('./services.js'); // only now: it takes its time
  const looks = await examine(subject, services.filter(({ name }) => names.some((each) => each === name)));
  const findings = looks.flatMap((each) => each.findings);
  const checks = looks.map(({ check, at, findings: found }) => ({ check, at, ok: found.length === 0 }));
  const notLooked = [
    ...names.filter((name) => !subject.databases.has(name)).map(
      (name) => `${name}: ${name.toUpperCase()}_DATABASE_URL is not set`,
    ),
    ...(subject.bus ? [] : ['the bus: KAFKA_BROKERS is not set']),
    ...(subject.jwksUrl === undefined ? ['the issuer\'s keys: AUTH_JWKS_URL is not set'] : []),
    ...(subject.url === undefined ? ['the services: JINJI_URL is not set'] : []),
  ];
  if (values.json === true) process.stdout.write(`${JSON.stringify({ findings, checks, notLooked }, null, 2)}\n`);
  else {
    for (const { check, at } of checks.filter(({ ok }) => ok)) process.stdout.write(`ok       ${check}  ${at}\n`);
    for (const what of notLooked) process.stdout.write(`skipped  ${what}\n`);
    for (const { check, about, says, todo } of findings) process.stdout.write(
      `FINDING  ${check}  ${about}: ${says}\n         → ${todo}\n`,
    );
    process.stdout.write(`${findings.length === 0 ? 'nothing is wrong' : `${findings.length} findings`}\n`);
  }
  return findings.length === 0 ? 0 : 1;
};

await runCommand(run);
