/** What several streams are needed for: everything is read in the transaction that decides, so no view can be late. */
import { Refusal, text, WrongState } from '#libs/decider';
import type { Done } from '#libs/event-store';
import type { Because as Meta, Work } from '#libs/service';
import { contest, known } from '../contest/contest.js';
import { markingScheme } from '../marking-scheme/marking-scheme.js';
import { panel } from '../panel/panel.js';
import { scoresheet, type Scoresheet } from '../scoresheet/scoresheet.js';
import { type Desk, type Marking, marking, owed, placings } from './compute.js';
import { type Because, result } from './result.js';

/** A contest with its panel and frozen scheme, as they are now. */
export const deskOf = async (work: Work, id: string): Promise<Desk> => {
  const [remembered, appointed] = [await work.load(contest, id), await work.load(panel, id)];
  const of = known(remembered.state);
  const scheme = await work.load(markingScheme, of.scheme.id);
  if (appointed.state.is === 'none')
    throw new WrongState('panel-unknown', text('尚未任命裁判组', 'no panel was appointed'), text('请任命裁判组', 'appoint a panel'));
  if (scheme.state.is !== 'frozen' || scheme.state.digest !== of.scheme.digest)
    throw new WrongState(
      'marking-scheme-not-frozen', text('评分标准未冻结或不一致', 'the scheme is not the one that was frozen'), text('请冻结它', 'freeze it')
    );
  return { id, contest: of, scheme: scheme.state.scheme, panel: appointed.state };
};

/** Every sheet that the contest needs, begun or not. */
export const sheetsOf = async (work: Work, desk: Desk): Promise<ReadonlyMap<string, Scoresheet>> => {
  const loaded = await work.loadMany(scoresheet, owed(desk).flatMap(({ ids }) => ids));
  return new Map([...loaded].map(([id, { state }]) => [id, state]));
};

/** Refuses with the list that `GET /contests/:id/missing` shows. */
export const nothingMissing = ({ missing, expected }: Marking): void => {
  if (missing.length === 0) return;
  throw new Refusal(
    'sheets-missing',
    text(`还缺 ${missing.length} 份评分表或签名`, `${missing.length} sheets or signatures are missing`),
    text('请使其提交并签字', 'have them submitted and signed'),
    { expected: expected.length, judges: byJudge(missing) },
  );
};

export const byJudge = (missing: Marking['missing']): readonly {
  judge: string; sheets: readonly Omit<Marking['missing'][number], 'judge'>[]
}[] => {
  const judges = [...new Set(missing.map(({ judge }) => judge))].sort();
  return judges.map(
    (judge) => ({ judge, sheets: missing.filter((one) => one.judge === judge).map(({ judge: _, ...sheet }) => sheet) })
  );
};

/** Computes and publishes the next revision, of all sheets as they stand in this transaction. */
export const publishNext = async (work: Work, id: string, because: Because, meta: Meta = {}): Promise<Done> => {
  const desk = await deskOf(work, id);
  const sheets = await sheetsOf(work, desk);
  nothingMissing(marking(desk, sheets));
  return publish(work, desk, sheets, because, meta);
};

export const publish = (
  work: Work, desk: Desk, sheets: ReadonlyMap<string, Scoresheet>, because: Because, meta: Meta = {},
): Promise<Done> => {
  const { id, contest: { organisation, scheme } } = desk;
  const command = {
    type: 'Publish', organisation, contest: id, scheme: scheme.digest, because, placings: placings(desk, sheets)
  } as const;
  return work.decide(result, id, { ...command, by: work.actor }, meta);
};
