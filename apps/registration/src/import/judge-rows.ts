/** Which rows of an entries table are good, and why the others are not. Pure: what people says of each row is given. */
import { type Text, text } from '#libs/decider';
import type { MemberFacts } from '../contest/conditions.js';
import type { PersonRow, ResolvedRow } from '../people.js';
import type { RawRow } from './columns.js';

export interface BadRow {
  line: number;
  rule: string;
  reason: Text;
}

/** The rows of one entry: one row, or the rows of a team in the order of the file. */
export interface Candidate {
  rows: readonly { line: number; ask: PersonRow; said: ResolvedRow }[];
}

export interface Judged {
  good: readonly Candidate[];
  bad: readonly BadRow[];
}

const statusWords: Record<string, 'worker' | 'student'> = {
  职工: 'worker', 工人: 'worker', 在职职工: 'worker', 企业职工: 'worker', worker: 'worker', 学生: 'student', 在校学生: 'student',
  student: 'student',
};

const unitCodePattern = /^[0-9A-HJ-NPQRTUWXY]{18}$/;

/** What people is asked about a row; or what is wrong with the row by itself. */
export const questionOf = (row: RawRow): PersonRow | BadRow => {
  const bad = (rule: string, reason: Text): BadRow => ({ line: row.line, rule, reason });
  if (row.name === undefined) return bad('name-missing', text('缺少姓名', 'the name is missing'));
  if (row.name.length > 100) return bad('name-too-long', text('姓名过长', 'the name is too long'));
  if (row.idNumber === undefined) return bad('id-number-missing', text('缺少身份证号', 'the ID number is missing'));
  if (row.idNumber.length > 40) return bad('id-number-malformed', text('身份证号应为18位', 'an ID number has 18 characters'));
  const status = row.status === undefined ? undefined : statusWords[row.status.toLowerCase()];
  if (row.status !== undefined && status === undefined)
    return bad('status-unknown', text('身份应为“职工”或“学生”', 'the status must be worker or student'));
  // 单位 may hold the code itself; a name alone says too little to find a unit by.
  const unitCode = [row.unitCode, row.unit].find((cell) => cell !== undefined && unitCodePattern.test(cell.toUpperCase()));
  return {
    name: row.name, idNumber: row.idNumber,
    ...(unitCode === undefined ? {} : { unitCode: unitCode.toUpperCase() }),
    ...(row.staffNumber === undefined ? {} : { staffNumber: row.staffNumber.slice(0, 60) }),
    ...(status === undefined ? {} : { status }),
  };
};

export interface Asked { raw: RawRow; ask: PersonRow; said: ResolvedRow }

/** `present`: workers who have an entry in this contest already. */
export const judgeRows = (
  asked: readonly Asked[], broken: readonly BadRow[], present: ReadonlySet<string>, teamSize: number
): Judged => {
  const bad: BadRow[] = [...broken];
  const firstLine = new Map<string, number>();
  const fine = asked.filter(({ raw: { line }, ask, said }) => {
    const wrong = whatIsWrong(said, ask, present) ?? seenBefore(firstLine, keysOf(ask, said), line);
    if (wrong !== undefined) bad.push({ line, ...wrong });
    return wrong === undefined;
  });
  const candidates = teamSize === 1
    ? fine.map(({ raw: { line }, ask, said }): Candidate => ({ rows: [{ line, ask, said }] }))
    : teams(fine, teamSize, bad);
  return { good: candidates, bad: bad.sort((a, b) => a.line - b.line) };
};

type Wrong = { rule: string; reason: Text };

const whatIsWrong = (said: ResolvedRow, ask: PersonRow, present: ReadonlySet<string>): Wrong | undefined => {
  if (said.error !== null) return { rule: said.error.rule, reason: said.error.text };
  if (said.worker !== null && present.has(said.worker))
    return { rule: 'worker-already-entered', reason: text('该人员已报名本赛项', 'this worker has an entry in this contest') };
  if (said.status === null && ask.status === undefined)
    return { rule: 'status-unknown', reason: text('身份未知，请填写“职工”或“学生”', 'the status is not known: fill in worker or student') };
  return undefined;
};

/** One whom nobody knows yet has no id in a trial: then the number as written tells. */
const keysOf = (ask: PersonRow, said: ResolvedRow): readonly string[] => {
  const written = `n:${ask.idNumber.normalize('NFKC').replace(/\s/g, '').toUpperCase()}`;
  return said.worker === null ? [written] : [written, `w:${said.worker}`];
};

const seenBefore = (firstLine: Map<string, number>, keys: readonly string[], line: number): Wrong | undefined => {
  const first = keys.map((key) => firstLine.get(key)).find((found) => found !== undefined);
  for (const key of keys) if (!firstLine.has(key)) firstLine.set(key, line);
  return first === undefined
    ? undefined
    : { rule: 'duplicate-in-file', reason: text(`与第${first}行重复`, `the same person as in line ${first}`) };
};

/** Teams in the order in which they first appear; a team that lost a row to an error, or has the wrong size, is left out. */
const teams = (fine: readonly Asked[], teamSize: number, bad: BadRow[]): Candidate[] => {
  const byTeam = new Map<string, Asked[]>();
  for (const one of fine) {
    const { team, line } = one.raw;
    if (team === undefined) bad.push({ line, rule: 'team-missing', reason: text('缺少队号', 'the team is missing') });
    else byTeam.set(team, [...(byTeam.get(team) ?? []), one]);
  }
  return [...byTeam.values()].flatMap((members) => {
    if (members.length === teamSize) return [{ rows: members.map(({ raw: { line }, ask, said }) => ({ line, ask, said })) }];
    for (const { raw: { line } } of members)
      bad.push({
        line, rule: 'team-size',
        reason: text(`该队有效成员${members.length}人，应为${teamSize}人`, `the team has ${members.length} good rows, not ${teamSize}`),
      });
    return [];
  });
};

export const factsIn = ({ rows }: Candidate): MemberFacts[] =>
  rows.map(({ said, ask }) => ({
    worker: said.worker ?? '', age: said.age, status: said.status ?? ask.status ?? 'worker', unit: said.unit,
  }));
