/**
 * A relay as a process of its own, for specs that kill and freeze it. It tells on stdout, one word a line: `ready`, and
 * `frozen` before it stops itself (FREEZE=send:3 before the bytes of the third batch leave, checkpoint:3 after the broker
 * has them and before the checkpoint moves); once awake again, `fenced` or `moved`, as it fared with the checkpoint. It ends
 * by SIGTERM.
 */
import { writeSync } from 'node:fs';
import pg from 'pg';
import { EventStore, type Query } from '#libs/event-store';
import type { Bus } from '../bus.js';
import { kafkaAccess } from '../kafka/access.js';
import { KafkaBus } from '../kafka/kafka-bus.js';
import { Relay } from '../relay/relay.js';
import { said } from './story.js';

const { DATABASE_URL = '', KAFKA_BROKERS = '', FREEZE = '' } = process.env;
const [where, which] = FREEZE.split(':');
let passed = 0;
let awake = false;
const freeze = (here: string): void => {
  if (here !== where || ++passed !== Number(which)) return;
  writeSync(1, 'frozen\n');
  process.kill(process.pid, 'SIGSTOP');
  awake = true;
};

const pool = new pg.Pool({ connectionString: DATABASE_URL, max: 3 });
pool.on('error', () => undefined);
const query: Query = async <Row>(sql: string, params: readonly unknown[] = []) => {
  const moves = sql.includes('SET checkpoint') && params.at(-1) !== null;
  if (moves) freeze('checkpoint');
  const zombie = moves && awake; // one that was under way when it froze was another's business
  if (zombie) awake = false;
  const { rows } = await pool.query(sql, [...params]);
  if (zombie) writeSync(1, rows.length === 0 ? 'fenced\n' : 'moved\n');
  return rows as Row[];
};
const kafka = new KafkaBus({ access: kafkaAccess(KAFKA_BROKERS) });
const bus: Pick<Bus, 'createTopics' | 'publish'> = {
  createTopics: (...args) => kafka.createTopics(...args),
  publish: (batch) => {
    if (batch.some(({ headers }) => headers['ce_source'] !== 'registration/probe')) freeze('send');
    return kafka.publish(batch);
  },
};
const store = new EventStore(pool);
const relay = new Relay({ service: 'registration', store, published: said, bus, query, batch: 20 });
relay.start();
writeSync(1, 'ready\n');
process.once('SIGTERM', () => {
  void relay.stop().then(() => kafka.close()).then(() => process.exit(0));
});
