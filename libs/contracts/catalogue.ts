import { competitions, seals } from './competitions.js';
import { incentives } from './incentives.js';
import { people } from './people.js';
import { promotions } from './promotions.js';
import { results } from './results.js';
import type { Contract, DataOf, Topic } from './schema.js';
import { training } from './training.js';

/** Every public event by its type: `jinji.<aggregate>.<past tense>.v<major>`. */
export const contracts = { ...people, ...training, ...competitions, ...seals, ...results, ...promotions, ...incentives } as const;

export type PublicType = keyof typeof contracts;
export type PublicData<T extends PublicType> = DataOf<(typeof contracts)[T]>;

export const isPublicType = (type: string): type is PublicType => Object.hasOwn(contracts, type);

/** The contract of a type, seen alike for all of them. */
export const contractOf = (type: PublicType): Pick<Contract, 'topic' | 'description'> & { readonly key: string } =>
  contracts[type];

/** The one service that writes a topic, and creates it. */
export const topicOwners: Readonly<Record<Topic, string>> = {
  'jinji.people': 'people',
  'jinji.training': 'training',
  'jinji.competitions': 'registration',
  'jinji.seals': 'registration',
  'jinji.results': 'judging',
  'jinji.promotions': 'certification',
  'jinji.incentives': 'incentives',
};
