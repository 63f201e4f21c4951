/** Our private events → the public contract. Codes only on jinji.competitions; who has which code goes to jinji.seals alone. */
import { publication, published } from '#libs/messaging';
import { appeal, type AppealEvent } from './appeal/appeal.js';
import { contest, type ContestEvent } from './contest/contest.js';
import { seal, type SealEvent } from './seal/seal.js';

export const registrationPublished = published<[ContestEvent, SealEvent, AppealEvent]>(
  {
    aggregate: contest,
    publish: {
      ContestAnnounced: ({ aggregateId, event }, { event: first }) => {
        if (first.type !== 'ContestDrafted') return undefined;
        const { competition, organisation, terms } = first;
        const { number, name, occupation, group, level, teamSize, series, purpose, notice, startsOn } = terms;
        return publication('jinji.contest.announced.v1', {
          contest: aggregateId, competition, organisation, number, name, occupation, group, level,
          teamSize, series, class: terms.class, purpose, pack: event.pack, overridden: event.overridden, scheme: event.scheme,
          notice, startsOn,
        });
      },
      RegistrationClosed: ({ aggregateId }) => publication('jinji.contest.registration-closed.v1', { contest: aggregateId }),
      ContestNoticed: ({ aggregateId, event: { revision, appealsUntil, until } }) =>
        publication('jinji.contest.noticed.v1', { contest: aggregateId, revision, appealsUntil, until }),
      ContestCancelled: ({ aggregateId, event }) =>
        event.announced ? publication('jinji.contest.cancelled.v1', { contest: aggregateId }) : undefined,
    },
  },
  {
    // The seal tells that the contest started, because it tells the codes: so they come first, whatever else happens.
    aggregate: seal,
    publish: {
      CodeSealed: ({ aggregateId, event }) => publication(
        'jinji.contest.code-sealed.v1', { contest: aggregateId, code: event.code },
      ),
      CodesSealed: ({ aggregateId, event }) => publication(
        'jinji.contest.started.v1', { contest: aggregateId, codes: event.count },
      ),
      SealOpened: ({ aggregateId, event: { count, digest } }) => publication(
        'jinji.seal.opened.v1', { contest: aggregateId, count, digest },
      ),
      SealEntryRevealed: ({ aggregateId, event: { code, entry, number, members } }) =>
        publication('jinji.seal.entry.v1', {
          contest: aggregateId, code, entry, entryNumber: number,
          members: members.map(({ worker, age, status, unit }) => ({ worker, age, status, unit })),
        }),
      SealClosed: ({ aggregateId }) => publication('jinji.seal.closed.v1', { contest: aggregateId }),
      CodeVoided: ({ aggregateId, event: { code, because } }) => publication(
        'jinji.contest.code-voided.v1', { contest: aggregateId, code, because },
      ),
      CodeErased: ({ aggregateId, event: { code } }) => publication(
        'jinji.contest.code-erased.v1', { contest: aggregateId, code },
      ),
    },
  },
  {
    aggregate: appeal,
    publish: {
      AppealFiled: ({ aggregateId, event: { contest: id, code, contested, until } }) =>
        publication('jinji.appeal.filed.v1', { appeal: aggregateId, contest: id, code, contested: [...contested], until }),
      AppealWithdrawn: ({ aggregateId }, { event: first }) =>
        first.type === 'AppealFiled' ? publication(
          'jinji.appeal.withdrawn.v1', { appeal: aggregateId, contest: first.contest },
        ) : undefined,
    },
  },
);
