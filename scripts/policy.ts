/**
 * Policy packs at the command line, with the engine of the service and nothing else: no database, no network.
 *   lint [PACK…]                                 what is wrong with the packs, alone and beside the shipped; without any: all shipped
 *   decide PACK FACTS.json [--explain] [--json]  what follows from the facts, and why
 *   schemas                                      writes docs/policy/*.schema.json
 * PACK is a file, or the id of a shipped pack, with @version where there are several. lint takes --json, too.
 * Exit code: 0 done · 1 the linter found errors · 2 the input or the command cannot be used.
 */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import {
  type Checked, decide, type Decision, explain, type Explanation, type Finding, lint, lintFile, lintTogether, type LoadedPack,
  nameOf, outcomeText, packs, parseFacts, parsePack, policyDocuments,
} from '#libs/policy';

const usage = 'npm run -s policy -- lint [PACK…] [--json] | decide PACK FACTS.json [--explain] [--json] | schemas';

/** Whoever typed the command can mend it: the message is enough, no stack. */
class Unusable extends Error {}

const read = (path: string): unknown => {
  if (!existsSync(path)) throw new Unusable(`${path}: no such file`);
  try {
    return JSON.parse(readFileSync(path, 'utf8'));
  } catch (error) {
    throw new Unusable(`${path} is no JSON: ${(error as Error).message}`);
  }
};

const shipped = (name: string): LoadedPack | undefined => {
  const [id, version] = name.split('@');
  return packs().filter(({ pack }) => pack.id === id && (version === undefined || pack.version === version)).at(-1);
};

const usable = <T>(make: () => T): T => {
  try {
    return make();
  } catch (error) {
    throw new Unusable((error as Error).message);
  }
};

const lintAll = (names: readonly string[]): readonly Finding[] => {
  const checked = names.length === 0
    ? packs().map((loaded) => ({ findings: lint(loaded.pack), loaded }))
    : names.map((name) => {
      const found = shipped(name);
      return found === undefined ? lintFile(read(name), name) : { findings: lint(found.pack), loaded: found };
    });
  const loaded = checked.flatMap(({ loaded: each }) => (each === null ? [] : [each.pack]));
  // A pack of yours must not meet one that is shipped, either.
  const mine = new Set(loaded.map(nameOf));
  const others = packs().map(({ pack }) => pack).filter((pack) => !mine.has(nameOf(pack)));
  const together = lintTogether([...loaded, ...others]).filter(({ pack, rule }) => mine.has(pack) || mine.has(rule));
  return [...checked.flatMap(({ findings }) => findings), ...together];
};

const findingLines = ({ is, check, pack, rule, says, todo }: Finding): string =>
  `${is}  ${check}  ${pack}  ${rule}\n  ${says.zh}\n  ${says.en}\n  → ${todo.zh}\n  → ${todo.en}`;

const tree = ({ holds, text, value, parts, missing }: Checked, depth = 2): string =>
  [`${'  '.repeat(depth)}${missing !== undefined ? '?' : holds ? '✓' : '✗'} ${text.zh} / ${text.en}${value === null ? '' : ` [${value}]`}`,
    ...parts.map((part) => tree(part, depth + 1))].join('\n');

const explanationLines = ({ rules, changes }: Explanation): string[] => [
  ...rules.flatMap(({ rule, title, verification, citations, note, condition }) => [
    `${rule} (${verification})`, `  ${title.zh} / ${title.en}`,
    ...citations.map(({ document, title: of, quote, quoted }) => `  “${quote}” (${quoted}; ${document}, ${of})`),
    ...(note === null ? [] : [`  ${note.zh} / ${note.en}`]), tree(condition),
  ]),
  ...changes.map(({ change, then }) => `${change.zh} → ${then.zh} / ${change.en} → ${then.en}`),
];

const decisionLines = ({ pack, digest }: LoadedPack, decision: Decision): string[] => {
  const { zh, en } = outcomeText(pack, decision);
  return [
    `${pack.id}@${pack.version} ${digest}`, `${zh} / ${en}`,
    ...decision.reasons.map(({ code, by, text }) => `- ${code}${by === null ? '' : ` (${by})`}: ${text.zh} / ${text.en}`),
  ];
};

const run = (): number => {
  const { positionals: [command, ...names], values } = usable(() => parseArgs({
    allowPositionals: true, options: { explain: { type: 'boolean' }, json: { type: 'boolean' } },
  }));
  const print = (lines: readonly string[], json: unknown): void => {
    process.stdout.write(values.json === true ? `${JSON.stringify(json, null, 2)}\n` : lines.map((line) => `${line}\n`).join(''));
  };
  switch (command) {
    case 'lint': {
      const findings = lintAll(names);
      const errors = findings.filter(({ is }) => is === 'error').length;
      print([...findings.map(findingLines), `${errors} errors, ${findings.length - errors} warnings`], findings);
      return errors === 0 ? 0 : 1;
    }
    case 'decide': {
      const [name, file, ...rest] = names;
      if (name === undefined || file === undefined || rest.length > 0) throw new Unusable(usage);
      const loaded = shipped(name) ?? usable(() => parsePack(read(name), name));
      const facts = usable(() => parseFacts(read(file), file));
      // A pack that the linter refuses may be no rule at all, e.g. a share without a rounding.
      const decision = usable(() => decide(loaded.pack, facts));
      const explanation = values.explain === true ? explain(loaded.pack, facts) : undefined;
      const { id, version } = loaded.pack;
      print([...decisionLines(loaded, decision), ...(explanation === undefined ? [] : explanationLines(explanation))], {
        pack: { id, version, digest: loaded.digest }, decision, ...(explanation === undefined ? {} : { explanation }),
      });
      return 0;
    }
    case 'schemas': {
      mkdirSync('docs/policy', { recursive: true });
      for (const [path, text] of policyDocuments()) writeFileSync(path, text);
      return 0;
    }
    default: throw new Unusable(usage);
  }
};

try {
  process.exitCode = run();
} catch (error) {
  if (!(error instanceof Unusable)) throw error;
  process.stderr.write(`${error.message}\n`);
  process.exitCode = 2;
}
