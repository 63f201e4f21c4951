import { text } from '#libs/decider';
import type { ServiceDefinition } from '#libs/service';
import { AppealController } from './appeal/appeal.http.js';
import { appeal } from './appeal/appeal.js';
import { appealsView } from './appeal/appeal.view.js';
import { CompetitionController } from './competition/competition.http.js';
import { competition } from './competition/competition.js';
import { ContestController } from './contest/contest.http.js';
import { contest } from './contest/contest.js';
import { contestsView } from './contest/contest.view.js';
import { DrawController } from './draw/draw.http.js';
import { draw } from './draw/draw.js';
import { drawsView } from './draw/draw.view.js';
import { EntryController } from './entry/entry.http.js';
import { entry } from './entry/entry.js';
import { entriesView } from './entry/entry.view.js';
import { ExportController } from './export/export.http.js';
import { EntriesImport } from './import/import-entries.js';
import { MeController } from './me/me.http.js';
import { person } from './memory/person.js';
import { result } from './memory/result.js';
import { scheme } from './memory/scheme.js';
import { migrations } from './migrations.js';
import { People } from './people.js';
import { registrationPublished } from './published.js';
import { reactions } from './reactions.js';
import { ResultController } from './result/result.http.js';
import { resultsView } from './result/result.view.js';
import { ReadStandings } from './result/standings.js';
import { roster } from './roster/roster.js';
import { SealController } from './seal/seal.http.js';
import { seal } from './seal/seal.js';
import { timers } from './timers.js';

export const registration: ServiceDefinition = {
  name: 'registration',
  title: text('报名', 'Registration'),
  description: text(
    '大赛与赛项的一生：报名、资格审查、抽签、密封编号、公示与申诉。密封开启前，任何接口都不透露编号属于谁。',
    'The life of competitions and contests: entries, screening, the draw, sealed codes, public notice and appeals. ' +
      'Until the seal opens, no route tells whose a code is.',
  ),
  aggregates: [competition, contest, entry, roster, seal, draw, appeal, person, scheme, result],
  views: [contestsView, entriesView, resultsView, appealsView, drawsView],
  timers,
  published: registrationPublished,
  reactions,
  migrations,
  // The list of codes alone betrays nobody, but a history is no place to read it from: the opening tells each code.
  conceal: ({ event: { type, ...data } }) => (type === 'CodeSealed' ? {} : data),
  controllers: [
    CompetitionController, ContestController, EntryController, SealController, DrawController, AppealController, ResultController,
    ExportController,
    MeController,
  ],
  providers: [People, EntriesImport, ReadStandings],
};
