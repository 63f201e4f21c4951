/** What the demo came to, for a person at a terminal. */
import type { Outcome, Text } from './outcome.js';

const levels = ['', '一级', '二级', '三级', '四级', '五级'];
const levelName = (level: number | null): string => (level === null ? '—' : (levels[level] ?? '—'));
const yuan = (fen: number): string => `${Math.floor(fen / 100)}.${String(fen % 100).padStart(2, '0')}`;

/** A terminal shows a Chinese character two columns wide. */
const wide = /[\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe4f\uff00-\uff60]/u;
const width = (value: string): number => [...value].reduce((sum, c) => sum + (wide.test(c) ? 2 : 1), 0);
const padded = (value: string, to: number): string => value + ' '.repeat(Math.max(0, to - width(value)));

const table = (head: readonly string[], rows: readonly (readonly string[])[]): string => {
  const widths = head.map((title, i) => Math.max(width(title), ...rows.map((row) => width(row[i] ?? ''))));
  const line = (cells: readonly string[]): string =>
    `  ${cells.map((cell, i) => padded(cell, widths[i] ?? 0)).join('  ')}`.trimEnd();
  return [line(head), line(widths.map((n) => '─'.repeat(n))), ...rows.map(line)].join('\n');
};

const because = (title: string, { zh, en }: Text): string[] => [`${title}:`, `  ${zh}`, `  ${en}`, ''];

export const told = (outcome: Outcome, where: { readonly url: string | null; readonly folder: string | null }): string => {
  const { totals, promotions, refusals, grants, appeal, contests, afterwards: { whatIf, verified, annulled } } = outcome;
  const nameOf = (key: string): string => contests.find(({ contest }) => contest === key)?.name.zh ?? key;
  const money = (contest: string, entryNumber: string, member: number): string =>
    grants.filter((grant) => grant.contest === contest && grant.entryNumber === entryNumber && grant.member === member)
      .map(({ fen }) => yuan(fen)).join(' + ');
  const promotion = promotions[0];
  const refusal = refusals.find(({ rank, contest }) => contest === 'turning' && rank !== null && rank <= 20) ?? refusals[0];
  const place = ({ rank, total }: { rank: number | null; total: string }): string => `${rank ?? '—'} (${total})`;
  return [
    '',
    table(
      ['赛项 contest', '职业 occupation', '政策包 pack', '特批 override', '报名 entries', '不符 turned away', '名次 ranked'],
      contests.map(({ contest, occupation, pack, overridden, results, turnedAway, badRows }) => [
        nameOf(contest), occupation, pack, overridden ? '是 yes' : '—', String(results.length),
        `${turnedAway.length} + ${badRows.length} bad rows`, String(results.filter(({ rank }) => rank !== null).length),
      ]),
    ),
    '',
    `晋级与奖补 Promotions and grants: ${totals.promotions} promotions, ${totals.grants} grants of ${yuan(totals.fen)} CNY`,
    '',
    table(
      ['赛项 contest', '名次 rank', '参赛号 entry', '成员 member', '晋级 level', '规则 rule', '奖补 CNY'],
      promotions.map(({ contest, rank, entryNumber, member, from, to, rule }) => [
        nameOf(contest), String(rank), entryNumber, String(member), `${levelName(from)} → ${levelName(to)}`, rule,
        money(contest, entryNumber, member),
      ]),
    ),
    '',
    ...(promotion ? because(`为什么晋级 Why ${promotion.entryNumber} was promoted`, promotion.reason) : []),
    ...(refusal ? because(`为什么未晋级 Why ${refusal.entryNumber} (rank ${refusal.rank ?? '—'}) was not`, refusal.reason) : []),
    `申诉改变了什么 What the upheld appeal of ${appeal.entryNumber} changed (${appeal.aspect}: ${appeal.given} → ${appeal.found}):`,
    table(
      ['参赛号 entry', '之前 before', '之后 after', '晋级 promoted'],
      appeal.changes.map(({ entryNumber, before, after, promoted }) =>
        [entryNumber, place(before), place(after), promoted ? '是 yes' : '否 no']),
    ),
    '',
    `如果 What if ${whatIf.pack} had been announced: ${whatIf.levels.gained} levels gained, ${whatIf.levels.lost} lost, ` +
      `${yuan(whatIf.money.gained)} CNY more, ${yuan(whatIf.money.lost)} less (asked, not done)`,
    `查验 Verified: the certificate of ${verified.entryNumber}, ${verified.maskedName}, ${levelName(verified.level)}: ` +
      `${verified.status} (on its public page, and offline as a credential)`,
    `撤销 Annulled after all that: ${annulled.entryNumber}, rank ${annulled.rank}; the certificate is ${annulled.status}, ` +
      annulled.money.map(({ fen, state }) => `${yuan(fen)} CNY are ${state}`).join(', '),
    ...annulled.gained.map(({ entryNumber, rank, from, to }) =>
      `  promoted instead: ${entryNumber}, now rank ${rank}, ${levelName(from)} → ${levelName(to)}` +
      annulled.granted.filter((one) => one.entryNumber === entryNumber).map(({ fen }) => `, ${yuan(fen)} CNY`).join('')),
    ...(annulled.decidedBy === null ? [] : [`  by request not by automation alone: ${annulled.decidedBy}`]),
    '',
    '接下来 Where to look next:',
    '  examples/README.md        what was played, and what was designed into it',
    '  policies/                 the rules that decided, each with its citation',
    '  npm start -- --demo       the same data behind Swagger UI, with one token a role',
    ...(where.url === null ? [] : [`  ${where.url}/docs  Swagger UI of the server that it was played against`]),
    ...(where.folder === null ? [] : [`  JINJI_CLOCK=manual JINJI_DATA=${where.folder} npm start  serves what was kept`]),
    '',
  ].join('\n');
};
