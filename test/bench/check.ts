import type pg from 'pg';
import { EventStore } from '#libs/event-store';

/** Follows the store from its beginning: every append that was answered is there, once, in stream order, and nothing else. */
export const checkRecorded = async (pool: pg.Pool, recorded: ReadonlyMap<string, number>): Promise<void> => {
  const store = new EventStore(pool);
  const versions = new Map<string, number>();
  for (let after = 0; ; ) {
    const { events, upTo } = await store.read(after, 5000);
    for (const { stream, version, event } of events) {
      if (version !== (versions.get(stream) ?? 0) + 1) throw new Error(`${stream} has version ${version} out of order`);
      if ((event as { n?: unknown }).n !== version) throw new Error(`${stream} has other data at version ${version}`);
      versions.set(stream, version);
    }
    if (upTo === after) break;
    after = upTo;
  }
  for (const [stream, version] of recorded) {
    const seen = versions.get(stream) ?? 0;
    if (seen !== version) throw new Error(`${stream} was answered ${version} times and holds ${seen} events`);
  }
  if (versions.size > recorded.size) throw new Error(`${versions.size - recorded.size} streams that nobody wrote`);
};
