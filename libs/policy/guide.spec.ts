import { readFileSync } from 'node:fs';
import { factsOf, inShort, type ShortDecision, type ShortFacts } from './cases.js';
import { decide, lint, outcomeText, parseFacts, parsePack } from './index.js';

/** docs/policy-packs.md is run as it is written: what it shows must be so. */
const page = readFileSync('docs/policy-packs.md', 'utf8');
const block = (kind: string): string => {
  const found = new RegExp(`^\`\`\`${kind}\n([^]*?)^\`\`\`$`, 'm').exec(page)?.[1];
  if (found === undefined) throw new Error(`the page has no block "${kind}"`);
  return found;
};
const { pack } = parsePack(JSON.parse(block('json pack')), 'the pack of the page');

describe('the pack that the guide builds', () => {
  it('passes the linter, with its hole as the only warning', () => {
    expect(lint(pack).map(({ check, rule }) => `${check} ${rule}`)).toEqual(['declared-hole teams']);
  });

  it('has the finding that is shown, where the hole is left out', () => {
    const [found] = lint({ ...pack, holes: [] });
    if (found === undefined) throw new Error('nothing is found');
    const { is, check, pack: of, rule, says, todo } = found;
    expect(`${is}  ${check}  ${of}  ${rule}\n  ${says.zh}\n  ${says.en}\n  → ${todo.zh}\n  → ${todo.en}\n`).toBe(block('text finding'));
  });

  it('decides what is shown from the facts that are shown', () => {
    const { zh, en } = outcomeText(pack, decide(pack, parseFacts(JSON.parse(block('json facts')))));
    expect(`${zh} / ${en}\n`).toBe(block('text outcome'));
  });

  const { defaults, cases } = JSON.parse(block('json cases')) as {
    defaults: ShortFacts; cases: { name: string; facts: ShortFacts; decision: Partial<ShortDecision> }[];
  };
  it.each(cases.map((each) => [each.name, each] as const))('%s', (_, { facts, decision }) => {
    expect(inShort(decide(pack, factsOf({ ...defaults, ...facts })))).toMatchObject(decision);
  });
});

it('the guide names every condition and every effect of the format', () => {
  const words = new Set([...page.matchAll(/`([A-Za-z0-9-]+)`/g)].map(([, word]) => word));
  const schema = JSON.parse(readFileSync('docs/policy/pack.schema.json', 'utf8')) as {
    $defs: {
      Condition: { anyOf: { required: string[] }[] };
      Pack: { properties: { rules: { items: { properties: { effects: { items: { anyOf: { required: string[] }[] } } } } } } };
    };
  };
  const { Condition, Pack } = schema.$defs;
  const said = [...Condition.anyOf, ...Pack.properties.rules.items.properties.effects.items.anyOf].flatMap(({ required }) => required);
  expect(said.length).toBeGreaterThan(30);
  expect(said.filter((word) => !words.has(word))).toEqual([]);
});
