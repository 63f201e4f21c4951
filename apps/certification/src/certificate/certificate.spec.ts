import { given } from '#libs/decider';
import { certificate, type CertificateEvent } from './certificate.js';
import { numberSchemes } from './number.js';
import { series } from './series.js';

const terms = {
  number: 'S000131000001262000001', decision: 'd1', worker: 'w1', contest: 'c1', occupation: '6-18-01-01', organisation: 'org-1',
  level: 2, on: '2026-06-09',
} as const;
const issued: CertificateEvent = { type: 'CertificateIssued', ...terms };

describe('a certificate', () => {
  it('is issued once and revoked once', () => {
    const after = (...history: readonly CertificateEvent[]) => given(certificate.decider, ...history);
    expect(after().when({ type: 'Issue', ...terms })).toEqual([issued]);
    expect(after(issued).when({ type: 'Issue', ...terms, number: 'another' })).toEqual([]);
    const revoked: CertificateEvent = { type: 'CertificateRevoked', because: 'superseded' };
    expect(after(issued).when({ type: 'Revoke', because: 'superseded' })).toEqual([revoked]);
    expect(after(issued, revoked).when({ type: 'Revoke', because: 'superseded' })).toEqual([]);
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

  it('counts every number drawn', () => {
    const drawn = given(series.decider, { type: 'NumberDrawn', certificate: 'a' } as const);
    expect(drawn.when({ type: 'Draw', certificates: ['b', 'c'] })).toEqual([
      { type: 'NumberDrawn', certificate: 'b' }, { type: 'NumberDrawn', certificate: 'c' },
    ]);
  });
});
