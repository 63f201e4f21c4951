import { Inject, Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { type CivilDate, wholeYears } from '#libs/decider';
import type { Aggregates } from '#libs/event-store';
import { AGGREGATES } from '#libs/service';
import { queryOn } from '#libs/views';
import { Vault } from '#libs/vault';
import type { Caller } from '#libs/web';
import { birthDateOf, maskedIdNumber, maskedName } from '../id-number.js';
import { unit } from '../unit/unit.js';
import { type ActiveWorker, worker, type Worker, type WorkerStatus } from '../worker/worker.js';

/** Who a worker is, as far as the one who asks may know. */
export interface Identity {
  readonly worker: string;
  readonly name: string | null;
  readonly maskedName: string | null;
  readonly maskedIdNumber: string | null;
  readonly staffNumber: string | null;
  readonly status: WorkerStatus | null;
  readonly unit: string | null;
  readonly unitName: string | null;
  readonly erased: boolean;
  readonly mergedInto: string | null;
}

/** What a certificate says of its holder. */
export interface Holder {
  readonly worker: string;
  readonly name: string | null;
  readonly idType: 'resident-identity-card';
  /** For the holder and a certifier; null for an HR system. */
  readonly idNumber: string | null;
  readonly maskedIdNumber: string | null;
  readonly erased: boolean;
}

/** What a rule may know: never a birth date. */
export interface WorkerFacts {
  readonly worker: string;
  readonly age: number;
  readonly status: WorkerStatus;
  readonly unit: string | null;
  readonly mergedInto: string | null;
}

/** A record that was asked for, and the one that it goes on as. */
interface Found {
  readonly id: string;
  readonly mergedInto: string | null;
  readonly living: Extract<Worker, { is: 'active' | 'erased' }>;
}

/** An HR system's organisation is its unit; an auditor sees what a public list may show. */
const isHr = (caller: Caller): boolean => caller.roles.includes('hr') && !caller.roles.includes('organiser');
const seesMaskedOnly = (caller: Caller): boolean => caller.roles.every((role) => role === 'auditor');
const maySee = (caller: Caller, { living }: Found): boolean =>
  isHr(caller)
    ? living.is === 'active' && living.unit === caller.organisation
    : living.organisations.includes(caller.organisation);

/**
 * Lookups (查询): ids → people, for those who may see them; the others are simply not in the answer. They read the
 * records themselves, not a view: whoever was registered a moment ago is found.
 */
@Injectable()
export class Lookup {
  constructor(
    @Inject(AGGREGATES) private readonly aggregates: Aggregates,
    private readonly db: DataSource,
    private readonly vault: Vault,
  ) {}

  async byIds(ids: readonly string[], caller: Caller): Promise<readonly Identity[]> {
    return this.identities((await this.find(ids)).filter((found) => maySee(caller, found)), seesMaskedOnly(caller));
  }

  /** For the worker's own page. */
  async self(id: string): Promise<Identity | undefined> {
    return (await this.identities(await this.find([id]), false))[0];
  }

  /** Undefined where the caller may not know of this worker. */
  async holder(id: string, caller: Caller): Promise<Holder | undefined> {
    const found = (await this.find([id]))[0];
    const own = caller.worker !== undefined && (caller.worker === id || caller.worker === found?.mergedInto);
    if (found === undefined || !(own || (caller.roles.some((role) => role !== 'worker') && maySee(caller, found))))
      return undefined;
    const whole = own || caller.roles.includes('certifier');
    const { living } = found;
    const texts = living.is === 'active' ? [living.name, living.idNumber] : [];
    const read = await this.vault.readMany(queryOn(this.db), texts);
    const [name, number] = texts.map((text) => read.get(text) ?? null);
    return {
      worker: id, name: name ?? null, idType: 'resident-identity-card', idNumber: whole ? (number ?? null) : null,
      maskedIdNumber: number ? maskedIdNumber(number) : null, erased: name === null || name === undefined,
    };
  }

  /** Of living workers: a worker asks for itself alone. */
  async facts(ids: readonly string[], asOf: CivilDate, caller: Caller): Promise<readonly WorkerFacts[]> {
    const own = caller.roles.every((role) => role === 'worker');
    const found = (await this.find(ids)).filter((f) => (own ? f.id === caller.worker : maySee(caller, f)));
    const numbers = await this.vault.readMany(
      queryOn(this.db), found.flatMap(({ living }) => (living.is === 'active' ? [living.idNumber] : [])),
    );
    return found.flatMap(({ id, living, mergedInto }) => {
      const number = living.is === 'active' ? numbers.get(living.idNumber) : undefined;
      if (living.is !== 'active' || number === undefined) return [];
      return [{
        worker: id, age: Math.max(0, wholeYears(birthDateOf(number), asOf)), status: living.status, unit: living.unit,
        mergedInto,
      }];
    });
  }

  /** Living records, in the order in which they were registered. */
  async page(ofUnit: string | undefined, limit: number, after: string | undefined, caller: Caller): Promise<readonly Identity[]> {
    const visible = isHr(caller)
      ? 'w.unit::text = $1'
      : 'EXISTS (SELECT 1 FROM worker_organisations o WHERE o.worker = w.worker AND o.organisation = $1)';
    const rows = await queryOn(this.db)<{ worker: string }>(
      `SELECT w.worker FROM worker_rows w WHERE ${visible} AND w.merged_into IS NULL AND NOT w.erased
       AND ($2::uuid IS NULL OR w.unit = $2) AND ($3::uuid IS NULL OR w.worker > $3) ORDER BY w.worker LIMIT $4`,
      [caller.organisation, ofUnit ?? null, after ?? null, limit],
    );
    return this.identities(await this.find(rows.map((row) => row.worker)), seesMaskedOnly(caller));
  }

  private async find(ids: readonly string[]): Promise<readonly Found[]> {
    const asked = await this.aggregates.loadMany(worker, [...new Set(ids)]);
    const records = new Map([...asked].map(([id, { state }]) => [id, state]));
    // A record may have been merged into one that was merged later.
    for (;;) {
      const next = [...records.values()].flatMap((r) => (r.is === 'merged' && !records.has(r.into) ? [r.into] : []));
      if (next.length === 0) break;
      for (const [id, { state }] of await this.aggregates.loadMany(worker, [...new Set(next)])) records.set(id, state);
    }
    return [...asked.keys()].flatMap((id) => {
      const end = endOf(records, id);
      return end === undefined ? [] : [{ id, mergedInto: end.id === id ? null : end.id, living: end.living }];
    });
  }

  private async identities(found: readonly Found[], maskedOnly: boolean): Promise<readonly Identity[]> {
    const active = found.flatMap(({ living }) => (living.is === 'active' ? [living] : []));
    const texts = await this.vault.readMany(queryOn(this.db), [...new Set(active.flatMap(textsOf))]);
    const units = await this.aggregates.loadMany(unit, [...new Set(active.flatMap((a) => (a.unit === null ? [] : [a.unit])))]);
    return found.map(({ id, living, mergedInto }) => {
      const person = living.is === 'active' ? living : undefined;
      const text = (of: string | null | undefined) => (of ? (texts.get(of) ?? null) : null);
      const [name, number] = [text(person?.name), text(person?.idNumber)];
      const of = units.get(person?.unit ?? '')?.state;
      return {
        worker: id,
        name: maskedOnly ? null : name,
        maskedName: name === null ? null : maskedName(name),
        maskedIdNumber: number === null ? null : maskedIdNumber(number),
        staffNumber: maskedOnly ? null : text(person?.staffNumber),
        status: person?.status ?? null,
        unit: person?.unit ?? null,
        unitName: of?.is === 'registered' ? of.name : null,
        erased: name === null, // the key decides: what cannot be read any more is erased
        mergedInto,
      };
    });
  }
}

const textsOf = ({ name, idNumber, staffNumber }: ActiveWorker): readonly string[] =>
  [name, idNumber, ...(staffNumber === null ? [] : [staffNumber])];

const endOf = (records: ReadonlyMap<string, Worker>, id: string): { id: string; living: Found['living'] } | undefined => {
  const state = records.get(id);
  if (state === undefined || state.is === 'none') return undefined;
  return state.is === 'merged' ? endOf(records, state.into) : { id, living: state };
};
