import { appliesTo, findPack, needsOverride, packs, parsePack } from './index.js';

const get = (id: string) => {
  const found = findPack(id, '1');
  if (found === undefined) throw new Error(id);
  return found;
};

describe('the shipped packs', () => {
  it('are the four of the demo and the national contest', () => {
    expect(packs().map(({ pack }) => `${pack.id} ${pack.version}`)).toEqual([
      'henan-provincial-1-2023 1', 'national-workers-1-2021 1', 'shanghai-special-2024 1', 'tianjin-municipal-1 1',
    ]);
  });

  it('need an override where anything in them is recalled', () => {
    expect(packs().filter(({ pack }) => needsOverride(pack)).map(({ pack }) => pack.id)).toEqual([
      'henan-provincial-1-2023', 'shanghai-special-2024',
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
  });
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
