/** The demo's competition made small: three contests of a few people, drawn from a seed, in memory. */
import { addDays, type CivilDate } from '#libs/decider';
import {
  type Appeal, type CompetitionFile, type ContestFile, type ContestKey, contestKeys, type Envelope, type Examples,
  type SkillRecord,
  type WorkerRecord,
} from '../../apps/demo/src/examples.js';
import { type Chance, chance } from '../../scripts/examples/chance.js';
import { idNumber } from '../../scripts/examples/numbers.js';
import { units } from '../../scripts/examples/people.js';

/** Which competition of which wave, and on which days it is held. */
export interface Terms {
  readonly seed: number;
  readonly wave: number;
  readonly letter: 'A' | 'B';
  readonly closesOn: CivilDate;
  readonly startsOn: CivilDate;
}

/** An entry that contests a mark, in which contest and by what aspect. */
export interface Contested { readonly contest: ContestKey; readonly idNumber: string; readonly aspect: string }

export interface Small extends Examples {
  /** Besides the appeal that is upheld. */
  readonly dismissed: Contested;
  readonly withdrawn: Contested;
  /** Whose result is annulled after all is approved and paid: an idNumber in `turning`. */
  readonly annulled: string;
}

export const schemeOf = (key: ContestKey) => ({
  title: `${key} (small)`,
  sections: [{ id: '1', name: '全部 All', marks: '100' }],
  criteria: [
    {
      id: 'A', name: '理论 Theory', mark: '40', kind: 'theory',
      subCriteria: [{ id: 'A1', name: '试卷', day: 1, aspects: [measured('25'), measured('15')] }],
    },
    { id: 'B', name: '实操 Practical', mark: '60', kind: 'practical', subCriteria: [
      { id: 'B1', name: '工件', day: 2, aspects: [measured('30'), measured('15'), judged('9'), judged('6')] },
    ] },
  ],
});

const measured = (max: string) => ({ type: 'M', name: '尺寸', section: '1', max });
const judged = (max: string) => ({ type: 'J', name: '外观', levels: ['无', '差', '中', '好'], section: '1', max });

/** What is measured on each day, and how much is judged. */
const maxima: Readonly<Record<string, readonly number[]>> = { 1: [25, 15], 2: [30, 15] };
const JUDGES = 3;

const panelRule = {
  judgement: {
    combine: 'mean', dropHighest: 0, dropLowest: 0, missing: 'leave-out', atLeast: JUDGES,
    rounding: { digits: 2, mode: 'halfUp' },
  },
  measurementStep: '0.25',
  remarkOver: '1',
  rounding: { aspect: null, criterion: { digits: 2, mode: 'halfUp' }, total: { digits: 2, mode: 'halfUp' } },
  total: '100',
  tieBreak: ['B', 'A'],
};

const common = { notice: { workingDays: 1, appealHours: 24 }, purpose: 'award', quota: 20 };
const oneEvent = { is: 'one-event' };
const isA = (status: 'worker' | 'student') => ({ is: 'status', status });
const contestFiles = ({ closesOn, startsOn }: Terms): Readonly<Record<ContestKey, ContestFile>> => ({
  turning: {
    number: 'T01', name: { zh: '车工', en: 'Turning' }, occupation: '6-18-01-01', group: 'worker', level: 2, teamSize: 1,
    series: 'shanghai-special-2024', class: 'special', pack: { id: 'shanghai-special-2024', version: '1' },
    conditions: [isA('worker'), oneEvent], override: '按向下取整执行，书面报备。', closesOn, startsOn, ...common,
  },
  netsec: {
    number: 'T02', name: { zh: '网络安全', en: 'Network security' }, occupation: '4-04-04-02', group: 'student', level: null,
    teamSize: 1, series: 'tianjin-municipal', class: 'municipal-1', pack: { id: 'tianjin-municipal-1', version: '1' },
    conditions: [isA('student'), oneEvent], override: null, closesOn, startsOn, ...common,
  },
  fitting: {
    number: 'T03', name: { zh: '装配钳工', en: 'Fitting' }, occupation: '6-20-01-01', group: 'worker', level: null, teamSize: 2,
    series: 'henan-provincial', class: 'provincial-1', pack: { id: 'henan-provincial-1-2023', version: '1' },
    conditions: [isA('worker'), oneEvent], override: '系回忆整理，作为示例执行。', closesOn, startsOn, ...common,
  },
});

/** People, and how many stand behind one entry. */
const fields: Readonly<Record<ContestKey, { readonly people: number; readonly team: number }>> = {
  turning: { people: 6, team: 1 }, netsec: { people: 4, team: 1 }, fitting: { people: 8, team: 2 },
};
/** The first of `turning` in A was there the wave before: what was given then counts. */
const RETURNS = 1;

const surnames = [...'王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗'];
const given = ['建国', '志强', '海涛', '俊杰', '晓明', '伟东', '立新', '文博', '浩然', '宇航', '佳怡', '思远', '雪梅', '春燕'];

interface Person extends WorkerRecord { readonly level: number | null }

/** The n-th person of a contest; nobody is drawn twice. */
const person = (wave: number, letter: Terms['letter'], key: ContestKey, n: number): Person => {
  const serial = (wave * 2 + (letter === 'A' ? 0 : 1)) * 8 + n;
  const by = chance(serial * 7 + contestKeys.indexOf(key));
  const student = key === 'netsec';
  const regions = { turning: '310101', netsec: '120101', fitting: '410102' };
  const born = student ? addDays('2004-01-01', serial) : addDays('1978-01-01', serial);
  const unit = units[key][serial % units[key].length];
  const levels = {
    turning: [3, 3, null, 4, 2, 3, 3, 3], netsec: [null, 4, 3, null, null, null, null, null],
    fitting: [2, null, 3, 4, null, 1, 4, 3],
  };
  return {
    name: by.pick(surnames) + by.pick(given), idNumber: idNumber(regions[key], born), unitCode: unit?.code ?? '',
    staffNumber: `${key[0]?.toUpperCase()}${20_000 + serial}`, status: student ? 'student' : 'worker',
    level: levels[key][n] ?? null,
  };
};

const csv = (rows: readonly Readonly<Record<string, string | number>>[]): Buffer => {
  const head = Object.keys(rows[0] ?? {});
  return Buffer.from([head, ...rows.map((row) => head.map((name) => row[name]))].map((cells) => `${cells.join(',')}\n`).join(''));
};

export const small = (terms: Terms): Small => {
  const { seed, wave, letter } = terms;
  const by = chance(seed * 1_000 + wave * 2 + (letter === 'A' ? 0 : 1));
  for (let i = 0; i < 10; i += 1) by.below(2);
  const comesBack = letter === 'A' && wave > 0 ? RETURNS : 0;
  const people = (key: ContestKey): readonly Person[] => Array.from({ length: fields[key].people }, (_, n) =>
    (key === 'turning' && n < comesBack ? person(wave - 1, letter, key, n + 1) : person(wave, letter, key, n)));
  const fresh = (key: ContestKey): readonly Person[] => people(key).slice(key === 'turning' ? comesBack : 0);
  const all = contestKeys.flatMap(people);
  const news = contestKeys.flatMap(fresh);
  const unitName = new Map(contestKeys.flatMap((key) => units[key].map(({ code, name }) => [code, name] as const)));
  const entry = ({ name, idNumber: id, unitCode }: Person) => ({ name, idNumber: id, unit: unitName.get(unitCode) ?? '' });
  const works = Object.fromEntries(contestKeys.map((key) => [key, drawWorks(by, fields[key].people / fields[key].team)]));
  const envelopes = contestKeys.flatMap((key) => drawEnvelopes(by, key, people(key)));
  const envelopeOf = (key: ContestKey, id: string): Envelope => {
    const found = envelopes.find((one) => one.contest === key && one.idNumber === id);
    if (!found) throw new Error('nobody drew this envelope');
    return found;
  };
  const contested = (key: ContestKey, n: number): Contested =>
    ({ contest: key, idNumber: people(key)[n * fields[key].team]?.idNumber ?? '', aspect: 'B1.1' });
  const competition: CompetitionFile = {
    number: `W${wave}${letter}`, name: { zh: `第${wave}轮${letter}`, en: `Wave ${wave} ${letter}` }, year: 2024, panelRule,
    theory: ['A'], contests: contestFiles(terms),
  };
  const appellant = contested('turning', 3);
  const work = works.turning?.[Number(envelopeOf('turning', appellant.idNumber).envelope) - 1];
  const appeal: Appeal = {
    ...appellant, part: 2, given: quarter(work?.measured[2]?.[0] ?? 0), found: '30',
    grounds: '第二天的尺寸复测合格，请复核。', reasons: '经复测合格，应得满分。',
  };
  return {
    units: [...unitName].map(([code, name]) => ({ code, name })),
    workers: all.map(({ level: _, ...record }) => record),
    skills: news.flatMap(({ idNumber: id, level }, n): SkillRecord[] => level === null ? [] : [{
      idNumber: id, occupation: occupationOf(competition, all.findIndex((one) => one.idNumber === id)), level: String(level),
      since: `2019-0${1 + (n % 9)}-12`,
    }]),
    envelopes,
    judges: contestKeys.flatMap((contest) => Array.from({ length: JUDGES }, (_, seat) =>
      ({ contest, seat: String(seat + 1), subject: `judge-${contest}-${seat + 1}` }))),
    appeal, competition,
    dismissed: contested('netsec', 1),
    withdrawn: contested('fitting', 2),
    annulled: people('turning')[2]?.idNumber ?? '',
    file: (name) => {
      if (name === 'training.csv') return csv(contestKeys.flatMap((programme) =>
        fresh(programme).map(({ idNumber: id }) => ({ programme, idNumber: id, hours: 40, passedOn: '2023-11-17' }))));
      if (name === 'drills.csv') return csv(contestKeys.flatMap((key) => fresh(key).map(({ idNumber: id }, n) =>
        ({ idNumber: id, occupation: competition.contests[key].occupation, on: '2023-12-08', score: 70 + n, passed: 'yes' }))));
      const key = contestKeys.find((one) => name === `entries-${one}.csv`);
      if (!key) throw new Error(`there is no ${name}`);
      const { team } = fields[key];
      return csv(people(key).map((one, n) => ({ ...(team > 1 ? { team: 1 + Math.floor(n / team) } : {}), ...entry(one) })));
    },
    paper: (key) => {
      const workIn = (envelope: string): Work => {
        const found = works[key]?.[Number(envelope) - 1];
        if (!found) throw new Error(`no work of ${key} lies in envelope ${envelope}`);
        return found;
      };
      return {
        measurement: (envelope, part) => (workIn(envelope).measured[part] ?? []).map(quarter),
        judgement: (envelope, part, seat) => (part === '2' ? (workIn(envelope).judged[seat - 1] ?? []).map(String) : []),
      };
    },
  };
};

const occupationOf = ({ contests }: CompetitionFile, index: number): string => {
  let from = 0;
  for (const key of contestKeys) {
    from += fields[key].people;
    if (index < from) return contests[key].occupation;
  }
  throw new Error('nobody is there');
};

/** Measured in quarters of a mark, by part; judged by each judge. */
interface Work { readonly measured: Readonly<Record<string, readonly number[]>>; readonly judged: readonly (readonly number[])[] }

const drawWorks = (by: Chance, count: number): readonly Work[] => Array.from({ length: count }, (): Work => {
  const looks = [1 + by.below(2), 1 + by.below(2)];
  return {
    measured: Object.fromEntries(Object.entries(maxima).map(([part, max]) => [part, max.map((most) => by.below(4 * most + 1))])),
    // Never further apart than one, so that nobody is asked to mark again.
    judged: Array.from({ length: JUDGES }, () => looks.map((look) => look + by.below(2))),
  };
});

const drawEnvelopes = (by: Chance, key: ContestKey, people: readonly Person[]): readonly Envelope[] => {
  const firsts = people.filter((_, n) => n % fields[key].team === 0);
  const numbers = by.shuffled(firsts.map((_, n) => n + 1));
  // One entrant of netsec stays away; the envelope is then nobody's.
  return firsts.flatMap(({ idNumber: id }, n) =>
    (key === 'netsec' && n === firsts.length - 1 ? [] : [{ contest: key, idNumber: id, envelope: String(numbers[n]) }]));
};

const quarter = (n: number): string => `${Math.floor(n / 4)}${['', '.25', '.5', '.75'][n % 4]}`;
