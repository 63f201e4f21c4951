import type { MigrationInterface } from 'typeorm';
import { EventStoreAppend1700000000003 } from './append-function.js';
import { EventStoreTables1700000000001 } from './tables.js';
import { EventStoreWatermark1700000000002 } from './watermark.js';

export type MigrationClass = new () => MigrationInterface;

/** First in the list of every service's migrations. */
export const eventStoreMigrations: MigrationClass[] = [
  EventStoreTables1700000000001,
  EventStoreWatermark1700000000002,
  EventStoreAppend1700000000003,
];

export { eventStoreGrants } from './grants.js';
