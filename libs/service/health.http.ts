import { setTimeout as delay } from 'node:timers/promises';
import { Controller, Get, Inject, Res } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import { HealthCheckService, type HealthIndicatorFunction, type HealthIndicatorResult } from '@nestjs/terminus';
import type { FastifyReply } from 'fastify';
import { DataSource } from 'typeorm';
import type { ReactorHealth } from '#libs/messaging';
import { Produces, Public } from '#libs/web';
import { HealthAnswer } from './answers.dto.js';
import type { ServiceDefinition } from './definition.js';
import { Draining } from './draining.js';
import { pendingMigrations } from './migrate.js';
import type { Runners } from './runners.js';
import { DEFINITION, RUNNERS } from './tokens.js';

const RELAY_LATE = 10_000;
/** A database that hangs is down; whoever asks must not hang with it. */
const PATIENCE_MS = 5_000;

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
  @ApiOperation({ summary: '就绪 Ready', 
    description: 'Requests may come: the database answers, nothing is left to migrate, no consumer has crashed for good, no partition ' +
      'with lag stands still, and every topic of its own may be written. A failing part says what and what to do. A broker that is ' +
      'away does not fail it: what is recorded meanwhile is sent later.',
  })
  async ready(@Res({ passthrough: true }) reply: FastifyReply): Promise<unknown> {
    if (this.draining.begun) {
      reply.status(503);
      return { status: 'shutting_down' };
    }
    return this.told(reply, [this.database, this.migrations, this.bus, this.topics]);
  }

  @Get()
  @Public()
  @Produces(HealthAnswer)
  @ApiOperation({
    summary: '健康 Health',
    description: 'Database, migrations, views, timers, relay, consumers and parked messages, each with what is wrong.',
  })
  all(@Res({ passthrough: true }) reply: FastifyReply): Promise<unknown> {
    return this.told(reply, 
      [this.database, this.migrations, this.views, this.timers, this.relay, this.topics, this.consumers, this.jobs]);
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
    const up = await within(PATIENCE_MS, this.db.query('SELECT 1').then(() => true, () => false));
    const next = 'see that PostgreSQL runs and that DATABASE_URL leads to it';
    return { database: up ? { status: 'up' } : { status: 'down', next } };
  };

  private readonly migrations = async (): Promise<HealthIndicatorResult> => {
    const pending = await pendingMigrations(this.definition, this.db).catch(() => ['unknown']);
    const next = `run \`npm run migrate ${this.definition.name}\`, or set MIGRATION_DATABASE_URL`;
    return { migrations: pending.length === 0 ? { status: 'up', pending } : { status: 'down', pending, next } };
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

  /** Whether its consumer works: asks nobody, so that a bus that is away neither fails it nor holds it up. */
  private readonly bus = async (): Promise<HealthIndicatorResult> => {
    const { crashed, failing, missing, standing, partitions } = this.runners().reactor.health();
    return { consumers: { ...consumerTrouble({ crashed, failing, standing }), partitions, missing } };
  };

  /** The topics that it must write, as a probe at start has found them. */
  private readonly topics = async (): Promise<HealthIndicatorResult> => {
    const { refused, checked } = this.runners().relay.topics.state();
    if (refused.length === 0) return { topics: { status: 'up', checked } };
    const names = refused.map(({ topic }) => topic).join(', ');
    const next = `allow this service's principal to create, describe and write ${names}; it is tried again every few seconds`;
    return { topics: { status: 'down', refused, next } };
  };

  /** Parked messages are a person's to decide, so they are told and do not take the service out of service. */
  private readonly consumers = (): Promise<HealthIndicatorResult> =>
    indicated('consumers', async () => {
      const { crashed, failing, missing, standing, parked, lag, partitions } = await this.runners().reactor.state();
      const { status, ...trouble } = consumerTrouble({ crashed, failing, standing });
      return {
        up: status === 'up', ...trouble, partitions, missing, standing, failing, parked,
        lag: lag.reduce((sum, one) => sum + one.lag, 0),
      };
    });

  private readonly jobs = async (): Promise<HealthIndicatorResult> => {
    const states = this.runners().jobs.map((job) => job.state());
    return { jobs: { status: states.every(({ failing }) => failing === null) ? 'up' : 'down', jobs: states } };
  };
}

const within = async (ms: number, look: Promise<boolean>): Promise<boolean> => {
  const late = new AbortController();
  try {
    return await Promise.race([look, delay(ms, false, { signal: late.signal }).catch(() => false)]);
  } finally {
    late.abort();
  }
};

/** What is wrong with a consumer, and what to do. */
const consumerTrouble = (
  { crashed, failing, standing }: Pick<ReactorHealth, 'crashed' | 'failing' | 'standing'>,
): { status: 'up' | 'down' } & Record<string, unknown> => {
  if (crashed) {
    const next = "give this service's principal its rights (its group, and the topics that it reads) or right credentials; " +
      'it tries again by itself, a restart is not needed';
    return { status: 'down', because: `the consumer has crashed for good: ${failing ?? 'it did not say why'}`, next };
  }
  if (standing.length === 0) return { status: 'up' };
  const where = standing.map((one) => `${one.topic}/${one.partition} at ${one.committed} of ${one.head} for ${one.seconds} s`);
  return {
    status: 'down', because: `messages wait and nothing moves: ${where.join(', ')}${failing === null ? '' : ` (${failing})`}`, standing,
    next: 'restart this instance; where that does not help, mend what it says, or see `npm run doctor`',
  };
};

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
