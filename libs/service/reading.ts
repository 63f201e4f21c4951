import { Inject, Injectable, type OnModuleDestroy } from '@nestjs/common';
import { ConfigService } from '@nestjs/config';
import pg from 'pg';
import { type Aggregate, Aggregates, type EventStore, type Loaded, type Query } from '#libs/event-store';
import type { ServiceConfig } from './config.js';
import { STORE } from './tokens.js';

/**
 * For questions that must leave no trace: PostgreSQL itself refuses to write on these connections, and nothing that is loaded
 * here leaves a snapshot. They are opened when somebody asks, and few.
 */
@Injectable()
export class Reading implements OnModuleDestroy {
  private readonly pool: pg.Pool;
  private readonly aggregates: Aggregates;

  constructor(config: ConfigService<ServiceConfig, true>, @Inject(STORE) store: EventStore) {
    this.pool = new pg.Pool({
      connectionString: config.get('DATABASE_URL', { infer: true }), max: 2, options: '-c default_transaction_read_only=on',
      application_name: 'jinji-reading',
    });
    this.pool.on('error', () => undefined); // an idle connection was cut: the next query opens another
    this.aggregates = new Aggregates(store, this.query, { keepsSnapshots: false });
  }

  readonly query: Query = async <Row>(sql: string, params: readonly unknown[] = []) =>
    (await this.pool.query(sql, [...params])).rows as Row[];

  load<C, S, E extends { readonly type: string }>(aggregate: Aggregate<C, S, E>, id: string): Promise<Loaded<S>> {
    return this.aggregates.load(aggregate, id);
  }

  loadMany<C, S, E extends { readonly type: string }>(
    aggregate: Aggregate<C, S, E>, ids: readonly string[],
  ): Promise<ReadonlyMap<string, Loaded<S>>> {
    return this.aggregates.loadMany(aggregate, ids);
  }

  onModuleDestroy(): Promise<void> {
    return this.pool.end();
  }
}
