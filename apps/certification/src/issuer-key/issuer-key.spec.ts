import { given } from '#libs/decider';
import { activeKey, type IssuerKeyEvent, issuerKeys, type IssuerKeysState, type PublicKey } from './issuer-key.js';

const key = (kid: string): PublicKey => ({ kid, kty: 'EC', crv: 'P-256', x: 'x', y: 'y' });
const made = (kid: string): IssuerKeyEvent => ({ type: 'KeyMade', key: key(kid), secret: `secret of ${kid}` });
const after = (...history: readonly IssuerKeyEvent[]) => given(issuerKeys.decider, ...history);
const state = (...history: readonly IssuerKeyEvent[]): IssuerKeysState =>
  history.reduce(issuerKeys.decider.evolve, issuerKeys.decider.initial);

describe('issuer keys', () => {
  it('begin once, however many ask at the same time', () => {
    expect(after().when({ type: 'Begin', key: key('a'), secret: 'secret of a' })).toEqual([made('a')]);
    expect(after(made('a')).when({ type: 'Begin', key: key('b'), secret: 'secret of b' })).toEqual([]);
  });

  it('are rotated: one signs, those before verify on', () => {
    expect(after(made('a')).when({ type: 'Rotate', key: key('b'), secret: 'secret of b' })).toEqual([made('b')]);
    const rotated = state(made('a'), made('b'));
    expect(activeKey(rotated)?.kid).toBe('b');
    expect(rotated.keys.map(({ kid, is }) => `${kid} ${is}`)).toEqual(['a retired', 'b active']);
  });

  it('are withdrawn when others may know them, but never the one that signs', () => {
    const withdrawn: IssuerKeyEvent = { type: 'KeyWithdrawn', kid: 'a', reasons: 'text-1' };
    expect(after(made('a'), made('b')).when({ type: 'Withdraw', kid: 'a', reasons: 'text-1' })).toEqual([withdrawn]);
    expect(after(made('a'), made('b'), withdrawn).when({ type: 'Withdraw', kid: 'a', reasons: 'text-2' })).toEqual([]);
    expect(() => after(made('a')).when({ type: 'Withdraw', kid: 'a', reasons: 'r' })).toThrow(
      expect.objectContaining({ rule: 'key-active' }),
    );
    expect(() => after(made('a')).when({ type: 'Withdraw', kid: 'c', reasons: 'r' })).toThrow(
      expect.objectContaining({ rule: 'key-unknown' }),
    );
  });
});
