import { given } from '#libs/decider';
import { contest as aggregate, type ContestEvent, type ContestTerms } from './contest.js';

const terms: ContestTerms = {
  number: 'A1', name: { zh: '车工', en: 'Turning' }, occupation: '6-18-01-01', group: 'worker', level: 2, teamSize: 1, quota: 40,
  series: 'shanghai-special-2024', class: 'municipal-special', purpose: 'award',
  pack: { id: 'shanghai-special-2024', version: '1' },
  scheme: 's1', notice: { workingDays: 5, appealHours: 24 }, closesOn: '2026-03-20', startsOn: '2026-04-01', conditions: [],
};
const drafted: ContestEvent = { type: 'ContestDrafted', competition: 'k1', organisation: 'o1', terms };
const overridden: ContestEvent = { type: 'PackOverridden', pack: terms.pack, reason: 't1', by: 'u1' };
const announced: ContestEvent = {
  type: 'ContestAnnounced', pack: { ...terms.pack, digest: 'd1' }, scheme: { id: 's1', digest: 'd2' }, overridden: true,
};
const running: ContestEvent[] = [
  drafted, overridden, announced, { type: 'RegistrationOpened' }, { type: 'RegistrationClosed' },
  { type: 'ContestStarted', codes: 2 },
];
const noticed: ContestEvent = {
  type: 'ContestNoticed', revision: 1, appealsUntil: '2026-04-03T08:00:00.000Z', until: '2026-04-10T16:00:00.000Z',
};
const decider = aggregate.decider;

describe('a contest', () => {
  it('is drafted, unless it would start before registration closes', () => {
    expect(given(decider).when({ type: 'Draft', competition: 'k1', organisation: 'o1', terms })).toEqual([drafted]);
    expect(() =>
      given(decider).when({ type: 'Draft', competition: 'k1', organisation: 'o1', terms: { ...terms, startsOn: '2026-03-19' } }),
    ).toThrow(expect.objectContaining({ rule: 'dates-out-of-order' }) as Error);
  });

  it('is not drafted into a year whose holidays nobody knows', () => {
    expect(() =>
      given(decider).when({ type: 'Draft', competition: 'k1', organisation: 'o1', terms: { ...terms, startsOn: '2060-03-19' } }),
    ).toThrow(expect.objectContaining({ rule: 'calendar-unknown' }) as Error);
  });

  describe('when announced', () => {
    const announce = (
      pack: { digest: string; doubtful: boolean; applies?: boolean; inForce?: string | null } | null,
      scheme: { digest: string } | null,
    ) => ({ type: 'Announce', pack: pack && { applies: true, inForce: '1', ...pack }, scheme }) as const;

    it('freezes the pack and the marking scheme', () => {
      expect(given(decider, drafted).when(announce({ digest: 'd1', doubtful: false }, { digest: 'd2' }))).toEqual([
        { ...announced, overridden: false },
      ]);
    });
    it('refuses a recalled pack, until it is overridden', () => {
      const doubtful = announce({ digest: 'd1', doubtful: true }, { digest: 'd2' });
      expect(() => given(decider, drafted).when(doubtful)).toThrow(
        expect.objectContaining({ rule: 'pack-needs-override' }) as Error
      );
      expect(given(decider, drafted, overridden).when(doubtful)).toEqual([announced]);
    });
    it('refuses a pack that is not in force then, or not in that version', () => {
      for (const inForce of [null, '2'])
        expect(
          () => given(decider, drafted).when(announce({ digest: 'd1', doubtful: false, inForce }, { digest: 'd2' })),
        ).toThrow(expect.objectContaining({ rule: 'pack-not-in-force', detail: { contest: 'A1', inForce } }) as Error);
    });
    it('refuses a pack that does not speak about it', () => {
      expect(
        () => given(decider, drafted).when(announce({ digest: 'd1', doubtful: false, applies: false }, { digest: 'd2' }))
      ).toThrow(
        expect.objectContaining({ rule: 'pack-does-not-apply' }) as Error,
      );
    });
    it('refuses an unknown pack, and a scheme that is not frozen', () => {
      expect(() => given(decider, drafted).when(announce(null, { digest: 'd2' }))).toThrow(
        expect.objectContaining({ rule: 'pack-unknown' }) as Error
      );
      expect(() => given(decider, drafted).when(announce({ digest: 'd1', doubtful: false }, null))).toThrow(
        expect.objectContaining({ rule: 'marking-scheme-not-frozen' }) as Error,
      );
    });
  });

  it('takes no override that nothing asks for, and none after the announcement', () => {
    expect(() => given(decider, drafted).when({ type: 'Override', doubtful: false, reason: 't1', by: 'u1' })).toThrow(
      expect.objectContaining({ rule: 'pack-needs-no-override' }) as Error,
    );
    expect(() => given(decider, drafted, announced).when({ type: 'Override', doubtful: true, reason: 't1', by: 'u1' })).toThrow(
      expect.objectContaining({ rule: 'contest-not-draft' }) as Error,
    );
  });

  it('does not start with nobody, nor before registration closed', () => {
    expect(() => given(decider, ...running.slice(0, 5)).when({ type: 'Start', codes: 0 })).toThrow(
      expect.objectContaining({ rule: 'nobody-checked-in' }) as Error,
    );
    expect(() => given(decider, ...running.slice(0, 4)).when({ type: 'Start', codes: 3 })).toThrow(
      expect.objectContaining({ rule: 'registration-not-closed' }) as Error,
    );
  });

  describe('on notice', () => {
    const at = '2026-04-02T08:00:00.000Z';

    it('counts working days over Qingming (3 to 6 April at most), and the hours for appeals', () => {
      const [event] = given(decider, ...running).when({ type: 'PutOnNotice', revision: 1, at });
      expect(event).toMatchObject({ type: 'ContestNoticed', revision: 1, appealsUntil: '2026-04-03T08:00:00.000Z' });
      expect(event).toMatchObject({ until: '2026-04-10T16:00:00.000Z' });
    });
    it('never ends before the appeals', () => {
      const [event] = given(decider, { ...drafted, terms: { ...terms, notice: { workingDays: 0, appealHours: 48 } } },
        ...running.slice(1)).when({ type: 'PutOnNotice', revision: 1, at });
      expect(event).toMatchObject({ until: '2026-04-04T08:00:00.000Z', appealsUntil: '2026-04-04T08:00:00.000Z' });
    });
    it('tells a corrected result under the same deadlines, once', () => {
      const later = '2026-04-08T08:00:00.000Z';
      expect(given(decider, ...running, noticed).when({ type: 'PutOnNotice', revision: 2, at: later })).toEqual(
        [{ ...noticed, revision: 2 }]
      );
      expect(given(decider, ...running, noticed).when({ type: 'PutOnNotice', revision: 1, at: later })).toEqual([]);
    });
    it('ends appeals and notice once each', () => {
      expect(given(decider, ...running, noticed).when({ type: 'EndAppeals' })).toEqual([{ type: 'AppealsEnded' }]);
      expect(given(decider, ...running, noticed, { type: 'NoticeEnded' }).when({ type: 'EndNotice' })).toEqual([]);
    });
  });

  it('takes a later final revision, and no earlier one', () => {
    const final: ContestEvent = { type: 'ContestFinalised', revision: 2 };
    expect(given(decider, ...running, noticed).when({ type: 'Finalise', revision: 2 })).toEqual([final]);
    expect(given(decider, ...running, noticed, final).when({ type: 'Finalise', revision: 3 })).toEqual(
      [{ ...final, revision: 3 }]
    );
    expect(given(decider, ...running, noticed, final).when({ type: 'Finalise', revision: 2 })).toEqual([]);
  });

  it('can be cancelled while nothing was published, and says whether it was announced', () => {
    expect(given(decider, drafted).when({ type: 'Cancel', reason: 't1' })).toEqual(
      [{ type: 'ContestCancelled', reason: 't1', announced: false }]
    );
    expect(given(decider, ...running).when({ type: 'Cancel', reason: 't1' })).toEqual(
      [{ type: 'ContestCancelled', reason: 't1', announced: true }]
    );
    expect(() => given(decider, ...running, noticed).when({ type: 'Cancel', reason: 't1' })).toThrow(
      expect.objectContaining({ rule: 'contest-not-cancellable' }) as Error,
    );
  });
});
