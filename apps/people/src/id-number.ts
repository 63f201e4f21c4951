import { type CivilDate, isCivilDate, Refusal, text } from '#libs/decider';

/** A checked citizen identity number (公民身份号码, GB 11643): region, birth date, sequence, check digit. */
export interface IdNumber {
  readonly value: string;
  readonly birthDate: CivilDate;
}

const WEIGHTS = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
const PROVINCES = new Set(
  '11 12 13 14 15 21 22 23 31 32 33 34 35 36 37 41 42 43 44 45 46 50 51 52 53 54 61 62 63 64 65 71 81 82 83'.split(' '),
);

/** Full-width digits and a small x are writing habits, not mistakes. */
const plain = (value: string): string => value.normalize('NFKC').replace(/\s/g, '').toUpperCase();

export const checkDigit = (first17: string): string => {
  const total = WEIGHTS.reduce((sum, weight, i) => sum + weight * Number(first17[i]), 0);
  return '10X98765432'.charAt(total % 11);
};

/** Of a number that was checked. */
export const birthDateOf = (value: string): CivilDate => `${value.slice(6, 10)}-${value.slice(10, 12)}-${value.slice(12, 14)}`;

/** Refuses with what is wrong; the number itself is in no message. */
export const idNumber = (written: string, today: CivilDate): IdNumber => {
  const value = plain(written);
  if (/^\d(\.\d+)?E\+?\d+$/.test(value)) {
    throw refusal('id-number-as-float', '身份证号被电子表格转成了科学计数法', 'a spreadsheet turned the ID number into a float such as 3.4E+17',
      text('请先把该列设为文本格式再录入，然后重新导出', 'format the column as text before typing the numbers, and export again'));
  }
  if (/^\d{15}$/.test(value)) {
    throw refusal(
      'id-number-of-15-digits', '15位旧身份证号已停用', 'ID numbers of 15 digits are out of use',
      text('请采用现行身份证上的18位号码', 'take the 18-digit number from the present card'),
    );
  }
  if (!/^\d{17}[\dX]$/.test(value)) {
    throw refusal('id-number-malformed', '身份证号应为18位', 'an ID number has 17 digits and a check digit or X');
  }
  const birthDate = birthDateOf(value);
  if (!PROVINCES.has(value.slice(0, 2))) {
    throw refusal('id-number-region', '身份证号的地区码不存在', 'the region of the ID number does not exist');
  }
  if (!isCivilDate(birthDate) || birthDate < '1900-01-01' || birthDate > today) {
    throw refusal(
      'id-number-birth-date', '身份证号中的出生日期不存在', 'the birth date in the ID number is no real date',
    );
  }
  if (checkDigit(value) !== value[17]) {
    throw refusal('id-number-check-digit', '身份证号校验位不符', 'the check digit of the ID number does not fit');
  }
  return { value, birthDate };
};

const refusal = (rule: string, zh: string, en: string, next = text('请改正号码', 'correct the number')) =>
  new Refusal(rule, text(zh, en), next);

/** 310101********1234: what a public list (公示) may show. */
export const maskedIdNumber = (value: string): string => `${value.slice(0, 6)}********${value.slice(-4)}`;

/** 张*三, 张*: the first and, from three characters on, the last stay. */
export const maskedName = (name: string): string => {
  const [first = '', ...rest] = [...name];
  if (rest.length === 0) return '*';
  return rest.length === 1 ? `${first}*` : `${first}${'*'.repeat(rest.length - 1)}${rest.at(-1)}`;
};

/** The same name however it was typed. */
export const plainName = (name: string): string => name.normalize('NFKC').replace(/[•・‧∙⋅]/g, '·').replace(/\s+/g, ' ').trim();
