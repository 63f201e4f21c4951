export type { Caller, Role } from '#libs/web';
export { DomainClock } from './clock.js';
export { ConfigError, readConfig, ServiceConfig } from './config.js';
export { decide, Decision } from './decide.js';
export { type Job, on, type Reaction, type ServiceDefinition } from './definition.js';
export { type PeerAnswer, PeerRefused, Peers } from './peers.js';
export { Reader } from './reader.js';
export { type Task, Transactions } from './transactions.js';
export type { Because, Work } from './work.js';
