export { putMany } from './many-rows.js';
export { viewsGrants, viewsMigrations } from './migrations.js';
export { type Rebuilt, type RebuildOptions, rebuildView } from './rebuild.js';
export { isTransient, queryIn, queryOn } from './sql.js';
export { type DueTimer, timer, type TimerRule, timersView, type TimerTerms } from './timer.js';
export { TimerRunner, type TimerRunnerOptions, type TimerState } from './timer-runner.js';
export { type EntityClass, type Handlers, type MigrationClass, type View, view } from './view.js';
export { type ViewLog, ViewRunner, type ViewRunnerOptions, type ViewState } from './view-runner.js';
