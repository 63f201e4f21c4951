import { type DynamicModule, Module } from '@nestjs/common';
import { ConfigModule } from '@nestjs/config';
import { CqrsModule } from '@nestjs/cqrs';
import { TerminusModule } from '@nestjs/terminus';
import { TypeOrmModule } from '@nestjs/typeorm';
import type { DataSource } from 'typeorm';
import type { Logger } from 'pino';
import type { Aggregates, EventStore } from '#libs/event-store';
import type { Tracing } from '#libs/tracing';
import { Vault } from '#libs/vault';
import { Sealing } from '#libs/web';
import { AdminController } from './admin.http.js';
import { DomainClock } from './clock.js';
import type { ServiceConfig } from './config.js';
import { DecisionHandler } from './decide.js';
import type { ServiceDefinition } from './definition.js';
import { Draining } from './draining.js';
import { HealthController } from './health.http.js';
import { HistoryController } from './history.http.js';
import { Histories } from './history.js';
import { MetricsController } from './metrics.http.js';
import { Metrics } from './metrics.js';
import { Outcomes } from './outcomes.js';
import { Peers } from './peers.js';
import { Reader } from './reader.js';
import { Reading } from './reading.js';
import type { Runners } from './runners.js';
import { Signals } from './signals.js';
import { AGGREGATES, DEFINITION, LOG, RUNNERS, STORE, TRACING } from './tokens.js';
import { Transactions } from './transactions.js';

export interface ModuleParts {
  readonly config: ServiceConfig;
  readonly db: DataSource;
  readonly store: EventStore;
  readonly aggregates: Aggregates;
  readonly vault: Vault;
  readonly sealing: Sealing;
  readonly clock: DomainClock;
  readonly signals: Signals;
  readonly draining: Draining;
  readonly tracing: Tracing;
  readonly metrics: Metrics;
  readonly log: Logger;
  readonly runners: () => Runners;
}

/** One service as a Nest module: the frame's own providers and controllers, and the definition's. */
@Module({})
export class ServiceModule {
  static of(definition: ServiceDefinition, parts: ModuleParts): DynamicModule {
    const entities = entitiesOf(definition);
    return {
      module: ServiceModule,
      imports: [
        // Read and checked before (config.ts): several services in one process each have their own.
        ConfigModule.forRoot({ isGlobal: true, ignoreEnvFile: true, skipProcessEnv: true, load: [() => ({ ...parts.config })] }),
        CqrsModule.forRoot(),
        TerminusModule.forRoot({ logger: false }),
        TypeOrmModule.forRootAsync({ useFactory: () => parts.db.options, dataSourceFactory: async () => parts.db }),
        TypeOrmModule.forFeature(entities),
      ],
      controllers: [HealthController, MetricsController, AdminController, HistoryController, ...definition.controllers],
      providers: [
        { provide: DEFINITION, useValue: definition },
        { provide: STORE, useValue: parts.store },
        { provide: AGGREGATES, useValue: parts.aggregates },
        { provide: LOG, useValue: parts.log },
        { provide: RUNNERS, useValue: parts.runners },
        { provide: Vault, useValue: parts.vault },
        { provide: Sealing, useValue: parts.sealing },
        { provide: DomainClock, useValue: parts.clock },
        { provide: Signals, useValue: parts.signals },
        { provide: TRACING, useValue: parts.tracing },
        { provide: Metrics, useValue: parts.metrics },
        { provide: Draining, useValue: parts.draining },
        Outcomes, Transactions, Reader, Reading, Peers, Histories, DecisionHandler,
        ...(definition.jobs ?? []),
        ...(definition.providers ?? []),
      ],
    };
  }
}

export const entitiesOf = (definition: ServiceDefinition) => [
  ...new Set([...definition.views.flatMap(({ entities }) => entities), ...(definition.entities ?? [])]),
];
