/** A program that starts a fleet and does not look after it: the fleet's spec ends it in every way. */
import { startFleet } from '../index.js';

const [, , folder = ''] = process.argv;
const none = { training: 0, registration: 0, judging: 0, certification: 0, incentives: 0 };
const fleet = await startFleet({ folder, instances: none, postgres: { fsync: 'off' } });
const pids = [...fleet.instances.map((one) => one.pid()), fleet.broker.pid(), fleet.postgres.pid(), fleet.keeper];
process.send?.(pids);
