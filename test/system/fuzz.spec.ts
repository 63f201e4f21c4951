import fc from 'fast-check';
import { zipSync } from 'fflate';
import { newId } from '#libs/decider';
import { roles } from '#libs/web';
import { type Chain, playChain } from './support/chain.js';
import { type Api, type Json, readApi, resolved, type Route } from './support/openapi.js';
import { type Answer, type Platform, startPlatform, type Who } from './support/platform.js';

/**
 * Whatever a client sends, the answer is no 5xx, and a refusal is a problem that says what is wrong.
 * FUZZ_RUNS requests a route (20), FUZZ_SEED to see a run again; the seed of a failing run is in its message.
 */
const RUNS = Number(process.env.FUZZ_RUNS ?? 20);
const SEED = Number(process.env.FUZZ_SEED ?? 20260302);
const MiB = 1024 * 1024;

describe('bad input', () => {
  let platform: Platform;
  let api: Api;
  let chain: Chain;
  let ids: readonly string[];
  beforeAll(async () => {
    platform = await startPlatform();
    [api, chain] = [await readApi(platform), await playChain(platform)];
    ids = [
      chain.contest,
      chain.scheme,
      chain.competition,
      chain.appeal,
      chain.sheet,
      chain.programme,
      chain.enrolment,
      chain.unit,
      ...chain.workers,
      ...chain.entries,
      ...chain.decisions,
      ...chain.grants,
    ];
  }, 300_000);
  afterAll(() => platform?.stop());

  const everyone: Who = { role: [...roles], sub: 'chief' };

  const fault = (route: Route, answer: Answer): string | undefined => {
    const { status, headers, body, text } = answer;
    // Who asks for the page of a certificate is told on a page that there is none.
    if (status === 404 && route.path.endsWith('/verify/{number}') && headers['content-type']?.startsWith('text/html') === true)
      return undefined;
    const isProblem = headers['content-type']?.startsWith('application/problem+json') === true;
    if (status >= 500) return `${status} ${text.slice(0, 300)}`;
    if (status < 400) return undefined;
    if (!isProblem) return `${status} is no problem: ${headers['content-type']} ${text.slice(0, 200)}`;
    const complete =
      typeof body['type'] === 'string' &&
      typeof body['title'] === 'string' &&
      typeof body['detail'] === 'string' &&
      body['status'] === status;
    const says = status !== 422 || (typeof body['rule'] === 'string' && body['rule'] !== '');
    return complete && says ? undefined : `incomplete problem: ${text.slice(0, 300)}`;
  };

  const strange = fc.oneof(
    fc.constantFrom(
      '',
      ' ',
      '\u0000',
      '\ud800',
      '\udfff x',
      '__proto__',
      'null',
      '1e400',
      '-0',
      '０１',
      '%00',
      '../..',
      "'; DROP TABLE events; --",
      '💥',
      'ﷺ',
      '\u202e',
      '2026-02-30',
      '9999-12-31',
      '0000-00-00',
      '+10000-01-01T00:00:00Z',
      'x'.repeat(600),
      '字'.repeat(20_000),
    ),
    fc.string({ unit: 'binary', maxLength: 30 }),
    fc.string({ maxLength: 20 }),
  );
  const scrap: fc.Arbitrary<unknown> = fc.oneof(
    strange,
    fc.constantFrom(null, true, false, 0, -1, 1.5, 2 ** 31, 2 ** 53, 1e308, Number.MIN_VALUE, [], {}, [[]], [null], {
      a: { b: { c: [] } },
    }),
    fc.jsonValue({ maxDepth: 2 }),
    fc.constant({ ['__proto__']: { admin: true } }),
    fc.array(fc.constant('x'), { minLength: 1001, maxLength: 1100 }),
  );

  /** Mostly what a schema asks for, and now and then something else. */
  const like = (schema: Json, depth = 0): fc.Arbitrary<unknown> =>
    fc.oneof({ weight: 12, arbitrary: fits(resolved(api.document, schema), depth) }, { weight: 1, arbitrary: scrap });
  const fits = (schema: Json, depth: number): fc.Arbitrary<unknown> => {
    if (depth > 8) return fc.constant(schema['example'] ?? null);
    if (Array.isArray(schema['allOf'])) return like(schema['allOf'][0] as Json, depth + 1);
    if (Array.isArray(schema['enum'])) return fc.constantFrom(...(schema['enum'] as unknown[]));
    if (schema['type'] === 'array') return fc.array(like((schema['items'] ?? {}) as Json, depth + 1), { maxLength: 3 });
    if (schema['properties']) {
      const properties = Object.entries(schema['properties'] as Record<string, Json>).map(
        ([name, part]) => [name, like(part, depth + 1)] as const,
      );
      const needed = (schema['required'] ?? []) as string[];
      return fc.record(Object.fromEntries(properties), { requiredKeys: needed });
    }
    if (schema['type'] === 'integer' || schema['type'] === 'number')
      return fc.oneof(
        fc.integer({
          min: (schema['minimum'] as number | undefined) ?? -10,
          max: (schema['maximum'] as number | undefined) ?? 1000,
        }),
        fc.constant(schema['example'] ?? 1),
      );
    if (schema['type'] === 'boolean') return fc.boolean();
    if (schema['format'] === 'uuid') return fc.constantFrom(...ids, newId());
    return fc.oneof(
      { weight: 3, arbitrary: fc.constant(schema['example'] ?? '说明') },
      { weight: 1, arbitrary: fc.string({ unit: 'grapheme', maxLength: 40 }) },
    );
  };

  /** As JSON, or spoilt on the way. */
  const spoilt = (value: unknown): fc.Arbitrary<Buffer> => {
    const json = JSON.stringify(value);
    return fc.oneof(
      { weight: 10, arbitrary: fc.constant(Buffer.from(json)) },
      { weight: 1, arbitrary: fc.nat(json.length).map((at) => Buffer.from(json.slice(0, at))) },
      {
        weight: 1,
        arbitrary: fc
          .constantFrom(
            '',
            '[]',
            'null',
            '"text"',
            '{"a":1,"a":2}',
            '{"__proto__":{}}',
            '{"constructor":{"prototype":{}}}',
            '{"a":"\\ud800"}',
            '{"a":"\\u0000"}',
            `${'['.repeat(5000)}${']'.repeat(5000)}`,
            '{"a":1e999}',
            '{"a":NaN}',
            '\ufeff{}',
          )
          .map((text) => Buffer.from(text)),
      },
      { weight: 1, arbitrary: fc.uint8Array({ maxLength: 60 }).map((bytes) => Buffer.from(bytes)) },
    );
  };

  const oddHeaders = fc
    .record({
      'idempotency-key': fc.constantFrom('', 'k', 'x'.repeat(201), 'two words', 'é', '"'),
      'if-match': fc.constantFrom('"1"', '"x"', '*', '', '"99999999999"', 'W/"1"', '-1'),
      'accept-language': fc.constantFrom('', 'zh', '*', 'xx;q=9', ','.repeat(3000), 'en;q=0.5, zh;q=abc'),
      'if-none-match': fc.constantFrom('*', '"1"', 'x'),
      authorization: fc.constantFrom('Bearer', 'Bearer x.y.z', 'Basic eDp5', `Bearer ${'a'.repeat(9000)}`, ''),
      'content-type': fc.constantFrom(
        'text/plain',
        'application/json; charset=utf-16',
        'application/xml',
        '',
        'multipart/form-data',
        'application/json;;;',
        'x',
      ),
      accept: fc.constantFrom('text/html', '', '*/*'),
      'content-encoding': fc.constantFrom('gzip', 'br', 'x'),
      'x-forwarded-for': fc.constant('1.2.3.4, x'),
      expect: fc.constant('nothing'),
    })
    .chain((all) => fc.shuffledSubarray(Object.entries(all), { minLength: 1, maxLength: 2 }))
    .map((some) => Object.fromEntries(some));

  const oddParts = fc.oneof(
    { weight: 6, arbitrary: fc.constantFrom(0, 1, 2).chain(() => fc.constantFrom(...ids)) },
    {
      weight: 1,
      arbitrary: fc.constantFrom('%', '%ff', '%00', '%2e%2e', '..', 'null', 'x'.repeat(400), "'", '%F0%9F%92%A5', '%ED%A0%80'),
    },
  );
  const pathOf = (route: Route): fc.Arbitrary<string> => {
    const parts = route.path.split(/({\w+})/);
    return fc.tuple(...parts.map((part) => (part.startsWith('{') ? oddParts : fc.constant(part)))).map((all) => all.join(''));
  };
  const queryOf = (route: Route): fc.Arbitrary<string> => {
    const named = route.parameters
      .filter(({ in: where }) => where === 'query')
      .filter(({ name }) => name !== 'after')
      .map(({ name, schema }) => [String(name), (schema ?? {}) as Json] as const);
    const plain = (value: unknown): string =>
      Buffer.from(typeof value === 'string' ? value : (JSON.stringify(value) ?? ''))
        .toString()
        .slice(0, 900);
    return fc
      .tuple(
        ...named.map(([name, schema]) =>
          fc.option(
            like(schema).map((value) => `${name}=${encodeURIComponent(plain(value))}`),
            { nil: '', freq: 3 },
          ),
        ),
        fc.option(
          fc.constantFrom(
            'x=1',
            'limit=0',
            'limit=-1',
            'limit=1e9',
            'limit=5&limit=6',
            'cursor=!!',
            'cursor=W10',
            'cursor=eyJhIjoxfQ',
            'cursor=WyJ4Il0',
            'after=99999999999999999999',
            'after=1',
            'after=-1',
            'after=x',
            '__proto__=1',
            'a[b]=c',
            '%',
            '&&&=',
          ),
          { nil: '', freq: 3 },
        ),
      )
      .map((all) => all.filter((part) => part !== '').join('&'));
  };

  const requestTo = (route: Route) =>
    fc.tuple(
      pathOf(route),
      queryOf(route),
      fc.oneof({ weight: 3, arbitrary: fc.constant({}) }, { weight: 2, arbitrary: oddHeaders }),
      route.body
        ? like(route.body.schema).chain(spoilt)
        : route.upload
          ? fc.oneof(
              fc.uint8Array({ maxLength: 300 }).map((bytes) => Buffer.from(bytes)),
              strange.map((text) => Buffer.from(text)),
            )
          : fc.constant(undefined),
    );

  const send = (
    route: Route,
    [path, query, headers, body]: [string, string, Record<string, string>, Buffer | undefined],
  ): Promise<Answer> =>
    platform.request(route.method, query === '' ? path : `${path}?${query}`, {
      as: everyone,
      ...(body ? { body } : {}),
      headers: {
        ...(body ? { 'content-type': route.upload?.[0] ?? 'application/json' } : {}),
        'if-match': '"1"',
        ...latin(headers),
      },
    });
  const latin = (headers: Record<string, string>) =>
    Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, Buffer.from(value).toString('latin1')]));

  const shown = (request: readonly unknown[]): string =>
    JSON.stringify(request.map((part) => (Buffer.isBuffer(part) ? part.toString('utf8') : part))).slice(0, 600);

  it(
    'is never more than a client can send',
    async () => {
      const faults: string[] = [];
      const statuses: number[] = [];
      const queue = api.routes.filter(({ path }) => !/\/admin\/clock$/.test(path)).values();
      await Promise.all(
        Array.from({ length: 8 }, async () => {
          for (const route of queue)
            for (const request of fc.sample(requestTo(route), { numRuns: RUNS, seed: SEED + api.routes.indexOf(route) })) {
              const found = await send(route, request).then(
                (answer) => (statuses.push(answer.status), fault(route, answer)),
                (error: unknown) => String(error),
              );
              if (found !== undefined) faults.push(`${route.name} ${shown(request)}\n    → ${found}`);
            }
        }),
      );
      if (faults.length > 0)
        throw new Error(`seed ${SEED}, ${faults.length} of ${statuses.length}:\n${faults.slice(0, 25).join('\n')}`);
      expect(statuses.length).toBeGreaterThan(150 * RUNS);
      // Not only the doorman was tried: many get as far as rules, and some do what they ask for.
      const share = (...wanted: number[]): number =>
        statuses.filter((status) => wanted.includes(status)).length / statuses.length;
      expect(share(404, 409, 412, 422)).toBeGreaterThan(0.15);
      expect(share(200, 201)).toBeGreaterThan(0.15);
      // It still works, and nothing waits for a person.
      await platform.settled();
      expect(await platform.ok('GET', '/health', { as: null })).toMatchObject({ status: 'ok' });
      expect(platform.logs()).not.toMatch(/unexpected error/);
    },
    60_000 + RUNS * 40_000,
  );

  it('is refused when it is too large, before it is read to its end', async () => {
    const large = Buffer.alloc(MiB + 1, 0x20);
    for (const route of api.routes.filter(({ body }) => body).slice(0, 12)) {
      const at = route.path.replaceAll(/{\w+}/g, () => newId());
      const answer = await platform.request(route.method, at, {
        as: everyone,
        body: large,
        headers: { 'content-type': 'application/json', 'if-match': '"1"' },
      });
      expect([route.name, answer.status, fault(route, answer)]).toEqual([route.name, 413, undefined]);
    }
    const file = Buffer.alloc(20 * MiB + 1, 0x41);
    const uploads = api.routes.filter(({ upload }) => upload);
    expect(uploads.length).toBeGreaterThan(3);
    for (const route of uploads) {
      const at = route.path.replaceAll(/{\w+}/g, () => chain.contest);
      const answer = await platform.request(route.method, at, {
        as: everyone,
        body: file,
        headers: { 'content-type': route.upload?.[0] ?? '' },
      });
      expect([route.name, answer.status, fault(route, answer)]).toEqual([route.name, 413, undefined]);
    }
  }, 600_000);

  it('is refused when it unpacks to more than anyone sends', async () => {
    const bomb = Buffer.from(
      zipSync(
        {
          '[Content_Types].xml': Buffer.from('<Types/>'),
          'xl/workbook.xml': Buffer.from('<x/>'),
          'xl/worksheets/sheet1.xml': Buffer.alloc(150 * MiB, 0x20),
        },
        { level: 9 },
      ),
    );
    expect(bomb.length).toBeLessThan(MiB);
    for (const route of api.routes.filter(({ upload }) => upload?.some((type) => type.includes('spreadsheetml')))) {
      const at = route.path.replaceAll(/{\w+}/g, () => (route.path.includes('marking-schemes') ? chain.scheme : chain.contest));
      const answer = await platform.request(route.method, at, {
        as: everyone,
        body: bomb,
        headers: { 'content-type': 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet' },
      });
      expect([route.name, [400, 409, 413, 422].includes(answer.status), fault(route, answer)]).toEqual([route.name, true, undefined]);
    }
  }, 60_000);
});
