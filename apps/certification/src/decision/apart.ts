import { Refusal, text } from '#libs/decider';

/** 考培分离: whoever trained the candidate does not certify, nor the candidate; it holds for whatever leads to the level. */
export const apart = (by: string, worker: string, trainers: readonly string[]): void => {
  if (trainers.includes(by))
    throw new Refusal('trained-the-candidate', text('考培分离：培训过该选手的人不得认定其晋级', 'whoever trained the candidate may not certify'),
      text('请由另一名认定人员决定', 'another certifier decides'));
  if (by === worker)
    throw new Refusal(
      'own-decision', text('不得认定本人的晋级', 'nobody certifies themself'), text('请由另一名认定人员决定', 'another certifier decides'),
    );
};
