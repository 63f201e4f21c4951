import { contractOf, contracts, isPublicType, type PublicType } from '#libs/contracts';
import { derivedId } from '#libs/decider';
import type { Recorded } from '#libs/event-store';
import type { WireRecord } from './bus.js';
import { MAX_MESSAGE_BYTES, parse, toWire } from './message.js';
import { sampleFormats, samplePublication } from './testing/samples.js';

const types = Object.keys(contracts).filter(isPublicType);

const recorded: Recorded = {
  id: derivedId('event'), position: 17, stream: 'entry:1', aggregate: 'entry', aggregateId: '1', version: 1,
  event: { type: 'Any' },
  metadata: { actor: 'judge-1', organisation: 'org-1', correlation: 'story', causation: 'cause', at: '2026-03-02T01:00:00.000Z' },
  recordedAt: '2026-11-21T00:00:00.000Z',
};

const wire = (type: PublicType): WireRecord => toWire(samplePublication(type), recorded, 'service/incarnation');

describe('a message', () => {
  it('of every type stays far below what a broker takes', () => {
    for (const type of types) expect([type, (wire(type).value?.length ?? 0) < MAX_MESSAGE_BYTES / 2]).toEqual([type, true]);
  });

  it('of every type comes back as it was sent', () => {
    for (const type of types) {
      const sent = wire(type);
      expect(parse(sent, new Set([type]))).toEqual({
        is: 'message',
        origin: { source: 'service/incarnation', sequence: 17 },
        message: {
          id: recorded.id, source: 'service/incarnation', type, subject: sent.key, time: '2026-03-02T01:00:00.000Z', sequence: 17,
          topic: contractOf(type).topic, key: sent.key, correlation: 'story', causation: 'cause',
          data: samplePublication(type).data,
        },
      });
    }
  });

  it('tells nothing of who did it, nor of the stream that it came from', () => {
    const { headers } = wire('jinji.contest.code-voided.v1');
    expect(headers.ce_subject).toBe(sampleFormats['uuid']);
    expect(JSON.stringify(headers)).not.toMatch(/entry|judge-1|org-1/);
  });

  it('that breaks its contract is not sent, and the error does not repeat it', () => {
    const data = { worker: '张三', unit: null };
    const send = () => toWire({ type: 'jinji.worker.registered.v1', data }, recorded, 'people/1');
    expect(send).toThrow('breaks its contract');
    expect(send).not.toThrow('张三');
  });

  it('carries a trace where there is one', () => {
    const sent = wire('jinji.worker.erased.v1');
    const traced = { ...sent, headers: { ...sent.headers, traceparent: '00-1-2-01' } };
    expect(parse(traced, new Set(['jinji.worker.erased.v1']))).toMatchObject({ message: { traceparent: '00-1-2-01' } });
  });
});
