import fc from 'fast-check';
import { addDays } from '#libs/decider';
import { checkDigit, idNumber, maskedIdNumber, maskedName, plainName } from './id-number.js';
import { codeCheckCharacter, isOrganisationCode } from './organisation-code.js';

const today = '2026-03-02';
const refusedBy = (rule: string) => expect.objectContaining({ rule }) as Error;

/** Any valid number, made the way the standard says. */
const valid = fc
  .tuple(fc.constantFrom('110101', '310115', '340524', '820000'), fc.nat(45_000), fc.nat(999))
  .map(([region, day, sequence]) => {
    const first17 = `${region}${addDays('1900-01-01', day).replaceAll('-', '')}${String(sequence).padStart(3, '0')}`;
    return first17 + checkDigit(first17);
  });

describe('an ID number', () => {
  it('is taken with its birth date', () => {
    expect(idNumber('34052419800101001X', today)).toEqual({ value: '34052419800101001X', birthDate: '1980-01-01' });
    expect(idNumber(' ３４０５２４19800101001x ', today).value).toBe('34052419800101001X');
  });

  it('is refused with what is wrong', () => {
    expect(() => idNumber('340524198001010013', today)).toThrow(refusedBy('id-number-check-digit'));
    expect(() => idNumber('3.4E+17', today)).toThrow(refusedBy('id-number-as-float'));
    expect(() => idNumber('3.40524198001E+17', today)).toThrow(refusedBy('id-number-as-float'));
    expect(() => idNumber('340524800101001', today)).toThrow(refusedBy('id-number-of-15-digits'));
    expect(() => idNumber('34052419800101', today)).toThrow(refusedBy('id-number-malformed'));
    expect(() => idNumber('990524198001010010', today)).toThrow(refusedBy('id-number-region'));
    expect(() => idNumber('340524198002300010', today)).toThrow(refusedBy('id-number-birth-date'));
    expect(() => idNumber('340524202603030010', today)).toThrow(refusedBy('id-number-birth-date'));
  });

  it('never appears in the message of its refusal', () => {
    expect(() => idNumber('340524198001010013', today)).toThrow(expect.not.objectContaining({
      message: expect.stringContaining('3405'),
    }));
  });

  it('is valid when made by the standard, and one wrong digit is always found', () => {
    fc.assert(
      fc.property(valid, fc.nat(16), fc.integer({ min: 1, max: 9 }), (number, place, by) => {
        expect(idNumber(number, today).value).toBe(number);
        const wrong = number.slice(0, place) + ((Number(number[place]) + by) % 10) + number.slice(place + 1);
        expect(() => idNumber(wrong, today)).toThrow();
      }),
    );
  });
  it('finds two neighbouring digits exchanged', () => {
    fc.assert(
      fc.property(valid, fc.nat(15), (number, place) => {
        const [a, b] = [number.charAt(place), number.charAt(place + 1)];
        fc.pre(a !== b);
        expect(() => idNumber(number.slice(0, place) + b + a + number.slice(place + 2), today)).toThrow();
      }),
    );
  });
});

describe('masking', () => {
  it('leaves what a public list may show', () => {
    expect(maskedIdNumber('34052419800101001X')).toBe('340524********001X');
    expect(['张三丰', '张三', '阿', '买买提·艾力'].map(maskedName)).toEqual(['张*丰', '张*', '*', '买****力']);
  });
  it('takes the same name for the same, however it was typed', () => {
    expect(plainName(' 买买提•艾力 ')).toBe(plainName('买买提·艾力'));
  });
});

describe('an organisation code', () => {
  it('is checked as GB 32100 says', () => {
    expect(isOrganisationCode('91350100M000100Y43')).toBe(true);
    expect(isOrganisationCode('91350100M000100Y44')).toBe(false);
    expect(isOrganisationCode('91350100M000100Y4')).toBe(false);
    expect(isOrganisationCode('91350100I000100Y43')).toBe(false);
  });
  it('finds one wrong character', () => {
    const characters = '0123456789ABCDEFGHJKLMNPQRTUWXY';
    const made = fc.array(fc.constantFrom(...characters), { minLength: 17, maxLength: 17 }).map((c) =>
      c.join('') + codeCheckCharacter(c.join('')));
    fc.assert(
      fc.property(made, fc.nat(16), fc.constantFrom(...characters), (code, place, other) => {
        expect(isOrganisationCode(code)).toBe(true);
        fc.pre(code[place] !== other);
        expect(isOrganisationCode(code.slice(0, place) + other + code.slice(place + 1))).toBe(false);
      }),
    );
  });
});
