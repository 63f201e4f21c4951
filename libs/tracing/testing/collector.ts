/** For specs: takes OTLP over HTTP, as JSON, and keeps the spans. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface Span {
  readonly service: string;
  readonly name: string;
  readonly trace: string;
  readonly id: string;
  /** Empty where it begins a trace. */
  readonly parent: string;
}

export interface Collector {
  /** For OTEL_EXPORTER_OTLP_ENDPOINT. */
  readonly url: string;
  readonly spans: readonly Span[];
  /** Every byte that came. */
  readonly raw: () => string;
  /** From where its trace begins, as far as that has come, down to this span. */
  readonly downTo: (span: Span | undefined) => readonly Span[];
  readonly close: () => Promise<void>;
}

interface Otlp {
  readonly resourceSpans: readonly {
    readonly resource: { readonly attributes: readonly Attribute[] };
    readonly scopeSpans: readonly { readonly spans: readonly Sent[] }[];
  }[];
}
interface Attribute { readonly key: string; readonly value: { readonly stringValue?: string } }
interface Sent { readonly traceId: string; readonly spanId: string; readonly parentSpanId?: string; readonly name: string }

export const openCollector = async (): Promise<Collector> => {
  const spans: Span[] = [];
  let raw = '';
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk)).on('end', () => {
      const body = Buffer.concat(chunks).toString('utf8');
      raw += body;
      for (const { resource, scopeSpans } of (JSON.parse(body) as Otlp).resourceSpans) {
        const service = resource.attributes.find(({ key }) => key === 'service.name')?.value.stringValue ?? '';
        for (const { traceId, spanId, parentSpanId = '', name } of scopeSpans.flatMap((scope) => scope.spans))
          spans.push({ service, name, trace: traceId, id: spanId, parent: parentSpanId });
      }
      response.setHeader('content-type', 'application/json').end('{}');
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, spans, raw: () => raw,
    downTo: (span) => {
      const line: Span[] = [];
      for (let at = span; at; at = spans.find(({ id, trace }) => id === at?.parent && trace === at.trace)) line.unshift(at);
      return line;
    },
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
};
