export * from './calendar.js';
export * from './china-calendar.js';
export * from './clock.js';
export * from './decider.js';
export * from './decimal.js';
export * from './ids.js';
