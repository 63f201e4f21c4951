import { newId } from '#libs/decider';
import { type Caller, seededId } from '#libs/web';

/** A caller that a test made by hand has no seed: then ids are simply fresh. */
export const eventIdOf = (caller: Caller, name: string): ((n: number) => string) => {
  const seed = caller.seed?.id ?? newId();
  return (n) => seededId(seed, `event/${name}/${n}`);
};

/** Everything that follows from one request is one story. */
export const correlationOf = (caller: Caller): string => caller.seed?.id ?? newId();
