import iconv from 'iconv-lite';
import fc from 'fast-check';
import { strToU8, zipSync } from 'fflate';
import { decodeText, harmless, isXlsx, readCsv, readXlsx, tableFile } from './index.js';

const chinese = '姓名,身份证号\n张三,11010119900307\n';

describe('a table file', () => {
  it('is read in UTF-8 with and without BOM, UTF-16 and GB18030', () => {
    const files = [
      Buffer.from(chinese), Buffer.from(`\uFEFF${chinese}`), iconv.encode(chinese, 'gb18030'),
      iconv.encode(chinese, 'utf16le', { addBOM: true }),
    ];
    for (const file of files) expect(readCsv(file)[0]?.cells).toEqual(['姓名', '身份证号']);
  });
  it('is refused in no encoding that we know', () => {
    expect(() => decodeText(Buffer.from([0x61, 0xff, 0xff, 0x80]))).toThrow(
      expect.objectContaining({ rule: 'encoding-unknown' }) as Error
    );
  });
  it('tells the line of each row, over empty lines and quoted line breaks', () => {
    expect(readCsv(Buffer.from('a,b\n\n1,2\n"x\ny",3\n')).map(({ line }) => line)).toEqual([1, 3, 5]);
  });
  it('may be separated by tabs', () => {
    expect(readCsv(Buffer.from('a\tb\n1\t2,5\n'))[1]?.cells).toEqual(['1', '2,5']);
  });
  it('is refused with an open quote, and beyond its rows', () => {
    expect(() => readCsv(Buffer.from('a,"b\n1,2\n'))).toThrow(expect.objectContaining({ rule: 'csv-unreadable' }) as Error);
    expect(() => readCsv(Buffer.from('a\n'.repeat(5_002)))).toThrow(
      expect.objectContaining({ rule: 'table-too-large' }) as Error
    );
  });
});

describe('a workbook', () => {
  it('comes back as it was written', async () => {
    const { content } = await tableFile('xlsx', ['姓名', '号'], [['张三', '007'], ['', '310']]);
    expect(isXlsx(content)).toBe(true);
    expect(await readXlsx(content)).toEqual([
      { line: 1, cells: ['姓名', '号'] }, { line: 2, cells: ['张三', '007'] }, { line: 3, cells: ['', '310'] },
    ]);
  });
  it('shows an ID number that became a number as the float it is', async () => {
    const sheet = (await import('write-excel-file/node')).default;
    const file = await sheet([[{ value: Number('340524198001010013'), type: Number }, { value: 42, type: Number }]]).toBuffer();
    const [row] = await readXlsx(file);
    expect(row?.cells[0]).toMatch(/^3\.4052\d*E\+17$/);
    expect(row?.cells[1]).toBe('42');
  });
  it('is refused when it is none, or would unpack to too much', async () => {
    await expect(readXlsx(Buffer.from('PK\u0003\u0004 no archive'))).rejects.toThrow(
      expect.objectContaining({ rule: 'spreadsheet-unreadable' }) as Error
    );
    const bomb = zipSync({ 'xl/worksheets/sheet1.xml': new Uint8Array(101 * 2 ** 20) }, { level: 1 });
    await expect(readXlsx(bomb)).rejects.toThrow(expect.objectContaining({ rule: 'spreadsheet-too-large' }) as Error);
    const far = zipSync({ 'xl/worksheets/sheet1.xml': strToU8('<c r="XFD1048576"/>') });
    await expect(readXlsx(far)).rejects.toThrow(expect.objectContaining({ rule: 'spreadsheet-too-large' }) as Error);
  });
});

describe('a cell', () => {
  it('that begins like a formula is made text', async () => {
    fc.assert(
      fc.property(
        fc.constantFrom('=', '+', '-', '@', '\t', '\r'), fc.string(), (first, rest) => harmless(first + rest).startsWith("'"),
      )
    );
    expect(harmless('张三')).toBe('张三');
    const { content } = await tableFile('csv', ['a'], [['=HYPERLINK("x")']]);
    expect(content.toString()).toContain(`"'=HYPERLINK(""x"")"`);
  });
});
