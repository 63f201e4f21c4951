import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { parseEnv } from 'node:util';
import { parse } from 'yaml';
import { readConfig } from '#libs/service';
import { serviceNames } from './names.js';
import { services } from './services.js';

interface Container {
  readonly image?: string;
  readonly build?: unknown;
  readonly command?: readonly string[];
  readonly environment?: Readonly<Record<string, unknown>>;
  readonly depends_on?: Readonly<Record<string, { readonly condition: string }>>;
  readonly healthcheck?: unknown;
  readonly ports?: readonly string[];
  readonly volumes?: readonly string[];
}

const compose = parse(readFileSync('docker-compose.yml', 'utf8'), { merge: true }) as {
  readonly services: Readonly<Record<string, Container>>;
  readonly volumes: Readonly<Record<string, unknown>>;
};
const container = (name: string): Container => compose.services[name] ?? {};
const gateway = readFileSync('deploy/gateway.conf.template', 'utf8');
const demo = parseEnv(readFileSync('examples/demo.env', 'utf8')) as Record<string, string>;

/** As compose fills in what it is told; what must be set and is not is an error there. */
const filled = (value: unknown, env: Readonly<Record<string, string>>): string =>
  String(value).replace(/\$\{(\w+):([-?])([^}]*)\}/g, (_, name: string, kind: string, text: string) => {
    if (env[name]) return env[name];
    if (kind === '?') throw new Error(`${name} ${text}`);
    return text;
  });
const environmentOf = (name: string, env: Readonly<Record<string, string>>): Record<string, string> =>
  Object.fromEntries(Object.entries(container(name).environment ?? {}).map(([key, value]) => [key, filled(value, env)]));

describe('docker-compose.yml', () => {
  it.each(serviceNames)('%s runs as a container of its own, with what it needs to know', (name) => {
    expect(container(name)).toMatchObject({
      command: [`dist/apps/${name}/src/main.js`],
      depends_on: { migrate: { condition: 'service_completed_successfully' }, kafka: { condition: 'service_healthy' } },
    });
    const env = environmentOf(name, demo);
    const config = readConfig(env);
    expect(new URL(config.DATABASE_URL)).toMatchObject({ username: name, password: `demo-${name}`, pathname: `/${name}` });
    expect(env).not.toHaveProperty('MIGRATION_DATABASE_URL');
    // What is misspelt would silently be its default.
    const known = readFileSync('libs/service/config.ts', 'utf8');
    for (const variable of Object.keys(env)) expect(known).toMatch(new RegExp(`^  ${variable}[?!:]`, 'm'));
    expect(environmentOf('migrate', demo)[`${name.toUpperCase()}_DATABASE_URL`]).toBe(env.DATABASE_URL);
    expect(container(name).ports).toBeUndefined();
  });

  it('knows all services, and the portal asks them all', () => {
    expect(services.map(({ name }) => name)).toEqual(serviceNames);
    const names = Object.keys(compose.services).filter((name) => container(name).image === 'jinji').sort();
    expect(names).toEqual([...serviceNames, 'issuer', 'migrate', 'portal'].sort());
    expect(names.filter((name) => container(name).build !== undefined)).toEqual(['migrate']); // once is enough
  });

  it('is for production, and asks for what only an operator can say', () => {
    const own = parseEnv(spawnSync('sh', ['deploy/new-env'], { encoding: 'utf8' }).stdout) as Record<string, string>;
    for (const name of ['AUTH_ISSUER', 'AUTH_AUDIENCE', 'AUTH_JWKS_URL', 'PUBLIC_URL']) {
      expect(own[name]).toBe('');
      expect(() => environmentOf('people', { ...demo, [name]: '' })).toThrow(`${name} must be set`);
    }
    const told = {
      ...own, AUTH_ISSUER: 'https://login.example', AUTH_AUDIENCE: 'jinji', AUTH_JWKS_URL: 'https://login.example/jwks',
      PUBLIC_URL: 'https://jinji.example',
    };
    for (const name of serviceNames) expect(readConfig(environmentOf(name, told))).toMatchObject({ NODE_ENV: 'production' });
    expect(environmentOf('issuer', told).NODE_ENV).toBe('production'); // where it refuses to start
    expect(environmentOf('gateway', told).DEVELOPMENT_ISSUER).toBe('');
    expect(() => readConfig(environmentOf('people', { ...demo, NODE_ENV: '' }))).toThrow('JINJI_CLOCK must not be manual');
    const secrets = Object.entries(own).filter(([name]) => name.endsWith('PASSWORD')).map(([, secret]) => secret);
    expect(new Set(secrets).size).toBe(serviceNames.length + 1);
  });

  it('has health checks, and keeps what it stores', () => {
    const files = readFileSync('Dockerfile', 'utf8');
    expect(files).toMatch(/^HEALTHCHECK .*"\/health\/ready"/m);
    for (const name of ['postgres', 'kafka', 'gateway', 'portal', 'issuer']) expect(container(name).healthcheck).toBeDefined();
    expect(container('postgres').volumes).toEqual(['postgres:/var/lib/postgresql']);
    expect(container('kafka')).toMatchObject({
      volumes: ['kafka:/var/lib/kafka/data'], environment: { KAFKA_LOG_DIRS: '/var/lib/kafka/data' },
    });
    expect(Object.keys(compose.volumes).sort()).toEqual(['issuer', 'kafka', 'postgres']);
  });

  it('keeps the fonts that certificates are set in', () => {
    const paper = readFileSync('apps/certification/src/credential/paper.ts', 'utf8');
    const used = [...paper.matchAll(/fontFile\('(\w+)'\)/g)].map(([, name]) => name);
    const kept = [...readFileSync('Dockerfile', 'utf8').matchAll(/! -name '\*-(\w+)\.otf'/g)].map(([, name]) => name);
    expect(used.length).toBeGreaterThan(0);
    expect(kept.sort()).toEqual(used.sort());
  });

  it('uses the images of the tests', () => {
    const tests = readFileSync('libs/testing/containers.ts', 'utf8');
    for (const name of ['postgres', 'kafka']) expect(tests).toContain(`'${container(name).image}'`);
  });
});

describe('the gateway', () => {
  it('has a path a service, and passes on what a service takes', () => {
    const named = /\?<name>([a-z|]+)\)/.exec(gateway)?.[1]?.split('|');
    expect(named).toEqual(serviceNames);
    expect(gateway).toContain('client_max_body_size 20m;');
    expect(gateway).toContain('X-Forwarded-For $remote_addr;'); // what the client says of itself is not passed on
  });

  it('sends again only what changes nothing or carries a key', () => {
    const map = /map "\$request_method:\$http_idempotency_key" \$only_once \{([^}]*)\}/.exec(gateway)?.[1] ?? '';
    const rules = [...map.matchAll(/"~(.+)" "";/g)].map(([, pattern]) => new RegExp(pattern ?? ''));
    const again = (request: string): boolean => rules.some((rule) => rule.test(request));
    expect(['GET:', 'HEAD:', 'POST:7d1f', 'PUT:7d1f', 'DELETE:7d1f'].filter((request) => !again(request))).toEqual([]);
    expect(['POST:', 'PUT:', 'PATCH:', 'DELETE:'].filter(again)).toEqual([]);
    const unkeyed = /location @only_once \{([^}]*)\}/.exec(gateway)?.[1];
    expect(unkeyed).toContain('proxy_request_buffering off;');
    expect(unkeyed).not.toContain('non_idempotent');
  });
});
