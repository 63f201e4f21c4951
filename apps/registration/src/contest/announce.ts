import type { Reader } from '#libs/service';
import type { CivilDate } from '#libs/decider';
import { appliesTo, findPack, type Moment, needsOverride, packs, versionOn } from '#libs/policy';
import { scheme } from '../memory/scheme.js';
import type { Contest, ContestCommand, ContestTerms } from './contest.js';

export const isDoubtful = ({ pack }: ContestTerms): boolean => {
  const found = findPack(pack.id, pack.version);
  return found !== undefined && needsOverride(found.pack);
};

/** The day that chooses the version, as the pack's `anchor` says; of what is to come the announced day counts. */
const anchored = (anchor: Moment, { closesOn, startsOn }: ContestTerms, today: CivilDate): CivilDate => {
  switch (anchor) {
    case 'announced': return today;
    case 'registrationClosed': return closesOn;
    case 'finalEnded':
    case 'resultFinal': return startsOn;
  }
};

/** Announcing, with what the pack library and judging know of what the contest names. */
export const announcing = async (
  contest: Contest, reader: Reader, today: CivilDate,
): Promise<Extract<ContestCommand, { type: 'Announce' }>> => {
  if (contest.is === 'none') return { type: 'Announce', pack: null, scheme: null };
  const { terms, organisation } = contest;
  const pack = findPack(terms.pack.id, terms.pack.version);
  const inForce = pack && versionOn(
    packs().filter((each) => each.pack.id === pack.pack.id).map((each) => each.pack), anchored(pack.pack.anchor, terms, today),
  );
  const { state: frozen } = await reader.peek(scheme, terms.scheme);
  return {
    type: 'Announce',
    pack: pack === undefined ? null : {
      digest: pack.digest, doubtful: needsOverride(pack.pack), applies: appliesTo(pack.pack, terms),
      inForce: inForce?.version ?? null,
    },
    scheme: frozen.is === 'frozen' && frozen.organisation === organisation ? { digest: frozen.digest } : null,
  };
};
