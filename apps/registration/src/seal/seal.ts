/**
 * Seal (密封): which code is whose, in one contest; its stream is named by the contest.
 *
 *   none ──draw codes──▶ drawn (entries take envelopes) ──seal──▶ sealed (the contest runs) ──open──▶ opened
 *
 * Until it opens, no event relates an entry to a code. An entry takes a numbered envelope; recorded is a keyed hash of the
 * envelope (`tag`), and the key lies in the vault beside the list of envelopes and codes. The codes themselves are
 * recorded when sealed, in alphabetical order, which tells nothing.
 *
 * What would betray a code before the opening (a disqualified entry's code voided at that moment) waits for the opening.
 */
import type { Aggregate } from '#libs/event-store';
import { type Decider, never, Refusal, type Text, text, WrongState } from '#libs/decider';
import type { MemberFacts } from '../contest/conditions.js';
import { sealDigest } from './digest.js';

export type Because = 'withdrawn' | 'absent' | 'disqualified' | 'annulled';

export interface Revealed {
  code: string;
  entry: string;
  number: string;
  members: readonly MemberFacts[];
}

export type SealEvent =
  | { type: 'CodesDrawn'; organisation: string; labels: string; count: number }
  | { type: 'EnvelopeTaken'; entry: string; number: string; members: readonly MemberFacts[]; tag: string }
  | { type: 'EnvelopeSpoilt'; entry: string }
  | { type: 'CodeSealed'; code: string }
  | { type: 'CodesSealed'; count: number }
  | { type: 'VoidAsked'; entry: string; because: Because }
  | { type: 'ErasureAsked'; entry: string }
  | { type: 'SealMemberMerged'; worker: string; into: string }
  | { type: 'SealOpened'; count: number; digest: string }
  | ({ type: 'SealEntryRevealed' } & Revealed)
  | { type: 'SealClosed' }
  | { type: 'CodeVoided'; entry: string; code: string; because: Because }
  | { type: 'CodeErased'; code: string };

/** The code of each envelope, by the envelope's tag: read from the vault for the one decision that needs it. */
export type CodesByTag = Readonly<Record<string, string>>;

export type SealCommand =
  | { type: 'DrawCodes'; organisation: string; labels: string; count: number }
  | { type: 'TakeEnvelope'; entry: string; number: string; members: readonly MemberFacts[]; tag: string; exists: boolean }
  | { type: 'Seal'; codes: CodesByTag }
  | { type: 'Open'; codes: CodesByTag }
  /** The entry takes no part any more. */
  | { type: 'Void'; entry: string; because: Because }
  /** A member was erased: texts kept by code are to become unreadable. */
  | { type: 'Erase'; entry: string }
  | { type: 'MergeMember'; worker: string; into: string };

interface Taken {
  number: string;
  members: readonly MemberFacts[];
  tag: string;
}

interface Known {
  organisation: string;
  labels: string;
  taken: Readonly<Record<string, Taken>>;
}

export type Seal =
  | { is: 'none' }
  | ({ is: 'drawn' } & Known)
  | ({ is: 'sealed'; voids: Readonly<Record<string, Because>>; erasures: readonly string[] } & Known)
  | ({ is: 'opened'; codes: Readonly<Record<string, string>>; voided: readonly string[] } & Known);

const decide = (command: SealCommand, seal: Seal): readonly SealEvent[] => {
  switch (command.type) {
    case 'DrawCodes': {
      if (seal.is !== 'none') throw wrong('codes-already-drawn', seal);
      const { type: _, ...drawn } = command;
      return [{ type: 'CodesDrawn', ...drawn }];
    }
    case 'TakeEnvelope': {
      if (seal.is === 'none') throw wrong('codes-not-drawn', seal);
      if (seal.is !== 'drawn') throw wrong('seal-is-closed', seal);
      if (!command.exists) throw new Refusal(
        'no-such-envelope', text('没有这个信封', 'there is no such envelope'), text('请重新读取其编号', 'read its number again'),
      );
      if (Object.values(seal.taken).some((t) => t.tag === command.tag))
        throw new Refusal('envelope-taken', text('该信封已被抽取', 'this envelope was taken'), text('请另抽一个信封', 'draw another envelope'));
      const { type: _, exists: __, ...taken } = command;
      return [{ type: 'EnvelopeTaken', ...taken }];
    }
    case 'Seal': {
      if (seal.is !== 'drawn') throw wrong('codes-not-drawn', seal);
      const codes = revealed(seal, command.codes).map((r) => r.code);
      return [...codes.map((code): SealEvent => ({ type: 'CodeSealed', code })), { type: 'CodesSealed', count: codes.length }];
    }
    case 'Open': {
      if (seal.is === 'opened') return [];
      if (seal.is !== 'sealed') throw wrong('seal-not-closed', seal);
      return opening(seal, revealed(seal, command.codes));
    }
    case 'Void':
      if (seal.is === 'none' || seal.taken[command.entry] === undefined) return [];
      return voiding(seal, command.entry, command.because);
    case 'Erase': {
      if (seal.is === 'sealed') return seal.taken[command.entry] === undefined ? [] : [
        { type: 'ErasureAsked', entry: command.entry },
      ];
      const code = seal.is === 'opened' ? seal.codes[command.entry] : undefined;
      return code === undefined ? [] : [{ type: 'CodeErased', code }];
    }
    case 'MergeMember': {
      const waits = seal.is === 'drawn' || seal.is === 'sealed';
      const known = waits && Object.values(seal.taken).some((t) => t.members.some((m) => m.worker === command.worker));
      return known ? [{ type: 'SealMemberMerged', worker: command.worker, into: command.into }] : [];
    }
    default: return never(command);
  }
};

/** Sorted by code, so that the order of events says nothing of the order of entries. */
const revealed = (seal: Known, codes: CodesByTag): Revealed[] =>
  Object.entries(seal.taken)
    .map(([entry, { tag, number, members }]): Revealed => {
      const code = codes[tag];
      if (code === undefined) throw new Error(`the vault knows no code for an envelope of entry ${entry}`);
      return { code, entry, number, members };
    })
    .sort((a, b) => (a.code < b.code ? -1 : 1));

const opening = (seal: Extract<Seal, { is: 'sealed' }>, entries: readonly Revealed[]): SealEvent[] => {
  const codeOf = new Map(entries.map((e) => [e.entry, e.code]));
  const code = (entry: string): string => codeOf.get(entry) ?? '';
  return [
    { type: 'SealOpened', count: entries.length, digest: sealDigest(entries) },
    ...entries.map((e): SealEvent => ({ type: 'SealEntryRevealed', ...e })),
    { type: 'SealClosed' },
    ...Object.entries(seal.voids).map(
      ([entry, because]): SealEvent => ({ type: 'CodeVoided', entry, code: code(entry), because })
    ),
    ...seal.erasures.map((entry): SealEvent => ({ type: 'CodeErased', code: code(entry) })),
  ];
};

const voiding = (seal: Exclude<Seal, { is: 'none' }>, entry: string, because: Because): readonly SealEvent[] => {
  switch (seal.is) {
    case 'drawn': return [{ type: 'EnvelopeSpoilt', entry }];
    case 'sealed': return seal.voids[entry] === undefined ? [{ type: 'VoidAsked', entry, because }] : [];
    case 'opened': {
      const code = seal.codes[entry];
      return code === undefined || seal.voided.includes(entry) ? [] : [{ type: 'CodeVoided', entry, code, because }];
    }
    default: return never(seal);
  }
};

const evolve = (seal: Seal, event: SealEvent): Seal => {
  if (event.type === 'CodesDrawn') return { is: 'drawn', organisation: event.organisation, labels: event.labels, taken: {} };
  if (seal.is === 'none') return seal;
  const { organisation, labels, taken } = seal;
  switch (event.type) {
    case 'EnvelopeTaken': {
      const { entry, number, members, tag } = event;
      return { ...seal, taken: { ...taken, [entry]: { number, members, tag } } };
    }
    case 'EnvelopeSpoilt': {
      const { [event.entry]: _, ...rest } = taken;
      return { ...seal, taken: rest };
    }
    case 'CodesSealed': return { is: 'sealed', organisation, labels, taken, voids: {}, erasures: [] };
    case 'VoidAsked': return seal.is === 'sealed' ? { ...seal, voids: { ...seal.voids, [event.entry]: event.because } } : seal;
    case 'ErasureAsked': return seal.is === 'sealed' ? { ...seal, erasures: [...seal.erasures, event.entry] } : seal;
    case 'SealMemberMerged': return { ...seal, taken: merged(taken, event) };
    case 'SealOpened': return { is: 'opened', organisation, labels, taken, codes: {}, voided: [] };
    case 'SealEntryRevealed': return seal.is === 'opened' ? {
      ...seal, codes: { ...seal.codes, [event.entry]: event.code },
    } : seal;
    case 'CodeVoided': return seal.is === 'opened' ? { ...seal, voided: [...seal.voided, event.entry] } : seal;
    case 'CodeSealed': case 'SealClosed': case 'CodeErased': return seal;
    default: return never(event);
  }
};

const merged = (taken: Known['taken'], { worker, into }: { worker: string; into: string }): Known['taken'] =>
  Object.fromEntries(Object.entries(taken).map(([entry, t]) => [
    entry, { ...t, members: t.members.map((m) => (m.worker === worker ? { ...m, worker: into } : m)) },
  ]));

const nextStep: Record<Seal['is'], Text> = {
  none: text('由保管人抽取编号', 'a custodian draws the codes'), drawn: text('请检录，然后开始比赛', 'check entries in, then start the contest'),
  sealed: text('请等待评分完成', 'wait until marking is complete'), opened: text('无', 'none'),
};

const states: Record<Seal['is'], string> = {
  none: '未编号', drawn: '已编号', sealed: '已密封', opened: '已开启',
};

const wrong = (rule: string, seal: Seal): WrongState =>
  new WrongState(rule, text(`密封当前状态为${states[seal.is]}`, `the seal is ${seal.is}`), nextStep[seal.is]);

export const seal: Aggregate<SealCommand, Seal, SealEvent> = {
  name: 'seal',
  snapshotEvery: 1000,
  decider: { initial: { is: 'none' }, decide, evolve } satisfies Decider<SealCommand, Seal, SealEvent>,
  organisation: (state) => (state.is === 'none' ? undefined : state.organisation),
};
