import { jest } from '@jest/globals';
import { execFile } from 'node:child_process';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { promisify } from 'node:util';
import { newId } from '#libs/decider';
import { EmbeddedBus, type WireRecord } from '#libs/messaging';
import { testService, type TestService, until } from '#libs/testing';
import { registration } from '../../registration/src/definition.js';

jest.setTimeout(120_000);

/** A gateway with one service behind it; the others are away. */
const gatewayTo = async (test: TestService): Promise<Server> => {
  const server = createServer((request, response) => {
    const [, rest] = /^\/registration(\/.*)$/.exec(request.url ?? '') ?? [];
    if (rest === undefined) response.destroy();
    else test.service.handle(Object.assign(request, { url: rest }), response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return server;
};

/** Of contests that registration does not know: it can make nothing of them. */
const closed = (contest: string, sequence: number, type = 'jinji.result.closed.v1'): WireRecord => ({
  topic: 'jinji.results', key: contest,
  headers: {
    ce_specversion: '1.0', ce_id: newId(), ce_source: 'judging/1', ce_type: type, ce_subject: contest,
    ce_time: '2026-03-02T01:00:00.000Z', ce_sequence: String(sequence), 'content-type': 'application/json',
  },
  value: Buffer.from(JSON.stringify({ contest, revision: 1, stage: 'provisional', count: 1 })),
});

describe('npm run bus', () => {
  let test: TestService;
  let gateway: Server;
  let env: Record<string, string | undefined>;
  const contest = newId();

  beforeAll(async () => {
    test = await testService(registration);
    gateway = await gatewayTo(test);
    const token = await test.token({ role: 'operator', sub: 'night-shift' });
    const url = `http://127.0.0.1:${(gateway.address() as AddressInfo).port}`;
    env = { PATH: process.env.PATH, JINJI_URL: url, JINJI_TOKEN: token };
    const bus = new EmbeddedBus({ url: test.database.url });
    await bus.createTopics(['jinji.results'], 4);
    const poison = { topic: 'jinji.results', key: 'x', headers: {}, value: Buffer.from([0, 255, 1]) };
    await bus.publish([closed(contest, 1, 'jinji.result.closed.v9'), closed(contest, 2), poison]);
    await bus.close();
    await until(async () => (await test.service.runners.reactor.parked.count()) === 3, 'three parked messages');
  });
  afterAll(async () => {
    gateway?.closeAllConnections();
    await new Promise((resolve) => gateway?.close(resolve));
    await test?.close();
  });

  const run = async (...args: readonly string[]): Promise<{ code: number; out: string; err: string }> => {
    const program = [path.resolve('dist/apps/platform/src/bus-main.js'), ...args];
    return promisify(execFile)(process.execPath, program, { env }).then(
      ({ stdout, stderr }) => ({ code: 0, out: stdout, err: stderr }),
      (error: { code: number; stdout: string; stderr: string }) => ({ code: error.code, out: error.stdout, err: error.stderr }),
    );
  };
  const only = ['--service', 'registration'];
  const parked = async (state = 'parked') => JSON.parse(
    (await run('parked', 'list', ...only, '--state', state, '--json')).out,
  ) as { id: string; sequence: number | null; reason: string | null; decidedBy: string | null }[];
  const idOf = async (sequence: number | null) => (await parked()).find((each) => each.sequence === sequence)?.id ?? 'none';

  it('lists what waits of every service, and says which services could not be asked', async () => {
    const { code, out, err } = await run('parked', 'list');
    expect(code).toBe(1);
    expect(out).toContain(`registration  jinji.result.closed.v9  key ${contest}`);
    expect(out).toMatch(/unknown major version.*\n +1 later ones of the same key wait behind it/);
    expect(out).toContain('no CloudEvent: ce_id is missing');
    expect(err).toContain('judging could not be asked');
    expect((await run('parked', 'list', ...only)).code).toBe(0);
  });

  it('shows one with all that is known of it, whichever service has it', async () => {
    const shown = await run('parked', 'show', await idOf(1), ...only);
    expect(shown.out).toMatch(/service: +registration/);
    expect(shown.out).toContain('ce_source: judging/1');
    expect(shown.out).toContain('"stage": "provisional"');
    expect((await run('parked', 'show', await idOf(null), ...only)).out).toContain('3 bytes: 00ff01');
  });

  it('tries one again for a reason, and fails where it still fails', async () => {
    const id = await idOf(1);
    const reasonless = await run('parked', 'retry', id, ...only);
    expect(reasonless).toMatchObject({ code: 2, err: expect.stringContaining('--reason is needed') });
    const { code, out } = await run('parked', 'retry', id, '--reason', 'a new version runs', ...only);
    expect(code).toBe(1);
    expect(out).toContain(`stopped at ${id}, which still fails`);
  });

  it('gives one up for a reason, which is kept with whose token it was', async () => {
    const id = await idOf(1);
    expect(await run('parked', 'discard', id, '--reason', ' ', ...only)).toMatchObject({ code: 2 });
    const discarded = await run('parked', 'discard', id, '--reason', 'sent by a version that was withdrawn', ...only);
    expect(discarded.out).toContain(`${id} is given up`);
    expect(await parked('discarded')).toMatchObject([
      { id, reason: 'sent by a version that was withdrawn', decidedBy: 'night-shift' },
    ]);
    expect(await run('parked', 'discard', id, '--reason', 'again', ...only)).toMatchObject({
      code: 2, err: expect.stringContaining('422'),
    });
  });

  it('says how it is used, and what it cannot do', async () => {
    expect(await run('--help')).toMatchObject({ code: 0, out: expect.stringContaining('parked retry ID --reason WHY') });
    const wrong = [['parked'], ['topics'], ['parked', 'show', 'x'], ['parked', 'list', '--state', 'lost'], ['parked', '--x']];
    for (const args of wrong) expect((await run(...args)).code).toBe(2);
    expect(await run('parked', 'show', newId(), ...only)).toMatchObject({ code: 2, err: expect.stringContaining('no service') });
    env = { ...env, JINJI_TOKEN: undefined };
    expect(await run('parked', 'list', ...only)).toMatchObject({ code: 2, err: expect.stringContaining('JINJI_TOKEN') });
  });
});
