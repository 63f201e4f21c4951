import { appliesTo, findPack, needsOverride, packs, parsePack, versionOn } from './index.js';

const get = (id: string) => {
  const found = findPack(id, '1');
  if (found === undefined) throw new Error(id);
  return found;
};

/** The digests under which contests may be announced already: a published version never changes. */
const frozen: Record<string, string> = {
  '74fc3fd4c6d126c4a29598b25ee66f32c0fcdf19db97f7861af6aeb1eb006591': 'henan-provincial-1-2023',
  '95fdfacb53c4b526e35cacac5be089430989391ff9079385fc8030ad0610acd2': 'national-workers-1-2021',
  '22bc346bc14e64c36406cd62f67944a242af7b2108e7ca9cd34b173064973cec': 'shanghai-special-2024',
  '595654f7ffa9fc0264328fdef520c83661bdb79d2e97204e586cc25974d1554e': 'tianjin-municipal-1',
};

describe('the shipped packs', () => {
  it('are those of the sources', () => {
    expect(packs().map(({ pack }) => `${pack.id} ${pack.version}`)).toEqual([
      'anhui-provincial-1-2023 1', 'chongming-2025 1', 'hainan-provincial 1', 'heilongjiang-provincial 1', 'henan-provincial-1-2023 1',
      'henan-provincial-2-2023 1', 'national-games-2023 1', 'national-workers-1-2021 1', 'shanghai-residence-points 1',
      'shanghai-special-2024 1', 'shanghai-training-subsidy 1', 'shanghai-worldskills-44 1', 'tianjin-enterprise 1',
      'tianjin-municipal-1 1', 'tianjin-municipal-2-district 1', 'title-bridge 1', 'unemployment-insurance-skills-subsidy 1',
      'zhenxing-cup-2006 1',
    ]);
  });

  it('stay what contests were frozen to', () => {
    expect(Object.fromEntries(packs().filter(({ digest }) => digest in frozen).map(({ pack, digest }) => [digest, pack.id])))
      .toEqual(frozen);
  });

  it('need an override where anything in them is recalled', () => {
    expect(packs().filter(({ pack }) => needsOverride(pack)).map(({ pack }) => pack.id)).toEqual([
      'anhui-provincial-1-2023', 'chongming-2025', 'hainan-provincial', 'heilongjiang-provincial', 'henan-provincial-1-2023',
      'henan-provincial-2-2023', 'national-games-2023', 'shanghai-special-2024', 'tianjin-enterprise', 'zhenxing-cup-2006',
    ]);
  });

  it('have a digest that follows what they say, not how the file is laid out', () => {
    const { pack, digest } = get('tianjin-municipal-1');
    expect(digest).toMatch(/^[0-9a-f]{64}$/);
    expect(parsePack(Object.fromEntries(Object.entries(pack).reverse())).digest).toBe(digest);
    expect(parsePack({ ...pack, version: '2' }).digest).not.toBe(digest);
  });

  it('say which contests they speak about', () => {
    const contest = { series: 'tianjin-municipal', class: 'municipal-1', group: 'student', purpose: 'award' } as const;
    expect(appliesTo(get('tianjin-municipal-1').pack, contest)).toBe(true);
    expect(appliesTo(get('tianjin-municipal-1').pack, { ...contest, purpose: 'selection' })).toBe(false);
    expect(appliesTo(get('shanghai-special-2024').pack, contest)).toBe(false);
    // What follows from a certificate decides no contest, though it restricts itself to none.
    expect(appliesTo(get('unemployment-insurance-skills-subsidy').pack, contest)).toBe(false);
  });
});

it('a later version takes over from its first day, and nothing is in force before or after', () => {
  const { pack } = get('tianjin-municipal-1');
  const of = (version: string, from: string | null, to: string | null) => ({ ...pack, version, valid: { from, to } });
  const versions = [of('2', '2026-05-01', '2026-12-31'), of('1', '2026-01-01', null)];
  const on = (day: string) => versionOn(versions, day)?.version;
  expect(['2025-12-31', '2026-01-01', '2026-04-30', '2026-05-01', '2026-12-31', '2027-01-01'].map(on)).toEqual(
    [undefined, '1', '1', '2', '2', '1'],
  );
  expect(versionOn([of('1', null, null)], '1999-01-01')?.version).toBe('1');
});

describe('a pack', () => {
  it('is refused with every error told, also for a misspelt condition', () => {
    const { pack } = get('tianjin-municipal-1');
    const [first] = pack.rules;
    const bad = { ...pack, version: 7, rules: [{ ...first, when: { ranks: [{ from: 1, to: 3 }] } }] };
    expect(() => parsePack(bad, 'bad.json')).toThrow(
      /bad\.json is no policy pack:[^]*\/version must be string[^]*\/rules\/0\/when/,
    );
  });
});
