import { extractText, getDocumentProxy } from 'unpdf';
import type { Facts } from './credential.js';
import type { Holder } from './holders.js';
import { paperOf } from './paper.js';

const facts: Facts = {
  terms: {
    number: 'S000131000001262000001', decision: 'd1', worker: 'w1', contest: 'c1', occupation: '6-18-01-01',
    organisation: 'org-1',
    level: 2, on: '2026-06-09', issuer: { name: { zh: '上海市职业技能鉴定中心', en: 'Shanghai Assessment Centre' }, code: '0001' },
  },
  jobType: { zh: '车工', en: 'Turning' },
};
const holder: Holder = { name: '欧阳喆珺', idNumber: '34052419800101001X', maskedIdNumber: '340524********001X' };
const verify = 'https://jinji.example/verify/S000131000001262000001';

const textOf = async (paper: Buffer): Promise<string> => {
  const { text, totalPages } = await extractText(await getDocumentProxy(new Uint8Array(paper)), { mergePages: true });
  expect(totalPages).toBe(1);
  return text.replaceAll(/\s+/g, ' ');
};

describe('the certificate to print', () => {
  it('says all that the law lists, on one page', async () => {
    const paper = await paperOf(facts, holder, verify);
    const text = await textOf(paper);
    for (const said of [
      '职业技能等级证书', '欧阳喆珺', '居民身份证', '34052419800101001X', '6-18-01-01', '车工', '技师（二级）', 'S000131000001262000001',
      '上海市职业技能鉴定中心', '2026-06-09', verify,
    ])
      expect(text).toContain(said);
    // Of the fonts only what is used.
    expect(paper.length).toBeLessThan(200_000);
  });

  it('masks the number of the ID where the whole one was not given', async () => {
    const text = await textOf(await paperOf(facts, { ...holder, idNumber: null }, verify));
    expect(text).toContain('340524********001X');
    expect(text).not.toContain('34052419800101001X');
  });

  it('is printable without what older certificates do not have', async () => {
    const older = { terms: { ...facts.terms, issuer: null }, jobType: null };
    expect(await textOf(await paperOf(older, holder, verify))).toContain('S0001');
  });

  it('is refused rather than printed with a wrong box in the name', async () => {
    await expect(paperOf(facts, { ...holder, name: '张\u{2B740}' }, verify)).rejects.toMatchObject({ rule: 'name-not-printable' });
  });
});
