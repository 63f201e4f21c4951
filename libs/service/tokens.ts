/** What the frame provides to itself within one service. */
export const AGGREGATES = Symbol('aggregates');
export const STORE = Symbol('event store');
export const DEFINITION = Symbol('service definition');
export const TRACING = Symbol('tracing');
export const LOG = Symbol('log');
/** A function, as what runs is made after the application. */
export const RUNNERS = Symbol('runners');
