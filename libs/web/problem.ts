import { type ArgumentsHost, Catch, type ExceptionFilter, HttpException } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Logger } from 'pino';
import { Refusal, type Text, text, WrongState } from '#libs/decider';
import { isCutOff, VersionConflict } from '#libs/event-store';
import { type Language, languageOf } from './caller.js';
import { Problem, ValidationFailed } from './errors.js';

export interface ProblemAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Readonly<Record<string, unknown>>;
}

const TYPES = 'https://jinji.dev/problems/';

const titles: Record<number, Text> = {
  400: text('请求无效', 'Malformed request'), 401: text('需要登录', 'Login needed'), 403: text('无权操作', 'Not allowed'),
  404: text('未找到', 'Not found'), 405: text('方法不允许', 'Method not allowed'), 406: text('无法接受', 'Not acceptable'),
  408: text('请求超时', 'Request timeout'), 409: text('状态冲突', 'Conflict'),
  410: text('已清除', 'Gone'), 412: text('版本已变', 'Changed since it was read'),
  413: text('请求过大', 'Too large'), 414: text('网址过长', 'Address too long'), 415: text('不支持的内容类型', 'Content type not supported'),
  422: text('违反规则', 'A rule says no'), 428: text('需要 If-Match', 'If-Match is needed'), 429: text('请求过多', 'Too many requests'),
  431: text('请求头过大', 'Headers too large'), 500: text('内部错误', 'Internal error'), 503: text('暂时不可用', 'Not available now'),
};

const kinds: Record<number, string> = {
  400: 'malformed', 401: 'unauthenticated', 403: 'forbidden', 404: 'not-found', 405: 'method-not-allowed', 406: 'not-acceptable',
  408: 'timeout', 409: 'conflict', 410: 'gone', 412: 'version-changed', 413: 'too-large', 414: 'address-too-long',
  415: 'unsupported-content-type',
  422: 'refused', 428: 'if-match-required', 429: 'too-many-requests', 431: 'headers-too-large', 500: 'internal',
  503: 'unavailable',
};

/** What may be done next, where the refusal itself does not say better. */
const nexts: Record<number, Text> = {
  400: text('请改正后重发', 'correct the request and send it again'), 401: text('请携带有效的令牌', 'send a valid bearer token'),
  403: text('请由具备上述角色之一的人员办理', 'ask someone who has one of these roles'),
  404: text('请核对网址与编号，并确认属于本单位', 'check the address and the id, and that it belongs to your organisation'),
  405: text('请参阅接口说明：GET /docs', 'see the API description: GET /docs'),
  406: text('请接受 application/json', 'accept application/json'),
  408: text('请重发', 'send it again'), 409: text('请重新读取后再决定', 'read it again, then decide'),
  413: text('请分批发送', 'send less at once'), 414: text('请缩短网址', 'send a shorter address'),
  415: text('请使用所列的内容类型', 'send one of the accepted content types'), 431: text('请减少请求头', 'send fewer headers'),
  500: text('请稍后再试；如仍失败，请联系运维人员', 'try again later; if it fails again, tell the operator'),
  503: text('请稍后再试', 'try again in a moment'),
};

/** An answer that was given before and is given again. */
export class StoredProblem extends Error {
  constructor(readonly answer: ProblemAnswer) {
    super(`again: ${answer.status}`);
  }
}

/** Any error as RFC 9457 says it. */
export const problemOf = (error: unknown, language: Language, request?: { ifMatch: boolean }): ProblemAnswer => {
  if (error instanceof StoredProblem) return error.answer;
  if (error instanceof Refusal) {
    const status = error instanceof WrongState ? 409 : 422;
    return made(status, error.rule, error.text, language, {
      rule: error.rule,
      ...(error.next === undefined ? {} : { next: said(error.next, language) }),
      ...(error.detail === undefined ? {} : { data: error.detail }),
    });
  }
  if (error instanceof Problem) {
    const { next, members, headers } = error.options;
    const errors = error instanceof ValidationFailed
      ? { errors: error.errors.map((wrong) => ({ field: wrong.field, message: wrong.text[language] })) }
      : {};
    return made(
      error.status, error.kind, error.text, language,
      { ...errors, ...members, ...(next === undefined ? {} : { next: said(next, language) }) }, headers,
    );
  }
  if (error instanceof VersionConflict) {
    const status = request?.ifMatch ? 412 : 409;
    return made(status, kinds[status] as string, text(`现在是版本${error.actual}`, `it is at version ${error.actual} now`), language, {
      next: said(text('请重新读取，再重复仍需的操作', 'read it again, then repeat what is still wanted'), language), version: error.actual,
    });
  }
  const passed = passedOn(error);
  if (passed) return { status: passed.status, headers: {}, body: passed.problem };
  const status = statusOf(error);
  return made(
    status, kinds[status] ?? `http-${status}`, detailOf(status), language, {}, status === 503 ? { 'retry-after': '2' } : {},
  );
};

const said = (next: string | Text, language: Language): string => (typeof next === 'string' ? next : next[language]);

const made = (
  status: number, kind: string, detail: Text, language: Language, members: Readonly<Record<string, unknown>>,
  headers: Readonly<Record<string, string>> = {},
): ProblemAnswer => ({
  status,
  headers,
  body: {
    type: `${TYPES}${kind}`, title: (titles[status] ?? text('错误', 'Error'))[language], status, detail: detail[language],
    ...(nexts[status] === undefined ? {} : { next: nexts[status][language] }),
    ...members,
  },
});

/** The problem of another service that was asked in the caller's name. */
const passedOn = (error: unknown): { status: number; problem: Readonly<Record<string, unknown>> } | undefined =>
  error instanceof Error && error.name === 'PeerRefused'
    ? (error as unknown as { status: number; problem: Record<string, unknown> })
    : undefined;

const detailOf = (status: number): Text =>
  status >= 500
    ? text('请稍后再试；如仍失败，请联系运维人员', 'try again later; if it fails again, tell the operator')
    : (titles[status] ?? text('请求无法处理', 'the request cannot be processed'));

const statusOf = (error: unknown): number => {
  if (error instanceof HttpException) return error.getStatus();
  if (!(error instanceof Error)) return 500;
  const { code, statusCode } = error as { code?: unknown; statusCode?: unknown };
  if (typeof statusCode === 'number' && statusCode >= 400 && statusCode < 500) return statusCode;
  if (error instanceof URIError) return 400;
  if (typeof code === 'string') {
    // PostgreSQL's data exceptions: a value that our checks let through, and it could not take.
    if (/^22[0-9A-Z]{3}$/.test(code)) return 400;
    if (/^(08|53|57P)/.test(code) || ['ECONNREFUSED', 'ECONNRESET', 'ETIMEDOUT', 'EPIPE'].includes(code)) return 503;
  }
  return isCutOff(error) ? 503 : 500;
};

/** Every error of a service leaves through here. */
@Catch()
export class ProblemFilter implements ExceptionFilter {
  constructor(private readonly log: Logger) {}

  catch(error: unknown, host: ArgumentsHost): void {
    const request = host.switchToHttp().getRequest<FastifyRequest>();
    const reply = host.switchToHttp().getResponse<FastifyReply>();
    const language = request.jinji?.language ?? languageOf(request.headers?.['accept-language']);
    const answer = problemOf(error, language, { ifMatch: request.headers?.['if-match'] !== undefined });
    if (answer.status >= 500) this.report(error, request, answer.status);
    if (reply.sent || reply.raw.headersSent) return;
    void reply.status(answer.status).headers({ ...answer.headers, 'content-language': language }).type('application/problem+json')
      .send(JSON.stringify(answer.body));
  }

  /** Never values of the request: of PostgreSQL's errors only their code, as their text may quote what a person wrote. */
  private report(error: unknown, request: FastifyRequest, status: number): void {
    const of = error instanceof Error ? error : new Error('something that is no error was thrown');
    const { code } = of as { code?: unknown };
    const frames = (of.stack ?? '').split('\n').filter((line) => /^\s+at /.test(line)).slice(0, 12).map((line) => line.trim());
    const message = typeof code === 'string' || of.name === 'QueryFailedError' ? undefined : of.message;
    const about = { route: request.routeOptions?.url, method: request.method, status, error: of.name, code, message };
    // Someone else does not answer: expected, passing, and no fault of ours that a stack would find.
    if (status === 503) this.log.warn(about, 'not available');
    else this.log.error({ ...about, frames }, 'unexpected error');
  }
}
