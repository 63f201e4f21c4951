import { createHash, createHmac } from 'node:crypto';
import fc from 'fast-check';
import { given } from '#libs/decider';
import { draw as aggregate, type DrawEvent } from './draw.js';
import { drawOrder, seedHash, verifyDraw } from './order.js';

const decider = aggregate.decider;
const seed = '00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff';
const committed: DrawEvent = {
  type: 'DrawCommitted', contest: 'c1', organisation: 'o1', hash: seedHash(seed), seed: 't1', publicValueName: null,
};
const entries = ['e1', 'e2', 'e3', 'e4', 'e5'];

describe('a draw', () => {
  it('reveals an order that anyone derives again', () => {
    const [revealed] = given(decider, committed).when({ type: 'Reveal', seed, publicValue: null, entries });
    if (revealed?.type !== 'DrawRevealed') throw new Error('not revealed');
    const proof = { contest: 'c1', hash: seedHash(seed), seed, publicValue: null, order: revealed.order };
    expect(verifyDraw(proof)).toBe(true);
    expect(verifyDraw({ ...proof, order: [...proof.order].reverse() })).toBe(false);
    expect(verifyDraw({ ...proof, seed: seed.replace('00', '01') })).toBe(false);
    expect(verifyDraw({ ...proof, contest: 'c2' })).toBe(false);
  });

  it('is what the description says, worked out by hand', () => {
    const set = createHash('sha256').update('e1\ne2').digest('hex');
    const key = (e: string) => createHmac('sha256', Buffer.from(seed, 'hex')).update(`c1\n${set}\n3012.45\n${e}`).digest('hex');
    const byHand = ['e1', 'e2'].sort((a, b) => (key(a) < key(b) ? -1 : 1));
    expect(drawOrder({ contest: 'c1', seed, publicValue: '3012.45', entries: ['e2', 'e1'] })).toEqual(byHand);
  });

  it('does not depend on the order in which entries are given', () => {
    fc.assert(
      fc.property(fc.shuffledSubarray(entries, { minLength: 5 }), (shuffled) => {
        expect(drawOrder({ contest: 'c1', seed, publicValue: 'x', entries: shuffled })).toEqual(
          drawOrder({ contest: 'c1', seed, publicValue: 'x', entries })
        );
      }),
    );
  });

  it('changes with the public value', () => {
    const orders = new Set(
      ['a', 'b', 'c', 'd'].map((publicValue) => drawOrder({ contest: 'c1', seed, publicValue, entries }).join())
    );
    expect(orders.size).toBeGreaterThan(1);
  });

  it('asks for the public value that was named, and for none otherwise', () => {
    const named: DrawEvent = { ...committed, publicValueName: '上证指数收盘 2026-03-21' };
    expect(() => given(decider, named).when({ type: 'Reveal', seed, publicValue: null, entries })).toThrow(
      expect.objectContaining({ rule: 'public-value-mismatch' }) as Error,
    );
    expect(() => given(decider, committed).when({ type: 'Reveal', seed, publicValue: '1', entries })).toThrow(
      expect.objectContaining({ rule: 'public-value-mismatch' }) as Error,
    );
  });

  it('takes no other seed, and is revealed once', () => {
    expect(() => given(decider, committed).when({ type: 'Reveal', seed: 'ff'.repeat(32), publicValue: null, entries })).toThrow(
      'another seed'
    );
    const events = given(decider, committed).when({ type: 'Reveal', seed, publicValue: null, entries });
    expect(() => given(decider, committed, ...events).when({ type: 'Reveal', seed, publicValue: null, entries })).toThrow(
      expect.objectContaining({ rule: 'draw-already-revealed' }) as Error,
    );
  });
});

describe('the recipe in docs/draw.md', () => {
  it('finds the same order', async () => {
    const { execFileSync } = await import('node:child_process');
    const { readFileSync } = await import('node:fs');
    const script = /```js\n([\s\S]*?)```/.exec(readFileSync('docs/draw.md', 'utf8'))?.[1] ?? '';
    const order = drawOrder({ contest: 'c1', seed, publicValue: '3012.45', entries }).map((entry) => ({ entry }));
    const check = (draw: object) => execFileSync(
      process.execPath, ['--input-type=module', '-e', script], { input: JSON.stringify(draw) },
    ).toString();
    const revealed = { contest: 'c1', hash: seedHash(seed), seed, publicValue: '3012.45', order };
    expect(check(revealed).match(/true/g)).toHaveLength(2);
    expect(check({ ...revealed, order: [...order].reverse() }).match(/true/g)).toHaveLength(1);
  });
});
