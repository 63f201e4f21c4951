export * from './aggregate.js';
export * from './aggregates.js';
export * from './append.js';
export { isCutOff } from './cut-off.js';
export { Nap } from './nap.js';
export * from './pulse.js';
export { eventStoreGrants, eventStoreMigrations, type MigrationClass } from './schema/index.js';
export * from './store.js';
