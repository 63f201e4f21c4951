import { createServer, type Server } from 'node:http';
import { Controller, Get, Inject, Res } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import type { EventStore } from '#libs/event-store';
import { ProducesFile, Roles } from '#libs/web';
import { Metrics } from './metrics.js';
import type { Runners } from './runners.js';
import { RUNNERS, STORE } from './tokens.js';

/** For an operator with a token; Prometheus has a port of its own (METRICS_PORT). */
@ApiTags('operation')
@Controller('metrics')
export class MetricsController {
  constructor(
    private readonly metrics: Metrics,
    @Inject(STORE) private readonly store: EventStore,
    @Inject(RUNNERS) private readonly runners: () => Runners,
  ) {}

  @Get()
  @Roles('operator')
  @ProducesFile('text/plain')
  @ApiOperation({
    summary: '指标 Metrics',
    description: 'In the text format of Prometheus: relay, consumers, parked messages, appends, requests, views, the process.',
  })
  async read(@Res({ passthrough: true }) reply: FastifyReply): Promise<string> {
    reply.header('content-type', this.metrics.contentType);
    return this.metrics.read(this.runners(), this.store);
  }
}

/** The same without a login, on a port that only the inner network reaches. */
export const listenForPrometheus = async (
  metrics: Metrics, read: () => Promise<string>, port: number, host: string,
): Promise<Server> => {
  const server = createServer((request, response) => {
    if (request.method !== 'GET' || request.url?.split('?')[0] !== '/metrics') return void response.writeHead(404).end();
    read().then(
      (text) => response.setHeader('content-type', metrics.contentType).end(text),
      () => response.writeHead(500).end(),
    );
  });
  await new Promise<void>((resolve, reject) => server.once('error', reject).listen(port, host, resolve));
  return server;
};
