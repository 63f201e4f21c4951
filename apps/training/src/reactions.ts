import { on, type Reaction } from '#libs/service';
import { trainee } from './trainee/trainee.js';

export const reactions: readonly Reaction[] = [
  on('jinji.worker.merged.v1', ({ data: { worker, into } }, work) => work.decide(trainee, worker, { type: 'Merge', into })),
  on('jinji.worker.erased.v1', async ({ data: { worker } }, work) => {
    await work.decide(trainee, worker, { type: 'Erase' });
    await work.vault.shred(work.query, worker); // the reasons of that worker's withdrawals
  }),
];
