import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { factsOf, inShort, type ShortDecision, type ShortFacts } from './cases.js';
import { decide, packs, policiesFolder } from './index.js';
import { lint } from './lint.js';

interface Case { readonly name: string; readonly facts: ShortFacts; readonly decision: Partial<ShortDecision> }

describe.each(
  packs().map((loaded) => [`${loaded.pack.id} ${loaded.pack.version}`, loaded.pack] as const),
)('the pack %s', (_, pack) => {
  const file = join(policiesFolder(), pack.id, `${pack.version}.cases.json`);

  it('has cases of its own', () => expect(existsSync(file)).toBe(true));
  it('passes the linter', () => expect(lint(pack).filter(({ is }) => is === 'error')).toEqual([]));

  const { defaults, cases } = JSON.parse(readFileSync(file, 'utf8')) as { defaults: ShortFacts; cases: Case[] };
  it.each(cases.map((each) => [each.name, each] as const))('%s', (_name, { facts, decision }) => {
    expect(inShort(decide(pack, factsOf({ ...defaults, ...facts })))).toMatchObject(decision);
  });
});
