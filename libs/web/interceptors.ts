import { type CallHandler, type ExecutionContext, type NestInterceptor, StreamableFile } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { catchError, from, map, mergeMap, type Observable, of, tap, throwError } from 'rxjs';
import { Refusal, text, WrongState } from '#libs/decider';
import { requestOf, type RequestState } from './caller.js';
import { Versioned } from './done.js';
import { Malformed, Problem } from './errors.js';
import { RequestCaller, seedOf } from './guard.js';
import type { Answer, Idempotency } from './idempotency.js';
import { problemOf, StoredProblem } from './problem.js';
import { ONLY_READS } from './routes.js';
import type { Sealing } from './sealing.js';

const replyOf = (context: ExecutionContext): FastifyReply => context.switchToHttp().getResponse<FastifyReply>();

/** `?after=`: a reader sees their own write. */
export class AfterInterceptor implements NestInterceptor {
  constructor(private readonly reached: (position: number) => Promise<boolean>) {}

  async intercept(context: ExecutionContext, next: CallHandler): Promise<Observable<unknown>> {
    const after = requestOf(context).jinji?.after;
    if (after !== undefined && !(await this.reached(after)))
      throw new Problem(503, 'view-behind', text('数据尚未更新到所需位置', 'the views have not come so far yet'), {
        next: text('请稍后再试', 'try again in a moment'), headers: { 'retry-after': '1' }, members: { after },
      });
    return next.handle();
  }
}

/** Versions become ETags, positions a header; a command's answer tells ids and numbers, not its events. */
export class DoneInterceptor implements NestInterceptor {
  intercept(context: ExecutionContext, next: CallHandler): Observable<unknown> {
    return next.handle().pipe(map((value: unknown) => this.shown(context, value)));
  }

  private shown(context: ExecutionContext, value: unknown): unknown {
    const reply = replyOf(context);
    if (value instanceof Versioned) {
      const etag = `"${value.version}"`;
      reply.header('etag', etag);
      if (requestOf(context).method === 'GET' && requestOf(context).headers['if-none-match'] === etag) {
        reply.status(304);
        return undefined;
      }
      return value.value;
    }
    if (!isDone(value)) return value;
    const { events: _, ...shown } = value;
    reply.header('etag', `"${value.version}"`).header('jinji-position', String(value.position));
    return shown;
  }
}

const isDone = (value: unknown): value is { id: string; version: number; position: number; events?: unknown } =>
  typeof value === 'object' && value !== null && 'version' in value && 'position' in value &&
  typeof value.version === 'number' && typeof value.position === 'number';

const unsafe = new Set(['POST', 'PUT', 'PATCH', 'DELETE']);
const keptHeaders = ['etag', 'jinji-position', 'location'];

/** The same Idempotency-Key and body: the same answer, and nothing is done twice. */
export class IdempotencyInterceptor implements NestInterceptor {
  constructor(
    private readonly keys: Idempotency,
    private readonly sealing: Sealing,
  ) {}

  async intercept(context: ExecutionContext, next: CallHandler): Promise<Observable<unknown>> {
    const request = requestOf(context);
    const { caller, rawBody, language } = request.jinji as RequestState;
    const key = request.headers['idempotency-key'];
    if (key === undefined || !(caller instanceof RequestCaller) || !unsafe.has(request.method)) return next.handle();
    if (Reflect.getMetadata(ONLY_READS, context.getHandler()) === true) return next.handle();
    if (typeof key !== 'string' || !/^[\x21-\x7e]{1,200}$/.test(key))
      throw new Malformed(
        text('Idempotency-Key 应为1至200个可见 ASCII 字符', 'an Idempotency-Key has 1 to 200 visible ASCII characters'),
      );

    const scope = this.sealing.hash('key', caller.organisation, caller.subject, request.method, request.url, key);
    const begun = await this.keys.begin(
      scope, this.sealing.hash('body', rawBody ?? Buffer.alloc(0), String(caller.ifMatch ?? '')),
    );
    const reply = replyOf(context);
    if (begun.is === 'answered') return this.again(reply, begun.answer);
    caller.seed = seedOf(begun.seed, { again: begun.again, kept: true });

    return from(Promise.resolve()).pipe(
      mergeMap(() => next.handle()),
      tap((value) => {
        if (value instanceof StreamableFile || Buffer.isBuffer(value)) return this.keys.release(scope);
        const headers = Object.fromEntries(keptHeaders.flatMap((name) => {
          const header = reply.getHeader(name);
          return header === undefined ? [] : [[name, String(header)]];
        }));
        this.keys.finish(scope, { status: reply.statusCode, headers, body: value, problem: false });
      }),
      catchError((error: unknown) => {
        this.failed(scope, error, language);
        return throwError(() => error);
      }),
    );
  }

  private again(reply: FastifyReply, { status, headers, body, problem }: Answer): Observable<unknown> {
    if (problem) throw new StoredProblem({ status, headers, body: body as Record<string, unknown> });
    reply.status(status).headers({ ...headers, 'idempotency-replayed': 'true' });
    return of(body);
  }

  private failed(scope: Buffer, error: unknown, language: RequestState['language']): void {
    if (error instanceof Refusal && !(error instanceof WrongState)) {
      const { status, headers, body } = problemOf(error, language);
      return this.keys.finish(scope, { status, headers, body, problem: true });
    }
    if (error instanceof Problem && error.status === 400) return this.keys.forget(scope);
    this.keys.release(scope);
  }
}
