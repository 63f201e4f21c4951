import iconv from 'iconv-lite';
import { Refusal, text } from '#libs/decider';

/**
 * Text of a file of unknown encoding: UTF-8 with or without BOM, UTF-16 with BOM, else GB18030, which Chinese
 * spreadsheets write. Valid UTF-8 that is longer than a few characters is hardly ever GB18030 by accident.
 */
export const decodeText = (file: Uint8Array): string => {
  const bytes = Buffer.from(file.buffer, file.byteOffset, file.byteLength);
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return iconv.decode(bytes, 'utf16le');
  if (bytes[0] === 0xfe && bytes[1] === 0xff) return iconv.decode(bytes, 'utf16be');
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes); // takes the BOM away
  } catch {
    const decoded = iconv.decode(bytes, 'gb18030');
    if (decoded.includes('\uFFFD')) throw unknown();
    return decoded;
  }
};

const unknown = (): Refusal =>
  new Refusal(
    'encoding-unknown', text('无法识别文件编码', 'the encoding of the file is neither UTF-8 nor GB18030'),
    text('请另存为 UTF-8 后重发', 'save the file as UTF-8 and send it again'),
  );
