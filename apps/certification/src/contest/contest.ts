/**
 * Contest (赛项), as certification remembers it: what registration announced, who is behind each code, and the last final
 * revision of the result. They arrive in any order; when all of it is here, the decisions can begin.
 *
 *   announced + registration closed + seal closed + final revision closed ──▶ run started
 *   a later final revision ──▶ another run
 */
import { type Decider, derivedId, type Instant, Refusal, text } from '#libs/decider';
import type { PublicData } from '#libs/contracts';
import type { Aggregate } from '#libs/event-store';

type Announced = PublicData<'jinji.contest.announced.v1'>;
type SealEntry = PublicData<'jinji.seal.entry.v1'>;
type Placed = PublicData<'jinji.result.placed.v1'>;

export type ContestTerms = Pick<Announced,
  'competition' | 'organisation' | 'number' | 'name' | 'occupation' | 'group' | 'level' | 'teamSize' | 'series' | 'class' |
  'purpose' | 'pack' | 'overridden' | 'startsOn'>;
export type Member = SealEntry['members'][number];
/** `message`: the public event that said so. */
export interface SealedEntry {
  readonly entry: string; readonly entryNumber: string; readonly members: readonly Member[]; readonly message: string
}
export interface CodePlacing extends Pick<Placed, 'rank' | 'unranked' | 'theory' | 'practical'> {
  readonly message: string;
  /** A digest of the code's own result: what another's correction does not touch. */
  readonly own?: string
}

export type ContestEvent =
  | ({ type: 'ContestAnnounced'; at: Instant } & ContestTerms)
  | { type: 'RegistrationClosed'; at: Instant }
  | { type: 'ContestCancelled' }
  | { type: 'SealOpened'; count: number }
  | ({ type: 'SealEntryRead'; code: string } & SealedEntry)
  | { type: 'SealClosed' }
  | { type: 'ResultOpened'; revision: number; count: number; firstFinalAt: Instant }
  | ({ type: 'CodePlaced'; revision: number; code: string } & CodePlacing)
  | { type: 'ResultClosed'; revision: number }
  | { type: 'DecisionRunStarted'; revision: number; codes: number }
  /** A panel settled a shared rank for this entry; why is told by the decision. */
  | { type: 'PlaceGiven'; entryNumber: string; place: number };

export type ContestCommand =
  | { type: 'Announce'; at: Instant; terms: ContestTerms }
  | { type: 'CloseRegistration'; at: Instant }
  | { type: 'Cancel' }
  | { type: 'CloseSeal' }
  | { type: 'CloseResult'; revision: number }
  | { type: 'GivePlace'; entryNumber: string; place: number };

/** One final revision of the result. */
export interface Revision {
  readonly number: number;
  readonly count: number;
  readonly firstFinalAt: Instant;
  readonly closed: boolean;
  /** By code. What else a placing says is in the view of codes: a contest may have 30 000. */
  readonly ranks: Readonly<Record<string, number | null>>;
}

/** Plain JSON: it grows long, so it is snapshotted. */
export interface ContestState {
  readonly terms: (ContestTerms & { readonly at: Instant }) | null;
  readonly registrationClosedAt: Instant | null;
  readonly cancelled: boolean;
  /** `entries`: the entry number behind each code. */
  readonly seal: {
    readonly count: number; readonly closed: boolean; readonly entries: Readonly<Record<string, string>>
  } | null;
  /** The last final revision, complete or still arriving. */
  readonly result: Revision | null;
  /** The numbers of the complete final revisions before it, oldest first: a pack may let stand what they gave. */
  readonly earlier?: readonly number[];
  /** The revision of the last run. */
  readonly run: number;
  /** The place that a panel gave, by entry number. */
  readonly given: Readonly<Record<string, number>>;
}

export const runId = (contest: string, revision: number): string => derivedId(contest, 'decision-run', revision);

const decide = (command: ContestCommand, state: ContestState): readonly ContestEvent[] => {
  const said = remember(command, state);
  const after = said.reduce(evolve, state);
  return isReady(after) ? [...said, start(after)] : said;
};

const remember = (command: ContestCommand, state: ContestState): readonly ContestEvent[] => {
  const { terms, seal, result } = state;
  switch (command.type) {
    case 'Announce': return terms === null ? [{ type: 'ContestAnnounced', at: command.at, ...command.terms }] : [];
    case 'CloseRegistration': return [{ type: 'RegistrationClosed', at: command.at }];
    case 'Cancel': return [{ type: 'ContestCancelled' }];
    case 'CloseSeal': {
      if (seal?.closed === true) return [];
      complete('seal', seal?.count, Object.keys(seal?.entries ?? {}).length);
      return [{ type: 'SealClosed' }];
    }
    case 'CloseResult': {
      // A provisional revision was not kept, and an older one is over.
      if (result === null || result.number !== command.revision || result.closed) return [];
      complete('result', result.count, Object.keys(result.ranks).length);
      return [{ type: 'ResultClosed', revision: command.revision }];
    }
    case 'GivePlace': {
      const { type: _, ...given } = command;
      if (state.given[given.entryNumber] === given.place) return [];
      const holder = holderOf(given, state);
      if (holder !== undefined)
        throw new Refusal(
          'place-taken', text(`该名次已裁定给 ${holder}`, `the panel gave this place to entry ${holder}`),
          text('请给出该并列名次中的另一名次，或重新裁定另一报名', 'give another place of the shared rank, or settle the other entry anew'),
          { entryNumber: holder },
        );
      return [{ type: 'PlaceGiven', ...given }];
    }
  }
};

/** Of a shared rank each place goes to one entry; what was given in a tie that a correction dissolved binds nobody. */
const holderOf = ({ entryNumber, place }: { entryNumber: string; place: number }, state: ContestState): string | undefined => {
  const ranks = new Map(Object.entries(state.seal?.entries ?? {}).map(
    ([code, entryNumber]) => [entryNumber, state.result?.ranks[code] ?? null],
  ));
  return Object.entries(state.given).find(
    ([other, held]) => other !== entryNumber && held === place && ranks.get(other) === ranks.get(entryNumber),
  )?.[0];
};

/** A message is missing or too many: the one that says "that was all" fails, is parked and can be tried again. */
const complete = (what: string, count: number | undefined, found: number): void => {
  if (count !== found)
    throw new Refusal(
      'count-mismatch',
      text(`应有 ${count ?? '?'} 条，实有 ${found} 条`, `the ${what} announced ${count ?? 'nothing'} and brought ${found}`),
    );
};

const isReady = (state: ContestState): boolean =>
  state.terms !== null && state.registrationClosedAt !== null && !state.cancelled && state.seal?.closed === true &&
  state.result?.closed === true && state.run < state.result.number;

const start = ({ seal, result }: ContestState): ContestEvent => {
  const revision = result?.number ?? 0;
  const unknown = Object.keys(result?.ranks ?? {}).filter((code) => seal?.entries[code] === undefined);
  if (unknown.length > 0)
    throw new Refusal(
      'code-without-entry', text(`密封编号 ${unknown.join('、')} 没有对应的报名`, `no entry is behind ${unknown.length} codes of the result`),
    );
  return { type: 'DecisionRunStarted', revision, codes: Object.keys(seal?.entries ?? {}).length };
};

const evolve = (state: ContestState, event: ContestEvent): ContestState => {
  const { seal, result } = state;
  switch (event.type) {
    case 'ContestAnnounced': {
      const { type: _, ...terms } = event;
      return { ...state, terms };
    }
    case 'RegistrationClosed': return { ...state, registrationClosedAt: state.registrationClosedAt ?? event.at };
    case 'ContestCancelled': return { ...state, cancelled: true };
    case 'SealOpened': return { ...state, seal: { count: event.count, closed: false, entries: seal?.entries ?? {} } };
    case 'SealEntryRead': {
      const { code, entryNumber } = event;
      return seal === null ? state : { ...state, seal: { ...seal, entries: put(seal.entries, code, entryNumber) } };
    }
    case 'SealClosed': return seal === null ? state : { ...state, seal: { ...seal, closed: true } };
    case 'ResultOpened':
      if (result !== null && result.number >= event.revision) return state;
      return {
        ...state,
        ...(result?.closed === true ? { earlier: [...(state.earlier ?? []), result.number] } : {}),
        result: { number: event.revision, count: event.count, firstFinalAt: event.firstFinalAt, closed: false, ranks: {} },
      };
    case 'CodePlaced': {
      const { revision, code, rank } = event;
      return result === null || result.number !== revision
        ? state
        : { ...state, result: { ...result, ranks: put(result.ranks, code, rank) } };
    }
    case 'ResultClosed': return result === null ? state : { ...state, result: { ...result, closed: true } };
    case 'DecisionRunStarted': return { ...state, run: event.revision };
    case 'PlaceGiven': return { ...state, given: { ...state.given, [event.entryNumber]: event.place } };
  }
};

// A fold owns the record that it builds: copying 30 000 codes for each of 30 000 events would take hours.
const put = <T>(record: Readonly<Record<string, T>>, key: string, value: T): Readonly<Record<string, T>> => {
  (record as Record<string, T>)[key] = value;
  return record;
};

const decider: Decider<ContestCommand, ContestState, ContestEvent> = {
  initial: { terms: null, registrationClosedAt: null, cancelled: false, seal: null, result: null, run: 0, given: {} }, decide,
  evolve,
};

export const contest: Aggregate<ContestCommand, ContestState, ContestEvent> = {
  name: 'contest', decider, organisation: ({ terms }) => terms?.organisation, snapshotEvery: 2_000,
};
