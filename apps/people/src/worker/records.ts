import { Injectable } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import { Refusal, text } from '#libs/decider';
import type { Done } from '#libs/event-store';
import { decide, Reader, Transactions, type Work } from '#libs/service';
import { Vault } from '#libs/vault';
import { type Caller, NotFound } from '#libs/web';
import { Identities } from '../register/identities.js';
import { unit } from '../unit/unit.js';
import { worker, type Worker, type WorkerCommand } from './worker.js';

/** What happens to a worker's record, for organisations that may see it. */
@Injectable()
export class Records {
  /** A unit is never taken back: what was seen once need not be asked again. */
  private readonly units = new Set<string>();

  constructor(
    private readonly bus: CommandBus,
    private readonly reader: Reader,
    private readonly transactions: Transactions,
    private readonly identities: Identities,
    private readonly vault: Vault,
  ) {}

  async change(id: string, command: WorkerCommand, caller: Caller): Promise<Done> {
    if (command.type === 'ChangeUnit' && command.unit !== null) await this.registered(command.unit);
    return this.bus.execute(decide(worker, id, command, caller, (state) => mayKnow(id, state, caller)));
  }

  /** Both records turned out to be one person: the first goes on as the second. */
  async merge(id: string, into: string, caller: Caller): Promise<Done> {
    return this.transactions.run(caller, async (work) => {
      const absorbed = await this.visible(work, id, caller);
      await this.visible(work, into, caller);
      const done = await work.decide(worker, id, { type: 'Merge', worker: id, into });
      if (absorbed.is === 'active') {
        await work.decide(worker, into, {
          type: 'Absorb', workers: [id, ...absorbed.absorbed], organisations: absorbed.organisations,
        });
        await this.identities.follow(work.query, id, into);
      }
      return done;
    });
  }

  /** The key is destroyed, of this record and of all that it absorbed; the events stay, and name nobody. */
  async erase(id: string, caller: Caller): Promise<Done> {
    return this.transactions.run(caller, async (work) => {
      const state = await this.visible(work, id, caller);
      // Whoever asks to erase a merged record means the person: the survivor goes, and everything with it.
      const living = state.is === 'merged' ? await this.survivor(work, state.into) : { id, state };
      for (const absorbed of living.state.is === 'active' ? living.state.absorbed : []) await this.eraseOne(work, absorbed);
      return this.eraseOne(work, living.id);
    });
  }

  private async eraseOne(work: Work, id: string): Promise<Done> {
    const done = await work.decide(worker, id, { type: 'Erase' });
    await this.vault.shred(work.query, id);
    await this.identities.forget(work.query, id);
    return done;
  }

  private async survivor(work: Work, id: string): Promise<{ id: string; state: Worker }> {
    const { state } = await work.load(worker, id);
    return state.is === 'merged' ? this.survivor(work, state.into) : { id, state };
  }

  private async visible(work: Work, id: string, caller: Caller): Promise<Worker> {
    const { state } = await work.load(worker, id);
    mayKnow(id, state, caller);
    return state;
  }

  private async registered(id: string): Promise<void> {
    if (this.units.has(id)) return;
    if ((await this.reader.peek(unit, id)).version > 0) return void this.units.add(id);
    throw new Refusal('unit-unknown', text('单位尚未登记', 'the unit is not registered'), text('请先登记单位', 'register the unit first'));
  }
}

/** A person is known to those who registered or resolved it, and to operators. */
const mayKnow = (id: string, state: Worker, { roles, organisation }: Caller): void => {
  const isKnown = state.is !== 'none' && (roles.includes('operator') || state.organisations.includes(organisation));
  if (!isKnown) throw new NotFound('worker', id);
};
