import { describeOwnKafka } from '#libs/testing';
import { play } from './support/demo.js';

/** One after the other: side by side they would starve each other where there are few cores. */
describeOwnKafka('the demo over a real Kafka, each service with a database and processes of its own', () => {
  let embedded: string;
  beforeAll(async () => void (embedded = await play()), 900_000);

  it('comes to the very same bytes', async () => {
    expect(JSON.parse(embedded)).toHaveProperty('promotions');
    expect(await play('--kafka')).toBe(embedded);
  }, 900_000);

  it('comes to them with two instances a service, too', async () => {
    expect(await play('--kafka', '--instances', '2')).toBe(embedded);
  }, 900_000);
});
