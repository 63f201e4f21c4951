/** A marking scheme (评分方案) that judging froze: what a contest may be announced with. Its stream is named by the scheme. */
import type { DecimalString } from '#libs/decider';
import { memory } from './remember.js';

export type SchemeEvent = { type: 'SchemeFrozen'; organisation: string; digest: string; total: DecimalString; aspects: number };

export type Scheme = { is: 'unknown' } | { is: 'frozen'; organisation: string; digest: string };

const evolve = (_: Scheme, { organisation, digest }: SchemeEvent): Scheme => ({ is: 'frozen', organisation, digest });

export const scheme = memory<Scheme, SchemeEvent>(
  'frozen-scheme', { is: 'unknown' }, evolve, (s) => (s.is === 'frozen' ? s.organisation : undefined),
);
