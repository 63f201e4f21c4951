import type { EntityManager, MigrationInterface, ObjectLiteral } from 'typeorm';
import type { Recorded } from '#libs/event-store';

export type EntityClass = new () => ObjectLiteral;
export type MigrationClass = new () => MigrationInterface;

/**
 * A view (读模型): tables made from events alone, so that they can be thrown away and made again.
 * It writes only its own entities' tables, by unqualified names (a rebuild fills other tables of the same names), has
 * no foreign keys and no sequences, and takes nothing from outside the event: no clock, no randomness, no other view.
 */
export interface View {
  /** Also the name of its checkpoint. */
  readonly name: string;
  readonly entities: readonly EntityClass[];
  /** Only events of these types are applied; where it is not set, every event is. */
  readonly types?: readonly string[];
  apply(recorded: Recorded, db: EntityManager): Promise<void>;
  /** The same for a batch at once, where that is cheaper; it must come to the same. */
  applyAll?(events: readonly Recorded[], db: EntityManager): Promise<void>;
}

/** One handler an event type; a type without one does not concern the view. */
export type Handlers<E extends { readonly type: string }> = {
  readonly [T in E['type']]?: (recorded: Recorded<Extract<E, { type: T }>>, db: EntityManager) => Promise<unknown>;
};

export const view = <E extends { readonly type: string }>(
  name: string, entities: readonly EntityClass[], on: Handlers<E>,
): View => {
  const handlers = new Map(Object.entries(on)) as Map<string, (recorded: Recorded, db: EntityManager) => Promise<unknown>>;
  return {
    name,
    entities,
    types: [...handlers.keys()],
    async apply(recorded, db) {
      await handlers.get(recorded.event.type)?.(recorded, db);
    },
  };
};
