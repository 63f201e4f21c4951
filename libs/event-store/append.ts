import type { EventMetadata } from './aggregate.js';

export interface NewEvent {
  readonly id: string;
  readonly type: string;
  readonly schema: number;
  /** The event without its type. */
  readonly data: Record<string, unknown>;
  readonly metadata: EventMetadata;
}

/** Events for one stream, recorded together or not at all. */
export interface Append {
  readonly stream: string;
  /** The version that the stream must have: 0 where it must be new. */
  readonly expected: number | 'any';
  readonly events: readonly NewEvent[];
}

/** `version` and `position` are those of the last event; `again`: these very events were recorded before. */
export type Verdict =
  | { readonly appended: true; readonly version: number; readonly position: number; readonly again: boolean }
  | { readonly appended: false; readonly conflictAt: number };

/** Someone else was faster: the stream has another version than the decision was made for. */
export class VersionConflict extends Error {
  constructor(
    readonly stream: string,
    readonly expected: number | 'any',
    readonly actual: number,
  ) {
    super(`${stream} is at version ${actual}, not ${expected}`);
    this.name = 'VersionConflict';
  }
}
