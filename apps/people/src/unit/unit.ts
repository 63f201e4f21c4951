/**
 * Unit (单位): an employer or school. It is known by its organisation code where it has one, so that two organisers
 * who name the same enterprise mean the same unit.
 *
 *   none ──register──▶ registered ──rename──▶ registered
 */
import { derivedId, never, Refusal, text } from '#libs/decider';
import type { Aggregate } from '#libs/event-store';

export type UnitEvent =
  /** `code` is the unified social credit code (统一社会信用代码), null where the unit has none. */
  | { type: 'UnitRegistered'; organisation: string; name: string; code: string | null }
  | { type: 'UnitRenamed'; name: string };

export type UnitCommand =
  | { type: 'Register'; organisation: string; name: string; code: string | null }
  | { type: 'Rename'; organisation: string; name: string };

export type Unit = { is: 'none' } | { is: 'registered'; organisation: string; name: string; code: string | null };

/** One code, one unit, whoever registers it. */
export const unitOfCode = (code: string): string => derivedId('unit', code);

const decide = (command: UnitCommand, unit: Unit): readonly UnitEvent[] => {
  switch (command.type) {
    case 'Register': {
      if (unit.is === 'registered') return [];
      const { type: _, ...terms } = command;
      return [{ type: 'UnitRegistered', ...terms }];
    }
    case 'Rename':
      if (unit.is === 'none') {
        throw new Refusal(
          'unit-unknown', text('未登记该单位', 'no unit is registered under this id'), text('请登记单位', 'register the unit'),
        );
      }
      if (unit.organisation !== command.organisation) {
        throw new Refusal(
          'unit-of-another-organisation', text('该单位由其他机构登记', 'another organisation registered this unit'),
          text('请询问该单位', 'ask that organisation'),
        );
      }
      return unit.name === command.name ? [] : [{ type: 'UnitRenamed', name: command.name }];
    default:
      return never(command);
  }
};

const evolve = (unit: Unit, event: UnitEvent): Unit => {
  switch (event.type) {
    case 'UnitRegistered': return { is: 'registered', organisation: event.organisation, name: event.name, code: event.code };
    case 'UnitRenamed': return unit.is === 'none' ? unit : { ...unit, name: event.name };
    default: return never(event);
  }
};

export const unit: Aggregate<UnitCommand, Unit, UnitEvent> = {
  name: 'unit',
  decider: { initial: { is: 'none' }, decide, evolve },
  // Every organisation may name any unit; renaming is for the one that registered it (decided above).
  organisation: () => undefined,
};
