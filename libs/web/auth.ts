import { createRemoteJWKSet, errors, jwtVerify, type JWTVerifyGetKey } from 'jose';
import { text } from '#libs/decider';
import { type Claims, type Role, roles } from './caller.js';
import { Unauthenticated, Unavailable } from './errors.js';
import { isStorable } from './text.js';

export interface AuthOptions {
  readonly issuer: string;
  readonly audience: string;
  readonly jwksUrl: string;
  /** In place of the URL's keys. */
  readonly keys?: JWTVerifyGetKey;
}

const known = new Set<string>(roles);
const MAX_CACHED = 2000;

/** Checks bearer tokens; a token that was checked once is believed until it expires. */
export class Authenticator {
  private readonly keys: JWTVerifyGetKey;
  private readonly checked = new Map<string, { claims: Claims; until: number }>();

  constructor(private readonly options: AuthOptions) {
    this.keys = options.keys ?? createRemoteJWKSet(new URL(options.jwksUrl), { timeoutDuration: 5000, cooldownDuration: 5000 });
  }

  /** The caller's claims; undefined without a token. */
  async claimsOf(header: string | undefined): Promise<Claims | undefined> {
    if (header === undefined) return undefined;
    const token = /^Bearer +([\w.~+/-]+=*)$/i.exec(header)?.[1];
    if (token === undefined || token.length > 8192) throw invalid();
    const before = this.checked.get(token);
    if (before && before.until > Date.now()) return before.claims;
    this.checked.delete(token);
    const { claims, until } = await this.verify(token);
    if (this.checked.size >= MAX_CACHED) this.checked.delete(this.checked.keys().next().value as string);
    this.checked.set(token, { claims, until });
    return claims;
  }

  private async verify(token: string): Promise<{ claims: Claims; until: number }> {
    const { issuer, audience } = this.options;
    const { payload } = await jwtVerify(token, this.keys, {
      issuer, audience, algorithms: ['ES256', 'ES384', 'EdDSA', 'RS256', 'PS256'], requiredClaims: ['sub', 'exp'],
      clockTolerance: 5,
    }).catch((error: unknown) => {
      throw isOurFault(error) ? new Unavailable('auth') : invalid();
    });
    const { sub, org, roles: granted, exp } = payload;
    if (!isName(sub) || !isName(org) || !Array.isArray(granted)) throw invalid();
    const claims = { subject: sub, organisation: org, roles: granted.filter((role): role is Role => known.has(role as string)) };
    return { claims, until: Math.min((exp as number) * 1000, Date.now() + 3_600_000) };
  }
}

const invalid = (): Unauthenticated => new Unauthenticated(
  text('令牌无效或已过期', 'the token is not valid, or has expired'), 'invalid_token',
);

const isName = (value: unknown): value is string =>
  typeof value === 'string' && value.length > 0 && value.length <= 200 && isStorable(value);

/** The keys could not be fetched, which says nothing about the token. */
const isOurFault = (error: unknown): boolean =>
  error instanceof errors.JWKSTimeout || !(error instanceof errors.JOSEError) || error.code === 'ERR_JOSE_GENERIC';
