import { messageOf } from '../backoff.js';
import { Refused } from '../bus.js';

/** An error and what it was made of, by kafkajs' names and Kafka's. */
const namesOf = (error: unknown): string[] => {
  const found: string[] = [];
  const look = (at: unknown, depth: number): void => {
    if (!(at instanceof Error) || depth > 10) return;
    found.push(at.name, 'type' in at ? String(at.type) : '');
    if ('errors' in at && Array.isArray(at.errors)) for (const each of at.errors) look(each, depth + 1);
    look(at.cause, depth + 1);
  };
  look(error, 0);
  return found;
};

/** The group gave the partition, or our place in it, to another. */
export const isLost = (error: unknown): boolean =>
  namesOf(error).some((name) => /^(ILLEGAL_GENERATION|UNKNOWN_MEMBER_ID|REBALANCE_IN_PROGRESS|FENCED_INSTANCE_ID)$/.test(name));

/** What no further attempt of a consumer mends: somebody has to change rights, credentials or versions first. */
export const isForGood = (error: unknown): boolean => namesOf(error).some((name) => FOR_GOOD.test(name));
const FOR_GOOD = /SASL|AUTHORIZATION_FAILED|NotImplemented|UNSUPPORTED|INVALID_GROUP_ID|INCONSISTENT_GROUP/;

/** The broker answered, and its answer is no. A broker that is away, or busy electing a leader, has not answered. */
const REFUSED = /SASL|AUTHORIZATION_FAILED|INVALID_TOPIC|INVALID_PARTITIONS|INVALID_REPLICATION_FACTOR|POLICY_VIOLATION/;

export const refusing = async <T>(work: () => Promise<T>): Promise<T> => {
  try {
    return await work();
  } catch (error) {
    const no = namesOf(error).find((name) => REFUSED.test(name));
    throw no === undefined ? error : new Refused(`Kafka refuses (${no}): ${messageOf(error)}`, { cause: error });
  }
};
