import {
  contractBreach, contractOf, contracts, isPublicType, keyOf, type PublicData, type PublicType, schemaUri, type Topic,
} from '#libs/contracts';
import type { Instant } from '#libs/decider';
import type { Recorded } from '#libs/event-store';
import type { WireRecord } from './bus.js';
import type { Publication } from './published.js';

/** A public event as a reaction sees it. */
export interface Message<T extends PublicType = PublicType> {
  readonly id: string;
  /** `<service>/<store incarnation>`. */
  readonly source: string;
  readonly type: T;
  readonly subject: string;
  readonly time: Instant;
  /** The position in the source's log: with source, topic and key it tells whether this was seen before. */
  readonly sequence: number;
  readonly topic: Topic;
  readonly key: string;
  readonly correlation: string;
  readonly causation: string | null;
  readonly traceparent?: string;
  readonly data: PublicData<T>;
}

/** Brokers take 1 MiB; consumers are promised less. */
export const MAX_MESSAGE_BYTES = 256 * 1024;

/** A message that we would not accept ourselves is never sent. */
export class ContractBreach extends Error {
  constructor(type: string, breach: string) {
    super(`${type} breaks its contract: ${breach}`);
    this.name = 'ContractBreach';
  }
}

/**
 * The wire form of a recorded event's publication. The subject is the key and not the stream: a stream's id could tell
 * an entry from a code.
 */
export const toWire = ({ type, data }: Publication, recorded: Recorded, source: string): WireRecord => {
  const breach = contractBreach(type, data);
  if (breach !== undefined) throw new ContractBreach(type, breach);
  const value = Buffer.from(JSON.stringify(data));
  if (value.length > MAX_MESSAGE_BYTES) throw new ContractBreach(type, `${value.length} bytes are too many`);
  const key = keyOf(type, data);
  return {
    topic: contractOf(type).topic,
    key,
    headers: {
      ce_specversion: '1.0',
      ce_id: recorded.id,
      ce_source: source,
      ce_type: type,
      ce_subject: key,
      ce_time: recorded.metadata.at,
      ce_dataschema: schemaUri(type),
      ce_sequence: String(recorded.position),
      ce_correlationid: recorded.metadata.correlation,
      ...(recorded.metadata.causation === null ? {} : { ce_causationid: recorded.metadata.causation }),
      ...(recorded.metadata.traceparent === undefined ? {} : { traceparent: recorded.metadata.traceparent }),
      'content-type': 'application/json',
    },
    value,
  };
};

/** Where a record says that it stands in its source's log; undefined where it is no CloudEvent of ours. */
export interface Origin {
  readonly source: string;
  readonly sequence: number;
}

export type Parsed =
  | { readonly is: 'message'; readonly message: Message; readonly origin: Origin }
  /** An event that is none of ours to handle: a newer sender may say more than we know. */
  | { readonly is: 'unknown' }
  | { readonly is: 'bad'; readonly because: string; readonly origin?: Origin };

/** Reads a wire record. `wanted` are the types to handle; others are unknown, and their data is not looked at. */
export const parse = (record: WireRecord, wanted: ReadonlySet<string>): Parsed => {
  const { headers } = record;
  const bad = (because: string, origin?: Origin): Parsed => ({ is: 'bad', because, ...(origin ? { origin } : {}) });
  for (const name of ['ce_id', 'ce_source', 'ce_type', 'ce_sequence', 'ce_time'])
    if (!headers[name]) return bad(`no CloudEvent: ${name} is missing`);
  const { ce_id: id = '', ce_source: source = '', ce_type: type = '', ce_time: time = '' } = headers;
  if (headers['ce_specversion'] !== '1.0') return bad('no CloudEvent of version 1.0');
  if (!/^[\x21-\x7e]{1,200}$/.test(source)) return bad('ce_source is no source of ours');
  if (record.key === null || record.key.length > 200) return bad('there is no key, or a very long one');
  if (!/^\d{1,15}$/.test(headers['ce_sequence'] ?? '')) return bad('ce_sequence is no position');
  const origin = { source, sequence: Number(headers['ce_sequence']) };
  if (isUnknownMajor(type)) return bad(`unknown major version: ${type.slice(0, 200)}`, origin);
  if (!wanted.has(type) || !isPublicType(type)) return { is: 'unknown' };
  if (Number.isNaN(Date.parse(time))) return bad('ce_time is no instant', origin);
  if (record.topic !== contractOf(type).topic) return bad(`${type} does not belong on ${record.topic}`, origin);
  const data = json(record.value);
  if (data === undefined) return bad('the data is no JSON', origin);
  const breach = contractBreach(type, data);
  if (breach !== undefined) return bad(breach, origin);
  const known = data as PublicData<typeof type>;
  const key = keyOf(type, known);
  if (record.key !== key) return bad('the key is not the one that the contract names', origin);
  const { ce_subject: subject = key, ce_correlationid: correlation = id, ce_causationid: causation = null } = headers;
  const { traceparent } = headers;
  const message = {
    id, source, type, subject, time: new Date(time).toISOString(), sequence: origin.sequence, topic: contractOf(type).topic, key,
    correlation, causation, ...(traceparent === undefined ? {} : { traceparent }), data: known,
  };
  return { is: 'message', message, origin };
};

const json = (value: Buffer | null): unknown => {
  try {
    return value === null ? undefined : (JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(value)) as unknown);
  } catch {
    return undefined;
  }
};

/** `jinji.<aggregate>` → the highest major that we know of it. */
const majors = new Map<string, number>();
for (const type of Object.keys(contracts)) {
  const { aggregate, major } = nameParts(type) ?? { aggregate: type, major: 0 };
  majors.set(aggregate, Math.max(major, majors.get(aggregate) ?? 0));
}

function nameParts(type: string): { aggregate: string; major: number } | undefined {
  const [, aggregate, major] = /^(jinji\.[a-z-]+)\.[a-z-]+\.v(\d{1,6})$/.exec(type) ?? [];
  return aggregate === undefined ? undefined : { aggregate, major: Number(major) };
}

function isUnknownMajor(type: string): boolean {
  const parts = nameParts(type);
  const known = parts && majors.get(parts.aggregate);
  return parts !== undefined && known !== undefined && (parts.major > known || parts.major === 0);
}
