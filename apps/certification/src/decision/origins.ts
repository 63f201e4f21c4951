/** Where the facts of a decision came from: looked up when somebody asks why, in what is recorded here. */
import { type Query, streamOf } from '#libs/event-store';
import { contest } from '../contest/contest.js';
import { skillRecord, skillRecordId } from '../skill-record/skill-record.js';
import type { DecisionState } from './decision.js';
import type { Origins } from './facts-used.js';

export const originsOf = async (query: Query, { about, found }: Exclude<DecisionState, { is: 'none' }>): Promise<Origins> => {
  // Who is not in the result has the seal's word alone.
  const [placed = '', sealed = placed] = found.sources;
  const { level, promotions } = found.facts.held;
  const messages = await query<{ type: string; cause: string }>(
    ['ContestAnnounced', 'RegistrationClosed'].map((type) =>
      `(SELECT type, metadata->>'causation' AS cause FROM events WHERE stream = $1 AND type = '${type}'
        ORDER BY version LIMIT 1)`).join(' UNION ALL '), [streamOf(contest, about.contest)],
  );
  const said = (type: string): string[] => messages.filter((message) => message.type === type).map(({ cause }) => cause);
  const imported = level === null ? [] : await query<{ id: string }>(
    `SELECT id FROM events WHERE stream = $1 AND type = 'LevelImported' AND data->>'level' = $2 AND data->>'since' = $3
     ORDER BY version LIMIT 1`,
    [streamOf(skillRecord, skillRecordId(about.worker, about.occupation)), String(level.level), level.since],
  );
  const earlier = await query<{ contest: string; id: string }>(
    `SELECT DISTINCT ON (d.contest) d.contest, e.id
     FROM decisions d JOIN events e ON e.stream = 'decision:' || d.id AND e.version = 1
     WHERE d.worker = $1 AND d.contest = ANY ($2::uuid[]) AND d.to_level IS NOT NULL ORDER BY d.contest, d.nth DESC`,
    [about.worker, promotions.map((promotion) => promotion.contest)],
  );
  return {
    placed: [placed], sealed: [sealed], announced: said('ContestAnnounced'), registrationClosed: said('RegistrationClosed'),
    imported: imported.map(({ id }) => id), given: new Map(earlier.map(({ contest: of, id }) => [of, [id]])),
  };
};
