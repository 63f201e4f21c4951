/** All that is left for people to do after "results final": a certifier approves, then an incentive officer. */
import type { Actors } from './actors.js';
import type { Contests } from './competition.js';
import { contestKeys } from './examples.js';
import type { Api } from './http.js';

/** Both routes take a batch; what is left is asked for again. */
const approveAll = async (api: Api, path: string, token: string, key: string): Promise<void> => {
  for (let batch = 0; ; batch += 1) {
    const { left } = await api.post<{ left: number }>(path, { token, key: `${key}/${batch}`, body: {} });
    if (left === 0) return;
  }
};

/** `round`: the same approval is not asked for twice, another one is. */
export const approvePromotions = async (api: Api, actors: Actors, contests: Contests, round = ''): Promise<void> => {
  const token = await actors.certifier();
  for (const key of contestKeys)
    await approveAll(api, `/certification/contests/${contests[key]}/decisions/approve`, token, `promotions${round}/${key}`);
};

export const approveGrants = async (api: Api, actors: Actors, contests: Contests, round = ''): Promise<void> => {
  const token = await actors.officer();
  for (const key of contestKeys)
    await approveAll(api, `/incentives/contests/${contests[key]}/approve`, token, `grants${round}/${key}`);
};
