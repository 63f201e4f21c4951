/**
 * The compiled code in a place of its own: a build meanwhile changes nothing for what runs there, and a mutation nothing
 * here.
 */
import { cp, mkdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { Fault, Schedule } from './schedule.js';
import type { Check } from './verdict.js';

export interface Mutation {
  readonly title: string;
  readonly file: string;
  /** Must be there, once; what is written in its place. */
  readonly from: RegExp;
  readonly to: string;
  /** Faults that bring it to light soon; drawn ones do, too, with more patience. */
  readonly schedule: Schedule;
  /** What must fail: something else that goes wrong is no proof. */
  readonly shows: Check;
}

/** Everything that was said is said again, and again. */
const repetitions: readonly Fault[] = Array.from({ length: 12 }, (_, n) =>
  ({ is: 'republished', topic: [4, 2, 5, 3][n % 4] ?? 4, from: 0, count: 1_000, afterMs: 3_000 }));

/** A relay that was kept from the broker dies with what it was about to send. */
const diedSending: readonly Fault[] = Array.from({ length: 3 }, () => ({ is: 'silenced', withinMs: 10_000, afterMs: 1_000 }));

/** What chaos has to find. */
export const mutations = {
  'inbox-mark': {
    title: 'the mark of what was seen is never written', file: 'libs/messaging/inbox/marks.js',
    from: /columns\(sorted, \(\{ moved \}\) *=> *moved\)/m, to: 'columns(sorted, () => -1)', shows: 'inboxes', schedule: { seed: 1, faults: repetitions },
  },
  'checkpoint-first': {
    title: "the relay's checkpoint moves before the broker's acknowledgement", file: 'libs/messaging/relay/relay.js',
    from: /^( *)(await [^\n]*bus\.publish\([^\n]*;)\n *(this\.progress\.reached\(sentUpTo\);)$/m, to: '$1$3\n$1$2',
    shows: 'topics', schedule: { seed: 1, faults: diedSending },
  },
} as const satisfies Readonly<Record<string, Mutation>>;

export type MutationName = keyof typeof mutations;
export const isMutation = (name: string): name is MutationName => Object.hasOwn(mutations, name);

export const mutated = (code: string, { file, from, to }: Mutation): string => {
  const found = code.match(new RegExp(from, 'gm'))?.length ?? 0;
  if (found !== 1) throw new Error(`the mutation fits ${found} times in ${file}, not once: it has to be written anew`);
  return code.replace(from, to);
};

/** What the compiled code looks for at the root of the repository. */
const BESIDE = ['dist', 'policies', 'libs/kafka-broker/pom.xml', 'package.json', 'package-lock.json'];

/** dist/ and what lies beside it, in `folder`; it can then be run from there. */
export const copyOfCode = async (folder: string, mutation?: Mutation): Promise<void> => {
  const root = process.cwd();
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
  for (const name of BESIDE) await cp(path.join(root, name), path.join(folder, name), { recursive: true });
  await symlink(path.join(root, 'node_modules'), path.join(folder, 'node_modules'));
  if (!mutation) return;
  const file = path.join(folder, 'dist', mutation.file);
  await writeFile(file, mutated(await readFile(file, 'utf8'), mutation));
};
