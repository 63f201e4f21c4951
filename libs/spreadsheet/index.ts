export { decodeText } from './decode.js';
export { limits, type SheetRow } from './rows.js';
export { readCsv } from './csv.js';
export { isXlsx, readXlsx } from './xlsx.js';
export { type FileFormat, harmless, type TableFile, tableFile } from './write.js';
