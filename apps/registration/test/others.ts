import { newId } from '#libs/decider';
import { type PublicData, type PublicType, topics } from '#libs/contracts';
import { EmbeddedBus, PROBE_TYPE, publication, type Publication, toWire } from '#libs/messaging';
import type { TestService } from '#libs/testing';

/** What other services say on the bus, and what this one said. */
export class Others {
  private readonly bus: EmbeddedBus;
  private position = 0;

  constructor(private readonly test: TestService) {
    this.bus = new EmbeddedBus({ url: test.database.url });
  }

  /** The topics of services that are not there. */
  prepare(): Promise<void> {
    return this.bus.createTopics(topics, 4);
  }

  async say<T extends PublicType>(type: T, data: PublicData<T>, at = '2026-03-30T01:00:00.000Z'): Promise<void> {
    this.position += 1;
    const metadata = { actor: 'test', organisation: 'org-1', correlation: newId(), causation: null, at };
    const recorded = {
      id: newId(), position: this.position, stream: 'x:y', aggregate: 'x', aggregateId: 'y', version: 1, event: { type: 'X' },
      metadata, recordedAt: at,
    };
    await this.bus.publish([toWire(publication(type, data) as Publication, recorded, 'others/1')]);
  }

  /** Everything of a topic, in order. */
  async heard(topic: string): Promise<{ type: string; data: Record<string, unknown>; headers: Record<string, string> }[]> {
    await this.test.settled();
    const rows = await this.test.database.query<{ headers: Record<string, string>; value: Buffer }>(
      'SELECT headers, value FROM bus.log WHERE topic = $1 ORDER BY published_at, partition, "offset"', [topic],
    );
    return rows
      .map(
        ({ headers, value }) => ({
          type: headers['ce_type'] ?? '', headers, data: JSON.parse(String(value)) as Record<string, unknown>
        })
      )
      .filter(({ type, headers }) => type !== PROBE_TYPE && headers['ce_source']?.startsWith('registration/'));
  }

  async close(): Promise<void> {
    await this.test.settled();
    await this.bus.close();
  }
}
