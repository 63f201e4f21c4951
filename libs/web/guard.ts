import type { CanActivate, ExecutionContext } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import { type Clock, newId, text } from '#libs/decider';
import { type Caller, type Claims, type Language, requestOf, type RequestSeed, type RequestState, type Role } from './caller.js';
import { Forbidden, Malformed, Problem, Unauthenticated } from './errors.js';
import { IF_MATCH, ROLES } from './routes.js';
import { seededId } from './seed.js';

/** Default deny: a route that does not say who may is for nobody. */
export class RolesGuard implements CanActivate {
  private readonly reflector = new Reflector();

  constructor(private readonly clock: Clock) {}

  async canActivate(context: ExecutionContext): Promise<boolean> {
    const targets = [context.getHandler(), context.getClass()];
    const needed = this.reflector.getAllAndOverride<readonly Role[] | undefined>(ROLES, targets);
    if (needed === undefined) throw new Forbidden([]);
    if (needed.length === 0) return true;
    const request = requestOf(context);
    const state = request.jinji as RequestState;
    if (!state.claims) throw new Unauthenticated();
    if (!needed.some((role) => state.claims?.roles.includes(role))) throw new Forbidden(needed);
    const ifMatch = versionIn(request.headers['if-match']);
    if (ifMatch === undefined && this.reflector.getAllAndOverride<boolean | undefined>(IF_MATCH, targets))
      throw new Problem(428, 'if-match-required', text('请用 If-Match 指明所读的版本', 'say with If-Match which version was read'), {
        next: text('请先读取，再以其 ETag 作为 If-Match 发送', 'read it, then send its ETag as If-Match'),
      });
    state.caller = new RequestCaller(
      state.claims, state.language, await this.clock.now(), request.headers.authorization ?? '', ifMatch,
      (request.params as { id?: string } | undefined)?.id,
    );
    return true;
  }
}

/** `"3"`, also weak or bare; `*` asks for nothing in particular. */
const versionIn = (header: string | undefined): number | undefined => {
  if (header === undefined || header.trim() === '*') return undefined;
  const version = /^(?:W\/)?"?(\d{1,9})"?$/.exec(header.trim())?.[1];
  if (version === undefined) throw new Malformed(text('If-Match 无效，应形如 "3"', 'If-Match is not valid; it looks like "3"'));
  return Number(version);
};

export class RequestCaller implements Caller {
  readonly subject: string;
  readonly organisation: string;
  readonly roles: readonly Role[];
  declare readonly worker?: string;
  declare readonly ifMatch?: number;
  declare readonly addressed?: string;
  seed: RequestSeed = seedOf(newId(), { again: false, kept: false });

  constructor(
    claims: Claims,
    readonly language: Language,
    readonly at: string,
    readonly authorization: string,
    ifMatch: number | undefined,
    addressed: string | undefined,
  ) {
    this.subject = claims.subject;
    this.organisation = claims.organisation;
    this.roles = claims.roles;
    if (claims.roles.includes('worker')) this.worker = claims.subject;
    if (ifMatch !== undefined) this.ifMatch = ifMatch;
    if (addressed !== undefined) this.addressed = addressed;
  }

  newId(): string {
    return seededId(this.seed.id, `id/${this.seed.next('id')}`);
  }
}

export const seedOf = (id: string, { again, kept }: { again: boolean; kept: boolean }): RequestSeed => {
  const counts = new Map<string, number>();
  return {
    id, again, kept,
    next: (name) => {
      const n = counts.get(name) ?? 0;
      counts.set(name, n + 1);
      return n;
    },
  };
};
