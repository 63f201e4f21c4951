/** Emmett as one gets it from npm, with the pool that it makes (10 connections, as many as the others have). */
import { getPostgreSQLEventStore } from '@event-driven-io/emmett-postgresql';

export const emmett = async (url) => {
  const store = getPostgreSQLEventStore(url);
  await store.schema.migrate();
  return {
    async append(stream, version, type, data, metadata) {
      await store.appendToStream(stream, [{ type, data, metadata }], {
        expectedStreamVersion: version === 0 ? 'STREAM_DOES_NOT_EXIST' : BigInt(version),
      });
    },
    close: () => store.close(),
  };
};
