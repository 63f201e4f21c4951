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

/** Clocks of machines that ask a time server differ by milliseconds. */
const SKEW_MS = 2_000;

/** Whose clock says `at`, between the moments of ours when it was asked and heard; `within`: it leaves so much out. */
export const clockAt = (
  service: string, whose: string, { at, asked, heard, within = 0 }: {
    readonly at: number; readonly asked: number; readonly heard: number; readonly within?: number;
  },
): Looked => {
  const off = at + within < asked ? at + within - asked : Math.max(0, at - heard);
  const says = `its ${whose}'s clock is ${duration(Math.abs(off) / 1_000)} ${off < 0 ? 'behind' : 'ahead of'} this machine's`;
  const todo = 'let both machines follow a time server (chrony, systemd-timesyncd): leases and tokens go by their clocks';
  return looked('clocks', `${service}: its ${whose}'s`, Math.abs(off) > SKEW_MS ? [{ about: service, says, todo }] : []);
};

/** How long, for a person. */
export const duration = (seconds: number): string => {
  if (seconds < 120) return `${Math.round(seconds)} s`;
  if (seconds < 7_200) return `${Math.round(seconds / 60)} min`;
  return seconds < 172_800 ? `${Math.round(seconds / 3_600)} h` : `${Math.round(seconds / 86_400)} days`;
};
