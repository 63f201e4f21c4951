/** The unified social credit code (统一社会信用代码, GB 32100) of a unit: 17 characters and a check character, modulo 31. */
const CHARACTERS = '0123456789ABCDEFGHJKLMNPQRTUWXY';

export const plainCode = (code: string): string => code.normalize('NFKC').replace(/\s/g, '').toUpperCase();

export const codeCheckCharacter = (first17: string): string => {
  let weight = 1;
  let total = 0;
  for (const character of first17.slice(0, 17)) {
    total += CHARACTERS.indexOf(character) * weight;
    weight = (weight * 3) % 31;
  }
  return CHARACTERS.charAt((31 - (total % 31)) % 31);
};

/** Codes given before 2015 and printing errors live on in real files: a code that fails is told, never refused. */
export const isOrganisationCode = (code: string): boolean =>
  code.length === 18 && [...code].every((c) => CHARACTERS.includes(c)) && codeCheckCharacter(code) === code[17];
