import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import PDFDocument from 'pdfkit';
import { create } from 'qrcode';
import { Refusal, text, type Text } from '#libs/decider';
import { levelName } from '#libs/policy';
import type { Facts } from './credential.js';
import type { Holder } from './holders.js';

/** Noto Sans SC (OFL 1.1): each file has some thirty thousand characters, of which a paper holds those that it uses. */
const fonts = path.join(path.dirname(createRequire(import.meta.url).resolve('@embedpdf/fonts-sc')), '..', 'fonts');
const loaded = new Map<string, Buffer>();
const fontFile = (name: string): Buffer => {
  const font = loaded.get(name) ?? readFileSync(path.join(fonts, `NotoSansHans-${name}.otf`));
  loaded.set(name, font);
  return font;
};

const MARGIN = 64;
const INK = '#1a1a1a';
const GREY = '#5c5c5c';
const RED = '#9d1c1f';

interface Row { readonly label: Text; readonly value: string }

const rowsOf = ({ terms, jobType }: Facts, { name, idNumber, maskedIdNumber }: Holder): readonly Row[] => {
  const row = (zh: string, en: string, value: string): Row => ({ label: text(zh, en), value });
  const level = levelName(terms.level);
  return [
    row('姓名', 'Name', name),
    row('证件类型', 'ID type', '居民身份证 Resident identity card'),
    row('证件号码', 'ID number', idNumber ?? maskedIdNumber ?? '—'),
    row('职业', 'Occupation', terms.occupation),
    row('工种（赛项）', 'Job type (event)', jobType === null ? '—' : `${jobType.zh} ${jobType.en}`),
    row('职业技能等级', 'Skill level', `${level.zh} ${level.en}`),
    row('证书编号', 'Certificate number', terms.number),
    row(
      '评价机构', 'Assessing body',
      terms.issuer === null ? terms.number.slice(0, 5) : `${terms.issuer.name.zh}\n${terms.issuer.name.en}`,
    ),
    row('发证日期', 'Date of issue', terms.on),
  ];
};

/** The certificate to print: one page of A4, with a QR code that leads to where anybody can verify it. */
export const paperOf = async (facts: Facts, holder: Holder, verify: string): Promise<Buffer> => {
  const { number } = facts.terms;
  const paper = new PDFDocument({
    size: 'A4', margin: MARGIN, lang: 'zh-CN', displayTitle: true, autoFirstPage: true,
    info: { Title: `职业技能等级证书 ${number}`, Author: facts.terms.issuer?.name.zh ?? '', Creator: 'Jinji' },
  });
  const chunks: Buffer[] = [];
  const done = new Promise<Buffer>((resolve, reject) => {
    paper.on('data', (chunk: Buffer) => chunks.push(chunk)).on('end', () => resolve(Buffer.concat(chunks))).on('error', reject);
  });
  paper.registerFont('regular', fontFile('Regular')).registerFont('bold', fontFile('Bold'));
  const rows = rowsOf(facts, holder);
  printable(paper.font('regular'), rows.map(({ value }) => value).join(''));
  frame(paper);
  heading(paper);
  table(paper, rows);
  seal(paper, verify);
  paper.end();
  return done;
};

const frame = (paper: PDFKit.PDFDocument): void => {
  const { width, height } = paper.page;
  paper.lineWidth(2).strokeColor(RED).rect(32, 32, width - 64, height - 64).stroke();
  paper.lineWidth(0.5).rect(38, 38, width - 76, height - 76).stroke();
};

const heading = (paper: PDFKit.PDFDocument): void => {
  paper.font('bold').fontSize(30).fillColor(RED).text('职业技能等级证书', MARGIN, 96, { align: 'center' });
  paper.font('regular').fontSize(13).fillColor(GREY).text('Certificate of Vocational Skill Level', { align: 'center' });
};

const table = (paper: PDFKit.PDFDocument, rows: readonly Row[]): void => {
  const [left, middle] = [MARGIN + 24, MARGIN + 168];
  const width = paper.page.width - MARGIN - 24 - middle;
  let y = 210;
  for (const { label, value } of rows) {
    paper.font('regular').fontSize(12).fillColor(INK).text(label.zh, left, y);
    paper.fontSize(8).fillColor(GREY).text(label.en, left, y + 17);
    paper.font('bold').fontSize(13).fillColor(INK).text(value, middle, y, { width });
    y = Math.max(y + 40, paper.y + 12);
  }
};

const seal = (paper: PDFKit.PDFDocument, verify: string): void => {
  const side = 112;
  const [x, y] = [paper.page.width - MARGIN - 24 - side, paper.page.height - MARGIN - 24 - side - 24];
  const { size, data } = create(verify, { errorCorrectionLevel: 'M' }).modules;
  const module = side / size;
  for (let row = 0; row < size; row += 1)
    for (let column = 0; column < size; column += 1)
      if (data[row * size + column]) paper.rect(x + column * module, y + row * module, module, module);
  paper.fill(INK);
  paper.font('regular').fontSize(9).fillColor(INK).text('扫码查验证书是否有效', MARGIN + 24, y + side - 40, { width: x - MARGIN - 40 });
  paper.fontSize(8).fillColor(GREY).text('Scan to verify that it is valid, or open:');
  paper.text(verify, { link: verify, width: x - MARGIN - 40 });
};

/** A wrong box in somebody's name is no certificate. */
const printable = (paper: PDFKit.PDFDocument, value: string): void => {
  const { font } = (paper as unknown as { _font: { font: { hasGlyphForCodePoint(point: number): boolean } } })._font;
  const missing = [...value].some((character) => character !== '\n' && !font.hasGlyphForCodePoint(character.codePointAt(0) ?? 0));
  if (missing)
    throw new Refusal('name-not-printable', text('姓名含有字库中没有的字', 'the name has a character that the font does not have'),
      text('请使用电子凭证，或手写证书', 'use the credential, or write the certificate by hand'));
};
