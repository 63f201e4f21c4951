import { text } from '#libs/decider';
import type { ServiceDefinition } from '#libs/service';
import { AccessLogController } from './access-log/access-log.http.js';
import { AccessLog } from './access-log/log.js';
import { HolderController } from './lookup/holder.http.js';
import { Lookup } from './lookup/lookups.js';
import { migrations } from './migrations.js';
import { published } from './published.js';
import { reactions } from './reactions.js';
import { Identities } from './register/identities.js';
import { RegisterController } from './register/register.http.js';
import { Register } from './register/mint-or-find.js';
import { UnitController } from './unit/unit.http.js';
import { unit } from './unit/unit.js';
import { units } from './unit/unit.view.js';
import { Records } from './worker/records.js';
import { MeController, WorkerController } from './worker/worker.http.js';
import { worker } from './worker/worker.js';
import { workers } from './worker/worker.view.js';

export const people: ServiceDefinition = {
  name: 'people',
  title: text('人员', 'People'),
  description: text(
    '劳动者与单位的登记处：只有这里知道编号背后是谁。姓名、身份证号、工号均加密保存。',
    'The register of workers and units: the one place that knows who is behind an id. Names, ID numbers and staff numbers ' +
      'are encrypted, a key a person.',
  ),
  aggregates: [worker, unit],
  views: [workers, units],
  published,
  reactions,
  migrations,
  controllers: [RegisterController, WorkerController, HolderController, UnitController, AccessLogController, MeController],
  providers: [Register, Identities, Records, Lookup, AccessLog],
};
