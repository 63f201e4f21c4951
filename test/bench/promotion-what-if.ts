import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { codeOf, rankOf } from './promotion-feed.js';

/** Stands for judging, which would rank everybody the other way round; incentives does not answer. */
export const otherWayRound = async (entrants: number, shift: () => number): Promise<{ url: string; server: Server }> => {
  const server = createServer((request, response) => {
    request.resume();
    if (request.url !== '/judging/what-if') return void response.writeHead(503).end('{}');
    const placed = (rank: number) => ({ rank, tied: false, unranked: null, total: '80.00', theory: '71.5', practical: '80.25' });
    response.writeHead(200, { 'content-type': 'application/json' });
    response.write('{"revision":1,"changes":[');
    for (let n = 0; n < entrants; n += 1) {
      const rank = rankOf(n, shift(), entrants);
      const change = { code: codeOf(n), before: placed(rank), after: placed(entrants + 1 - rank) };
      response.write(`${n === 0 ? '' : ','}${JSON.stringify(change)}`);
    }
    response.end(']}');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/{service}`, server };
};

export interface Asked { readonly seconds: number; readonly bytes: number; readonly tail: string }

/** Reads the answer as it comes, and keeps only its end. */
export const askWhatIf = async (url: string, token: string, contest: string): Promise<Asked> => {
  const began = performance.now();
  const answer = await fetch(`${url}/what-if`, {
    method: 'POST', headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    body: JSON.stringify({ contest, tieBreak: ['B'] }),
  });
  if (answer.status !== 200 || answer.body === null) throw new Error(`what if: ${answer.status} ${await answer.text()}`);
  let bytes = 0;
  let tail = '';
  for await (const chunk of answer.body as unknown as AsyncIterable<Uint8Array>) {
    bytes += chunk.length;
    tail = (tail + Buffer.from(chunk).toString('utf8')).slice(-2_000);
  }
  return { seconds: (performance.now() - began) / 1000, bytes, tail };
};

/** Everybody was decided: whoever was in the first half loses, and the others gain. */
export const checkWhatIf = ({ tail }: Asked, entrants: number): string => {
  const end = tail.slice(tail.lastIndexOf('],"decided":') + 2);
  const said = JSON.parse(`{${end}`) as { decided: number; levels: { gained: number; lost: number }; missing: string[] };
  const half = Math.floor(entrants / 2);
  if (said.decided !== entrants || said.levels.gained !== half || said.levels.lost !== half || said.missing[0] !== 'incentives')
    throw new Error(`the what-if answers ${end}`);
  return `checked: ${said.decided} decided again, ${said.levels.gained} would gain and ${said.levels.lost} lose a level`;
};
