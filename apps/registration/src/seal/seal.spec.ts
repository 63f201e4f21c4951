import { given } from '#libs/decider';
import { codesByTag, newEnvelopes, sealed, tagOf, unsealed } from './envelopes.js';
import { seal as aggregate, type SealEvent } from './seal.js';

const decider = aggregate.decider;
const member = { worker: 'w1', age: 24, status: 'worker', unit: null } as const;
const drawn: SealEvent = { type: 'CodesDrawn', organisation: 'o1', labels: 't1', count: 3 };
const taken = (n: number): SealEvent => ({
  type: 'EnvelopeTaken', entry: `e${n}`, number: `00${n}`, members: [{ ...member, worker: `w${n}` }], tag: `tag${n}`
});
const codes = { tag1: 'ZZZZ-99', tag2: 'AAAA-22', tag3: 'KKKK-55' };
const closed: SealEvent[] = [
  drawn, taken(1), taken(2), { type: 'CodeSealed', code: 'AAAA-22' }, { type: 'CodeSealed', code: 'ZZZZ-99' },
  { type: 'CodesSealed', count: 2 },
];

describe('a seal', () => {
  it('gives an envelope once', () => {
    const { type: _, ...one } = taken(1) as Extract<SealEvent, { type: 'EnvelopeTaken' }>;
    expect(given(decider, drawn).when({ type: 'TakeEnvelope', ...one, exists: true })).toEqual([taken(1)]);
    expect(() => given(decider, drawn, taken(1)).when({ type: 'TakeEnvelope', ...one, entry: 'e2', exists: true })).toThrow(
      expect.objectContaining({ rule: 'envelope-taken' }) as Error,
    );
    expect(() => given(decider, drawn).when({ type: 'TakeEnvelope', ...one, exists: false })).toThrow(
      expect.objectContaining({ rule: 'no-such-envelope' }) as Error,
    );
    expect(() => given(decider).when({ type: 'TakeEnvelope', ...one, exists: true })).toThrow(
      expect.objectContaining({ rule: 'codes-not-drawn' }) as Error
    );
  });

  it('seals the codes of those who took one, in alphabetical order', () => {
    expect(given(decider, drawn, taken(1), taken(2)).when({ type: 'Seal', codes })).toEqual(closed.slice(3));
  });

  it('puts no code and entry into one event before it opens', () => {
    for (const event of closed) expect('entry' in event && JSON.stringify(event).match(/[A-Z2-9]{4}-[A-Z2-9]{2}/)).toBeFalsy();
  });

  it('opens once, sorted by code, with a digest that depends on who has what', () => {
    const events = given(decider, ...closed).when({ type: 'Open', codes });
    expect(events.map((e) => e.type)).toEqual(['SealOpened', 'SealEntryRevealed', 'SealEntryRevealed', 'SealClosed']);
    expect(events[1]).toMatchObject({ code: 'AAAA-22', entry: 'e2', number: '002' });
    const swapped = given(decider, ...closed).when({ type: 'Open', codes: { tag1: 'AAAA-22', tag2: 'ZZZZ-99' } });
    expect(swapped[0]).not.toEqual(events[0]);
    expect(given(decider, ...closed, ...events).when({ type: 'Open', codes })).toEqual([]);
  });

  it('does not open before it was closed', () => {
    expect(() => given(decider, drawn).when({ type: 'Open', codes })).toThrow(
      expect.objectContaining({ rule: 'seal-not-closed' }) as Error
    );
  });

  describe('voiding', () => {
    const asked: SealEvent = { type: 'VoidAsked', entry: 'e1', because: 'disqualified' };
    const ask = { type: 'Void', entry: 'e1', because: 'disqualified' } as const;

    it('spoils an envelope before the start, whose code is then not sealed', () => {
      expect(given(decider, drawn, taken(1)).when(ask)).toEqual([{ type: 'EnvelopeSpoilt', entry: 'e1' }]);
      expect(
        given(decider, drawn, taken(1), taken(2), { type: 'EnvelopeSpoilt', entry: 'e1' }).when({ type: 'Seal', codes })
      ).toEqual([
        { type: 'CodeSealed', code: 'AAAA-22' }, { type: 'CodesSealed', count: 1 },
      ]);
    });
    it('waits for the opening, which then tells the code', () => {
      expect(given(decider, ...closed).when(ask)).toEqual([asked]);
      expect(given(decider, ...closed, asked).when({ type: 'Open', codes }).at(-1)).toEqual({
        type: 'CodeVoided', entry: 'e1', code: 'ZZZZ-99', because: 'disqualified',
      });
    });
    it('tells it at once after the opening, and once', () => {
      const opened = [...closed, ...given(decider, ...closed).when({ type: 'Open', codes })];
      const voided = given(decider, ...opened).when(ask);
      expect(voided).toEqual([{ type: 'CodeVoided', entry: 'e1', code: 'ZZZZ-99', because: 'disqualified' }]);
      expect(given(decider, ...opened, ...voided).when(ask)).toEqual([]);
      expect(given(decider, ...opened).when({ ...ask, entry: 'e9' })).toEqual([]);
    });
  });

  it('passes an erasure on by code, but not before the opening', () => {
    const asked = given(decider, ...closed).when({ type: 'Erase', entry: 'e2' });
    expect(asked).toEqual([{ type: 'ErasureAsked', entry: 'e2' }]);
    expect(given(decider, ...closed, ...asked).when({ type: 'Open', codes }).at(-1)).toEqual({
      type: 'CodeErased', code: 'AAAA-22',
    });
  });

  it('reveals the survivor of a merge', () => {
    const merged = given(decider, ...closed).when({ type: 'MergeMember', worker: 'w2', into: 'w8' });
    expect(given(decider, ...closed, ...merged).when({ type: 'Open', codes })[1]).toMatchObject({ members: [{ worker: 'w8' }] });
  });
});

describe('envelopes', () => {
  it('hold codes that differ and can be read aloud', () => {
    const { envelopes } = newEnvelopes(500);
    expect(new Set(envelopes.map((e) => e.code)).size).toBe(500);
    for (const { code } of envelopes) expect(code).toMatch(/^[2-9A-HJKMNP-TV-Z]{4}-[2-9A-HJKMNP-TV-Z]{2}$/);
  });
  it('are found by their tag with the key, not with another', () => {
    const drawnOnes = newEnvelopes(2);
    expect(codesByTag(unsealed(sealed(drawnOnes)))[tagOf(drawnOnes.key, 2)]).toBe(drawnOnes.envelopes[1]?.code);
    expect(tagOf(newEnvelopes(1).key, 2)).not.toBe(tagOf(drawnOnes.key, 2));
  });
});
