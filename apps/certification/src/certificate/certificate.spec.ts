import { given } from '#libs/decider';
import { certificate, type CertificateEvent, inquiryOf, type IssuedCertificate, revocable } from './certificate.js';
import { numberSchemes, numbering, type NumberScheme } from './number.js';
import { series } from './series.js';

const terms = {
  number: 'S000131000001262000001', decision: 'd1', worker: 'w1', contest: 'c1', occupation: '6-18-01-01', organisation: 'org-1',
  level: 2, on: '2026-06-09', issuer: { name: { zh: '机构', en: 'body' }, code: '0001' },
} as const;
const issued: CertificateEvent = { type: 'CertificateIssued', ...terms };
const suspended: CertificateEvent = { type: 'CertificateSuspended', inquiry: 'appeal-1', because: 'appeal', reasons: null };
const further: CertificateEvent = { type: 'InquiryOpened', inquiry: 'inquiry-2', because: 'inquiry', reasons: 'text-1' };
const revoked: CertificateEvent = { type: 'CertificateRevoked', because: 'superseded', reasons: null };
const after = (...history: readonly CertificateEvent[]) => given(certificate.decider, ...history);

describe('a certificate', () => {
  it('is issued once and revoked once', () => {
    expect(after().when({ type: 'Issue', ...terms })).toEqual([issued]);
    expect(after(issued).when({ type: 'Issue', ...terms, number: 'another' })).toEqual([]);
    expect(after(issued).when({ type: 'Revoke', because: 'superseded' })).toEqual([revoked]);
    expect(after(issued, suspended).when({ type: 'Revoke', because: 'superseded' })).toEqual([revoked]);
    expect(after(issued, revoked).when({ type: 'Revoke', because: 'superseded' })).toEqual([]);
  });

  it('is suspended while an inquiry goes on, and reinstated when the last one ends', () => {
    expect(after(issued).when({ type: 'Suspend', inquiry: 'appeal-1', because: 'appeal' })).toEqual([suspended]);
    expect(after(issued, suspended).when({ type: 'Suspend', inquiry: 'appeal-1', because: 'appeal' })).toEqual([]);
    expect(
      after(issued, suspended).when({ type: 'Suspend', inquiry: 'inquiry-2', because: 'inquiry', reasons: 'text-1' }),
    ).toEqual([further]);
    const ended: CertificateEvent = { type: 'InquiryEnded', inquiry: 'appeal-1', reasons: null };
    expect(after(issued, suspended, further).when({ type: 'Reinstate', inquiry: 'appeal-1' })).toEqual([ended]);
    const reinstated: CertificateEvent = { type: 'CertificateReinstated', inquiry: 'inquiry-2', reasons: null };
    expect(after(issued, suspended, further, ended).when({ type: 'Reinstate', inquiry: 'inquiry-2' })).toEqual([reinstated]);
    expect(after(issued, suspended).when({ type: 'Reinstate', inquiry: 'of another certificate' })).toEqual([]);
    expect(
      after(issued, suspended, further, ended, reinstated).when({ type: 'Suspend', inquiry: 'appeal-1', because: 'appeal' }),
    ).toEqual([suspended]);
  });

  it('stays revoked, whatever inquiry ends or begins afterwards', () => {
    expect(after(issued, suspended, revoked).when({ type: 'Reinstate', inquiry: 'appeal-1' })).toEqual([]);
    expect(after(issued, revoked).when({ type: 'Suspend', inquiry: 'appeal-2', because: 'appeal' })).toEqual([]);
  });

  it('has one place in a status list, for good, also once it is revoked', () => {
    const entry: CertificateEvent = { type: 'StatusEntryGiven', list: 1, index: 94_567 };
    expect(after(issued).when({ type: 'GiveStatusEntry', list: 1, index: 94_567 })).toEqual([entry]);
    expect(after(issued, revoked).when({ type: 'GiveStatusEntry', list: 1, index: 94_567 })).toEqual([entry]);
    expect(after(issued, entry).when({ type: 'GiveStatusEntry', list: 1, index: 5 })).toEqual([]);
  });

  it('reads what was recorded before bodies and reasons were', () => {
    const { issuer: _, ...before } = terms;
    expect(certificate.upcast?.CertificateIssued?.(before, 1)).toEqual({ ...before, issuer: null });
    expect(certificate.upcast?.CertificateRevoked?.({ because: 'merged' }, 1)).toEqual({ because: 'merged', reasons: null });
  });

  it('cannot be suspended before it is issued', () => {
    expect(() => after().when({ type: 'Suspend', inquiry: 'x', because: 'appeal' })).toThrow(
      expect.objectContaining({ rule: 'certificate-not-issued' }),
    );
  });
});

describe('a certifier, by hand', () => {
  const folded = (...history: readonly CertificateEvent[]): IssuedCertificate => {
    const state = history.reduce(certificate.decider.evolve, certificate.decider.initial);
    if (state.is === 'none') throw new Error('not issued');
    return state;
  };

  it('ends the only inquiry, or the one that is named of several', () => {
    expect(inquiryOf(folded(issued, suspended), undefined, true)).toBe('appeal-1');
    expect(inquiryOf(folded(issued, suspended, further), 'inquiry-2', true)).toBe('inquiry-2');
    for (const [state, named, rule] of [
      [folded(issued, suspended, further), undefined, 'several-inquiries'], [folded(issued, suspended), 'x', 'inquiry-unknown'],
      [folded(issued), undefined, 'not-suspended'], [folded(issued, revoked), undefined, 'certificate-revoked'],
    ] as const)
      expect(() => inquiryOf(state, named, true)).toThrow(expect.objectContaining({ rule }));
  });

  it('reinstates no certificate whose decision has fallen, and revokes none whose decision stands', () => {
    expect(
      () => inquiryOf(folded(issued, suspended), undefined, false),
    ).toThrow(expect.objectContaining({ rule: 'decision-fell' }));
    expect(() => revocable(folded(issued, suspended), true)).toThrow(expect.objectContaining({ rule: 'decision-stands' }));
    expect(() => revocable(folded(issued, suspended), false)).not.toThrow();
    // The pack's reversal let it stand.
    expect(() => revocable(folded(issued), false)).toThrow(expect.objectContaining({ rule: 'not-suspended' }));
  });
});

describe('the 22-character number', () => {
  const scheme = numberSchemes['national-22'];
  const issuer = { name: { zh: '机构', en: 'body' }, kind: 'employer', code: '0012', province: '31', site: '000007' } as const;

  it('says who, where, the year in Shanghai, the level and the serial', () => {
    const name = scheme.series(issuer, 3, '2026-12-31T16:00:00.000Z');
    expect(scheme.number(name, 42)).toBe('Y001231000007273000042');
  });

  it('is refused where it would not be one', () => {
    expect(() => scheme.number(scheme.series(issuer, 3, '2026-06-01T01:00:00.000Z'), 1_000_000)).toThrow('no certificate number');
  });

  it('is one scheme of several: a pack names it, another only has to be put beside it', () => {
    const contests: NumberScheme = { series: ({ code }) => `contest-${code}`, number: (name, serial) => `${name}/${serial}` };
    const at = '2026-06-01T01:00:00.000Z';
    const schemes: Readonly<Record<string, NumberScheme>> = { ...numberSchemes, contests };
    const { name, number } = numbering({ codeScheme: 'contests', issuer }, 2, at, schemes);
    expect([name, number(7)]).toEqual(['contest-0012', 'contest-0012/7']);
    expect(numbering({ codeScheme: 'national-22', issuer }, 2, at).number(1)).toBe('Y001231000007262000001');
    expect(() => numbering({ codeScheme: 'unheard-of', issuer }, 2, at)).toThrow('unheard-of');
  });

  it('counts every number drawn', () => {
    const drawn = given(series.decider, { type: 'NumberDrawn', certificate: 'a' } as const);
    expect(drawn.when({ type: 'Draw', certificates: ['b', 'c'] })).toEqual([
      { type: 'NumberDrawn', certificate: 'b' }, { type: 'NumberDrawn', certificate: 'c' },
    ]);
  });
});
