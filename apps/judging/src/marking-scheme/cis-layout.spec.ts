import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { fromCis, parseCis, toCis } from './cis-layout.js';
import { aspects, defaultRule, parts, report, type Scheme, subCriteria } from './scheme.js';
import { schemeProblems } from './scheme-check.js';

const label = fc.array(fc.constantFrom(...'abc 车工&<>"=+1.5\n尺寸'), { minLength: 1, maxLength: 12 })
  .map((letters) => letters.join('').trim()).filter((word) => word !== '' && Number.isNaN(Number(word)));
const mark = fc.integer({ min: 1, max: 800 }).map((n) => String(n / 4));

const schemes: fc.Arbitrary<Scheme> = fc
  .tuple(
    label, fc.array(fc.tuple(label, mark), { minLength: 1, maxLength: 7 }),
    fc.array(fc.tuple(label, mark), { minLength: 1, maxLength: 4 })
  )
  .chain(([title, standard, named]) => {
    const sections = standard.map(([name, marks], i) => ({ id: String(i + 1), name, marks }));
    const aspect = (id: string) => fc.tuple(
      fc.boolean(), label, fc.option(label, { nil: '' }), fc.constantFrom(...sections), mark,
      fc.array(label, { minLength: 4, maxLength: 4 })
    )
      .map(([measured, name, description, section, max, levels]) => {
        const shared = { id, name, description, section: section.id, max };
        return measured ? (
          { type: 'M', ...shared, requirement: description } as const
        ) : ({ type: 'J', ...shared, levels } as const);
      });
    const sub = (id: string) => fc.tuple(
      label, fc.integer({ min: 1, max: 9 }),
      fc.nat(3).chain((n) => fc.tuple(...Array.from({ length: n }, (_, i) => aspect(`${id}.${i + 1}`))))
    )
      .map(([name, day, list]) => ({ id, name, day, aspects: list }));
    return fc.tuple(...named.map(([name, total], i) => {
      const id = String.fromCharCode(65 + i);
      return fc.nat(3).chain((n) => fc.tuple(...Array.from({ length: n }, (_, k) => sub(`${id}${k + 1}`))))
        .map((subs) => ({ id, name, mark: total, kind: null, subCriteria: subs }));
    })).map((criteria) => ({ title, sections, criteria, rule: defaultRule }));
  });

describe('the layout of the Competition Information System', () => {
  it('is read back as it was written, whatever the scheme', async () => {
    await fc.assert(
      fc.asyncProperty(schemes, async (scheme) => expect(await fromCis(await toCis(scheme), defaultRule)).toEqual(scheme)),
      { numRuns: 60 },
    );
  });

  const sound = [
    ['title'], ['Section', '', '', '', '', '', '', '', 'marks'], ['1', 'one', '', '', '', '', '', '', '5'], [],
    ['ID', 'Name'], ['A', 'first', '', '', '', '', '', '', '', '', '5'], [],
    ['Sub Criterion ID'], ['A1', 'sub', '2'], ['', '', '', 'M', 'length', '', '', 'within 0.02', '1', '', '5'],
  ];
  const rowsWith = (...more: string[][]) => parseCis([...sound, ...more], defaultRule).bad.map(
    ({ row, problem }) => [row, problem.en]
  );

  it('names every bad row and why', () => {
    expect(rowsWith()).toEqual([]);
    expect(rowsWith(
      ['', '', '', 'X', 'what is this'],
      ['Z1', 'nowhere', '0'],
      ['', '', '', 'J', 'no levels', '', '', '', '9', '', 'many'],
      ['', '', '', '', '', '4', 'too good'],
      ['', '', '', '', 'an aspect without a type', '', '', '', '', '', '1'],
    )).toEqual([
      [11, "the aspect's type is M or J, not X"],
      [12, 'sub-criterion Z1 belongs to no criterion'],
      [12, 'the day of marking is not 1 to 99'],
      [13, 'the maximum (column K) is no number above 0'],
      [13, 'there is no section 9'],
      [14, 'the judgement score is not 0 to 3'],
      [15, 'the row has no aspect type (column D)'],
    ]);
    expect(
      rowsWith(['', '', '', 'J', 'no levels', '', '', '', '1', '', '1'])
    ).toEqual([[11, 'the judgement lacks one of its levels 0 to 3']]);
  });

  it('takes a number as the spreadsheet shows it, not as its binary fraction', () => {
    const { scheme, bad } = parseCis(
      [...sound, ['', '', '', 'M', 'angle', '', '', '', '1', '', '0.30000000000000004']], defaultRule
    );
    expect(bad).toEqual([]);
    expect(aspects(scheme).map(({ max }) => max)).toEqual(['5', '0.3']);
  });

  it('refuses a file that is none, and one without the headers', async () => {
    await expect(fromCis(Buffer.from('no zip at all'), defaultRule)).rejects.toMatchObject({ rule: 'spreadsheet-unreadable' });
    expect(parseCis([['just a title']], defaultRule).bad.length).toBe(3);
  });
});

const file = process.env['REAL_DATA_DIR'] && join(
  process.env['REAL_DATA_DIR'], 'euroskills-2023/marking-scheme-web-development-17.xlsx'
);
const available = Boolean(file && existsSync(file));
if (!available) process.stdout.write('skipped: the EuroSkills 2023 marking scheme (REAL_DATA_DIR is not set)\n');

(available ? it : it.skip)('reads the scheme of EuroSkills 2023, Web Development, as its experts imported it', async () => {
  const scheme = await fromCis(readFileSync(file ?? ''), defaultRule);
  expect(scheme.title).toBe('17 Web Development');
  expect([scheme.criteria.length, subCriteria(scheme).length]).toEqual([6, 36]);
  expect(report(scheme)).toMatchObject({ total: '100', aspects: 149, measurements: 123, judgements: 26, variation: '0' });
  expect(parts(scheme).map(({ measurements, judgements }) => measurements.length + judgements.length)).toEqual([58, 55, 36]);
  expect(schemeProblems(scheme)).toEqual([]);
  expect(aspects(scheme).find(({ name }) => name === 'Home page design')).toMatchObject(
    { type: 'J', id: 'A2.2', section: '3', max: '1', levels: expect.arrayContaining(['Page has basic styling implemented']) }
  );
  expect(await fromCis(await toCis(scheme), defaultRule)).toEqual(scheme);
});
