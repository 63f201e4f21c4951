/**
 * Ends whatever a fleet started once its parent is gone, however that went: SIGKILL lets nobody tidy up, and a frozen process
 * hears nothing. The parent tells it by messages which processes there are.
 */
import { stopBroker } from '#libs/kafka-broker';
import { stopPostgres } from '#libs/postgres';
import { endAll } from './process.js';

export type KeeperMessage = { readonly began: number } | { readonly ended: number };

const [, , kafka = '', postgres = ''] = process.argv;
const running = new Set<number>();

process.on('message', (message: KeeperMessage) => {
  if ('began' in message) running.add(message.began);
  else running.delete(message.ended);
});

process.once('disconnect', () => {
  void endAll([...running])
    .then(() => Promise.allSettled([stopBroker(kafka), stopPostgres(postgres)]))
    .then(() => process.exit(0));
});
