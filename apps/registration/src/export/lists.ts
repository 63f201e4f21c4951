/** The lists that an organiser takes away, as rows of text. Names come from people at the moment of asking, and stay nowhere. */
import { entryStates } from '../entry/entry.js';
import type { EntryRow } from '../entry/entry.view.js';
import type { Named } from '../people.js';
import type { Standing } from '../result/standings.js';

export interface List {
  header: readonly string[];
  rows: readonly (readonly string[])[];
}

type Names = ReadonlyMap<string, Named>;

/** Why there is no rank, as judging says it. */
const unrankedNames: Readonly<Record<string, string>> = entryStates;

/** One row a member; the id stands in for a name that cannot be had. */
const perMember = (
  entry: EntryRow, names: Names, row: (worker: string, named: Named | undefined) => readonly string[],
): (readonly string[])[] =>
  entry.members.map(({ worker }) => row(worker, names.get(worker)));

export const entryList = (entries: readonly EntryRow[], names: Names): List => ({
  header: ['参赛号', '姓名', '身份证号', '单位', '年龄', '状态', '审查意见'],
  rows: entries.flatMap((e) => perMember(e, names, (worker, named) => [
    e.number, named?.name ?? worker, named?.maskedIdNumber ?? '', named?.unitName ?? '',
    String(e.members.find((m) => m.worker === worker)?.age ?? ''), entryStates[e.is],
    e.findings.filter((f) => f.worker === worker && !f.met).map((f) => f.reason.zh).join('；'),
  ])),
});

export const drawList = (entries: readonly EntryRow[], names: Names): List => ({
  header: ['抽签顺序', '参赛号', '姓名', '单位'],
  rows: entries
    .filter((e) => e.drawOrder !== null)
    .sort((a, b) => (a.drawOrder ?? 0) - (b.drawOrder ?? 0))
    .flatMap((e) => perMember(e, names, (worker, named) => [
      String(e.drawOrder), e.number, named?.name ?? worker, named?.unitName ?? '',
    ])),
});

export const resultList = (standings: readonly Standing[], names: Names): List => ({
  header: ['名次', '参赛号', '姓名', '单位', '总分', '备注'],
  rows: standings.flatMap(({ entry, rank, unranked, tied, total }) => perMember(entry, names, (worker, named) => [
    rank === null ? '' : String(rank), entry.number, named?.name ?? worker, named?.unitName ?? '', total,
    unranked === null ? (tied ? '并列' : '') : unrankedNames[unranked] ?? unranked,
  ])),
});

/** 公示: masked, for everyone to see. */
export const noticeList = (standings: readonly Standing[], names: Names): List => ({
  header: ['名次', '参赛号', '姓名', '身份证号', '单位', '总分'],
  rows: standings.filter((s) => s.rank !== null).flatMap(({ entry, rank, total }) => perMember(entry, names, (_, named) => [
    String(rank), entry.number, named?.maskedName ?? '', named?.maskedIdNumber ?? '', named?.unitName ?? '', total,
  ])),
});
