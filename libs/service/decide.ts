import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { Inject } from '@nestjs/common';
import { type Aggregate, type Aggregates, type Done, streamOf } from '#libs/event-store';
import type { Tracing } from '#libs/tracing';
import { type Caller, NotFound } from '#libs/web';
import { correlationOf, eventIdOf } from './request.js';
import type { WorkOrder } from './work.js';
import { AGGREGATES, TRACING } from './tokens.js';

type Typed = { readonly type: string };
type Any = Aggregate<unknown, unknown, Typed>;

/** One command on one aggregate, in the name of a caller. */
export class Decision extends Command<Done> {
  constructor(
    readonly aggregate: Any,
    readonly id: string,
    readonly command: object | (() => Promise<object>),
    readonly caller: Caller,
    readonly guard?: (state: unknown) => void,
  ) {
    super();
  }
}

/**
 * For Nest's CommandBus: loads, checks the organisation, decides, appends. `guard` throws where the caller must not know of the
 * aggregate for another reason. A command that can only be made after a look at other things is given as a function: it is not
 * asked where the request is told again and was carried out, as what it looks at may have moved on since, and would refuse.
 */
export const decide = <C extends object, S, E extends Typed>(
  aggregate: Aggregate<C, S, E>, id: string, command: C | (() => Promise<C>), caller: Caller, guard?: (state: S) => void,
): Decision => new Decision(aggregate as unknown as Any, id, command, caller, guard as Decision['guard']);

@CommandHandler(Decision)
export class DecisionHandler implements ICommandHandler<Decision> {
  constructor(
    @Inject(AGGREGATES) private readonly aggregates: Aggregates,
    @Inject(TRACING) private readonly tracing: Tracing,
  ) {}

  async execute({ aggregate, id, command: given, caller, guard }: Decision): Promise<Done> {
    const nth = caller.seed?.next(streamOf(aggregate, id)) ?? 0;
    const eventId = eventIdOf(caller, `${streamOf(aggregate, id)}/${nth}`);
    const isMade = typeof given === 'function';
    const before = isMade && caller.seed?.again ? await this.aggregates.doneBefore(aggregate, id, eventId) : undefined;
    if (before) return before;
    const command = isMade ? await (given as () => Promise<object>)() : given;
    const inside = sameOrganisation(caller);
    const name = `decide ${aggregate.name} ${(command as Partial<Typed>).type ?? ''}`;
    return this.tracing.goOn(name, {}, () => this.aggregates.decide(aggregate, id, command, {
      actor: caller.subject,
      organisation: caller.organisation,
      at: caller.at,
      correlation: correlationOf(caller),
      causation: null,
      eventId,
      ...(caller.ifMatch === undefined ? {} : { expected: caller.ifMatch }),
      guard: (state) => {
        inside(aggregate, id, state);
        guard?.(state);
      },
    }));
  }
}

/** Outside its organisation, an aggregate does not exist. */
export const sameOrganisation =
  (caller: Caller): NonNullable<WorkOrder['guard']> =>
  (aggregate, id, state) => {
    const owner = aggregate.organisation(state);
    if (owner !== undefined && owner !== caller.organisation) throw new NotFound(aggregate.name, id);
  };

