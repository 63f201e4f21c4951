export { openTracing, type TracingOptions } from './open.js';
export { noTracing, type Running, type SpanTerms, type Tracing } from './tracing.js';
