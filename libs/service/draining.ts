import type { Server } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import { Injectable } from '@nestjs/common';
import type { FastifyInstance } from 'fastify';

/** Whether the service is about to end: it still answers, but is not ready, and asks its clients to go elsewhere. */
@Injectable()
export class Draining {
  private is = false;

  get begun(): boolean {
    return this.is;
  }

  begin(): void {
    this.is = true;
  }
}

/** A client that keeps its connection learns with its next answer that it must not use it again. */
export const sayGoodbye = (instance: FastifyInstance, draining: Draining): void => {
  instance.addHook('onSend', async (_request, reply) => {
    if (draining.begun) reply.header('connection', 'close');
  });
};

/** Takes no connection any more and lets requests end; false where some had to be cut after so long. */
export const endRequests = async (server: Server, patienceMs: number): Promise<boolean> => {
  const closed = new Promise<true>((resolve) => server.close(() => resolve(true)));
  // A response that was begun before the goodbye leaves its connection open.
  const sweeping = setInterval(() => server.closeIdleConnections(), 50);
  const patience = new AbortController();
  try {
    const late = delay(patienceMs, false, { signal: patience.signal }).catch(() => false);
    const inTime = await Promise.race([closed, late]);
    if (!inTime) server.closeAllConnections();
    return inTime;
  } finally {
    patience.abort();
    clearInterval(sweeping);
  }
};
