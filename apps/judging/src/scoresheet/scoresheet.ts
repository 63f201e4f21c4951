/**
 * Scoresheet (评分表): one judge, one sealed code, one part. A measurement sheet is entered once for the whole panel.
 *
 *   open ──save──▶ draft ──submit──▶ submitted ──sign──▶ signed ──lock──▶ locked ──correct (upheld hearing)──▶ locked
 *     └──────────────submit─────────────▲  │ ▲               │
 *                                       │  │ └─amend, reason─┤
 *                                       └──┴─ re-mark ◀──ask─┘
 */
import { type DecimalString, type Decider, isDecimal, Refusal, text, type Text, WrongState } from '#libs/decider';
import type { Aggregate } from '#libs/event-store';
import { compare, dividedBy, parse, zero } from '../scoring/fraction.js';
import type { SheetKind } from './sheet-id.js';

/** Aspect → mark. */
export type Marks = Readonly<Record<string, DecimalString>>;

/** What the sheet asks for, taken from the frozen scheme: a judgement is 0–3, a measurement 0–max in steps. */
export interface SheetAspect {
  readonly id: string;
  readonly max: DecimalString;
  readonly step: DecimalString;
}

export interface SheetKey {
  readonly organisation: string;
  readonly contest: string;
  readonly code: string;
  readonly part: string;
  readonly kind: SheetKind;
  /** Whose marks they are; of a measurement sheet, who entered what the panel agreed on. */
  readonly judge: string;
}

export interface Change {
  readonly aspect: string;
  readonly from: DecimalString;
  readonly to: DecimalString;
}

export type ScoresheetEvent =
  | ({ type: 'SheetDrafted'; marks: Marks } & SheetKey)
  | ({ type: 'SheetSubmitted'; marks: Marks } & SheetKey)
  | { type: 'SheetSigned'; by: string }
  | { type: 'RemarkAsked'; aspects: readonly string[]; by: string }
  /** `reason` is a text in the vault. */
  | { type: 'SheetAmended'; changes: readonly Change[]; reason: string; by: string }
  | { type: 'SheetLocked'; by: string }
  | { type: 'SheetCorrected'; changes: readonly Change[]; hearing: string; by: string };

export type ScoresheetCommand =
  | { type: 'SaveDraft'; key: SheetKey; marks: Marks; aspects: readonly SheetAspect[] }
  | { type: 'Submit'; key: SheetKey; marks: Marks; aspects: readonly SheetAspect[]; sign: boolean }
  | { type: 'Sign'; by: string }
  | { type: 'AskRemark'; aspects: readonly string[]; by: string }
  | { type: 'Amend'; marks: Marks; aspects: readonly SheetAspect[]; reason: string; by: string; sign: boolean }
  | { type: 'Lock'; by: string }
  | { type: 'Correct'; marks: Marks; aspects: readonly SheetAspect[]; hearing: string; by: string };

export interface FilledSheet extends SheetKey {
  readonly is: 'draft' | 'submitted' | 're-mark' | 'signed' | 'locked';
  readonly marks: Marks;
  /** The aspects that are to be marked again, while `re-mark`. */
  readonly asked: readonly string[];
  /** Those that were marked again: a second look may still differ, and then stands. */
  readonly remarked: readonly string[];
}

export type Scoresheet = { readonly is: 'open' } | FilledSheet;

const decide = (command: ScoresheetCommand, sheet: Scoresheet): readonly ScoresheetEvent[] => {
  switch (command.type) {
    case 'SaveDraft':
      if (sheet.is !== 'open' && sheet.is !== 'draft') throw wrong(sheet);
      sound(command.marks, command.aspects, false);
      return [{ type: 'SheetDrafted', ...command.key, marks: command.marks }];
    case 'Submit': {
      sound(command.marks, command.aspects, true);
      const signed: ScoresheetEvent[] = command.sign ? [{ type: 'SheetSigned', by: command.key.judge }] : [];
      if (sheet.is === 'submitted' || sheet.is === 'signed' || sheet.is === 'locked') {
        if (changes(sheet.marks, command.marks).length > 0) throw wrong(sheet);
        return sheet.is === 'submitted' ? signed : []; // sent again after a lost answer
      }
      if (sheet.is === 're-mark') onlyAsked(sheet, command.marks);
      return [{ type: 'SheetSubmitted', ...command.key, marks: command.marks }, ...signed];
    }
    case 'Sign':
      if (sheet.is === 'signed' || sheet.is === 'locked') return [];
      if (sheet.is !== 'submitted') throw wrong(sheet);
      return [{ type: 'SheetSigned', by: command.by }];
    case 'AskRemark': {
      if (sheet.is !== 'submitted' && sheet.is !== 'signed' && sheet.is !== 're-mark') throw wrong(sheet);
      const aspects = command.aspects.filter((id) => !sheet.asked.includes(id) && Object.hasOwn(sheet.marks, id));
      return aspects.length === 0 ? [] : [{ type: 'RemarkAsked', aspects, by: command.by }];
    }
    case 'Amend': {
      if (sheet.is !== 'submitted' && sheet.is !== 'signed') throw wrong(sheet);
      const amended = changed(sheet, command.marks, command.aspects);
      const event: ScoresheetEvent = { type: 'SheetAmended', changes: amended, reason: command.reason, by: command.by };
      return command.sign ? [event, { type: 'SheetSigned', by: command.by }] : [event];
    }
    case 'Lock':
      if (sheet.is === 'locked') return [];
      if (sheet.is !== 'signed') throw wrong(sheet);
      return [{ type: 'SheetLocked', by: command.by }];
    case 'Correct':
      if (sheet.is !== 'locked') throw wrong(sheet);
      return [{
        type: 'SheetCorrected', changes: changed(sheet, command.marks, command.aspects), hearing: command.hearing, by: command.by,
      }];
  }
};

const evolve = (sheet: Scoresheet, event: ScoresheetEvent): Scoresheet => {
  switch (event.type) {
    case 'SheetDrafted':
    case 'SheetSubmitted': {
      const { type, ...filled } = event;
      const { asked, remarked } = sheet.is === 'open' ? { asked: [], remarked: [] } : sheet;
      return type === 'SheetDrafted'
        ? { is: 'draft', ...filled, asked: [], remarked: [] }
        : { is: 'submitted', ...filled, asked: [], remarked: [...remarked, ...asked] };
    }
    case 'SheetSigned': return on(sheet, { is: 'signed' });
    case 'RemarkAsked': return on(
      sheet, { is: 're-mark', asked: [...(sheet.is === 'open' ? [] : sheet.asked), ...event.aspects] }
    );
    case 'SheetAmended': return on(sheet, { is: 'submitted', marks: applied(sheet, event.changes) });
    case 'SheetLocked': return on(sheet, { is: 'locked' });
    case 'SheetCorrected': return on(sheet, { marks: applied(sheet, event.changes) });
  }
};

const on = (sheet: Scoresheet, change: Partial<FilledSheet>): Scoresheet =>
  sheet.is === 'open' ? sheet : { ...sheet, ...change };

const applied = (sheet: Scoresheet, list: readonly Change[]): Marks =>
  ({ ...(sheet.is === 'open' ? {} : sheet.marks), ...Object.fromEntries(list.map(({ aspect, to }) => [aspect, to])) });

const changes = (from: Marks, to: Marks): readonly Change[] =>
  Object.entries(to).flatMap(([aspect, mark]) => {
    const before = from[aspect] ?? '0';
    return before === mark || compare(parse(before), parse(mark)) === 0 ? [] : [{ aspect, from: before, to: mark }];
  });

const changed = (sheet: FilledSheet, marks: Marks, aspects: readonly SheetAspect[]): readonly Change[] => {
  sound(marks, aspects, false);
  const list = changes(sheet.marks, marks);
  if (list.length === 0)
    throw new Refusal(
      'nothing-changes', text('没有任何评分改变', 'no mark would change'), text('请指明要更改的分数', 'name the marks that change')
    );
  return list;
};

const onlyAsked = (sheet: FilledSheet, marks: Marks): void => {
  const others = changes(sheet.marks, marks).filter(({ aspect }) => !sheet.asked.includes(aspect)).map(({ aspect }) => aspect);
  if (others.length > 0)
    throw new Refusal(
      'not-asked-to-re-mark', text('只能重评被要求的评分点', 'only the aspects asked for are marked again'),
      text('请保持其他分数不变', 'leave the other marks as they were'), { aspects: others }
    );
};

/** Complete where it must be, in range, and in the scheme's steps. */
const sound = (marks: Marks, aspects: readonly SheetAspect[], complete: boolean): void => {
  const asked = new Map(aspects.map((aspect) => [aspect.id, aspect]));
  const problems = [
    ...Object.entries(marks).flatMap(([id, mark]) => problemOf(mark, asked.get(id)).map((problem) => ({ aspect: id, problem }))),
    ...(complete ? aspects.filter(({ id }) => marks[id] === undefined) : [])
      .map(({ id }) => ({ aspect: id, problem: text('缺少评分', 'the mark is missing') })),
  ];
  if (problems.length > 0)
    throw new Refusal(
      'marks-not-sound', text(`${problems.length} 个评分不合要求`, `${problems.length} marks are not as the scheme wants them`),
      text('请改正这些分数', 'correct these marks'), { problems }
    );
};

const problemOf = (mark: DecimalString, aspect: SheetAspect | undefined): readonly Text[] => {
  if (!aspect) return [text('评分表中没有该评分点', 'the sheet has no such aspect')];
  if (!isDecimal(mark)) return [text('评分不是数字', 'the mark is no decimal')];
  const [value, max] = [parse(mark), parse(aspect.max)];
  if (compare(value, zero) < 0 || compare(value, max) > 0) return [text(`应为 0 至 ${aspect.max}`, `it must be 0 to ${aspect.max}`)];
  const inStep = dividedBy(value, parse(aspect.step)).under === 1n || compare(value, max) === 0;
  return inStep ? [] : [text(`步长为 ${aspect.step}`, `it must be in steps of ${aspect.step}`)];
};

const wrong = (sheet: Scoresheet): WrongState => new WrongState(`sheet-${sheet.is}`, stateText[sheet.is], nextStep[sheet.is]);

const stateText: Record<Scoresheet['is'], Text> = {
  open: text('评分表尚未填写', 'the sheet is empty'),
  draft: text('评分表仍是草稿', 'the sheet is a draft'),
  submitted: text('评分表已提交', 'the sheet was submitted'),
  're-mark': text('评分表等待重评', 'the sheet is to be marked again'),
  signed: text('评分表已签名', 'the sheet is signed'),
  locked: text('评分表已锁定', 'the sheet is locked'),
};

const nextStep: Record<Scoresheet['is'], Text> = {
  open: text('请提交其分数', 'submit its marks'),
  draft: text('请提交', 'submit it'),
  submitted: text('请签字，或附理由修改', 'sign it, or amend it with a reason'),
  're-mark': text('请提交所要求的分数', 'submit the marks asked for'),
  signed: text('请附理由修改', 'amend it with a reason'),
  locked: text('只有成立的裁决才能更改', 'only an upheld hearing changes it'),
};

export const scoresheetDecider: Decider<ScoresheetCommand, Scoresheet, ScoresheetEvent> = {
  initial: { is: 'open' }, decide, evolve
};

export const scoresheet: Aggregate<ScoresheetCommand, Scoresheet, ScoresheetEvent> = {
  name: 'scoresheet',
  decider: scoresheetDecider,
  organisation: (state) => (state.is === 'open' ? undefined : state.organisation),
};
