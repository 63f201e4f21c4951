import { contractOf, contracts, isPublicType, topicOwners } from './catalogue.js';
import { jsonSchema } from './json-schema.js';
import { type Topic, topics } from './schema.js';

/** What every message carries beside its data: CloudEvents 1.0 in binary mode. */
const headers = {
  type: 'object',
  required: [
    'ce_specversion', 'ce_id', 'ce_source', 'ce_type', 'ce_subject', 'ce_time', 'ce_dataschema', 'ce_sequence', 'content-type',
  ],
  properties: {
    ce_specversion: { const: '1.0' },
    ce_id: { type: 'string', format: 'uuid', description: 'The id of the recorded event.' },
    ce_source: { type: 'string', description: '`<service>/<store incarnation>`; another incarnation counts positions anew.' },
    ce_type: { type: 'string', description: '`jinji.<aggregate>.<past tense>.v<major>`; within a major only additions.' },
    ce_subject: { type: 'string', description: 'The same as the key.' },
    ce_time: { type: 'string', format: 'date-time', description: 'When it happened, in domain time.' },
    ce_dataschema: { type: 'string', format: 'uri' },
    ce_sequence: {
      type: 'string', pattern: '^[0-9]+$',
      description: "Position in the source's log. By source, topic and key, ignore what is not above the highest seen.",
    },
    ce_correlationid: { type: 'string' },
    ce_causationid: { type: 'string' },
    traceparent: { type: 'string' },
    'content-type': { const: 'application/json' },
  },
} as const;

const name = (type: string): string => type.replaceAll('.', '-');
const typesOf = (topic: Topic) => Object.keys(contracts).filter(isPublicType).filter((type) => contractOf(type).topic === topic);

/** The public contract as one AsyncAPI 3.0 document. */
export const asyncApi = () => ({
  asyncapi: '3.0.0',
  info: {
    title: 'Jinji 晋级: public events',
    version: '1',
    description: 'At least once, in order by key. CloudEvents 1.0, binary mode.',
  },
  defaultContentType: 'application/json',
  channels: Object.fromEntries(topics.map((topic) => [topic, {
    address: topic,
    description: `Written by ${topicOwners[topic]} alone.`,
    messages: Object.fromEntries(typesOf(topic).map((type) => [name(type), { $ref: `#/components/messages/${name(type)}` }])),
  }])),
  operations: Object.fromEntries(topics.map((topic) => [`${topicOwners[topic]}-sends-${topic.replaceAll('.', '-')}`, {
    action: 'send',
    channel: { $ref: `#/channels/${topic}` },
  }])),
  components: {
    messages: Object.fromEntries(topics.flatMap(typesOf).map((type) => [name(type), {
      name: type,
      summary: contractOf(type).description,
      headers: { $ref: '#/components/schemas/cloudevent' },
      payload: jsonSchema(type),
      bindings: { kafka: { key: { type: 'string', description: `data.${contractOf(type).key}` } } },
    }])),
    schemas: { cloudevent: headers },
  },
});
