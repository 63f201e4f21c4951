import { text } from '#libs/decider';
import type { ServiceDefinition } from '#libs/service';
import { timer } from '#libs/views';
import { decision } from './decision/decision.js';
import { GrantController } from './grant/grant.http.js';
import { grant, windowEnd } from './grant/grant.js';
import { Grants } from './grant/grants.js';
import { grantsView } from './grant/grants-view.js';
import { LedgerController } from './ledger/ledger.http.js';
import { ledgerView } from './ledger/ledger-view.js';
import { incentivesMigrations } from './migrations.js';
import { incentivesPublished } from './published.js';
import { incentivesReactions } from './reactions.js';
import { WhatIfController } from './what-if/what-if.http.js';
import { worker } from './worker/worker.js';

const claimWindow = timer({
  name: 'claim-window',
  aggregate: grant,
  set: { GrantProposed: ({ claimBy }) => (claimBy === null ? null : windowEnd(claimBy)) },
  clear: ['GrantApproved', 'GrantRefused', 'GrantLapsed', 'GrantExpired'],
  command: () => ({ type: 'Expire' }),
});

export const incentives: ServiceDefinition = {
  name: 'incentives',
  title: text('激励', 'Incentives'),
  description: text(
    '按已批准的晋级决定提出奖补，审批、发放；决定被撤销时追回。',
    'Grants that follow approved promotion decisions: approved, paid, and recovered when the decision falls.',
  ),
  aggregates: [grant, decision, worker],
  views: [grantsView, ledgerView],
  timers: [claimWindow],
  published: incentivesPublished,
  reactions: incentivesReactions,
  migrations: incentivesMigrations,
  controllers: [GrantController, LedgerController, WhatIfController],
  providers: [Grants],
};
