import kafkajs from 'kafkajs';
import { clientOf, type KafkaAccess } from './access.js';
import { isForGood } from './errors.js';

/**
 * kafkajs asks one broker after the other for a group's coordinator and forgets why each said no: a right that is missing then
 * looks like a broker that is away. Its log for debugging knows. Undefined where the reason is none that lasts.
 */
export const whyNoCoordinator = async (access: KafkaAccess, group: string): Promise<Error | undefined> => {
  let why: Error | undefined;
  const kafka = clientOf(access, 'jinji', {
    logLevel: kafkajs.logLevel.DEBUG,
    logCreator: () => ({ log }) => {
      const { error } = log as { error?: unknown };
      if (log.message.startsWith('Tried to find group coordinator') && error instanceof Error && isForGood(error)) why = error;
    },
  });
  const admin = kafka.admin();
  try {
    await admin.connect();
    await admin.describeGroups([group]);
  } catch {
    // what it is worth is in the log
  } finally {
    await admin.disconnect().catch(() => undefined);
  }
  return why;
};

export const isWithoutCoordinator = (error: unknown): boolean => {
  for (let at = error; at instanceof Error; at = at.cause) if (at.name === 'KafkaJSGroupCoordinatorNotFound') return true;
  return false;
};
