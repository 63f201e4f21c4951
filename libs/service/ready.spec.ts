import { setTimeout as delay } from 'node:timers/promises';
import { type TestService, testService, until } from '#libs/testing';
import { on, type ServiceDefinition } from './index.js';
import { toyService } from './toy.js';

interface Ready {
  readonly status: number;
  readonly body: {
    readonly status: string;
    readonly details: { readonly consumers: { readonly status: string; readonly because?: string; readonly next?: string } };
  };
}

/** A toy service that does something else with what it hears. */
const hearing = (react: () => Promise<unknown>): ServiceDefinition => ({
  ...toyService, reactions: [on('jinji.worker.registered.v1', react)],
});

describe('ready', () => {
  let toys: TestService;
  afterEach(() => toys.close());
  const ready = () => toys.request<Ready['body']>('GET', '/health/ready', { as: null }) as Promise<Ready>;
  const make = async () => expect((await toys.request('POST', '/toys', { body: { name: 'tram' } })).status).toBe(201);

  it('fails while a partition with lag stands still, says which and what to do, and is well again by itself', async () => {
    let away = true;
    toys = await testService(
      hearing(async () => {
        if (away) throw Object.assign(new Error('the house is on fire'), { code: '58000' }); // blames no message: nothing is parked
      }),
      { env: { STANDING_MS: '1000' } },
    );
    expect((await ready()).status).toBe(200);
    await make();
    await until(async () => (await ready()).status === 503, 'not ready');
    const { consumers } = (await ready()).body.details;
    expect(consumers).toMatchObject({ status: 'down', next: expect.stringContaining('restart this instance') });
    // Where the probe of the topic fell to the same partition, it was read.
    expect(consumers.because).toMatch(/jinji\.people\/\d at [01] of \d+ for \d+ s.*on fire/);
    away = false;
    await until(async () => (await ready()).status === 200, 'ready again');
  });

  it('does not fail for slow work, nor for a message that is parked', async () => {
    let slow = true;
    let done = 0;
    toys = await testService(
      hearing(async () => {
        if (!slow) throw new Error('poison');
        await delay(2_500);
        done += 1;
      }),
      { env: { STANDING_MS: '400' } },
    );
    await make();
    while (done === 0) {
      expect((await ready()).status).toBe(200);
      await delay(50);
    }
    slow = false;
    await make();
    await until(async () => (await toys.service.runners.reactor.parked.count()) === 1, 'parked');
    await delay(1_500); // longer than the window
    expect((await ready()).status).toBe(200);
  });

  it('does not fail, nor hang, while the broker is away: what is recorded meanwhile is accepted', async () => {
    toys = await testService(toyService, { env: { KAFKA_BROKERS: '127.0.0.1:9', STANDING_MS: '300' } });
    await make();
    await delay(1_000);
    const since = Date.now();
    expect(await ready()).toMatchObject({ status: 200, body: { details: { topics: { status: 'up', checked: false } } } });
    expect(Date.now() - since).toBeLessThan(20_000);
    await make();
    await until(async () => toys.service.runners.reactor.health().failing !== null, 'the consumer that keeps trying');
    expect((await ready()).status).toBe(200);
  });
});
