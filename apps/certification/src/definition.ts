import { text } from '#libs/decider';
import type { ServiceDefinition } from '#libs/service';
import { timer } from '#libs/views';
import { CertificateController } from './certificate/certificate.http.js';
import { certificate } from './certificate/certificate.js';
import { Certificates } from './certificate/certificates.js';
import { certificatesView } from './certificate/certificates-view.js';
import { series } from './certificate/series.js';
import { codesView } from './contest/codes-view.js';
import { contest } from './contest/contest.js';
import { CredentialController } from './credential/credential.http.js';
import { Holders } from './credential/holders.js';
import { DecisionController } from './decision/decision.http.js';
import { decision } from './decision/decision.js';
import { InPersonController } from './decision/in-person.http.js';
import { Decisions } from './decision/decisions.js';
import { decisionsView } from './decision/decisions-view.js';
import { file } from './file/file.js';
import { hrView } from './hr/hr-view.js';
import { HrController } from './hr/hr.http.js';
import { IssuerKeyController } from './issuer-key/issuer-key.http.js';
import { issuerKeys } from './issuer-key/issuer-key.js';
import { IssuerKeys } from './issuer-key/issuer-keys.js';
import { MeController } from './me/me.http.js';
import { certificationMigrations } from './migrations.js';
import { PoliciesController } from './policies/policies.http.js';
import { certificationPublished } from './published.js';
import { certificationReactions } from './reactions.js';
import { decisionRun } from './run/decision-run.js';
import { CertificateJob, DecisionRunJob, RefoldJob, ShredJob } from './run/jobs.js';
import { Tasks, tasksView } from './run/tasks-view.js';
import { Site } from './site.js';
import { SkillRecordController } from './skill-record/skill-record.http.js';
import { skillRecord } from './skill-record/skill-record.js';
import { SkillRecords } from './skill-record/skill-records.js';
import { Imagined } from './what-if/imagined.js';
import { WhatIfController } from './what-if/what-if.http.js';
import { StatusListController } from './status-list/status-list.http.js';
import { statusList } from './status-list/status-list.js';
import { StatusLists } from './status-list/status-lists.js';
import { VerifyController } from './verify/verify.http.js';

const publicNotice = timer({
  name: 'public-notice',
  aggregate: decision,
  set: {
    PromotionProposed: ({ noticeUntil }) => noticeUntil,
  },
  clear: ['NoticeEnded', 'PromotionRejected', 'PromotionSuperseded', 'PromotionRevoked'],
  command: (due) => ({ type: 'EndNotice', due }),
});

export const certification: ServiceDefinition = {
  name: 'certification',
  title: text('晋级', 'Certification'),
  description: text(
    '按冻结的政策包，由最终成绩自动提出晋级决定；公示、批准后发证，并能逐条说明理由。',
    'Final results become promotion decisions by the frozen policy pack: on notice, approved, certified, explained by rule.',
  ),
  aggregates: [decision, certificate, skillRecord, contest, file, decisionRun, series, statusList, issuerKeys],
  // A worker's file spans organisations: each sees what concerns it in its own decisions.
  conceal: ({ aggregate, event: { type: _, ...data } }) =>
    (aggregate !== file.name ? data : 'contest' in data && typeof data.contest === 'string' ? { contest: data.contest } : {}),
  views: [decisionsView, certificatesView, hrView, codesView, tasksView],
  timers: [publicNotice],
  published: certificationPublished,
  reactions: certificationReactions,
  jobs: [DecisionRunJob, RefoldJob, CertificateJob, ShredJob],
  migrations: certificationMigrations,
  controllers: [
    DecisionController, InPersonController, CertificateController, CredentialController, VerifyController, StatusListController, IssuerKeyController,
    SkillRecordController, MeController, HrController, PoliciesController, WhatIfController,
  ],
  providers: [Decisions, Tasks, SkillRecords, Certificates, Holders, IssuerKeys, StatusLists, Site, Imagined],
};
