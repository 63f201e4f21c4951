import kafkajs, { type Admin, type Kafka } from 'kafkajs';
import { pause, sleep } from '../backoff.js';
import type { PartitionLag } from '../bus.js';

/** The committed places first and the ends after them: a lag of 0 is never one that has grown meanwhile. */
export const lagOf = async (admin: Admin, group: string, topics: readonly string[]): Promise<readonly PartitionLag[]> => {
  if (topics.length === 0) return [];
  const committed = new Map<string, number>();
  for (const { topic, partitions } of await patiently(() => admin.fetchOffsets({ groupId: group, topics: [...topics] })))
    for (const { partition, offset } of partitions) committed.set(`${topic} ${partition}`, Number(offset));
  const endsOf = async (topic: string) => ({ topic, ends: await patiently(() => admin.fetchTopicOffsets(topic)) });
  const heads = await Promise.all([...topics].sort().map(endsOf));
  const held = await heldIn(admin, group);
  return heads.flatMap(({ topic, ends }) =>
    ends.map(({ partition, low, high }) => {
      // A group that has committed nothing, or long ago, begins with what is still there.
      const from = Math.max(Number(low), committed.get(`${topic} ${partition}`) ?? 0);
      return {
        topic, partition, committed: from, head: Number(high), lag: Number(high) - from, held: held.has(`${topic} ${partition}`),
      };
    }).sort((a, b) => a.partition - b.partition));
};

/** What the group's members hold, as the coordinator has told them. */
const heldIn = async (admin: Admin, group: string): Promise<ReadonlySet<string>> => {
  const { groups } = await patiently(() => admin.describeGroups([group]));
  const assignments = groups.flatMap(({ members }) => members.flatMap(({ memberAssignment }) =>
    memberAssignment.length === 0 ? [] : [kafkajs.AssignerProtocol.MemberAssignment.decode(memberAssignment)]));
  return new Set(assignments.flatMap((each) =>
    Object.entries(each?.assignment ?? {}).flatMap(([topic, partitions]) => partitions.map((one) => `${topic} ${one}`))));
};

/** A member that joins alone, commits the beginning of every partition and leaves. */
export const rewindGroup = async (kafka: Kafka, admin: Admin, group: string, topics: readonly string[]): Promise<void> => {
  const { groups: [description] } = await patiently(() => admin.describeGroups([group]));
  const state = description?.state ?? 'Dead';
  if (state !== 'Empty' && state !== 'Dead')
    throw new Error(`the group ${group} is at work: stop its consumers before it reads again from the beginning`);
  const starts = await Promise.all(topics.map(async (topic) =>
    (await admin.fetchTopicOffsets(topic)).map(({ partition, low }) => ({ topic, partition, offset: low }))));
  const consumer = kafka.consumer({
    groupId: group, maxWaitTimeInMs: 100, allowAutoTopicCreation: false, retry: { restartOnFailure: async () => false },
  });
  try {
    await consumer.connect();
    await consumer.subscribe({ topics: [...topics], fromBeginning: true });
    const joined = new Promise<number>((resolve, reject) => {
      consumer.on(consumer.events.GROUP_JOIN, ({ payload }) =>
        resolve(Object.values(payload.memberAssignment).reduce((sum, partitions) => sum + partitions.length, 0)));
      consumer.on(consumer.events.CRASH, ({ payload }) => reject(payload.error));
    });
    await consumer.run({ autoCommit: false, eachBatchAutoResolve: false, eachBatch: async () => undefined });
    if ((await joined) < starts.flat().length) throw new Error(`another consumer joined the group ${group} meanwhile`);
    await consumer.commitOffsets(starts.flat());
  } finally {
    await consumer.disconnect().catch(() => undefined);
  }
};

/** A coordinator or a leader that has just started, or moved, asks for some seconds of patience. */
const patiently = async <T>(work: () => Promise<T>): Promise<T> => {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await work();
    } catch (error) {
      const type = error instanceof Error && 'type' in error ? String(error.type) : '';
      if (attempt === 8 || !/COORDINATOR|GROUP_LOAD_IN_PROGRESS|NOT_LEADER/.test(type)) throw error;
      await sleep(pause(attempt, 100, 1_000));
    }
  }
};
