import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import type { Instant } from '#libs/decider';

export const roles = [
  'organiser', 'chief-judge', 'judge', 'arbitrator', 'custodian', 'certifier', 'incentive-officer', 'trainer', 'hr', 'worker',
  'auditor', 'operator',
] as const;
export type Role = (typeof roles)[number];

export type Language = 'zh' | 'en';

/** Whoever makes a request, as a command needs it. */
export interface Caller {
  /** The token's subject: an id, never a name. */
  readonly subject: string;
  readonly organisation: string;
  readonly roles: readonly Role[];
  readonly language: Language;
  /** Domain time of the request. */
  readonly at: Instant;
  /** Set where the caller is a worker: the worker's id. */
  readonly worker?: string;
  /** The header as it came, to pass on to other services. */
  readonly authorization: string;
  /** A fresh UUIDv7; on a retry with the same Idempotency-Key, the same ones in the same order. */
  newId(): string;
  /** The version that If-Match names. */
  readonly ifMatch?: number;
  /** What the route names: its `:id`. If-Match speaks of this. */
  readonly addressed?: string;
  /** What the ids of this request's events and outcomes are made from; used by the frame. */
  readonly seed?: RequestSeed;
}

export interface RequestSeed {
  readonly id: string;
  /** True where a request with this Idempotency-Key began before, and may have done its work already. */
  readonly again: boolean;
  /** True where there is an Idempotency-Key, so that a later request may ask for the same outcome. */
  readonly kept: boolean;
  /** How often this request asked for something of this name before: 0, 1, 2 … */
  next(name: string): number;
}

declare module 'fastify' {
  interface FastifyRequest {
    jinji?: RequestState;
  }
}

/** What the hooks, the guard and the interceptors know about one request. */
export interface RequestState {
  language: Language;
  claims?: Claims;
  caller?: Caller;
  rawBody?: Buffer;
  /** `?after=`: the position that the views must have reached. */
  after?: number;
}

export interface Claims {
  readonly subject: string;
  readonly organisation: string;
  readonly roles: readonly Role[];
}

export const requestOf = (context: ExecutionContext): FastifyRequest => context.switchToHttp().getRequest<FastifyRequest>();

/** A parameter: whoever makes this request. */
export const TheCaller = createParamDecorator((_: unknown, context: ExecutionContext): Caller => {
  const caller = requestOf(context).jinji?.caller;
  if (!caller) throw new Error('a route without login has no caller');
  return caller;
});

/** A parameter for routes without login: the language that was asked for. */
export const TheLanguage = createParamDecorator(
  (_: unknown, context: ExecutionContext): Language => requestOf(context).jinji?.language ?? 'zh',
);

/** zh unless English is preferred: `Accept-Language: en-GB, zh;q=0.5`. */
export const languageOf = (header: string | undefined): Language => {
  let best: { language: Language; quality: number } = { language: 'zh', quality: 0 };
  for (const part of (header ?? '').slice(0, 1000).split(',')) {
    const [range = '', ...parameters] = part.trim().toLowerCase().split(';');
    const language = range.startsWith('zh') ? 'zh' : range.startsWith('en') ? 'en' : undefined;
    const q = parameters.map((parameter) => /^\s*q=([01](?:\.\d{0,3})?)\s*$/.exec(parameter)?.[1]).find(Boolean);
    const quality = q === undefined ? 1 : Number(q);
    if (language && quality > best.quality) best = { language, quality };
  }
  return best.language;
};
