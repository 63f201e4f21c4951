import { Unusable } from './admin-api.js';

/** For what only the command line can be blamed for: its message, and how the command is used. */
export const usable = <T>(usage: string, make: () => T): T => {
  try {
    return make();
  } catch (error) {
    throw new Unusable(`${(error as Error).message}\n\n${usage}`);
  }
};

/** `run` tells the exit code; a command that cannot be used ends with 2 and says why. */
export const runCommand = async (run: () => Promise<number>): Promise<void> => {
  try {
    process.exitCode = await run();
  } catch (error) {
    if (!(error instanceof Unusable)) throw error;
    process.stderr.write(`${error.message}\n`);
    process.exitCode = 2;
  }
};
