import { Injectable } from '@nestjs/common';
import { type CivilDate, civilDate, newId, Refusal, text, type Text, wholeYears } from '#libs/decider';
import type { Work } from '#libs/service';
import { Vault } from '#libs/vault';
import { idNumber, type IdNumber, plainName } from '../id-number.js';
import { plainCode } from '../organisation-code.js';
import { unit, unitOfCode } from '../unit/unit.js';
import { type ActiveWorker, worker, type WorkerCommand, type WorkerStatus } from '../worker/worker.js';
import { Identities } from './identities.js';

/** A person as a file names one. */
export interface Person {
  readonly idNumber: string;
  /** May be missing where the person is known to the organisation already. */
  readonly name?: string;
  readonly staffNumber?: string;
  readonly status?: WorkerStatus;
  readonly unitCode?: string;
  readonly unit?: string;
}

/** What a rule may know of a person: never a birth date. */
export interface Facts {
  /** null: a new person in a rehearsal. */
  readonly worker: string | null;
  /** Whole years at the date asked for. */
  readonly age: number;
  readonly status: WorkerStatus;
  readonly unit: string | null;
  readonly minted: boolean;
}

export type Outcome =
  | ({ readonly is: 'found' } & Facts)
  | { readonly is: 'refused'; readonly rule: string; readonly text: Text; readonly next?: Text };

/** A person whose number, name and unit are in order. */
interface Checked {
  readonly person: Person;
  readonly number: IdNumber;
  /** Empty where the file gives none: then the person must be known. */
  readonly name: string;
  readonly unit: string | null;
}

type Found = ActiveWorker & { readonly id: string };

/** The register (人员登记): turns people into worker ids, the known ones into theirs, the new ones into fresh ones. */
@Injectable()
export class Register {
  constructor(
    private readonly vault: Vault,
    private readonly identities: Identities,
  ) {}

  /** One outcome a person, in their order; what is refused leaves the others alone. Some hundred at a time. */
  async mintOrFind(work: Work, organisation: string, people: readonly Person[], asOf: CivilDate): Promise<readonly Outcome[]> {
    const checks = await this.named(work, await this.check(work, people));
    const good = checks.filter((c): c is Checked => !(c instanceof Refusal));
    const claims = await this.identities.claim(work.query, good.map((c) => c.number.value), newId);
    await this.registerNew(work, organisation, good, claims.minted);
    const found = await this.load(work, [...new Set(claims.workerOf.values())]);
    const names = await this.vault.readMany(work.query, [...found.values()].map((f) => f.name));

    const outcomes = checks.map((check): Outcome => {
      if (check instanceof Refusal) return refused(check);
      const id = claims.workerOf.get(check.number.value) as string;
      return outcomeOf(check, found.get(id), names, organisation, asOf, claims.minted.has(id));
    });
    await this.linkKnown(work, organisation, checks, outcomes, found);
    return outcomes;
  }

  private async check(work: Work, people: readonly Person[]): Promise<readonly (Checked | Refusal)[]> {
    const today = civilDate(work.at);
    const unitOf = (person: Person) => (person.unitCode ? unitOfCode(plainCode(person.unitCode)) : (person.unit ?? null));
    const named = [...new Set(people.map(unitOf).filter((id) => id !== null))];
    const known = await work.loadMany(unit, named);
    return people.map((person) => {
      try {
        const number = idNumber(person.idNumber, today);
        const name = plainName(person.name ?? '');
        const of = unitOf(person);
        if (of !== null && known.get(of)?.state.is !== 'registered') {
          return new Refusal(
            'unit-unknown', text('单位尚未登记', 'the unit is not registered'), text('请先登记单位', 'register the unit first'),
          );
        }
        return { person, number, name, unit: of };
      } catch (error) {
        if (error instanceof Refusal) return error;
        throw error;
      }
    });
  }

  /** Without a name nobody is registered. */
  private async named(work: Work, checks: readonly (Checked | Refusal)[]): Promise<readonly (Checked | Refusal)[]> {
    const given = new Set(checks.flatMap((c) => (c instanceof Refusal || c.name === '' ? [] : [c.number.value])));
    const nameless = checks.flatMap((c) => (c instanceof Refusal || given.has(c.number.value) ? [] : [c.number.value]));
    const known = await this.identities.workersOf(work.query, nameless);
    return checks.map((c) => (c instanceof Refusal || c.name !== '' || known.has(c.number.value) ? c : nameMissing()));
  }

  private async registerNew(
    work: Work, organisation: string, good: readonly Checked[], minted: ReadonlyMap<string, string>,
  ): Promise<void> {
    const byNumber = new Map([...good].reverse().map((check) => [check.number.value, check])); // of two equal rows, the first
    const texts: { record: string; plain: string; id: string }[] = [];
    const put = (record: string, plain: string) => {
      const id = newId();
      texts.push({ record, plain, id });
      return id;
    };
    const items = [...minted].map(([id, number]) => {
      const { person, name, unit: of } = byNumber.get(number) as Checked;
      const command: WorkerCommand = {
        type: 'Register', organisation, unit: of, status: person.status ?? 'worker', name: put(id, name),
        idNumber: put(id, number),
        staffNumber: person.staffNumber ? put(id, person.staffNumber.trim()) : null,
      };
      return { id, command };
    });
    if (items.length === 0) return;
    await this.vault.putMany(work.query, texts);
    await work.decideMany(worker, items);
  }

  /** The same checks and facts, and nothing is written: a new person has no id yet. */
  async rehearse(work: Work, organisation: string, people: readonly Person[], asOf: CivilDate): Promise<readonly Outcome[]> {
    const checks = await this.named(work, await this.check(work, people));
    const numbers = checks.flatMap((c) => (c instanceof Refusal ? [] : [c.number.value]));
    const workerOf = await this.identities.workersOf(work.query, numbers);
    const found = await this.load(work, [...new Set(workerOf.values())]);
    const names = await this.vault.readMany(work.query, [...found.values()].map((f) => f.name));
    return checks.map((check) => {
      if (check instanceof Refusal) return refused(check);
      const state = found.get(workerOf.get(check.number.value) ?? '');
      return outcomeOf(check, state, names, organisation, asOf, false);
    });
  }

  /** What was unknown is filled in; what is known, is not overwritten from a file. */
  private async linkKnown(
    work: Work, organisation: string, checks: readonly (Checked | Refusal)[], outcomes: readonly Outcome[],
    found: ReadonlyMap<string, Found>,
  ): Promise<void> {
    const seen = new Set<string>();
    for (const [n, outcome] of outcomes.entries()) {
      const check = checks[n];
      if (outcome.is !== 'found' || outcome.worker === null || outcome.minted) continue;
      if (check === undefined || check instanceof Refusal || seen.has(outcome.worker)) continue;
      seen.add(outcome.worker);
      const state = found.get(outcome.worker) as Found;
      if (!state.organisations.includes(organisation)) await work.decide(worker, outcome.worker, { type: 'Link', organisation });
      if (state.unit === null && check.unit !== null) {
        await work.decide(worker, outcome.worker, { type: 'ChangeUnit', unit: check.unit });
      }
      if (state.staffNumber === null && check.person.staffNumber) {
        const staffNumber = await this.vault.put(work.query, outcome.worker, check.person.staffNumber.trim());
        await work.decide(worker, outcome.worker, { type: 'RecordStaffNumber', staffNumber });
      }
    }
  }

  private async load(work: Work, ids: readonly string[]): Promise<ReadonlyMap<string, Found>> {
    const states = await work.loadMany(worker, ids);
    return new Map(
      ids.map((id) => {
        const state = states.get(id)?.state;
        // An identity points to a survivor, and falls when its worker is erased.
        if (state?.is !== 'active') throw new Error(`an identity points to worker ${id}, who is ${state?.is}`);
        return [id, { id, ...state }];
      }),
    );
  }
}

const outcomeOf = (
  check: Checked, state: Found | undefined, names: ReadonlyMap<string, string>, organisation: string, asOf: CivilDate,
  minted: boolean,
): Outcome => {
  if (state && check.name === '' && !state.organisations.includes(organisation)) return refused(nameMissing());
  if (state && check.name !== '' && names.get(state.name) !== check.name) return refused(nameDiffers());
  return {
    is: 'found', worker: state?.id ?? null, minted, age: Math.max(0, wholeYears(check.number.birthDate, asOf)),
    status: state?.status ?? check.person.status ?? 'worker', unit: state?.unit ?? check.unit,
  };
};

const refused = ({ rule, text: said, next }: Refusal): Outcome => ({
  is: 'refused', rule, text: said, ...(next === undefined ? {} : { next }),
});

const nameMissing = () =>
  new Refusal(
    'name-missing', text('缺少姓名，且该人员尚未在本机构登记', 'the name is missing, and your organisation does not know this person yet'),
    text('请填写姓名', 'give the name'),
  );

const nameDiffers = () =>
  new Refusal('name-differs', text('该身份证号已以另一姓名登记', 'this ID number is registered under another name'),
    text(
      '请与身份证核对；改正文件，或询问登记该劳动者的单位',
      'compare with the identity card; correct the file, or ask the organisation that registered the worker',
    ));
