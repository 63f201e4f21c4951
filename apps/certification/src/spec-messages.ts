import { contractOf, keyOf, type PublicData, type PublicType } from '#libs/contracts';
import { derivedId, type Instant } from '#libs/decider';
import { EmbeddedBus } from '#libs/messaging';

/** For specs: says what other services would say, on the bus of the service under test. */
export class Others {
  private readonly bus: EmbeddedBus;
  private sequence = 0;

  constructor(url: string) {
    this.bus = new EmbeddedBus({ url });
  }

  /** The id of the message. */
  async say<T extends PublicType>(type: T, data: PublicData<T>, time: Instant): Promise<string> {
    const { topic } = contractOf(type);
    const key = keyOf(type, data);
    this.sequence += 1;
    const id = derivedId('message', this.sequence);
    await this.bus.createTopics([topic], 4);
    await this.bus.publish([{
      topic, key, value: Buffer.from(JSON.stringify(data)),
      headers: {
        ce_specversion: '1.0', ce_id: id, ce_source: `others/${topic}`, ce_type: type, ce_subject: key, ce_time: time,
        ce_sequence: String(this.sequence),
        ce_correlationid: derivedId('story', key), 'content-type': 'application/json',
      },
    }]);
    return id;
  }

  /** What the service under test said itself. */
  close(): Promise<void> {
    return this.bus.close();
  }
}
