/** The vault's records here: a text about somebody's work goes with its code, one about a judge with that judge's seat. */
export const codeRecord = (contest: string, code: string): string => `code:${contest}:${code}`;
export const seatRecord = (contest: string, judge: string): string => `seat:${contest}:${judge}`;
