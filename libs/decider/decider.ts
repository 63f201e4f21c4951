/** What an aggregate decides, and how it changes. Pure: no clock, no randomness, no I/O. */
export interface Decider<Command, State, Event> {
  readonly initial: State;
  readonly decide: (command: Command, state: State) => readonly Event[];
  readonly evolve: (state: State, event: Event) => State;
}

/** A sentence for people, in both languages of the house. */
export interface Text {
  readonly zh: string;
  readonly en: string;
}

export const text = (zh: string, en: string): Text => ({ zh, en });

/**
 * A rule said no. `rule` is stable and public (it becomes the problem's `type`); `next` names the legal step, for
 * the person who asked; `detail` carries data that helps (a list of what is missing), never personal data.
 */
export class Refusal extends Error {
  constructor(
    readonly rule: string,
    readonly text: Text,
    readonly next?: Text,
    readonly detail?: Readonly<Record<string, unknown>>,
  ) {
    super(`${rule}: ${text.en}`);
    this.name = 'Refusal';
  }
}

/** What was asked does not fit the state that the aggregate is in (HTTP 409, where a broken rule is a 422). */
export class WrongState extends Refusal {}

/** For specs: fold a history, then see what a command leads to. */
export const given = <C, S, E>(decider: Decider<C, S, E>, ...history: readonly E[]) => {
  const state = history.reduce(decider.evolve, decider.initial);
  return { state, when: (command: C) => decider.decide(command, state) };
};

/** The compiler proves a switch complete; at run time an unknown case is a programming error, said aloud. */
export function never(value: never): never {
  throw new Error(`unexpected value ${JSON.stringify(value)}`);
}
