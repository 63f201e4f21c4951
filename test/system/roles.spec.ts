import { newId } from '#libs/decider';
import { roles, type Role } from '#libs/web';
import { arbitrator, type Chain, chief, playChain } from './support/chain.js';
import { type Api, type Json, readApi, type Route } from './support/openapi.js';
import { type Answer, type Platform, services, startPlatform, type Who } from './support/platform.js';

/** Every route as every role, without a login, with a bad one, and as the same roles of another organisation. */
describe('who may what', () => {
  let platform: Platform;
  let api: Api;
  let chain: Chain;
  let sheet: Json;
  let histories: Record<string, { aggregate: string; id: string }>;
  beforeAll(async () => {
    platform = await startPlatform();
    [api, chain] = [await readApi(platform), await playChain(platform)];
    const { contest, code, part, kind, marks } = await platform.ok<Json>('GET', `/judging/sheets/${chain.sheet}`, {
      as: own('judge'),
    });
    sheet = { contest, code, part, kind, marks };
    histories = Object.fromEntries(await Promise.all(services.map(async (name) => [name, await firstStream(name)] as const)));
  }, 300_000);
  afterAll(() => platform?.stop());

  const firstStream = async (service: (typeof services)[number]): Promise<{ aggregate: string; id: string }> => {
    const [row] = await platform.query<{ stream: string }>(
      service,
      "SELECT stream FROM events WHERE metadata->>'organisation' = 'org-1' ORDER BY position LIMIT 1",
    );
    const [, aggregate = '', id = ''] = /^(.+?)[:/-]([0-9a-f-]{36})$/.exec(row?.stream ?? '') ?? [];
    return { aggregate, id };
  };

  /** The id of a thing that exists, for each kind of path. */
  const things = (): [RegExp, string | undefined][] => [
    [/^\/(people|training|certification)\/workers\/{/, chain.workers[3]],
    [/^\/people\/units\/{/, chain.unit],
    [/^\/training\/programmes\/{/, chain.programme],
    [/^\/training\/enrolments\/{/, chain.enrolment],
    [/^\/training\/drills\/{/, chain.drill],
    [/^\/registration\/competitions\/{/, chain.competition],
    [/^\/(registration|judging|certification|incentives)\/contests\/{/, chain.contest],
    [/^\/registration\/entries\/{/, chain.entries[3]],
    [/^\/(registration\/appeals|judging\/hearings)\/{/, chain.appeal],
    [/^\/judging\/marking-schemes\/{/, chain.scheme],
    [/^\/judging\/sheets\/{/, chain.sheet],
    [/^\/certification\/decisions\/{/, chain.decisions[3]],
    [/^\/certification\/certificates\/{/, chain.certificates[0]],
    [/^\/incentives\/grants\/{/, chain.grants[0]],
  ];
  /** Paths whose last parts name nothing that an organisation owns. */
  const unowned = /\/admin\/parked\/|\/certification\/(policies|issuer-keys)\//;

  const named = ({ path }: Route): string | undefined => {
    const history = /^\/(\w+)\/history\/{aggregate}/.exec(path)?.[1];
    if (history) return `/${history}/history/${histories[history]?.aggregate}/${histories[history]?.id}`;
    const id = things().find(([pattern]) => pattern.test(path))?.[1];
    // What lies within it is nothing that the chain has made.
    return id === undefined ? undefined : path.replace(/{\w+}/, id).replaceAll(/{\w+}/g, () => newId());
  };
  const anywhere = ({ path }: Route): string => path.replaceAll(/{\w+}/g, () => newId());
  /** With the parameters that it cannot do without. */
  const queried = (route: Route, at: string): string => {
    const values: Record<string, string | undefined> = { contest: chain.contest, code: chain.codes[3], of: newId() };
    const needed = route.parameters
      .filter(({ in: where, required }) => where === 'query' && required === true)
      .map(({ name }) => String(name));
    return needed.length === 0 ? at : `${at}?${needed.map((name) => `${name}=${values[name] ?? ''}`).join('&')}`;
  };

  /** Bodies whose references must exist for the thing in the path to be looked at. */
  const bodies = (): Record<string, unknown> => ({
    'PUT /judging/sheets/{id}': sheet,
    'POST /judging/sheets/{id}/submit': { ...sheet, sign: true },
    'POST /judging/hearings/{id}/assign': { contest: chain.contest, arbitrator: 'arbitrator' },
    'POST /people/workers/{worker}/merge': { into: chain.workers[2] },
    'POST /people/workers/{worker}/unit': { unit: chain.unit },
  });
  const bodyOf = (route: Route): { body?: unknown; headers?: Record<string, string> } => {
    const headers = { 'if-match': '"1"' };
    if (route.upload)
      return { body: Buffer.from('姓名,身份证号\n'), headers: { ...headers, 'content-type': route.upload[0] ?? '' } };
    return route.method === 'GET' ? {} : { headers, ...(route.body ? { body: bodies()[route.name] ?? route.body.example } : {}) };
  };
  const ask = (route: Route, as: Who | null, at = anywhere(route), headers: Record<string, string> = {}): Promise<Answer> => {
    const { headers: own, ...rest } = bodyOf(route);
    return platform.request(route.method, queried(route, at), { as, ...rest, headers: { ...own, ...headers } });
  };

  const closed = () => api.routes.filter((route) => route.roles?.length !== 0);
  const says = (answer: Answer): string => `${answer.status} ${answer.text.slice(0, 150)}`;
  const isProblem = (answer: Answer, status: number): boolean =>
    answer.status === status &&
    answer.headers['content-type']?.startsWith('application/problem+json') === true &&
    answer.body['status'] === status;

  /** Runs them some at a time, and gives what each found wrong. */
  const faults = async (routes: readonly Route[], look: (route: Route) => Promise<string | undefined>): Promise<string[]> => {
    const found: string[] = [];
    const queue = routes.values();
    await Promise.all(
      Array.from({ length: 8 }, async () => {
        for (const route of queue) {
          const fault = await look(route);
          if (fault !== undefined) found.push(`${route.name}: ${fault}`);
        }
      }),
    );
    return found.sort();
  };

  it('says of every route who may', () => {
    const known = new Set<string>(roles);
    expect(api.routes.length).toBeGreaterThan(150);
    expect(new Set(api.routes.map(({ path }) => path.split('/')[1]))).toEqual(new Set(services));
    expect(api.routes.filter((route) => !route.roles?.every((role) => known.has(role))).map(({ name }) => name)).toEqual([]);
    expect(
      api.routes
        .filter((route) => route.roles?.length === 0)
        .map(({ path }) => path.replace(/^\/\w+\/health/, '/*/health'))
        .filter((path, i, all) => all.indexOf(path) === i)
        .sort(),
    ).toEqual([
      '/*/health',
      '/*/health/live',
      '/*/health/ready',
      '/certification/.well-known/jwks.json',
      '/certification/issuer',
      '/certification/policies/{id}/{version}',
      '/certification/status-lists/{list}/{purpose}',
      '/certification/verify/{number}',
      '/people/workers/{worker}/masked-name',
      '/registration/contests/{id}/draw',
      '/registration/contests/{id}/notice',
    ]);
  });

  it('knows nobody without a token, or with a bad one', async () => {
    const [head, , signature] = (await platform.token('organiser')).split('.') as [string, string, string];
    const claims = Buffer.from(
      JSON.stringify({ sub: 'x', org: 'org-1', roles, iss: 'urn:jinji:development-issuer', aud: 'jinji', exp: 4e9 }),
    ).toString('base64url');
    const forged = `Bearer ${head}.${claims}.${signature}`;
    const unsigned = `Bearer ${Buffer.from('{"alg":"none"}').toString('base64url')}.${claims}.`;
    expect(
      await faults(closed(), async (route) => {
        for (const headers of [
          {},
          { authorization: 'Bearer nonsense' },
          { authorization: forged },
          { authorization: unsigned },
        ] as Record<string, string>[]) {
          const answer = await ask(route, null, named(route) ?? anywhere(route), headers);
          if (!isProblem(answer, 401) || !answer.headers['www-authenticate']?.startsWith('Bearer')) return says(answer);
        }
        return undefined;
      }),
    ).toEqual([]);
    expect(
      await faults(
        api.routes.filter((route) => route.roles?.length === 0),
        async (route) => {
          const answer = await ask(route, null);
          return answer.status === 401 || answer.status === 403 || answer.status >= 500 ? says(answer) : undefined;
        },
      ),
    ).toEqual([]);
  }, 600_000);

  it('refuses every role that a route does not name, and says which it needs', async () => {
    expect(
      await faults(closed(), async (route) => {
        for (const role of roles.filter((one) => !route.roles?.includes(one))) {
          const answer = await ask(route, own(role), named(route) ?? anywhere(route));
          if (!isProblem(answer, 403) || String(answer.body['roles']) !== String(route.roles)) return `${role}: ${says(answer)}`;
        }
        return undefined;
      }),
    ).toEqual([]);
  }, 600_000);

  it('lets in every role that a route names', async () => {
    expect(
      await faults(closed(), async (route) => {
        for (const role of route.roles as Role[]) {
          const at = route.method === 'GET' ? (named(route) ?? anywhere(route)) : anywhere(route);
          const answer = await ask(route, { role, org: `org-of-${role}` }, at);
          if (answer.status === 401 || answer.status === 403 || answer.status >= 500) return `${role}: ${says(answer)}`;
        }
        return undefined;
      }),
    ).toEqual([]);
  }, 600_000);

  it('shows another organisation nothing, neither by an id nor in a list', async () => {
    const ours = [
      ...chain.workers,
      ...chain.entries,
      ...chain.codes,
      ...chain.decisions,
      ...chain.grants,
      ...chain.certificates,
      chain.unit,
      chain.programme,
      chain.enrolment,
      chain.drill,
      chain.scheme,
      chain.competition,
      chain.contest,
      chain.sheet,
      chain.appeal,
    ];
    expect(
      await faults(closed(), async (route) => {
        const at = named(route);
        for (const role of route.roles as Role[]) {
          if (shared(route, role)) continue;
          const [asked, answer] = [
            queried(route, at ?? anywhere(route)),
            await ask(route, stranger(role), at ?? anywhere(route)),
          ];
          if (at !== undefined && !isProblem(answer, 404) && !(await isAsForNothing(route, role, answer)))
            return `${role}: ${says(answer)}`;
          const told = ours.find(
            (id) => answer.text.includes(id) && !asked.includes(id) && !JSON.stringify(bodyOf(route)).includes(id),
          );
          if (told !== undefined) return `${role} is told of ${told}: ${says(answer)}`;
        }
        return undefined;
      }),
    ).toEqual([]);
  }, 600_000);

  /** A list of what belongs to an id is as empty as for an id that nothing has. */
  const isAsForNothing = async (route: Route, role: Role, { status, text }: Answer): Promise<boolean> => {
    const nothing = await ask(route, stranger(role), anywhere(route));
    const plain = (said: string): string => said.replaceAll(/[0-9a-f]{8}-[0-9a-f-]{27}/g, 'an id');
    return status === 200 && nothing.status === 200 && plain(text) === plain(nothing.text);
  };

  /** Units are the same for every organisation; duplicates across organisations, and erasure, are an operator's. */
  const shared = ({ path }: Route, role: Role): boolean =>
    path.startsWith('/people/units') || (role === 'operator' && /^\/people\/workers\/{worker}\/(merge|erase)$/.test(path));

  /** What makes the 404s above mean something: in their own organisation the same requests find what they ask for. */
  it('finds the same things for their own organisation', async () => {
    const byId = closed().filter(({ path }) => path.includes('{') && !unowned.test(path) && !path.includes('/{recusal}/'));
    expect(byId.filter((route) => named(route) === undefined).map(({ name }) => name)).toEqual([]);
    const proven: string[] = [];
    const isLast = ({ path }: Route): boolean => /\/(erase|merge|withdraw|annul|disqualify|cancel)$/.test(path);
    const look = async (route: Route): Promise<string | undefined> => {
      const answers: Answer[] = [];
      for (const role of route.roles as Role[]) answers.push(await ask(route, own(role), named(route)));
      const found = answers.filter(({ status }) => (route.method === 'GET' ? status === 200 : ![400, 404].includes(status)));
      if (found.length === 0) return answers.map(says).join(' | ');
      proven.push(route.name);
      return undefined;
    };
    const faulty = [
      ...(await faults(
        byId.filter((route) => route.method === 'GET'),
        look,
      )),
      ...(await faults(
        byId.filter((route) => route.method !== 'GET' && !isLast(route)),
        look,
      )),
      ...(await faults(byId.filter(isLast), look)),
    ];
    expect(faulty).toEqual([]);
    expect(proven.length).toBe(byId.length);
    expect(proven.length).toBeGreaterThan(80);
  }, 600_000);

  /** Someone of the chain's own organisation; an HR system belongs to its unit. */
  const own = (role: Role): Who => {
    if (role === 'chief-judge') return chief;
    if (role === 'arbitrator') return arbitrator;
    if (role === 'judge') return { role, sub: 'judge-3' };
    if (role === 'worker') return { role, sub: chain.workers[3] ?? '' };
    return role === 'hr' ? { role, org: chain.unit } : { role };
  };
  /** The same subject and role under another organisation. */
  const stranger = (role: Role): Who => ({ ...own(role), org: 'org-2', ...(role === 'worker' ? { sub: newId() } : {}) });
});
