import type { Reader } from '#libs/service';
import { appliesTo, findPack, needsOverride } from '#libs/policy';
import { scheme } from '../memory/scheme.js';
import type { Contest, ContestCommand, ContestTerms } from './contest.js';

export const isDoubtful = ({ pack }: ContestTerms): boolean => {
  const found = findPack(pack.id, pack.version);
  return found !== undefined && needsOverride(found.pack);
};

/** Announcing, with what the pack library and judging know of what the contest names. */
export const announcing = async (contest: Contest, reader: Reader): Promise<Extract<ContestCommand, { type: 'Announce' }>> => {
  if (contest.is === 'none') return { type: 'Announce', pack: null, scheme: null };
  const { terms, organisation } = contest;
  const pack = findPack(terms.pack.id, terms.pack.version);
  const { state: frozen } = await reader.peek(scheme, terms.scheme);
  return {
    type: 'Announce',
    pack: pack === undefined ? null : {
      digest: pack.digest, doubtful: needsOverride(pack.pack), applies: appliesTo(pack.pack, terms),
    },
    scheme: frozen.is === 'frozen' && frozen.organisation === organisation ? { digest: frozen.digest } : null,
  };
};
