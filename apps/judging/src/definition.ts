import { text } from '#libs/decider';
import type { ServiceDefinition } from '#libs/service';
import { contest } from './contest/contest.js';
import { ContestController } from './contest/contest.http.js';
import { deskView } from './contest/desk.view.js';
import { MarkingDesk } from './contest/marking-desk.js';
import { hearing } from './hearing/hearing.js';
import { HearingController } from './hearing/hearing.http.js';
import { Hearings } from './hearing/hearings.js';
import { hearingsView } from './hearing/hearings.view.js';
import { markingScheme } from './marking-scheme/marking-scheme.js';
import { MarkingSchemeController } from './marking-scheme/marking-scheme.http.js';
import { Schemes } from './marking-scheme/schemes.js';
import { schemesView } from './marking-scheme/schemes.view.js';
import { judgingMigrations } from './migrations.js';
import { panel } from './panel/panel.js';
import { RecusalController } from './panel/recusal.http.js';
import { Recusals } from './panel/recusals.js';
import { PanelController } from './panel/panel.http.js';
import { judgingPublished } from './published.js';
import { judgingReactions } from './reactions.js';
import { Closing } from './result/closing.js';
import { result } from './result/result.js';
import { ResultController } from './result/result.http.js';
import { resultsView } from './result/results.view.js';
import { scoresheet } from './scoresheet/scoresheet.js';
import { ScoresheetController } from './scoresheet/scoresheet.http.js';
import { Imagined } from './what-if/imagined.js';
import { WhatIfController } from './what-if/what-if.http.js';

export const judging: ServiceDefinition = {
  name: 'judging',
  title: text('比武', 'Judging'),
  description: text(
    '评分标准、裁判组、评分表、成绩与仲裁；只知道密封编号，不知道是谁。',
    'Marking schemes, panels, scoresheets, results and hearings; it knows sealed codes, never who is behind one.',
  ),
  aggregates: [markingScheme, contest, panel, scoresheet, result, hearing],
  views: [schemesView, deskView, hearingsView, resultsView],
  published: judgingPublished,
  reactions: judgingReactions,
  migrations: judgingMigrations,
  controllers: [
    MarkingSchemeController, PanelController, RecusalController, ScoresheetController, ContestController, HearingController,
    ResultController, WhatIfController,
  ],
  providers: [Schemes, MarkingDesk, Closing, Hearings, Recusals, Imagined],
};
