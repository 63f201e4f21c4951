import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Ajv } from 'ajv';
import { decide, explain, findPack, parseFacts, policyDocuments } from '#libs/policy';

const said = (...args: string[]) => new Promise<{ code: number; out: string; err: string }>((done) => {
  execFile(process.execPath, ['scripts/run.mjs', 'dist/scripts/policy.js', ...args], { maxBuffer: 2 ** 24 }, (error, out, err) =>
    done({ code: error === null ? 0 : Number(error.code), out, err }));
});

const found = findPack('shanghai-special-2024', '1');
if (found === undefined) throw new Error('not shipped');
const { pack, digest } = found;
const facts = {
  contest: {
    id: 'c', occupation: '6-18-01-01', group: 'worker', teamSize: 1, level: 2, series: 'shanghai-special-2024', class: 'special',
    purpose: 'award', overridden: true, firstFinalAt: '2026-06-01T00:00:00.000Z', factsAt: '2026-05-01T00:00:00.000Z',
  },
  placing: { rank: 20, unranked: null, tied: 1, ruled: null, field: 41, theory: null, practical: null, ifPassed: null },
  person: { age: 30, status: 'employed' },
  held: { level: { level: 3, since: '2020-01-01' }, honours: [], promotions: [] },
};

describe('npm run policy', () => {
  let folder: string;
  const file = async (name: string, content: unknown): Promise<string> => {
    await writeFile(join(folder, name), typeof content === 'string' ? content : JSON.stringify(content));
    return join(folder, name);
  };
  beforeAll(async () => { folder = await mkdtemp(join(tmpdir(), 'jinji-policy-')); });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  it('lints what is shipped: no errors, declared holes as warnings', async () => {
    const { code, out } = await said('lint');
    expect(out).toMatch(/^0 errors, [1-9]\d* warnings$/m);
    expect(out).toMatch(/^warning {2}declared-hole {2}tianjin-municipal-1@1 {2}teams$/m);
    expect(code).toBe(0);
  });

  it('says in two languages what is wrong with a pack of yours, and what to do, also where it meets a shipped one', async () => {
    const [first] = pack.rules;
    const bad = { ...pack, id: 'mine', rules: [{ ...first, cite: [] }] };
    const { code, out } = await said('lint', await file('mine.json', bad));
    expect(code).toBe(1);
    expect(out).toContain('error  rule-without-citation  mine@1  top-half\n  没有注明出处\n  says nothing of its source\n  → ');
    expect(out).toContain('error  packs-valid-at-once  mine@1  shanghai-special-2024@1\n');
    expect(out).toMatch(/\n2 errors, 0 warnings\n$/);
  });

  it('finds a fraction that is no fraction, and a misspelt word, as findings for a machine', async () => {
    const half = JSON.stringify(pack).replace('"numerator":1,"denominator":2', '"numerator":0.5,"denominator":1');
    const first = await said('lint', '--json', await file('half.json', half));
    expect(first.code).toBe(1);
    expect(JSON.parse(first.out)).toMatchObject([{ is: 'error', check: 'inexact-fraction', rule: '/rules/0/when/share/upTo/numerator' }]);
    const second = await said('lint', '--json', await file('typo.json', { ...pack, anchors: 'announced' }));
    expect(JSON.parse(second.out)).toMatchObject([{ is: 'error', check: 'shape', rule: '/' }]);
  });

  it('decides as the engine of the service does, in JSON of the published schema', async () => {
    const path = await file('facts.json', facts);
    const { code, out } = await said('decide', 'shanghai-special-2024', path, '--explain', '--json');
    expect(code).toBe(0);
    const printed: unknown = JSON.parse(out);
    const known = parseFacts(facts);
    expect(printed).toEqual({
      pack: { id: pack.id, version: '1', digest }, decision: decide(pack, known), explanation: explain(pack, known),
    });
    const ajv = new Ajv({ strict: true });
    const validate = ajv.compile(JSON.parse(await readFile('docs/policy/decision.schema.json', 'utf8')) as object);
    expect(validate(printed) || validate.errors).toBe(true);
  });

  it('says why, for a person', async () => {
    const { out } = await said('decide', 'shanghai-special-2024@1', await file('facts.json', facts), '--explain');
    expect(out).toContain('高级工（三级） → 技师（二级）；2400.00 元 / level 3 → level 2; CNY 2400.00\n');
    expect(out).toContain('✓ 名次在第 1–20 名（参与排名 41，前 1/2） / rank is within 1–20 (the first 1/2 of 41 ranked) [20]');
    expect(out).toContain('rank 21 instead of 20 → nothing');
  });

  it.each<[string, string[], RegExp]>([
    ['no command', [], /npm run -s policy/],
    ['a file that is not there', ['lint', 'nowhere.json'], /nowhere\.json: no such file/],
    ['an option that is not known', ['lint', '--fix'], /--fix/],
    ['facts that are none', ['decide', 'shanghai-special-2024', 'package.json'], /package\.json are no facts[^]*contest/],
  ])('ends with 2 on %s', async (_, args, message) => {
    const { code, err } = await said(...args);
    expect(err).toMatch(message);
    expect(err).not.toMatch(/ at .*\.js/);
    expect(code).toBe(2);
  });

  it('ends with 2 where the pack is no rule yet: a share without a rounding', async () => {
    const path = await file('open.json', JSON.stringify(pack).replace(/,"rounding":\{[^}]*\}/, ''));
    const { code, err } = await said('decide', path, await file('facts.json', facts));
    expect({ code, err }).toEqual({ code: 2, err: 'a share without a stated rounding is no rule\n' });
  });

  it('publishes its schemas in docs/policy as they are (else: npm run policy -- schemas)', async () => {
    for (const [path, text] of policyDocuments()) expect({ path, text: await readFile(path, 'utf8') }).toEqual({ path, text });
  });
});
