import { type TestService, testService } from '#libs/testing';
import { toyService } from './toy.js';

type Done = { id: string; version: number; position: number };

describe('a service', () => {
  let toys: TestService;
  beforeAll(async () => void (toys = await testService(toyService)), 60_000);
  afterAll(() => toys.close());

  const make = async (name = 'car') => (await toys.request<Done>('POST', '/toys', { body: { name } })).body;

  it('takes a command, answers where it stands, and shows it to whoever waits for that position', async () => {
    const made = await toys.request<Done>('POST', '/toys', { body: { name: 'tram' } });
    expect(made.status).toBe(201);
    expect(made.headers).toMatchObject({ etag: '"1"', 'jinji-position': String(made.body.position) });
    expect(Object.keys(made.body).sort()).toEqual(['id', 'position', 'version']);
    const listed = await toys.request<{ items: unknown[] }>('GET', `/toys?name=tram&after=${made.body.position}`);
    expect(listed.body.items).toMatchObject([{ id: made.body.id, name: 'tram' }]);
    const shown = await toys.request('GET', `/toys/${made.body.id}`);
    expect(shown.body).toEqual({ id: made.body.id, name: 'tram' });
  });

  it('says in public what happened, reacts to it once, and lets deadlines pass with the clock', async () => {
    const { id } = await make();
    await toys.settled();
    const history = async () =>
      (await toys.request<{
        events: { what: string; who: string; when: string; cause: string | null; id: string; effects: string[] }[],
      }>(
        'GET', `/history/toy/${id}`, { as: 'auditor' })).body.events;
    const before = await history();
    expect(before.map(({ what, who }) => [what, who])).toEqual([['ToyMade', expect.any(String)], ['ToyPainted', 'reaction']]);
    expect(before[1]?.cause).toBe(before[0]?.id);
    expect(before[0]?.effects).toEqual([before[1]?.id]);
    await toys.moveClock('2026-05-01T00:00:00.000Z');
    expect((await history()).at(-1)).toMatchObject({
      what: 'ToyExpired', who: 'timer:toy-expiry', when: '2026-04-01T01:00:00.000Z',
    });
    const back = await toys.request('POST', '/admin/clock', { as: 'operator', body: { now: '2026-01-01T00:00:00Z' } });
    expect(back).toMatchObject({ status: 409, body: { rule: 'clock-goes-forward' } });
  });

  it('is for those who have the role, in their organisation; a route that names nobody is for nobody', async () => {
    const { id } = await make();
    expect(await toys.request('GET', `/toys/${id}`, { as: null })).toMatchObject({
      status: 401, headers: { 'www-authenticate': expect.stringContaining('Bearer') },
      body: { type: 'https://jinji.dev/problems/unauthenticated' },
    });
    expect(
      await toys.request('GET', `/toys/${id}`, { as: 'worker' }),
    ).toMatchObject({ status: 403, body: { roles: ['organiser', 'judge'] } });
    expect(await toys.request('GET', `/toys/${id}`, { as: { org: 'org-2' } })).toMatchObject({ status: 404 });
    expect(
      await toys.request('PUT', `/toys/${id}/colour`, {
        // Nor does a version tell that it is there.
        as: { org: 'org-2' }, body: { colour: 'red' }, headers: { 'if-match': '"99"' },
      }),
    ).toMatchObject({ status: 404 });
    expect(
      await toys.request('GET', `/history/toy/${id}`, { as: { role: 'auditor', org: 'org-2' } }),
    ).toMatchObject({ status: 404 });
    expect((await toys.request('GET', '/toys/nobody')).status).toBe(403);
    expect((await toys.request('GET', '/toys/open', { as: null })).status).toBe(200);
    const forged = await toys.request('GET', '/toys', { as: null, headers: { authorization: 'Bearer aaaa.bbbb.cccc' } });
    expect(forged).toMatchObject({ status: 401, headers: { 'www-authenticate': expect.stringContaining('invalid_token') } });
  });

  it('lets two devices not overwrite each other', async () => {
    const { id } = await make();
    await toys.settled(); // painted once by the reaction: version 2
    const paint = (version?: string) =>
      toys.request('PUT', `/toys/${id}/colour`, { body: { colour: 'red' }, headers: version ? { 'if-match': version } : {} });
    expect(await paint()).toMatchObject({ status: 428 });
    expect(await paint('"2"')).toMatchObject({ status: 200, headers: { etag: '"3"' } });
    expect(await paint('"2"')).toMatchObject({ status: 412, body: { version: 3 } });
    expect(await paint('x')).toMatchObject({ status: 400 });
    // The same for what takes several decisions.
    const coats = (version: string) =>
      toys.request('PUT', `/toys/${id}/coats`, { body: { colour: 'blue' }, headers: { 'if-match': version } });
    expect(await coats('"2"')).toMatchObject({ status: 412, body: { version: 3 } });
    expect(await coats('"3"')).toMatchObject({ status: 200, headers: { etag: '"5"' } });
  });

  it.each<[string, string, string, object]>([
    ['an unknown thing', 'GET', '/toys/01955470-0000-7000-8000-000000000001', {}],
    ['a wrong field', 'POST', '/toys', { body: {} }],
    ['broken JSON', 'POST', '/toys', { body: Buffer.from('{'), headers: { 'content-type': 'application/json' } }],
    ['too much', 'POST', '/toys', { body: { name: 'a'.repeat(1_100_000) } }],
    ['a foreign type', 'POST', '/toys', { body: Buffer.from('<a/>'), headers: { 'content-type': 'application/xml' } }],
    ['another role', 'POST', '/toys', { as: 'judge', body: { name: 'a' } }],
    ['nobody', 'GET', '/toys', { as: null }],
    ['an unknown route', 'GET', '/nothing/here', {}],
    ['what failed', 'GET', '/toys/broken', {}],
  ])('says to %s what may be done next, in the language asked for', async (_, method, path, ask) => {
    const { body } = await toys.request(method, path, ask);
    expect(body).toMatchObject({
      type: expect.stringContaining('https://jinji.dev/problems/'), next: expect.stringMatching(/\w/),
    });
  });

  it('refuses in the language asked for, with the rule and what may be done', async () => {
    const refused = await toys.request('POST', '/toys', { body: { name: 'forbidden' }, headers: { 'accept-language': 'zh-CN' } });
    expect(refused).toMatchObject({
      status: 422,
      headers: { 'content-type': expect.stringContaining('application/problem+json') },
      body: {
        type: 'https://jinji.dev/problems/name-forbidden', title: '违反规则', detail: '名称不允许', rule: 'name-forbidden',
        next: '请另选',
        status: 422, data: { name: 'forbidden' },
      },
    });
  });

  it.each<[string, number, unknown, Record<string, string>?]>([
    ['no body', 400, undefined],
    ['broken JSON', 400, Buffer.from('{"name":'), { 'content-type': 'application/json' }],
    ['no UTF-8', 400, Buffer.from([0x22, 0xff, 0x22]), { 'content-type': 'application/json' }],
    ['a list', 400, []],
    ['text', 400, Buffer.from('"x"'), { 'content-type': 'application/json' }],
    ['a NUL', 400, { name: 'a\u0000b' }],
    ['half a surrogate pair', 400, Buffer.from('{"name":"\\ud800"}'), { 'content-type': 'application/json' }],
    ['a prototype', 400, Buffer.from('{"name":"a","__proto__":{"admin":true}}'), { 'content-type': 'application/json' }],
    ['an unknown field', 400, { name: 'a', colour: 'red' }],
    ['a number too large', 400, Buffer.from('{"name":"a","wheels":1e400}'), { 'content-type': 'application/json' }],
    ['a float', 400, { name: 'a', wheels: 1.5 }],
    ['a wrong list', 400, { name: 'a', parts: ['x', null, {}] }],
    ['a wrong part', 400, { name: 'a', parts: [{ name: 1 }] }],
    ['deep nesting', 400, Buffer.from(`{"name":${'['.repeat(50)}${']'.repeat(50)}}`), { 'content-type': 'application/json' }],
    ['a wrong pair', 400, { name: 'a', title: { zh: 'x' } }],
    ['XML', 415, Buffer.from('<a/>'), { 'content-type': 'application/xml' }],
    ['a content type that is none', 415, Buffer.from('abc'), { 'content-type': ';;;' }],
    ['too much', 413, { name: 'a'.repeat(1_100_000) }],
  ])('answers %s with %i', async (_, status, body, headers = {}) => {
    const answer = await toys.request('POST', '/toys', { ...(body === undefined ? {} : { body }), headers });
    expect([answer.status, answer.headers['content-type']]).toEqual([
      status, expect.stringContaining('application/problem+json'),
    ]);
  });

  it('names every wrong field at once', async () => {
    const { body } = await toys.request('POST', '/toys', {
      body: { wheels: 0, parts: [{ name: 'ok' }, { weight: '01' }], lid: null, owner: 'x' },
    });
    expect(
      (body.errors as { field: string }[]).map(({ field }) => field).sort(),
    ).toEqual(['name', 'owner', 'parts[1].name', 'parts[1].weight', 'wheels']);
  });

  it.each([
    '/toys/%E0%A4%A', '/toys/%00', '/toys/abc', '/toys?limit=1&limit=2', '/toys?limit=x', '/toys?after=-1', '/toys?cursor=%22',
    '/toys?x=1',
  ])(
    'answers GET %s with 400', async (path) => {
      expect(await toys.request('GET', path)).toMatchObject({
        status: 400, headers: { 'content-type': expect.stringContaining('problem+json') },
      });
    });

  it('answers an unknown route with 404 and an unexpected error with a 500 that tells nothing', async () => {
    expect(await toys.request('GET', '/nothing/here')).toMatchObject({
      status: 404, body: { type: 'https://jinji.dev/problems/not-found' },
    });
    const broken = await toys.request('GET', '/toys/broken');
    expect(broken.status).toBe(500);
    expect(JSON.stringify(broken.body)).not.toContain('secret');
  });

  it('takes a file where it takes files', async () => {
    const file = Buffer.alloc(1_500_000, 'a');
    const upload = (
      headers: Record<string, string>, body: Buffer = file,
    ) => toys.request('POST', '/toys/import', { body, headers });
    expect(
      await upload({ 'content-type': 'text/csv; charset=utf-8' }),
    ).toMatchObject({ status: 200, body: { bytes: 1_500_000 } });
    expect((await upload({ 'content-type': 'text/csv' }, Buffer.alloc(2_100_000))).status).toBe(413);
    expect((await upload({ 'content-type': 'text/plain' })).status).toBe(415);
    expect((await toys.request('POST', '/toys/import', { headers: { 'content-type': 'text/csv' } })).status).toBe(400);
  });

  it('is healthy, and describes itself', async () => {
    expect(await toys.request('GET', '/health', { as: null })).toMatchObject({ status: 200, body: { status: 'ok' } });
    expect(await toys.request('GET', '/health/ready', { as: null })).toMatchObject({ status: 200 });
    const { body } = await toys.request<{
      paths: Record<string, Record<string, Record<string, unknown>>>,
    }>('GET', '/openapi.json', { as: null });
    expect(body.paths['/toys']?.post).toMatchObject({
      'x-roles': ['organiser'],
      requestBody: { content: { 'application/json': { example: { name: 'car', parts: [{ name: 'wheel', weight: '87.50' }] } } } },
      responses: { 201: expect.anything(), 422: { $ref: '#/components/responses/Problem422' } },
    });
    expect((await toys.request('GET', '/docs', { as: null })).status).toBe(200);
  });

  it('runs under a role that owns nothing and can only add events', async () => {
    for (
      const statement of [
        'UPDATE events SET type = \'x\'', 'DELETE FROM events', 'TRUNCATE events', 'DROP TABLE events',
        'CREATE TABLE mine (a int)',
      ]
    )
      await expect(toys.database.query(statement)).rejects.toThrow(/permission denied|must be owner/);
  });
});
