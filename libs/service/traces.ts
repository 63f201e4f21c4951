import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { EventStore, StoreWatch } from '#libs/event-store';
import type { WireRecord } from '#libs/messaging';
import type { Running, Tracing } from '#libs/tracing';
import { routeOf } from '#libs/web';

/** What asks for its health all day would drown the others. */
const isNoise = (request: FastifyRequest): boolean => /^\/(health|metrics)(\/|\?|$)/.test(request.url);

/** A span a request, which goes on from the client's traceparent. */
export const traceRequests = (instance: FastifyInstance, tracing: Tracing): void => {
  if (!tracing.on) return;
  const running = new WeakMap<FastifyRequest, Running>();
  instance.addHook('onRequest', (request, _reply, done) => {
    const { traceparent } = request.headers;
    const span = isNoise(request)
      ? undefined
      : tracing.begin(request.method, { kind: 'server', parent: typeof traceparent === 'string' ? traceparent : undefined });
    if (!span) return done();
    running.set(request, span);
    span.within(done);
  });
  // The body arrives in the socket's own time, not in the request's.
  instance.addHook('preValidation', (request, _reply, done) => {
    const span = running.get(request);
    if (span) span.within(done);
    else done();
  });
  instance.addHook('onResponse', async (request, reply) => {
    const route = routeOf(request);
    running.get(request)?.end({
      name: `${request.method} ${route}`,
      attributes: {
        'http.request.method': request.method, 'http.route': route, 'http.response.status_code': reply.statusCode,
      },
      ...(reply.statusCode >= 500 ? { error: 'failed' } : {}),
    });
  });
};

/** Appends are measured, and carry the trace in which they happen. */
export const watchOn = (tracing: Tracing, measured: StoreWatch['appending']): StoreWatch => ({
  traceparent: () => tracing.traceparent(),
  appending: (how, events, work) =>
    tracing.on ? tracing.goOn('append', { attributes: { events, how } }, () => measured(how, events, work)) : measured(how, events, work),
});

/** The trace in which an event of ours was recorded: whoever goes on from it, after a restart too, goes on in that trace. */
export const traceOf = async (tracing: Tracing, store: EventStore, cause: string | null | undefined): Promise<string | undefined> =>
  !tracing.on || !cause ? undefined : (await store.find(cause))?.metadata.traceparent;

/** A span a message, between the one in which its event was recorded and the reactions to it. */
export const publishingOn = (tracing: Tracing) =>
  !tracing.on
    ? undefined
    : async (records: readonly WireRecord[], send: (records: readonly WireRecord[]) => Promise<void>): Promise<void> => {
        const spans = records.map(({ topic, headers }) => {
          const { traceparent: parent } = headers;
          if (parent === undefined) return undefined;
          const attributes = { 'messaging.system': 'kafka', 'messaging.destination.name': topic };
          return tracing.begin(`publish ${headers['ce_type'] ?? ''}`, { kind: 'producer', parent, attributes });
        });
        const traced = records.map((record, n) => {
          const span = spans[n];
          return span ? { ...record, headers: { ...record.headers, traceparent: span.traceparent } } : record;
        });
        try {
          await send(traced);
          for (const span of spans) span?.end();
        } catch (error) {
          for (const span of spans) span?.end({ error });
          throw error;
        }
      };
