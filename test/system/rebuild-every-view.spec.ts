import { EventStore, eventStoreGrants } from '#libs/event-store';
import { migrationsOf } from '#libs/service';
import { migrated } from '#libs/testing';
import { rebuildView } from '#libs/views';
import { services } from '../../apps/platform/src/services.js';

/** Whatever tables a view asks for, a rebuild must be able to make them again, beside the live ones. */
describe.each(services.map((service) => [service.name, service] as const))('the views of %s', (_, service) => {
  it('can all be rebuilt', async () => {
    const database = await migrated(migrationsOf(service), eventStoreGrants);
    try {
      const store = new EventStore(database.pool, { kinds: service.aggregates });
      for (const view of service.views) {
        expect(await rebuildView(view, { ownerUrl: database.migrationUrl, store })).toMatchObject({ view: view.name, events: 0 });
      }
    } finally {
      await database.drop();
    }
  });
});
