import { Inject, Injectable } from '@nestjs/common';
import type { Instant } from '#libs/decider';
import { type Aggregate, type Aggregates, type EventStore, type Recorded, streamOf } from '#libs/event-store';
import { type Caller, NotFound } from '#libs/web';
import type { ServiceDefinition } from './definition.js';
import { Peers } from './peers.js';
import { AGGREGATES, DEFINITION, STORE } from './tokens.js';

/** One event, for an auditor. Free texts about people are ids here; who may read them asks the service. */
export interface HistoryEvent {
  readonly service: string;
  readonly id: string;
  readonly position: number;
  readonly aggregate: string;
  readonly aggregateId: string;
  readonly version: number;
  readonly what: string;
  readonly data: unknown;
  readonly who: string;
  /** Domain time; `recordedAt` is the machine's. */
  readonly when: Instant;
  readonly recordedAt: Instant;
  /** The event or message that it followed from; null where a person began. */
  readonly cause: string | null;
  readonly story: string;
}

export interface Effects {
  readonly items: readonly HistoryEvent[];
}

export interface History {
  readonly aggregate: string;
  readonly id: string;
  readonly events: readonly (HistoryEvent & { readonly effects: readonly string[] })[];
  /** With follow: what came of them, in the order in which it was found. */
  readonly followed?: readonly HistoryEvent[];
  /** With follow: there is more than is shown. */
  readonly truncated?: boolean;
  /** With follow: services that did not answer, so that their part is missing. */
  readonly missing?: readonly string[];
}

const SERVICES = ['people', 'training', 'registration', 'judging', 'certification', 'incentives'];
const MAX_EVENTS = 1000;
const MAX_FOLLOWED = 2000;
const MAX_STEPS = 40;
const AT_ONCE = 100;
const FOLLOW_MS = 15_000;

type Kind = Aggregate<unknown, unknown, { readonly type: string }>;

@Injectable()
export class Histories {
  constructor(
    @Inject(DEFINITION) private readonly definition: ServiceDefinition,
    @Inject(STORE) private readonly store: EventStore,
    @Inject(AGGREGATES) private readonly aggregates: Aggregates,
    private readonly peers: Peers,
  ) {}

  async of(aggregate: string, id: string, caller: Caller, follow: boolean): Promise<History> {
    const kind = this.definition.aggregates.find(({ name }) => name === aggregate);
    if (!kind) throw new NotFound('aggregate', aggregate.slice(0, 100));
    const recorded = await this.store.readStream(streamOf(kind, id));
    if (recorded.length === 0 || !(await this.mayKnow(recorded[0] as Recorded, caller, new Map())))
      throw new NotFound(aggregate, id);
    const shown = await this.show(recorded.slice(0, MAX_EVENTS));
    const effects = new Map<string, string[]>();
    for (const effect of await this.effectsOf(shown.map((event) => event.id), caller))
      if (effect.cause) effects.set(effect.cause, [...(effects.get(effect.cause) ?? []), effect.id]);
    const events = shown.map((event) => ({ ...event, effects: effects.get(event.id) ?? [] }));
    const history = { aggregate, id, events };
    return follow ? { ...history, ...(await this.follow(shown, caller, recorded.length > MAX_EVENTS)) } : history;
  }

  /** What followed directly, of what the caller may know. */
  private async effectsOf(ids: readonly string[], caller: Caller): Promise<readonly HistoryEvent[]> {
    return this.known(await this.store.effectsOf(ids, MAX_FOLLOWED), caller);
  }

  /** How it went on here from events of any service, across what people did: an approval has no cause but a person. */
  async nextOf(ids: readonly string[], caller: Caller): Promise<readonly HistoryEvent[]> {
    return this.known(await this.store.nextOf(ids, MAX_FOLLOWED), caller);
  }

  private async known(events: readonly Recorded[], caller: Caller): Promise<readonly HistoryEvent[]> {
    const owners = new Map<string, string | null>();
    const found: Recorded[] = [];
    for (const recorded of events) if (await this.mayKnow(recorded, caller, owners)) found.push(recorded);
    return this.show(found);
  }

  /** Breadth first over what followed, here and at the others, under the caller's own token. */
  private async follow(
    from: readonly HistoryEvent[], caller: Caller, truncatedBefore: boolean,
  ): Promise<{ followed: readonly HistoryEvent[]; truncated: boolean; missing: readonly string[] }> {
    const until = Date.now() + FOLLOW_MS;
    const seen = new Map(from.map((event) => [event.id, event]));
    const followed: HistoryEvent[] = [];
    const missing = new Set<string>();
    let frontier = from.map(({ id }) => id);
    let truncated = truncatedBefore;
    for (let step = 0; frontier.length > 0; step += 1) {
      if (step === MAX_STEPS || Date.now() > until) return { followed, truncated: true, missing: [...missing] };
      const fresh: string[] = [];
      for (const next of await this.nextEverywhere(frontier, caller, missing)) {
        if (seen.has(next.id)) continue;
        if (followed.length === MAX_FOLLOWED) {
          truncated = true;
          break;
        }
        seen.set(next.id, next);
        followed.push(next);
        fresh.push(next.id);
      }
      frontier = truncated && followed.length === MAX_FOLLOWED ? [] : fresh;
    }
    return { followed, truncated, missing: [...missing].sort() };
  }

  private async nextEverywhere(
    ids: readonly string[], caller: Caller, missing: Set<string>,
  ): Promise<readonly HistoryEvent[]> {
    const found: HistoryEvent[] = [];
    for (let from = 0; from < ids.length; from += AT_ONCE) {
      const some = ids.slice(from, from + AT_ONCE);
      const answers = await Promise.all(SERVICES.map(async (service) => {
        if (service === this.definition.name) return this.nextOf(some, caller);
        if (missing.has(service)) return [];
        const answer = await this.peers.ask<Effects>(service, `/history/effects?of=${some.join(',')}`, caller);
        if (answer.is === 'answer') return answer.value.items;
        missing.add(service);
        return [];
      }));
      found.push(...answers.flat());
    }
    return found;
  }

  /** By the organisation that the aggregate belongs to; what belongs to none is for every auditor. */
  private async mayKnow(recorded: Recorded, caller: Caller, owners: Map<string, string | null>): Promise<boolean> {
    const said = recorded.metadata.organisation;
    if (said !== null) return said === caller.organisation;
    const known = owners.get(recorded.stream);
    const owner = known === undefined ? await this.ownerOf(recorded) : known;
    owners.set(recorded.stream, owner);
    return owner === null || owner === caller.organisation;
  }

  private async ownerOf(recorded: Recorded): Promise<string | null> {
    const kind = this.definition.aggregates.find(({ name }) => name === recorded.aggregate);
    if (!kind || !('decider' in kind)) return null;
    const { state } = await this.aggregates.load(kind as Kind, recorded.aggregateId);
    return (kind as Kind).organisation(state) ?? null;
  }

  private async show(recorded: readonly Recorded[]): Promise<HistoryEvent[]> {
    const { conceal } = this.definition;
    return Promise.all(recorded.map(async (one) => {
      const { type, ...data } = one.event;
      return {
        service: this.definition.name,
        id: one.id, position: one.position, aggregate: one.aggregate, aggregateId: one.aggregateId, version: one.version,
        what: type,
        data: conceal ? await conceal(one, (kind, id) => this.aggregates.load(kind, id).then(({ state }) => state)) : data,
        who: one.metadata.actor, when: one.metadata.at, recordedAt: one.recordedAt, cause: one.metadata.causation,
        story: one.metadata.correlation,
      };
    }));
  }
}
