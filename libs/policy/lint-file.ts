import { text } from '#libs/decider';
import { type Finding, lint } from './lint.js';
import { type LoadedPack, parsePack, shapeErrors } from './packs.js';

/** A file as it was written: its shape first; what it means only where the shape is a pack's. */
export const lintFile = (value: unknown, source: string): { findings: readonly Finding[]; loaded: LoadedPack | null } => {
  const errors = shapeErrors(value);
  if (errors.length === 0) {
    const loaded = parsePack(value, source);
    return { findings: lint(loaded.pack), loaded };
  }
  const finding = (check: string, rule: string, zh: string, en: string, todo: readonly [string, string]): Finding =>
    ({ is: 'error', check, pack: source, rule, says: text(zh, en), todo: text(...todo) });
  const inexact = errors.filter(({ path, says }) => /\/(numerator|denominator)$/.test(path) && says.includes('integer'));
  // An error within a union is told once for each of its members, and for all that hold it: the innermost says it.
  const other = errors.filter(({ path }) => !inexact.some((each) => each.path.startsWith(path)))
    .filter(({ path }) => !errors.some((each) => each.path.startsWith(`${path}/`)));
  const said = new Map<string, Set<string>>();
  for (const { path, says } of other) said.set(path, (said.get(path) ?? new Set()).add(says));
  return {
    loaded: null,
    findings: [
      ...[...new Set(inexact.map(({ path }) => path))].map((path) => finding('inexact-fraction', path,
        '比例须写成两个整数', 'a fraction is two integers, never a decimal', ['例如 {"numerator": 1, "denominator": 2}',
          'write e.g. {"numerator": 1, "denominator": 2}'])),
      ...(inexact.length > 0 ? [] : [...said]).map(([path, says]) => finding('shape', path,
        `不符合格式：${[...says].join('; ')}`, [...says].join('; '), ['见 docs/policy/pack.schema.json', 'see docs/policy/pack.schema.json'])),
    ],
  };
};
