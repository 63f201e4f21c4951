import { IdField, IntegerField } from './fields.js';

/** What a command answers; ETag and Jinji-Position carry the last two as well. */
export class DoneAnswer {
  @IdField({ description: 'what was changed' })
  id!: string;

  @IntegerField({ min: 0, description: 'its version now: the ETag for If-Match' })
  version!: number;

  @IntegerField({ min: 0, description: 'give it as `?after=` to a query that must see this change' })
  position!: number;
}

/** An answer with the version of what it shows, which becomes its ETag. */
export class Versioned<T> {
  constructor(
    readonly value: T,
    readonly version: number,
  ) {}
}

export const versioned = <T>(value: T, version: number): Versioned<T> => new Versioned(value, version);
