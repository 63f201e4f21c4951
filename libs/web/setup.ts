import rateLimit from '@fastify/rate-limit';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import type { FastifyReply, FastifyRequest, FastifyServerOptions } from 'fastify';
import type { Logger } from 'pino';
import { type Clock, text } from '#libs/decider';
import { Authenticator, type AuthOptions } from './auth.js';
import { BODY_LIMIT, takeBodies } from './body.js';
import { languageOf } from './caller.js';
import { Malformed, Problem, Unauthenticated, ValidationFailed } from './errors.js';
import { RolesGuard } from './guard.js';
import type { Idempotency } from './idempotency.js';
import { AfterInterceptor, DoneInterceptor, IdempotencyInterceptor } from './interceptors.js';
import { DtoPipe } from './pipe.js';
import { ProblemFilter, problemOf } from './problem.js';
import { routeSettings } from './routes.js';
import type { Sealing } from './sealing.js';

export interface WebOptions {
  readonly auth: AuthOptions;
  readonly clock: Clock;
  readonly log: Logger;
  readonly idempotency: Idempotency;
  readonly sealing: Sealing;
  /** Told of every answer: the route's pattern, never the address. */
  readonly answered?: (method: string, route: string, status: number, seconds: number) => void;
  /** Requests a minute and address without a login. */
  readonly rateLimit: number;
  /** Whether the views have come to a position; waits a while. */
  readonly reached: (position: number) => Promise<boolean>;
}

/** For the adapter: what cannot be parsed at all is a problem too. */
export const fastifyOptions: FastifyServerOptions = {
  bodyLimit: BODY_LIMIT,
  logger: false,
  trustProxy: false,
  routerOptions: { maxParamLength: 300 },
  return503OnClosing: true,
  frameworkErrors: (error, request, reply) => {
    const answer = problemOf(error, languageOf(request.headers['accept-language']));
    void (reply as FastifyReply).status(answer.status).type('application/problem+json').send(JSON.stringify(answer.body));
  },
};

/** What every service does with every request, before and after its own code. */
export const setUpWeb = async (app: NestFastifyApplication, options: WebOptions): Promise<void> => {
  const instance = app.getHttpAdapter().getInstance();
  await instance.register(rateLimit, { global: false });
  const limited = instance.createRateLimit({ max: options.rateLimit, timeWindow: 60_000 });
  const authenticator = new Authenticator(options.auth);
  takeBodies(instance);

  instance.addHook('onRequest', async (request) => {
    request.jinji = { language: languageOf(request.headers['accept-language']) };
    checkQuery(request);
    const { public: open, limited: counted = true } = routeSettings(request.routeOptions.config);
    const claims = open
      ? undefined
      : await authenticator.claimsOf(request.headers.authorization).catch(async (error: unknown) => {
      await spend(request);
      throw error;
    });
    if (claims) request.jinji.claims = claims;
    else if (counted) await spend(request);
    // Before the body is read: nobody sends 20 MiB without a login.
    if (!claims && !open && !request.is404 && request.method !== 'GET' && request.method !== 'HEAD') throw new Unauthenticated();
  });

  const spend = async (request: FastifyRequest): Promise<void> => {
    const limit = await limited(request);
    if (!limit.isAllowed && limit.isExceeded)
      throw new Problem(429, 'too-many-requests', text('请求过多，请稍后再试', 'too many requests: wait a little'), {
        headers: { 'retry-after': String(Math.ceil(limit.ttlInSeconds)) }, next: text('请稍候，或登录', 'wait, or log in'),
      });
  };

  // Fastify closes the connection of a body that says it is too large. A client that is still sending would then see a reset
  // and never the 413; left open, the rest is read and thrown away.
  instance.addHook('onSend', async (request, reply) => {
    if (reply.statusCode === 413 && !request.raw.readableDidRead) reply.removeHeader('connection');
  });
  // An expectation that we do not know is not ours to meet: the request is answered like any other.
  instance.server.on('checkExpectation', (request, response) => instance.server.emit('request', request, response));

  instance.addHook('onResponse', async (request, reply) => {
    options.answered?.(request.method, routeOf(request), reply.statusCode, reply.elapsedTime / 1_000);
    // The route's pattern, never the address: a query string may hold what identifies a person.
    options.log.debug(
      { method: request.method, route: request.routeOptions.url, status: reply.statusCode, ms: Math.round(reply.elapsedTime) },
      'request',
    );
  });

  app.useGlobalFilters(new ProblemFilter(options.log));
  app.useGlobalGuards(new RolesGuard(options.clock));
  app.useGlobalInterceptors(
    new IdempotencyInterceptor(options.idempotency, options.sealing), new DoneInterceptor(),
    new AfterInterceptor(options.reached),
  );
  app.useGlobalPipes(new DtoPipe());
};

/** For labels: of what is not there, one, or every scanner would make new ones. */
export const routeOf = (request: FastifyRequest): string => (request.is404 ? 'unknown' : request.routeOptions.url ?? 'unknown');

/** `?after=` is the frame's own; a key that comes twice would surprise whoever reads one text. */
const checkQuery = (request: FastifyRequest): void => {
  if (/%00/.test(request.url)) throw new Malformed(text('网址含有无效字符', 'the address has characters that are not allowed'));
  const query = request.query as Record<string, unknown>;
  for (const [key, value] of Object.entries(query))
    if (typeof value !== 'string')
      throw new ValidationFailed([{ field: key.slice(0, 100), text: text('只能出现一次', 'may come only once') }]);
  if (query.after === undefined || request.method !== 'GET') return;
  const after = query.after as string;
  if (!/^\d{1,15}$/.test(after)) throw new ValidationFailed([{ field: 'after', text: text('必须是位置编号', 'must be a position') }]);
  delete query.after;
  if (request.jinji) request.jinji.after = Number(after);
};
