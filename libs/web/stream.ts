import { Readable } from 'node:stream';
import { StreamableFile } from '@nestjs/common';

const CHUNK = 32 * 1024;

type Fields = Readonly<Record<string, unknown>>;

/**
 * One JSON document, written while it is being made: `head`, then a list as long as it likes, then what is known only at the
 * end. It is held nowhere as a whole; whoever reads slowly is waited for. Refusals must come before it begins.
 */
export const streamedJson = (
  head: Fields, list: string, items: AsyncIterable<unknown>, tail: () => Fields,
): StreamableFile =>
  new StreamableFile(Readable.from(written(head, list, items, tail), { objectMode: false }), {
    type: 'application/json; charset=utf-8',
  });

async function* written(
  head: Fields, list: string, items: AsyncIterable<unknown>, tail: () => Fields,
): AsyncGenerator<Buffer> {
  let text = `{${fields(head)}${Object.keys(head).length === 0 ? '' : ','}${JSON.stringify(list)}:[`;
  let first = true;
  for await (const item of items) {
    text += `${first ? '' : ','}${JSON.stringify(item)}`;
    first = false;
    if (text.length < CHUNK) continue;
    yield Buffer.from(text);
    text = '';
  }
  const end = fields(tail());
  yield Buffer.from(`${text}]${end === '' ? '' : ','}${end}}`);
}

const fields = (value: Fields): string => JSON.stringify(value).slice(1, -1);
