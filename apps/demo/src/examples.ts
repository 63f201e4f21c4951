/** The files in examples/municipal-2026, read. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'csv-parse/sync';

export const contestKeys = ['turning', 'netsec', 'fitting'] as const;
export type ContestKey = (typeof contestKeys)[number];

export interface Unit { readonly code: string; readonly name: string }
export interface WorkerRecord {
  readonly name: string;
  readonly idNumber: string;
  readonly unitCode: string;
  readonly staffNumber: string;
  readonly status: 'worker' | 'student';
}
export interface SkillRecord {
  readonly idNumber: string;
  readonly occupation: string;
  readonly level: string;
  readonly since: string;
}
export interface Envelope { readonly contest: ContestKey; readonly idNumber: string; readonly envelope: string }
export interface Judge { readonly contest: ContestKey; readonly seat: string; readonly subject: string }

export interface Appeal {
  readonly contest: ContestKey;
  readonly idNumber: string;
  readonly aspect: string;
  readonly part: number;
  readonly given: string;
  readonly found: string;
  readonly grounds: string;
  readonly reasons: string;
}

/** What the organiser announces; `override` is the recorded reason for a pack whose rule is recalled. */
export interface CompetitionFile {
  readonly number: string;
  readonly name: { readonly zh: string; readonly en: string };
  readonly year: number;
  /** How marks become a result, as the technical document says; and which criteria are theory. */
  readonly panelRule: Readonly<Record<string, unknown>>;
  readonly theory: readonly string[];
  readonly contests: Readonly<Record<ContestKey, ContestFile>>;
}

export interface ContestFile {
  readonly number: string;
  readonly name: { readonly zh: string; readonly en: string };
  readonly occupation: string;
  readonly group: 'worker' | 'student';
  readonly level: number | null;
  readonly teamSize: number;
  readonly pack: { readonly id: string; readonly version: string };
  readonly closesOn: string;
  readonly startsOn: string;
  readonly override: string | null;
  readonly [term: string]: unknown;
}

/** The paper sheets of one contest, by envelope and part. */
export interface Paper {
  /** The marks agreed on, in the order of the part's measurement aspects. */
  measurement(envelope: string, part: string): readonly string[];
  /** One judge's levels, in the order of the part's judgement aspects; seats count from 1. */
  judgement(envelope: string, part: string, seat: number): readonly string[];
}

export interface Examples {
  readonly units: readonly Unit[];
  readonly workers: readonly WorkerRecord[];
  readonly skills: readonly SkillRecord[];
  readonly envelopes: readonly Envelope[];
  readonly judges: readonly Judge[];
  readonly appeal: Appeal;
  readonly competition: CompetitionFile;
  /** A file as it is, to be sent as it is. */
  file(name: string): Buffer;
  paper(contest: ContestKey): Paper;
}

export const readExamples = (folder: string): Examples => {
  const file = (name: string): Buffer => readFileSync(join(folder, name));
  const rows = <Row>(name: string): Row[] => parse(file(name), { columns: true, bom: true });
  return {
    units: rows('units.csv'),
    workers: rows('workers.csv'),
    skills: rows('skills.csv'),
    envelopes: rows('envelopes.csv'),
    judges: rows('judges.csv'),
    appeal: JSON.parse(file('appeal.json').toString('utf8')) as Appeal,
    competition: JSON.parse(file('competition.json').toString('utf8')) as CompetitionFile,
    file,
    paper: (contest) => {
      const key = (row: { envelope: string; part: string }): string => `${row.envelope}/${row.part}`;
      const measured = new Map(rows<Sheet>(`marks-${contest}-measurement.csv`).map((row) => [key(row), row]));
      const judged = new Map(rows<Sheet>(`marks-${contest}-judgement.csv`).map((row) => [key(row), row]));
      const line = (lines: ReadonlyMap<string, Sheet>, envelope: string, part: string, column: string): string => {
        const cell = lines.get(`${envelope}/${part}`)?.[column];
        if (cell === undefined) throw new Error(`no paper sheet of ${contest} for envelope ${envelope}, part ${part}, ${column}`);
        return cell;
      };
      return {
        measurement: (envelope, part) => line(measured, envelope, part, 'marks').split(' '),
        judgement: (envelope, part, seat) => [...line(judged, envelope, part, `judge${seat}`)],
      };
    },
  };
};

type Sheet = { readonly envelope: string; readonly part: string } & Readonly<Record<string, string>>;
