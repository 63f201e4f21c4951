import { civilDate, derivedId } from '#libs/decider';
import type { Because, Work } from '#libs/service';
import type { Level } from '#libs/policy';
import { type About, decision, decisionId } from '../decision/decision.js';
import { file } from '../file/file.js';
import { frozenPack } from '../run/results.js';
import type { Task } from '../run/tasks-view.js';
import { skillRecord, skillRecordId } from '../skill-record/skill-record.js';
import { certificate, type IssuingBody } from './certificate.js';
import { numbering } from './number.js';
import { series, seriesId } from './series.js';

export const certificateId = (of: string): string => derivedId(of, 'certificate');

interface Due {
  readonly id: string;
  readonly certificate: string;
  readonly about: About;
  readonly level: Level;
  readonly at: string;
  readonly because: Because;
  /** Of the decision as it was read: it must still be approved when its certificate is written. */
  readonly version: number;
  readonly issuer: IssuingBody;
  /** The series that it is numbered in. */
  readonly series: string;
  readonly number: (serial: number) => string;
}

/** Numbers, certificates, decisions and rungs in one transaction: no number is lost, none is used twice. How many. */
export const issue = async (work: Work, rows: readonly Task[]): Promise<number> => {
  const due = await dueOf(work, rows);
  for (const name of new Set(due.map(({ series: of }) => of))) {
    const here = due.filter(({ series: of }) => of === name);
    const { version } = await work.decide(series, seriesId(name), {
      type: 'Draw', certificates: here.map((each) => each.certificate),
    });
    await write(work, here.map((each, index) => ({ ...each, drawn: each.number(version - here.length + 1 + index) })));
  }
  return due.length;
};

/** Those that are approved still, a worker at a time; a decision whose pack is gone waits until it is back. */
const dueOf = async (work: Work, rows: readonly Task[]): Promise<readonly Due[]> => {
  const states = await work.loadMany(decision, rows.map(({ id }) => id));
  const workers = new Set<string>();
  return rows.flatMap(({ id, at, cause, correlation, organisation }): Due[] => {
    const { state, version = 0 } = states.get(id) ?? {};
    if (state?.is !== 'approved' || state.proposed.to === null || workers.has(state.about.worker)) return [];
    const pack = frozenPack(state.about.pack);
    if (pack === null) return [];
    workers.add(state.about.worker);
    const level = state.proposed.to;
    const { name, number } = numbering(pack.process, level, at);
    const { name: body, code } = pack.process.issuer;
    return [{
      id, version, certificate: certificateId(id), about: state.about, level, at, series: name, number, issuer: { name: body, code },
      because: { at, causation: cause, correlation, organisation },
    }];
  });
};

/** Where a correction only suspended the paper of an earlier decision on the contest: the new one takes its place. */
const replace = async (work: Work, due: readonly Due[]): Promise<void> => {
  const before = due.flatMap(({ about: { contest, worker, nth, pack }, because }) =>
    (frozenPack(pack)?.reversal.certificates !== 'suspend'
      ? []
      : Array.from({ length: nth - 1 }, (_, n) => ({ id: certificateId(decisionId(contest, worker, n + 1)), because }))));
  const states = await work.loadMany(certificate, before.map(({ id }) => id));
  await work.decideMany(certificate, before.filter(({ id }) => states.get(id)?.state.is === 'suspended').map(({ id, because }) =>
    ({ id, command: { type: 'Revoke', because: 'replaced' } as const, because })));
};

const write = async (work: Work, due: readonly (Due & { drawn: string })[]): Promise<void> => {
  await replace(work, due);
  await work.decideMany(certificate, due.map(({ id, certificate: of, about, level, at, because, issuer, drawn: number }) => {
    const { worker, contest, occupation, organisation } = about;
    const command = {
      type: 'Issue', number, decision: id, worker, contest, occupation, organisation, level, on: civilDate(at),
      issuer,
    } as const;
    return { id: of, command, because };
  }));
  await work.decideMany(decision, due.map(({ id, version, certificate: of, because, drawn: number }) =>
    ({ id, command: { type: 'Issue', certificate: of, number } as const, because: { ...because, expected: version } })));
  await work.decideMany(skillRecord, due.map(({
    id, about: { worker, occupation, organisation }, level, at, because, drawn,
  }) => ({
    id: skillRecordId(worker, occupation), because,
    command: {
      type: 'Grant', worker, occupation, organisation, level, since: civilDate(at), decision: id, certificate: drawn,
    } as const,
  })));
  const files = await work.loadMany(file, due.map(({ about }) => about.worker));
  await work.decideMany(file, due.flatMap(({ about: { worker, occupation }, because }) =>
    files.get(worker)?.state.occupations.includes(occupation) === true
      ? []
      : [
        {
          id: worker, command: { type: 'Remember', events: [{ type: 'SkillRecordOpened', occupation }] } as const,
          because: { ...because, organisation: null },
        },
      ]));
};
