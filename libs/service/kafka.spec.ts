import { kafkaAccess, KafkaBus } from '#libs/messaging';
import { describeKafka, testKafka, type TestService, testService, until } from '#libs/testing';
import { toyService } from './toy.js';

describeKafka('a service over Kafka', () => {
  let toys: TestService;
  beforeAll(async () => {
    toys = await testService(toyService, { env: { BUS_URL: `kafka://${await testKafka()}` } });
  }, 120_000);
  afterAll(() => toys?.close());

  it('makes its topics before it has anything to say, for whoever subscribes early', async () => {
    const bus = new KafkaBus({ access: kafkaAccess(await testKafka()) });
    const partitions = async () => (await bus.lag('nobody', ['jinji.people'])).length;
    await until(async () => (await partitions()) === 4, 'four partitions');
    await bus.close();
  }, 120_000);

  it('says in public what happened, reacts to it once, and tells its health', async () => {
    const { id } = (await toys.request<{ id: string }>('POST', '/toys', { body: { name: 'tram' } })).body;
    await toys.settled();
    const { events } = (await toys.request<{ events: { what: string; who: string; id: string; cause: string | null }[] }>(
      'GET', `/history/toy/${id}`, { as: 'auditor' },
    )).body;
    expect(events.map(({ what, who }) => [what, who])).toEqual([['ToyMade', expect.any(String)], ['ToyPainted', 'reaction']]);
    expect(events[1]?.cause).toBe(events[0]?.id);
    const health = await toys.request<{ details: unknown }>('GET', '/health', { as: null });
    expect(health).toMatchObject({
      status: 200, body: { details: { consumers: { status: 'up' }, relay: { status: 'up' } } },
    });
    // Other specs speak on this broker too: of what this service said nothing is parked.
    const parked = await toys.database.query(
      `SELECT FROM parked_messages WHERE source = 'people/' || (SELECT incarnation FROM store)`,
    );
    expect(parked).toEqual([]);
    const embedded = await toys.database.query(`SELECT FROM pg_namespace WHERE nspname = 'bus'`);
    expect(embedded).toEqual([]); // no bus was made in a database
  }, 120_000);
});
