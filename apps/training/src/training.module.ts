import { text } from '#libs/decider';
import type { ServiceDefinition } from '#libs/service';
import { creditAccount } from './credit-account/credit-account.js';
import { credits } from './credit-account/credit-account.view.js';
import { DrillController } from './drill/drill.http.js';
import { drill } from './drill/drill.js';
import { drills } from './drill/drill.view.js';
import { EnrolmentController } from './enrolment/enrolment.http.js';
import { enrolment } from './enrolment/enrolment.js';
import { enrolments } from './enrolment/enrolment.view.js';
import { ImportController } from './import/imports.http.js';
import { Imports } from './import/imports.js';
import { TrainingFileController } from './me/me.http.js';
import { migrations } from './migrations.js';
import { ProgrammeController } from './programme/programme.http.js';
import { programme } from './programme/programme.js';
import { programmes } from './programme/programme.view.js';
import { published } from './published.js';
import { reactions } from './reactions.js';
import { trainee } from './trainee/trainee.js';
import { merges } from './trainee/trainee.view.js';

export const training: ServiceDefinition = {
  name: 'training',
  title: text('培训与练兵', 'Training and drills'),
  description: text('培训项目、学时、练兵成绩与学分。', 'Programmes, hours, drill results and credits: what comes before a competition.'),
  aggregates: [programme, enrolment, drill, creditAccount, trainee],
  views: [programmes, enrolments, drills, credits, merges],
  published,
  reactions,
  migrations,
  // Imports first: `drills/import` is no id of a drill.
  controllers: [ImportController, ProgrammeController, EnrolmentController, DrillController, TrainingFileController],
  providers: [Imports],
};
