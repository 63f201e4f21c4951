/**
 * Writes examples/municipal-2026 again: `npm run examples`. The committed files are the source of the demo; this says
 * how they came about, and which outcomes were designed into them.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { stringify } from 'csv-stringify/sync';
import iconv from 'iconv-lite';
import writeXlsx from 'write-excel-file/node';
import { chance } from './chance.js';
import { aspectsOf, JUDGES, PARTS, slip, type Work, worksOf } from './marks.js';
import { idNumber, wrongCheckDigit } from './numbers.js';
import { type Contest, peopleOf, type Person, type Unit, units } from './people.js';
import { cisRows } from './scheme.js';
import { type Trade, trades } from './trades.js';

const folder = 'examples/municipal-2026'; // from the repository's root
const BOM = '\uFEFF';
type Row = Readonly<Record<string, string | number>>;

interface Held { readonly person: Person; readonly level: number; readonly since: string }

/** A contest's people and work: `ranked[i]` is the entry that did the i-th best work. */
interface Field {
  readonly trade: Trade;
  readonly entries: readonly (readonly Person[])[];
  readonly ranked: readonly number[];
  readonly works: readonly Work[];
  readonly envelopes: readonly number[];
}

const main = async (): Promise<void> => {
  mkdirSync(folder, { recursive: true });
  const turning = field('turning', peopleOf('turning', 42, 11).map((person) => [person]), 41, 1);
  const netsec = field('netsec', peopleOf('netsec', 40, 12).map((person) => [person]), 40, 2);
  const fitting = field('fitting', pairs(peopleOf('fitting', 40, 13)), 20, 3);
  const fields = [turning, netsec, fitting];
  // The ninth of the turners is between jobs: the subsidy of those without a unit is not reduced.
  const unemployed = at(turning, 9)[0]?.idNumber;
  const late = peopleOf('turning', 47, 11).slice(42); // five more who are turned away
  const [typo, spreadsheet, tooLow, tooNew, young] = late as [Person, Person, Person, Person, Person];
  const minor: Person = { ...young, idNumber: idNumber('310105', '2010-08-16') };
  const people = [...fields.flatMap(({ entries }) => entries.flat()), tooLow, tooNew, minor];

  csv('units.csv', Object.values(units).flat().map(({ code, name }: Unit) => ({ code, name })));
  csv('workers.csv', people.map(({ name, idNumber: id, unit, staffNumber, status }) => ({
    name, idNumber: id, unitCode: id === unemployed ? '' : unit.code, staffNumber: id === unemployed ? '' : staffNumber, status,
  })));
  const levels = [
    ...held(turning, netsec, fitting),
    { person: tooLow, level: 4, since: '2022-06-10' },
    { person: tooNew, level: 3, since: '2025-11-20' },
  ];
  csv('skills.csv', levels.map(({ person, level, since }) => ({
    idNumber: person.idNumber, occupation: occupation(fieldOf(fields, person) ?? turning), level, since,
  })));
  csv('training.csv', fields.flatMap(({ trade, entries }) =>
    entries.flat().filter((_, i) => trade.contest === 'turning' || i % 4 === 0).map((person, i) => ({
      programme: trade.contest, idNumber: person.idNumber, hours: 40 + (i % 3) * 8, passedOn: '2026-01-16',
    }))));
  const drilled = people.map((person) => ({ person, one: fieldOf(fields, person) ?? turning }));
  csv('drills.csv', drilled.map(({ person, one }, i) => ({
    idNumber: person.idNumber, occupation: occupation(one), on: '2026-01-23', score: 62 + ((i * 17) % 36), passed: 'yes',
  })));

  const cells = (person: Person, id = person.idNumber): Row => ({
    name: person.name, idNumber: id, unit: person.idNumber === unemployed ? '' : person.unit.name,
  });
  const turners = turning.entries.flat().map((person) => cells(person));
  turners.splice(7, 0, cells(typo, wrongCheckDigit(typo.idNumber)));
  turners.splice(19, 0, cells(spreadsheet, `${spreadsheet.idNumber[0]}.${spreadsheet.idNumber.slice(1, 6)}E+17`));
  turners.push(cells(tooLow), cells(tooNew), cells(minor));
  csv('entries-turning.csv', turners, 'gb18030');
  csv('entries-netsec.csv', netsec.entries.flat().map((person) => cells(person)), 'utf8-bom');
  csv('entries-fitting.csv', fitting.entries.flatMap((pair, i) => pair.map((person) => ({ team: i + 1, ...cells(person) }))));

  csv('judges.csv', fields.flatMap(({ trade: { contest } }) =>
    Array.from({ length: JUDGES }, (_, i) => ({ contest, seat: i + 1, subject: `judge-${contest}-${i + 1}` }))));
  csv('envelopes.csv', fields.flatMap(({ trade: { contest }, entries, envelopes }) => entries.flatMap(([first], i) => {
    const envelope = envelopes[i];
    return envelope === undefined || !first ? [] : [{ contest, name: first.name, idNumber: first.idNumber, envelope }];
  })));
  for (const one of fields) await paper(one);

  const mistake = slip(turning.trade, turning.works, 21);
  const aspects = aspectsOf(turning.trade);
  const wronged = aspects[mistake ?? -1];
  if (mistake === undefined || !wronged) throw new Error('no slip would move the 21st above the 20th: choose another seed');
  const appellant = at(turning, 21)[0] as Person;
  json('appeal.json', {
    contest: 'turning', name: appellant.name, idNumber: appellant.idNumber,
    aspect: `${wronged.sub}.${1 + aspects.filter(({ sub }) => sub === wronged.sub).indexOf(wronged)}`, part: wronged.part,
    given: '0', found: String(wronged.quarters / 4),
    grounds: '该评分点实测合格，评分表误记为0分，申请复核原始测量记录。',
    reasons: '经仲裁核对原始测量记录，该项实测合格，应得满分，予以更正。',
  });
};

const fieldOf = (fields: readonly Field[], person: Person): Field | undefined =>
  fields.find(({ entries }) => entries.some((members) => members.some(({ idNumber }) => idNumber === person.idNumber)));

const occupation = ({ trade }: Field): string => trade.title.split(' ')[0] ?? '';

const field = (contest: Contest, entries: readonly (readonly Person[])[], present: number, seed: number): Field => {
  const trade = trades.find((one) => one.contest === contest) as Trade;
  const by = chance(seed * 77);
  const absent = present < entries.length ? 30 : -1; // where not all came, the 31st of the list stayed away
  const came = entries.map((_, i) => i).filter((i) => i !== absent);
  const numbers = by.shuffled(came.map((_, i) => i + 1));
  const envelopes: number[] = [];
  came.forEach((entry, i) => { envelopes[entry] = numbers[i] as number; });
  return { trade, entries, works: worksOf(trade, present, seed), ranked: by.shuffled(came), envelopes };
};

const at = ({ entries, ranked }: Field, rank: number): readonly Person[] => entries[ranked[rank - 1] ?? -1] ?? [];

const pairs = (people: readonly Person[]): Person[][] =>
  people.flatMap((person, i) => (i % 2 === 0 ? [[person, people[i + 1] as Person]] : []));

/** The levels held, by rank, where they decide something; the others climb the ladder in the usual way. */
const held = (turning: Field, netsec: Field, fitting: Field): Held[] => {
  const of = (one: Field, rank: number, member = 0): Person => at(one, rank)[member] as Person;
  const turners = turning.entries.flat().map((person, i) =>
    ({ person, level: 3, since: `20${17 + (i % 7)}-0${1 + (i % 9)}-12` }));
  const students = Array.from({ length: 40 }, (_, i) => i + 1).filter((rank) => rank % 3 !== 2 && rank !== 4)
    .map((rank) => ({ person: of(netsec, rank), level: 4, since: '2025-06-20' }));
  const fitters = Array.from({ length: 20 }, (_, i) => i + 1).flatMap((rank) => {
    // First pair 二级 and none; second 一级 and 三级; fourth 三级 and none.
    const special: Record<number, number[]> = { 1: [2, 0], 2: [1, 3], 4: [3, 0] };
    const levels = special[rank] ?? [rank % 2 === 0 ? 3 : 4, rank % 3 === 0 ? 0 : 4];
    return levels.flatMap((level, member) =>
      (level === 0 ? [] : [{ person: of(fitting, rank, member), level, since: `20${16 + (rank % 8)}-05-18` }]));
  });
  return [
    ...turners,
    { person: of(turning, 6), level: 2, since: '2024-09-25' }, // in the upper half, and a holder already: no second certificate
    ...students,
    { person: of(netsec, 4), level: 3, since: '2025-12-05' }, // in the first ten, and has reached 高级工 already
    ...fitters,
  ];
};

const paper = async ({ trade, works, ranked, envelopes }: Field): Promise<void> => {
  const { contest } = trade;
  const aspects = aspectsOf(trade);
  const sheets = ranked.map((entry, i) => ({ envelope: envelopes[entry] as number, marks: (works[i] as Work).marks }))
    .sort((a, b) => a.envelope - b.envelope);
  const lines = sheets.flatMap(({ envelope, marks }) => PARTS.map((part) => ({
    envelope, part, marks: marks.filter((_, i) => aspects[i]?.part === part),
  })));
  csv(`marks-${contest}-measurement.csv`, lines.map(({ envelope, part, marks }) => ({
    envelope, part, marks: marks.flatMap((mark) => (typeof mark === 'number' ? [mark / 4] : [])).join(' '),
  })));
  csv(`marks-${contest}-judgement.csv`, lines.map(({ envelope, part, marks }) => ({
    envelope, part,
    ...Object.fromEntries(Array.from({ length: JUDGES }, (_, j) =>
      [`judge${j + 1}`, marks.flatMap((mark) => (typeof mark === 'number' ? [] : [mark[j]])).join('')])),
  })));
  await writeXlsx([{ sheet: 'CIS Marking Scheme Import', data: cisRows(trade) }]).toFile(join(folder, `scheme-${contest}.xlsx`));
};

const csv = (name: string, rows: readonly Row[], encoding: 'utf8' | 'utf8-bom' | 'gb18030' = 'utf8'): void => {
  const content = stringify([...rows], { header: true });
  const text = encoding === 'utf8-bom' ? BOM + content : content;
  writeFileSync(join(folder, name), encoding === 'gb18030' ? iconv.encode(text, 'gb18030') : text);
};

const json = (name: string, value: unknown): void => writeFileSync(join(folder, name), `${JSON.stringify(value, null, 2)}\n`);

await main();
