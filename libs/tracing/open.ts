import { AsyncLocalStorage } from 'node:async_hooks';
import type * as OpenTelemetry from '@opentelemetry/api';
import type { Context, Span, SpanContext, Tracer } from '@opentelemetry/api';
import type { Running, SpanTerms, Tracing } from './tracing.js';

export interface TracingOptions {
  readonly service: string;
  /** Where OTLP over HTTP is taken, without /v1/traces. */
  readonly endpoint: string;
}

/**
 * A tracer of this service's own: several services may run in one process, so that nothing global is touched. The packages
 * are loaded here and not before: who does not trace does not pay for them.
 */
export const openTracing = async ({ service, endpoint }: TracingOptions): Promise<Tracing> => {
  const [api, sdk, { OTLPTraceExporter }, resources] = await Promise.all([
    import('@opentelemetry/api'), import('@opentelemetry/sdk-trace-node'), import('@opentelemetry/exporter-trace-otlp-http'),
    import('@opentelemetry/resources'),
  ]);
  const exporter = new OTLPTraceExporter({ url: `${endpoint.replace(/\/+$/, '')}/v1/traces`, timeoutMillis: 5_000 });
  const provider = new sdk.NodeTracerProvider({
    resource: resources.defaultResource().merge(resources.resourceFromAttributes({ 'service.name': service })),
    spanProcessors: [new sdk.BatchSpanProcessor(exporter, { scheduledDelayMillis: 1_000, exportTimeoutMillis: 5_000 })],
  });
  return new OpenTracing(api, provider.getTracer('jinji'), async () => {
    await provider.shutdown().catch(() => undefined); // a collector that is away keeps nobody from ending
  });
};

type Api = Pick<typeof OpenTelemetry, 'trace' | 'ROOT_CONTEXT' | 'SpanKind' | 'SpanStatusCode'>;

class OpenTracing implements Tracing {
  readonly on = true;
  private readonly present = new AsyncLocalStorage<Context>();

  constructor(
    private readonly api: Api,
    private readonly tracer: Tracer,
    readonly close: () => Promise<void>,
  ) {}

  traceparent(): string | undefined {
    const context = this.present.getStore();
    const span = context && this.api.trace.getSpanContext(context);
    return span && written(span);
  }

  begin(name: string, { kind = 'internal', parent, attributes }: SpanTerms = {}): Running {
    const { trace, ROOT_CONTEXT, SpanKind, SpanStatusCode } = this.api;
    const remote = read(parent);
    const around = remote ? trace.setSpanContext(ROOT_CONTEXT, remote) : (this.present.getStore() ?? ROOT_CONTEXT);
    const kinds = {
      internal: SpanKind.INTERNAL, server: SpanKind.SERVER, client: SpanKind.CLIENT, producer: SpanKind.PRODUCER,
      consumer: SpanKind.CONSUMER,
    };
    const span: Span = this.tracer.startSpan(name, { kind: kinds[kind], ...(attributes ? { attributes } : {}) }, around);
    const context = trace.setSpan(around, span);
    return {
      traceparent: written(span.spanContext()),
      within: (work) => this.present.run(context, work),
      end: ({ error, name: said, attributes: more } = {}) => {
        if (said !== undefined) span.updateName(said);
        if (more) span.setAttributes(more);
        // The kind of error alone: its message may hold what a person wrote.
        if (error !== undefined) span.setStatus({ code: SpanStatusCode.ERROR, message: error instanceof Error ? error.name : 'error' });
        span.end();
      },
    };
  }

  async span<T>(name: string, terms: SpanTerms, work: () => Promise<T>): Promise<T> {
    const running = this.begin(name, terms);
    try {
      const value = await running.within(work);
      running.end();
      return value;
    } catch (error) {
      running.end({ error });
      throw error;
    }
  }

  goOn<T>(name: string, terms: SpanTerms, work: () => Promise<T>): Promise<T> {
    return read(terms.parent) || this.present.getStore() ? this.span(name, terms, work) : work();
  }
}

const written = ({ traceId, spanId, traceFlags }: SpanContext): string =>
  `00-${traceId}-${spanId}-${traceFlags.toString(16).padStart(2, '0')}`;

/** Undefined for what is no traceparent: it comes from outside. */
const read = (traceparent: string | undefined): SpanContext | undefined => {
  const [, traceId = '', spanId = '', flags = ''] = /^00-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})$/.exec(traceparent ?? '') ?? [];
  if (traceId === '' || /^0+$/.test(traceId) || /^0+$/.test(spanId)) return undefined;
  return { traceId, spanId, traceFlags: Number.parseInt(flags, 16), isRemote: true };
};
