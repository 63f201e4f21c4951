import { setTimeout as delay } from 'node:timers/promises';

/** Waits until something holds, and says what it was where it never does. `patienceMs` only bounds a failure: be generous. */
export const until = async (
  holds: () => boolean | Promise<boolean>, what: string | (() => string), patienceMs = 60_000,
): Promise<void> => {
  const end = performance.now() + patienceMs;
  while (!(await holds())) {
    if (performance.now() > end) throw new Error(`waited ${patienceMs} ms in vain: ${typeof what === 'string' ? what : what()}`);
    await delay(20);
  }
};
