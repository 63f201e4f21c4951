/** `npm run bench -- <name> [--json]`: with --json one document on standard output and nothing else there. */
const benches: Readonly<Record<string, () => Promise<{ run: Bench }>>> = {
  append: () => import('./append.js'),
  promotion: () => import('./promotion.js'),
  bus: () => import('./bus/index.js'),
};

export interface Figure {
  readonly name: string;
  readonly value: number;
  readonly goal: number;
  readonly met: boolean;
  /** The goal is a ceiling. */
  readonly atMost?: true;
}
/** Checks that what was measured was also right, tells people what it sees through `tell`, and returns the figures. */
export type Bench = (tell: (line: string) => void) => Promise<readonly Figure[]>;

const [name = '', ...options] = process.argv.slice(2);
const bench = benches[name];
if (bench === undefined) {
  process.stderr.write(`no bench "${name}"; there is: ${Object.keys(benches).join(', ')}\n`);
  process.exit(2);
}
const json = options.includes('--json');
const { run } = await bench();
const figures = await run((line) => (json ? process.stderr : process.stdout).write(`${line}\n`));
if (json) process.stdout.write(`${JSON.stringify({ figures })}\n`);
else {
  for (const { name: what, value, goal, met, atMost } of figures) {
    process.stdout.write(`${met ? 'met   ' : 'MISSED'} ${what}: ${value} (goal ${atMost ? 'at most ' : ''}${goal})\n`);
  }
}
