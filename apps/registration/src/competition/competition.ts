/**
 * Competition (大赛): holds contests (赛项), announced together. From then on each contest lives its own life, and the
 * competition is as far as the slowest of them (a view tells it).
 *
 *   draft ──announce──▶ announced ··▶ open ··▶ closed ··▶ running ··▶ provisional ··▶ final
 *     └───────cancel────────┴──▶ cancelled
 */
import type { Aggregate } from '#libs/event-store';
import { type CivilDate, type Decider, never, Refusal, type Text, text, WrongState } from '#libs/decider';

export type CompetitionEvent =
  | { type: 'CompetitionCreated'; organisation: string; number: string; name: Text; year: number }
  | { type: 'ContestAdded'; contest: string; number: string }
  | { type: 'CompetitionAnnounced'; on: CivilDate }
  | { type: 'CompetitionCancelled'; reason: string };

export type CompetitionCommand =
  | { type: 'Create'; organisation: string; number: string; name: Text; year: number }
  | { type: 'AddContest'; contest: string; number: string }
  | { type: 'Announce'; on: CivilDate }
  /** The reason lies in the vault; this is its id. */
  | { type: 'Cancel'; reason: string };

interface Known {
  organisation: string;
  contests: readonly { contest: string; number: string }[];
}

export type Competition =
  | { is: 'none' }
  | ({ is: 'draft' } & Known)
  | ({ is: 'announced' } & Known)
  | ({ is: 'cancelled' } & Known);

const decide = (command: CompetitionCommand, competition: Competition): readonly CompetitionEvent[] => {
  switch (command.type) {
    case 'Create': {
      if (competition.is !== 'none') throw refusal('competition-exists', competition);
      const { type: _, ...terms } = command;
      return [{ type: 'CompetitionCreated', ...terms }];
    }
    case 'AddContest':
      if (competition.is !== 'draft') throw refusal('competition-not-draft', competition);
      if (competition.contests.some((c) => c.number === command.number))
        throw new Refusal(
          'contest-number-taken', text('赛项编号已被使用', 'another contest has this number'), text('请另选编号', 'choose another number'),
        );
      return [{ type: 'ContestAdded', contest: command.contest, number: command.number }];
    case 'Announce':
      if (competition.is !== 'draft') throw refusal('competition-not-draft', competition);
      if (competition.contests.length === 0)
        throw new Refusal(
          'competition-has-no-contest', text('大赛没有赛项', 'the competition has no contest'), text('请添加赛项', 'add a contest'),
        );
      return [{ type: 'CompetitionAnnounced', on: command.on }];
    case 'Cancel':
      if (competition.is === 'none' || competition.is === 'cancelled') throw refusal('competition-not-alive', competition);
      return [{ type: 'CompetitionCancelled', reason: command.reason }];
    default: return never(command);
  }
};

const evolve = (competition: Competition, event: CompetitionEvent): Competition => {
  if (event.type === 'CompetitionCreated') return { is: 'draft', organisation: event.organisation, contests: [] };
  if (competition.is === 'none') return competition;
  switch (event.type) {
    case 'ContestAdded':
      return { ...competition, contests: [...competition.contests, { contest: event.contest, number: event.number }] };
    case 'CompetitionAnnounced': return { ...competition, is: 'announced' };
    case 'CompetitionCancelled': return { ...competition, is: 'cancelled' };
    default: return never(event);
  }
};

const nextStep: Record<Competition['is'], Text> = {
  none: text('请创建', 'create it'), draft: text('请添加赛项、公布或取消', 'add contests, announce or cancel'),
  announced: text('请开放其赛项或取消', 'open its contests or cancel'), cancelled: text('无', 'none'),
};

const states: Record<Competition['is'], string> = {
  none: '未创建', draft: '草稿', announced: '已公告', cancelled: '已取消',
};

const refusal = (rule: string, competition: Competition): WrongState =>
  new WrongState(
    rule, text(`大赛当前状态为${states[competition.is]}`, `the competition is ${competition.is}`), nextStep[competition.is],
  );

export const competition: Aggregate<CompetitionCommand, Competition, CompetitionEvent> = {
  name: 'competition',
  decider: { initial: { is: 'none' }, decide, evolve } satisfies Decider<CompetitionCommand, Competition, CompetitionEvent>,
  organisation: (state) => (state.is === 'none' ? undefined : state.organisation),
};
