import type { Caller, Reader } from '#libs/service';
import { NotFound } from '#libs/web';
import { entry, type Entry } from './entry.js';

type Submitted = Exclude<Entry, { is: 'none' }>;

export const isMember = (state: Entry, caller: Caller): boolean =>
  state.is !== 'none' && caller.worker !== undefined && state.members.some((m) => m.worker === caller.worker);

/** The same caller, with its ids and time, in another organisation. */
export const within = (caller: Caller, organisation: string): Caller =>
  Object.create(caller, { organisation: { value: organisation, enumerable: true } }) as Caller;

/**
 * An entry for whoever may act on it: the staff of its organisation, or a member of it wherever that worker comes from,
 * who then acts within the entry's organisation.
 */
export const entryFor = async (reader: Reader, id: string, caller: Caller): Promise<{ state: Submitted; as: Caller }> => {
  const { state } = await reader.peek(entry, id);
  if (state.is === 'none') throw new NotFound('entry', id);
  if (isMember(state, caller)) return { state, as: within(caller, state.organisation) };
  const isStaff = caller.roles.some((role) => role !== 'worker');
  if (!isStaff || state.organisation !== caller.organisation) throw new NotFound('entry', id);
  return { state, as: caller };
};
