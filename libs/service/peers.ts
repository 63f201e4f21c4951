import { Inject, Injectable } from '@nestjs/common';
import { ConfigService } from '@nestjs/config';
import type { Tracing } from '#libs/tracing';
import { type Caller, Unavailable } from '#libs/web';
import type { ServiceConfig } from './config.js';
import { TRACING } from './tokens.js';

/** How a peer answered: what it said, that it refused (its problem), or that it did not answer. */
export type PeerAnswer<T> =
  | { readonly is: 'answer'; readonly value: T }
  | { readonly is: 'refused'; readonly status: number; readonly problem: Readonly<Record<string, unknown>> }
  | { readonly is: 'unavailable'; readonly part: string };

const TIMEOUT_MS = 20_000;
/** A question may go over a whole contest. */
const QUESTION_MS = 120_000;

/** In whose name a peer is asked. */
export type Asker = Pick<Caller, 'authorization' | 'language' | 'newId'>;

/** Other services, asked over HTTP in the caller's own name. Only at the edge: before or after a decision, never in it. */
@Injectable()
export class Peers {
  constructor(
    private readonly config: ConfigService<ServiceConfig, true>,
    @Inject(TRACING) private readonly tracing: Tracing,
  ) {}

  /**
   * What the peer says; 404 and 403 included, so that a query can say which part is missing. A `question` with a body is a POST
   * that changes nothing there.
   */
  ask<T>(
    service: string, path: string, caller: Asker, body?: unknown, { question = false }: { question?: boolean } = {},
  ): Promise<PeerAnswer<T>> {
    return this.tracing.goOn(`ask ${service}`, { kind: 'client' }, () => this.fetched<T>(service, path, caller, body, question));
  }

  private async fetched<T>(
    service: string, path: string, caller: Asker, body: unknown, question: boolean,
  ): Promise<PeerAnswer<T>> {
    const traceparent = this.tracing.traceparent();
    const url = this.config.get('PEERS_URL', { infer: true }).replace('{service}', service) + path;
    try {
      const response = await fetch(url, {
        method: body === undefined ? 'GET' : 'POST',
        headers: {
          authorization: caller.authorization,
          'accept-language': caller.language,
          accept: 'application/json',
          ...(traceparent === undefined ? {} : { traceparent }),
          // A retry of our own request is a retry there.
          ...(body === undefined ? {} : { 'content-type': 'application/json' }),
          ...(body === undefined || question ? {} : { 'idempotency-key': caller.newId() }),
        },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
        signal: AbortSignal.timeout(question ? QUESTION_MS : TIMEOUT_MS),
      });
      if (response.status >= 500 || response.status === 429) return { is: 'unavailable', part: service };
      const said: unknown = await response.json();
      return response.ok
        ? { is: 'answer', value: said as T }
        : { is: 'refused', status: response.status, problem: said as Record<string, unknown> };
    } catch {
      return { is: 'unavailable', part: service };
    }
  }

  /** For a query that shows part of what it cannot have: `instanceof Unavailable` says which part is missing. */
  async get<T>(service: string, path: string, caller: Caller): Promise<T | Unavailable> {
    return this.told<T>(service, await this.ask<T>(service, path, caller));
  }

  async post<T>(service: string, path: string, body: unknown, caller: Caller): Promise<T | Unavailable> {
    return this.told<T>(service, await this.ask<T>(service, path, caller, body));
  }

  /** Before a decision: a 503 where the peer does not answer, and nothing is done. With a body it is a POST. */
  async need<T>(service: string, path: string, caller: Caller, body?: unknown): Promise<T> {
    const said = this.told<T>(service, await this.ask<T>(service, path, caller, body));
    if (said instanceof Unavailable) throw said;
    return said;
  }

  private told<T>(service: string, answer: PeerAnswer<T>): T | Unavailable {
    if (answer.is === 'answer') return answer.value;
    if (answer.is === 'unavailable') return new Unavailable(service);
    throw new PeerRefused(answer.status, answer.problem);
  }
}

/** The peer's own problem, passed on as it is. */
export class PeerRefused extends Error {
  constructor(
    readonly status: number,
    readonly problem: Readonly<Record<string, unknown>>,
  ) {
    super(`a peer refused with ${status}`);
    this.name = 'PeerRefused';
  }
}
