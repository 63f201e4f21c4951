import { competitions, seals } from './competitions.js';
import { incentives } from './incentives.js';
import { people } from './people.js';
import { promotions } from './promotions.js';
import { results } from './results.js';
import type { DataOf } from './schema.js';
import { training } from './training.js';

/** Every public event by its type: `jinji.<aggregate>.<past tense>.v<major>`. */
export const contracts = { ...people, ...training, ...competitions, ...seals, ...results, ...promotions, ...incentives } as const;

export type PublicType = keyof typeof contracts;
export type PublicData<T extends PublicType> = DataOf<(typeof contracts)[T]>;

export type { Contract, Topic } from './schema.js';
export { topics } from './schema.js';
