/** What a span says beside its name. Never an id of a person, a text or an address: a trace leaves the house. */
export interface SpanTerms {
  readonly kind?: 'internal' | 'server' | 'client' | 'producer' | 'consumer';
  /** The W3C traceparent that it goes on from; where not given, the present span. */
  readonly parent?: string | undefined;
  readonly attributes?: Readonly<Record<string, string | number | boolean>>;
}

/** A span that was begun in one place and ends in another. */
export interface Running {
  readonly traceparent: string;
  /** What runs in it has it for the present span. */
  within<T>(work: () => T): T;
  end(outcome?: { readonly error?: unknown; readonly name?: string; readonly attributes?: SpanTerms['attributes'] }): void;
}

/** Traces (OpenTelemetry), which are off where nobody collects them: then a span is a plain call, and nothing is loaded. */
export interface Tracing {
  readonly on: boolean;
  /** Of the present span: what an event or a message that arises now carries. */
  traceparent(): string | undefined;
  /** Undefined where traces are off. */
  begin(name: string, terms?: SpanTerms): Running | undefined;
  span<T>(name: string, terms: SpanTerms, work: () => Promise<T>): Promise<T>;
  /** The same where there is something to go on from; else only the work: no trace begins in the middle. */
  goOn<T>(name: string, terms: SpanTerms, work: () => Promise<T>): Promise<T>;
  /** Sends what is not sent yet. */
  close(): Promise<void>;
}

export const noTracing: Tracing = {
  on: false,
  traceparent: () => undefined,
  begin: () => undefined,
  span: (_name, _terms, work) => work(),
  goOn: (_name, _terms, work) => work(),
  close: () => Promise.resolve(),
};
