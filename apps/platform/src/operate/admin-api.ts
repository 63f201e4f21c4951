import { randomUUID } from 'node:crypto';

/** Where the services are, and who asks. */
export interface AdminAccess {
  /** A gateway, or `npm start`; or with {service} in it, where each service has an address of its own. */
  readonly url: string;
  /** An operator's. Without one the development issuer beside the services is asked for one, if there is any. */
  readonly token?: string;
}

export type Answer<T> =
  | { readonly is: 'answer'; readonly status: number; readonly body: T; readonly date: string | null }
  /** Nobody answered, or something that is none of ours. */
  | { readonly is: 'away'; readonly because: string };

/** Whoever typed the command can mend it: the message is enough, no stack. */
export class Unusable extends Error {}

const PATIENCE_MS = 15_000;
/** A retry works off all that waited. */
const LONG_MS = 600_000;

/** What the commands of an operator say to the services, over HTTP: so they work off what they retry themselves. */
export class AdminApi {
  private token: Promise<string> | undefined;

  constructor(private readonly access: AdminAccess) {
    if (!/^https?:\/\/\S+$/.test(access.url)) throw new Unusable(`${access.url} is no http(s) URL`);
  }

  get<T>(service: string, path: string, { open = false } = {}): Promise<Answer<T>> {
    return this.ask<T>(service, path, 'GET', undefined, open);
  }

  post<T>(service: string, path: string, body: object): Promise<Answer<T>> {
    return this.ask<T>(service, path, 'POST', body, false);
  }

  private async ask<T>(
    service: string, path: string, method: string, body: object | undefined, open: boolean,
  ): Promise<Answer<T>> {
    const token = open ? undefined : await (this.token ??= this.login());
    const headers = {
      accept: 'application/json', 'accept-language': 'en',
      ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
      ...(body === undefined ? {} : { 'content-type': 'application/json', 'idempotency-key': randomUUID() }),
    };
    try {
      const answer = await fetch(`${this.at(service)}${path}`, {
        method, headers, signal: AbortSignal.timeout(body === undefined ? PATIENCE_MS : LONG_MS),
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      });
      const text = await answer.text();
      return { is: 'answer', status: answer.status, body: JSON.parse(text) as T, date: answer.headers.get('date') };
    } catch (error) {
      return { is: 'away', because: whyOf(error) };
    }
  }

  private at(service: string): string {
    const { url } = this.access;
    return url.includes('{service}') ? url.replace('{service}', service) : `${url.replace(/\/+$/, '')}/${service}`;
  }

  private async login(): Promise<string> {
    if (this.access.token !== undefined) return this.access.token;
    const asked = { subject: 'operator', organisation: 'operations', roles: ['operator'] };
    try {
      const answer = await fetch(`${this.at('issuer')}/token`, {
        method: 'POST', body: JSON.stringify(asked), headers: { 'content-type': 'application/json' },
        signal: AbortSignal.timeout(PATIENCE_MS),
      });
      if (answer.ok) return ((await answer.json()) as { token: string }).token;
    } catch {
      // told below
    }
    throw new Unusable(`set JINJI_TOKEN to an operator's token: there is no development issuer at ${this.at('issuer')}`);
  }
}

export const whyOf = (error: unknown): string => {
  const { message, code, cause } = error as { message?: string; code?: string; cause?: { code?: string; message?: string } };
  const under = cause?.code ?? cause?.message ?? code;
  const told = message || String(error); // that no address of a host answers has no message of its own
  return under === undefined || told.includes(under) ? told : `${told} (${under})`;
};
