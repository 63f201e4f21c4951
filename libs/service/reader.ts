import { Inject, Injectable } from '@nestjs/common';
import type { Aggregate, Aggregates, Loaded } from '#libs/event-store';
import { type Caller, NotFound } from '#libs/web';
import { AGGREGATES } from './tokens.js';

/** Reads an aggregate as it is now, for whoever may know of it. */
@Injectable()
export class Reader {
  constructor(@Inject(AGGREGATES) private readonly aggregates: Aggregates) {}

  /** 404 where there is none, or it belongs to another organisation. */
  async load<C, S, E extends { readonly type: string }>(
    aggregate: Aggregate<C, S, E>, id: string, caller: Caller,
  ): Promise<Loaded<S>> {
    const loaded = await this.aggregates.load(aggregate, id);
    const owner = aggregate.organisation(loaded.state);
    if (loaded.version === 0 || (owner !== undefined && owner !== caller.organisation)) throw new NotFound(aggregate.name, id);
    return loaded;
  }

  /** Whatever organisation it belongs to, as `loadMany`: for rules, never to show. */
  async peek<C, S, E extends { readonly type: string }>(aggregate: Aggregate<C, S, E>, id: string): Promise<Loaded<S>> {
    return this.aggregates.load(aggregate, id);
  }

  async loadMany<C, S, E extends { readonly type: string }>(
    aggregate: Aggregate<C, S, E>, ids: readonly string[],
  ): Promise<ReadonlyMap<string, Loaded<S>>> {
    return this.aggregates.loadMany(aggregate, ids);
  }
}
