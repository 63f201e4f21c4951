import { contractOf, type Topic, topicOwners, topics } from '#libs/contracts';
import type { ServiceDefinition } from './definition.js';

/** What a service's Kafka principal needs, and nothing else: where ACLs are on, these are the ones to give it. */
export interface Rights {
  /** CREATE, DESCRIBE and WRITE: the topics that it owns. */
  readonly writes: readonly Topic[];
  /** READ (which includes DESCRIBE): the topics that it reacts to. */
  readonly reads: readonly Topic[];
  /** READ on its consumer group. */
  readonly group: string;
}

export const rightsOf = ({ name, reactions = [] }: Pick<ServiceDefinition, 'name' | 'reactions'>): Rights => {
  const heard = new Set(reactions.map(({ type }) => contractOf(type).topic));
  return {
    writes: topics.filter((topic) => topicOwners[topic] === name), reads: topics.filter((topic) => heard.has(topic)), group: name,
  };
};
