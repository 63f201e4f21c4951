export type Check =
  | 'database' | 'migrations' | 'broker' | 'topics' | 'groups' | 'relay' | 'parked' | 'clocks' | 'keys' | 'services';

/** Something that is not as it should be, and what to do about it. */
export interface Finding {
  readonly check: Check;
  /** A service, a topic, a variable. */
  readonly about: string;
  readonly says: string;
  readonly todo: string;
}

/** What one check found, and in few words what it looked at. */
export interface Looked {
  readonly check: Check;
  readonly at: string;
  readonly findings: readonly Finding[];
}

export const looked = (check: Check, at: string, findings: readonly Omit<Finding, 'check'>[]): Looked => ({
  check, at, findings: findings.map((finding) => ({ check, ...finding })),
});

/** How long, for a person. */
export const duration = (seconds: number): string => {
  if (seconds < 120) return `${Math.round(seconds)} s`;
  if (seconds < 7_200) return `${Math.round(seconds / 60)} min`;
  return seconds < 172_800 ? `${Math.round(seconds / 3_600)} h` : `${Math.round(seconds / 86_400)} days`;
};
