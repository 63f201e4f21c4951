import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { type CivilDate, wholeYears } from '#libs/decider';
import { queryOn } from '#libs/views';
import { Vault } from '#libs/vault';
import type { Caller } from '#libs/web';
import { birthDateOf, maskedIdNumber, maskedName } from '../id-number.js';

/** Who a worker is, as far as the one who asks may know. */
export interface Identity {
  readonly worker: string;
  readonly name: string | null;
  readonly maskedName: string | null;
  readonly maskedIdNumber: string | null;
  readonly staffNumber: string | null;
  readonly status: string;
  readonly unit: string | null;
  readonly unitName: string | null;
  readonly erased: boolean;
  readonly mergedInto: string | null;
}

export interface WorkerFacts {
  readonly worker: string;
  readonly age: number;
  readonly status: string;
  readonly unit: string | null;
  readonly mergedInto: string | null;
}

interface Row {
  worker: string;
  unit: string | null;
  unit_name: string | null;
  status: string;
  name_text: string;
  id_number_text: string;
  staff_number_text: string | null;
  merged_into: string | null;
  erased: boolean;
}

/** Whose workers, and how they were merged: `asked` is the record named, `w` the one that it goes on as. */
const identities = `
  SELECT asked.worker, w.unit, u.name AS unit_name, w.status, w.name_text, w.id_number_text, w.staff_number_text, asked.merged_into, w.erased
  FROM worker_rows asked
  JOIN worker_rows w ON w.worker = coalesce(asked.merged_into, asked.worker)
  LEFT JOIN unit_rows u ON u.unit = w.unit`;
const ofOrganisation = `EXISTS (SELECT 1 FROM worker_organisations o WHERE o.worker = w.worker AND o.organisation = $1)`;

/** An HR system's organisation is its unit; an auditor sees what a public list may show. */
const visibleTo = (caller: Caller): string => (isHr(caller) ? 'w.unit::text = $1' : ofOrganisation);
const isHr = (caller: Caller): boolean => caller.roles.includes('hr') && !caller.roles.some((role) => role === 'organiser' || role === 'operator');
const seesMaskedOnly = (caller: Caller): boolean => caller.roles.every((role) => role === 'auditor');

/** Lookups (查询): ids → people, for those who may see them. The others are simply not in the answer. */
@Injectable()
export class Lookup {
  constructor(
    private readonly db: DataSource,
    private readonly vault: Vault,
  ) {}

  async byIds(ids: readonly string[], caller: Caller): Promise<readonly Identity[]> {
    const sql = `${identities} WHERE ${visibleTo(caller)} AND asked.worker = ANY($2::uuid[]) ORDER BY asked.worker`;
    return this.read(await queryOn(this.db)<Row>(sql, [caller.organisation, ids]), seesMaskedOnly(caller));
  }

  /** Living records only, in the order in which they were registered. */
  async page(unit: string | undefined, limit: number, after: string | undefined, caller: Caller): Promise<readonly Identity[]> {
    const sql = `${identities} WHERE ${visibleTo(caller)} AND asked.merged_into IS NULL AND NOT w.erased
      AND ($2::uuid IS NULL OR w.unit = $2) AND ($3::uuid IS NULL OR asked.worker > $3) ORDER BY asked.worker LIMIT $4`;
    const rows = await queryOn(this.db)<Row>(sql, [caller.organisation, unit ?? null, after ?? null, limit]);
    return this.read(rows, seesMaskedOnly(caller));
  }

  /** What a rule may know, of living workers: a worker asks for itself alone. */
  async facts(ids: readonly string[], asOf: CivilDate, caller: Caller): Promise<readonly WorkerFacts[]> {
    const own = caller.roles.includes('worker') && caller.roles.length === 1;
    const sql = `${identities} WHERE ${own ? 'asked.worker::text = $1' : visibleTo(caller)} AND asked.worker = ANY($2::uuid[]) ORDER BY asked.worker`;
    const rows = await queryOn(this.db)<Row>(sql, [own ? (caller.worker ?? '') : caller.organisation, ids]);
    const numbers = await this.vault.readMany(queryOn(this.db), rows.map((row) => row.id_number_text));
    return rows.flatMap((row) => {
      const number = numbers.get(row.id_number_text);
      if (number === undefined) return []; // erased
      const { worker, status, unit, merged_into: mergedInto } = row;
      return [{ worker, age: Math.max(0, wholeYears(birthDateOf(number), asOf)), status, unit, mergedInto }];
    });
  }

  /** For the worker's own page. */
  async self(worker: string): Promise<Identity | undefined> {
    const rows = await queryOn(this.db)<Row>(`${identities} WHERE asked.worker = $1`, [worker]);
    return (await this.read(rows, false))[0];
  }

  private async read(rows: readonly Row[], maskedOnly: boolean): Promise<readonly Identity[]> {
    const ids = rows.flatMap((row) => [row.name_text, row.id_number_text, ...(row.staff_number_text ? [row.staff_number_text] : [])]);
    const texts = await this.vault.readMany(queryOn(this.db), [...new Set(ids)]);
    return rows.map((row) => {
      const name = texts.get(row.name_text) ?? null;
      const number = texts.get(row.id_number_text) ?? null;
      return {
        worker: row.worker,
        name: maskedOnly ? null : name,
        maskedName: name === null ? null : maskedName(name),
        maskedIdNumber: number === null ? null : maskedIdNumber(number),
        staffNumber: maskedOnly || row.staff_number_text === null ? null : (texts.get(row.staff_number_text) ?? null),
        status: row.status,
        unit: row.unit,
        unitName: row.unit_name,
        // The keys decide, not the view: what cannot be read any more is erased, also where the view is a moment behind.
        erased: row.erased || name === null,
        mergedInto: row.merged_into,
      };
    });
  }
}
