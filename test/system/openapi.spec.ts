import { Ajv } from 'ajv';
import addFormats from 'ajv-formats';
import { newId } from '#libs/decider';
import type { Role } from '#libs/web';
import { type Api, type Json, readApi, type Route, resolved } from './support/openapi.js';
import { type Platform, startPlatform } from './support/platform.js';

/** What the document of the APIs promises to whoever reads it before writing a client. */
describe('the OpenAPI document', () => {
  let platform: Platform;
  let api: Api;
  beforeAll(async () => {
    platform = await startPlatform();
    api = await readApi(platform);
  }, 300_000);
  afterAll(() => platform?.stop());

  const without = (lacks: (route: Route) => boolean): string[] => api.routes.filter(lacks).map(({ name }) => name);
  const blank = (value: unknown): boolean => typeof value !== 'string' || value.trim() === '';
  const responses = ({ operation }: Route): Record<string, Json> => (operation['responses'] ?? {}) as Record<string, Json>;

  it('describes every route', () => {
    expect(without(({ operation }) => blank(operation['summary']))).toEqual([]);
    expect(without(({ operation }) => blank(operation['description']))).toEqual([]);
    expect(without(({ operation }) => !(operation['tags'] as string[] | undefined)?.length)).toEqual([]);
    const ids = api.routes.map(({ operation }) => operation['operationId']);
    expect(ids.filter((id, i) => ids.indexOf(id) !== i)).toEqual([]);
  });

  it('names every parameter of a path, and describes every schema it refers to', () => {
    expect(
      without(({ path, parameters }) =>
        [...path.matchAll(/{(\w+)}/g)].some(
          ([, name]) => !parameters.some((one) => one['in'] === 'path' && one['name'] === name),
        ),
      ),
    ).toEqual([]);
    const missing = [...JSON.stringify(api.document).matchAll(/"\$ref":"([^"]*)"/g)]
      .map(([, ref]) => ref as string)
      .filter((ref) => resolvedOr(ref) === undefined);
    expect([...new Set(missing)]).toEqual([]);
    expect(platform.logs()).not.toMatch(/Duplicate DTO/); // two classes of one name: one hides the other
  });

  const resolvedOr = ($ref: string): unknown => {
    try {
      return resolved(api.document, { $ref });
    } catch {
      return undefined;
    }
  };

  it('says what every route answers, and how it refuses', () => {
    expect(without((route) => !Object.keys(responses(route)).some((status) => /^2/.test(status)))).toEqual([]);
    const expected = ({ method, roles, body, upload, path }: Route): string[] => [
      ...(roles?.length === 0 ? ['429'] : ['401', '403']),
      ...(path.includes('{') ? ['404'] : []),
      '400',
      '503',
      ...(method === 'GET' ? [] : ['409', '422']),
      ...(body || upload ? ['413', '415'] : []),
    ];
    expect(
      without((route) =>
        expected(route).some((status) => {
          const response = responses(route)[status];
          const content = response && resolved(api.document, response)['content'];
          return !(content as Json | undefined)?.['application/problem+json'];
        }),
      ),
    ).toEqual([]);
    expect(without((route) => route.method === 'GET' && !('content' in (responses(route)['200'] ?? {})))).toEqual([]);
  });

  it('has an example of each body, and it fits the schema', () => {
    const ajv = new Ajv({ strict: false, allErrors: true });
    addFormats.default(ajv);
    ajv.addSchema(api.document, 'openapi.json');
    const faults = api.routes.flatMap(({ name, body }) => {
      if (!body) return [];
      if (body.example === undefined) return [`${name}: no example`];
      const fits = ajv.compile(absolute(body.schema) as Json);
      return fits(body.example) ? [] : [`${name}: ${ajv.errorsText(fits.errors).slice(0, 200)}`];
    });
    expect(faults).toEqual([]);
    expect(api.routes.filter(({ body }) => body).length).toBeGreaterThan(50);
  });

  const absolute = (value: unknown): unknown =>
    JSON.parse(JSON.stringify(value).replaceAll('"$ref":"#/', '"$ref":"openapi.json#/')) as unknown;

  it('has examples that the server takes as well formed', async () => {
    const faults: string[] = [];
    for (const { name, method, path, body, roles } of api.routes) {
      if (!body) continue;
      const answer = await platform.request(
        method,
        path.replaceAll(/{\w+}/g, () => newId()),
        {
          as: { role: roles?.[0] as Role },
          body: body.example,
          headers: { 'if-match': '"1"' },
        },
      );
      if (answer.status === 400 || answer.status >= 500) faults.push(`${name}: ${answer.text.slice(0, 300)}`);
    }
    expect(faults).toEqual([]);
  }, 600_000);
});
