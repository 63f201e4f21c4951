/** An HR system that subscribes to promotions: kafkajs and nothing of ours. See README.md. */
import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import kafkajs from 'kafkajs';

const { KAFKA_BROKERS = '127.0.0.1:9092', KAFKA_TLS, KAFKA_USERNAME: username, KAFKA_PASSWORD: password = '' } = process.env;
const { HR_TOPIC: topic = 'jinji.promotions', HR_GROUP: groupId = 'hr-example', HR_SEEN: file = 'hr-seen.json' } = process.env;

/** The highest position seen, by source, topic and key: it grows with the workers, never with the events. */
const seen = new Map(Object.entries(existing(file)));

/** What our HR system does with an event: here it only says so. Ids alone come over Kafka, never names. */
const actions = new Map(Object.entries({
  'jinji.promotion.approved.v1': ({ worker, occupation, from, to, decision }) =>
    to === null ? undefined : `promoted ${worker}: ${occupation} from level ${from ?? 'none'} to ${to} (decision ${decision})`,
  'jinji.promotion.revoked.v1': ({ worker, decision }) => `revoked ${worker}: decision ${decision} and all that followed from it`,
  'jinji.promotion.superseded.v1': ({ worker, decision }) => `revoked ${worker}: decision ${decision}, a later one replaces it`,
  'jinji.certificate.revoked.v1': ({ worker, certificate }) => `revoked ${worker}: certificate ${certificate}`,
}));

async function eachMessage({ message: { key, headers, value } }) {
  const { ce_source: source, ce_type: type, ce_sequence: sequence } = headers;
  const action = actions.get(String(type));
  if (!source || !sequence || !action) return; // no event of Jinji's, or of a type that is none of our business
  const mark = `${source} ${topic} ${key}`;
  if (Number(sequence) <= (seen.get(mark) ?? -1)) return;
  const told = action(JSON.parse(String(value)));
  if (told) console.log(told);
  seen.set(mark, Number(sequence));
  // A system with a database writes this in the same transaction as what it did. Renaming never leaves half a file.
  writeFileSync(`${file}.new`, JSON.stringify(Object.fromEntries(seen)));
  renameSync(`${file}.new`, file);
}

function existing(name) {
  try {
    return JSON.parse(readFileSync(name, 'utf8'));
  } catch (error) {
    if (error.code === 'ENOENT') return {};
    throw error;
  }
}

const access = { ...(KAFKA_TLS && { ssl: true }), ...(username && { sasl: { mechanism: 'scram-sha-512', username, password } }) };
const kafka = new kafkajs.Kafka({ brokers: KAFKA_BROKERS.split(','), logLevel: kafkajs.logLevel.NOTHING, ...access });
// After a crash its successor waits until the session of the dead one has ended.
const consumer = kafka.consumer({ groupId, sessionTimeout: 6000, maxWaitTimeInMs: 1000, allowAutoTopicCreation: false });
consumer.on(consumer.events.CRASH, ({ payload: { restart, error } }) => {
  console.error(String(error));
  if (!restart) process.exit(1); // whoever runs us starts us again
});
for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => consumer.disconnect().then(() => process.exit(0)));

await consumer.connect();
await consumer.subscribe({ topic, fromBeginning: true });
await consumer.run({ eachMessage });
