/**
 * Skill record (技能档案): the ladder that one worker climbed in one occupation: what was imported, with its source, and what
 * decisions gave. A rung that a decision gave goes when the decision falls; an imported one stays.
 */
import { type CivilDate, derivedId } from '#libs/decider';
import type { Aggregate } from '#libs/event-store';
import type { Level } from '#libs/policy';

export interface Rung {
  readonly level: Level;
  readonly since: CivilDate;
  /** Where an imported level is known from; for a granted one, its decision. */
  readonly source: string;
  readonly certificate: string | null;
}

export type SkillRecordEvent =
  | {
    type: 'LevelImported'; worker: string; occupation: string; organisation: string; level: Level; since: CivilDate;
    source: string; certificate: string | null
  }
  | {
    type: 'LevelGranted'; worker: string; occupation: string; organisation: string; level: Level; since: CivilDate;
    decision: string; certificate: string
  }
  | { type: 'LevelWithdrawn'; decision: string };

export type SkillRecordCommand =
  | {
    type: 'Import'; worker: string; occupation: string; organisation: string; level: Level; since: CivilDate; source: string;
    certificate: string | null
  }
  | {
    type: 'Grant'; worker: string; occupation: string; organisation: string; level: Level; since: CivilDate; decision: string;
    certificate: string
  }
  | { type: 'Withdraw'; decision: string };

export interface SkillRecordState {
  readonly worker: string | null;
  readonly occupation: string | null;
  /** Who imported or granted here, and may look at it. */
  readonly organisations: readonly string[];
  readonly imported: readonly Rung[];
  readonly granted: readonly Rung[];
}

export const skillRecordId = (worker: string, occupation: string): string => derivedId(worker, 'skill-record', occupation);

const knows = (state: SkillRecordState, { level, since }: { level: Level; since: CivilDate }): boolean =>
  state.imported.some((rung) => rung.level === level && rung.since === since);

export const skillRecord: Aggregate<SkillRecordCommand, SkillRecordState, SkillRecordEvent> = {
  name: 'skill-record',
  // A ladder is the person's, and several organisations add to it: the routes check who may look.
  organisation: () => undefined,
  decider: {
    initial: { worker: null, occupation: null, organisations: [], imported: [], granted: [] },
    decide: (command, state) => {
      switch (command.type) {
        case 'Import':
          return knows(state, command) && state.organisations.includes(command.organisation)
            ? []
            : [{ ...command, type: 'LevelImported' }];
        case 'Grant': return state.granted.some(({ source }) => source === command.decision)
          ? []
          : [{ ...command, type: 'LevelGranted' }];
        case 'Withdraw':
          return state.granted.some(({ source }) => source === command.decision)
            ? [{ type: 'LevelWithdrawn', decision: command.decision }]
            : [];
      }
    },
    evolve: (state, event) => {
      if (event.type === 'LevelWithdrawn')
        return { ...state, granted: state.granted.filter(({ source }) => source !== event.decision) };
      const { worker, occupation, organisation, level, since, certificate } = event;
      const organisations = state.organisations.includes(organisation)
        ? state.organisations
        : [...state.organisations, organisation];
      const base = { ...state, worker, occupation, organisations };
      if (event.type === 'LevelGranted')
        return { ...base, granted: [...state.granted, { level, since, source: event.decision, certificate }] };
      return knows(state, event)
        ? base
        : { ...base, imported: [...state.imported, { level, since, source: event.source, certificate }] };
    },
  },
};

/** The highest rung, imported or granted. */
export const highest = ({ imported, granted }: SkillRecordState): Rung | null =>
  [...imported, ...granted].sort((a, b) => a.level - b.level || (a.since < b.since ? -1 : 1))[0] ?? null;
