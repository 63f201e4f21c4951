/** `npm run kafka`: a broker for development that keeps its data; Ctrl-C stops it cleanly. */
import path from 'node:path';
import { missingTools, startBroker } from './index.js';

const missing = missingTools();
if (missing !== undefined) {
  console.error(`${missing}: a broker needs Java 17 or later and Maven, or set KAFKA_BROKERS to one that you have`);
  process.exit(1);
}
const folder = process.env.KAFKA_DATA ?? path.join(process.env.JINJI_DATA ?? '.jinji', 'kafka');
const broker = await startBroker(folder, { port: Number(process.env.KAFKA_PORT ?? 9092) }).catch((error: unknown) => {
  console.error(String(error instanceof Error ? error.message : error));
  process.exit(1);
});
console.log(`Kafka listens on ${broker.address}; its data lies in ${folder}. Ctrl-C stops it.`);
console.log(`For a service: KAFKA_BROKERS=${broker.address}`);

const ended = setInterval(() => {
  try {
    process.kill(broker.pid, 0);
  } catch {
    console.error(`Kafka ended by itself: ${path.join(folder, 'kafka.log')} says why`);
    process.exit(1);
  }
}, 1_000);
const stop = (): void => {
  clearInterval(ended);
  void broker.stop().then(() => process.exit(0));
};
process.once('SIGINT', stop);
process.once('SIGTERM', stop);
