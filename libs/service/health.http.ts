import { Controller, Get, Inject, Res } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import { HealthCheckService, type HealthIndicatorFunction, type HealthIndicatorResult } from '@nestjs/terminus';
import type { FastifyReply } from 'fastify';
import { DataSource } from 'typeorm';
import { Produces, Public } from '#libs/web';
import { HealthAnswer } from './answers.dto.js';
import type { ServiceDefinition } from './definition.js';
import { Draining } from './draining.js';
import { pendingMigrations } from './migrate.js';
import type { Runners } from './runners.js';
import { DEFINITION, RUNNERS } from './tokens.js';

const RELAY_LATE = 10_000;

/** Is it alive, and can it do its work? */
@ApiTags('operation')
@Controller('health')
export class HealthController {
  constructor(
    private readonly health: HealthCheckService,
    private readonly db: DataSource,
    @Inject(DEFINITION) private readonly definition: ServiceDefinition,
    private readonly draining: Draining,
    @Inject(RUNNERS) private readonly runners: () => Runners,
  ) {}

  @Get('live')
  @Public()
  @Produces(HealthAnswer)
  @ApiOperation({ summary: '存活 Alive', description: 'The process answers. Restart it where this does not.' })
  live(): { status: 'ok' } {
    return { status: 'ok' };
  }

  @Get('ready')
  @Public()
  @Produces(HealthAnswer)
  @ApiOperation({ summary: '就绪 Ready', description: 'The database answers and nothing is left to migrate: requests may come.' })
  async ready(@Res({ passthrough: true }) reply: FastifyReply): Promise<unknown> {
    if (this.draining.begun) {
      reply.status(503);
      return { status: 'shutting_down' };
    }
    return this.told(reply, [this.database, this.migrations]);
  }

  @Get()
  @Public()
  @Produces(HealthAnswer)
  @ApiOperation({
    summary: '健康 Health',
    description: 'Database, migrations, views, timers, relay, consumers and parked messages, each with what is wrong.',
  })
  all(@Res({ passthrough: true }) reply: FastifyReply): Promise<unknown> {
    return this.told(reply, [this.database, this.migrations, this.views, this.timers, this.relay, this.consumers, this.jobs]);
  }

  private async told(reply: FastifyReply, checks: HealthIndicatorFunction[]): Promise<unknown> {
    try {
      return await this.health.check(checks);
    } catch (error) {
      reply.status(503);
      const said = (error as { getResponse?: () => unknown }).getResponse?.();
      return said ?? { status: 'error' };
    }
  }

  private readonly database = async (): Promise<HealthIndicatorResult> => {
    const up = await this.db.query('SELECT 1').then(() => true, () => false);
    return { database: { status: up ? 'up' : 'down' } };
  };

  private readonly migrations = async (): Promise<HealthIndicatorResult> => {
    const pending = await pendingMigrations(this.definition, this.db).catch(() => ['unknown']);
    return { migrations: { status: pending.length === 0 ? 'up' : 'down', pending } };
  };

  private readonly views = (): Promise<HealthIndicatorResult> =>
    indicated('views', async () => {
      const states = await this.runners().views.state();
      return { up: states.every(({ crashed }) => crashed === null), views: states };
    });

  private readonly timers = (): Promise<HealthIndicatorResult> =>
    indicated('timers', async () => {
      const { due, failing } = await this.runners().timers.state();
      return { up: failing.length === 0, due, failing };
    });

  private readonly relay = (): Promise<HealthIndicatorResult> =>
    indicated('relay', async () => {
      const state = await this.runners().relay.state();
      return { up: state.failing === null && state.head - state.checkpoint < RELAY_LATE, ...state };
    });

  /** Parked messages are a person's to decide, so they are told and do not take the service out of service. */
  private readonly consumers = (): Promise<HealthIndicatorResult> =>
    indicated('consumers', async () => {
      const { crashed, failing, standing, parked, lag, partitions } = await this.runners().reactor.state();
      return {
        up: !crashed && standing.length === 0, partitions, failing, standing, parked,
        lag: lag.reduce((sum, one) => sum + one.lag, 0),
      };
    });

  private readonly jobs = async (): Promise<HealthIndicatorResult> => {
    const states = this.runners().jobs.map((job) => job.state());
    return { jobs: { status: states.every(({ failing }) => failing === null) ? 'up' : 'down', jobs: states } };
  };
}

const indicated = async (
  name: string, look: () => Promise<{ up: boolean } & Record<string, unknown>>,
): Promise<HealthIndicatorResult> => {
  try {
    const { up, ...told } = await look();
    return { [name]: { status: up ? 'up' : 'down', ...told } };
  } catch {
    return { [name]: { status: 'down', because: 'it cannot be asked' } };
  }
};
