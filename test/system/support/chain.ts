import { idNumber, unitCode } from '../../../scripts/examples/numbers.js';
import type { Platform, Who } from './platform.js';

/** One small contest, from the register to the money, through the APIs of all services. */
export interface Chain {
  readonly unit: string;
  /** In the order in which they end: the first two are promoted. */
  readonly workers: readonly string[];
  readonly programme: string;
  readonly enrolment: string;
  readonly drill: string;
  readonly scheme: string;
  readonly competition: string;
  readonly contest: string;
  readonly entries: readonly string[];
  readonly codes: readonly string[];
  readonly sheet: string;
  readonly appeal: string;
  readonly decisions: readonly string[];
  readonly grants: readonly string[];
  /** Of those who were promoted. */
  readonly certificates: readonly string[];
}

/** Names that no other text of the system holds, and what must never lie anywhere in clear. */
export const persons = [
  { name: '欧阳青翎', idNumber: idNumber('310101', '1986-05-04'), staffNumber: 'GH-77001' },
  { name: '司马若渝', idNumber: idNumber('310104', '1988-11-21'), staffNumber: 'GH-77002' },
  { name: '上官云岫', idNumber: idNumber('310105', '1990-02-13'), staffNumber: 'GH-77003' },
  { name: '诸葛映雪', idNumber: idNumber('310106', '1992-07-30'), staffNumber: 'GH-77004' },
] as const;
export const grounds = '第二件的外圆由夏侯师傅复测为合格，请复核。';
export const reasons = '经慕容仲裁员复测，外圆合格，补记零点五分。';
export const resignation = '家中长辈独孤氏病重，无法参赛。';

export const judges = ['judge-1', 'judge-2', 'judge-3'] as const;
export const chief: Who = { role: 'chief-judge', sub: 'chief' };
export const arbitrator: Who = { role: 'arbitrator', sub: 'arbitrator' };
export const workerOf = (worker: string): Who => ({ role: 'worker', sub: worker });

/** 40 marks are measured, 45 measured and 15 judged on the second day. */
const scheme = {
  title: '车工 Turning',
  sections: [{ id: '1', name: '全部 All', marks: '100' }],
  criteria: [
    {
      id: 'A',
      name: '理论 Theory',
      mark: '40',
      kind: 'theory',
      subCriteria: [{ id: 'A1', name: '试卷', day: 1, aspects: [measured('40')] }],
    },
    {
      id: 'B',
      name: '实操 Practical',
      mark: '60',
      kind: 'practical',
      subCriteria: [
        {
          id: 'B1',
          name: '工件',
          day: 2,
          aspects: [measured('45'), { type: 'J', name: '外观', levels: ['无', '差', '中', '好'], section: '1', max: '15' }],
        },
      ],
    },
  ],
};
function measured(max: string) {
  return { type: 'M', name: '尺寸', section: '1', max };
}

const terms = {
  number: 'S01',
  name: { zh: '车工', en: 'Turning' },
  occupation: '6-18-01-01',
  group: 'worker',
  level: 2,
  teamSize: 1,
  quota: 10,
  series: 'shanghai-special-2024',
  class: 'special',
  purpose: 'award',
  pack: { id: 'shanghai-special-2024', version: '1' },
  notice: { workingDays: 1, appealHours: 24 },
  closesOn: '2026-03-20',
  startsOn: '2026-03-28',
  conditions: [{ is: 'one-event' }],
};

interface Done {
  readonly id: string;
}
interface Sheet {
  readonly id: string;
  readonly contest: string;
  readonly code: string;
  readonly part: string;
  readonly kind: 'J' | 'M';
  readonly aspects: readonly string[];
}

/** Who marks, and what a judge gives the n-th code where judgement counts. */
interface Marking {
  readonly panel: readonly string[];
  readonly judged: (judge: string, nth: number) => string;
}

export const playChain = async (platform: Platform, marking: Marking = { panel: judges, judged: () => '2' }): Promise<Chain> => {
  const { ok, settled, moveClock } = platform;
  const post = <T = Done>(path: string, as: Who | Parameters<Platform['token']>[0], body: unknown = {}) =>
    ok<T>('POST', path, { as, body });

  const code = unitCode('91', '310115', 'MA1K4X7T');
  const { id: unit } = await post('/people/units', 'organiser', { name: '浦江精工', code });
  const registered = await post<{ rows: { worker: string }[] }>('/people/workers/resolve', 'organiser', {
    asOf: '2026-03-02',
    purpose: 'spec',
    rows: persons.map((person) => ({ ...person, status: 'worker', unitCode: code })),
  });
  const workers = registered.rows.map(({ worker }) => worker);
  const trained = await recordTraining(platform, workers);
  await post('/certification/skill-records/import', 'certifier', {
    source: 'spec',
    rows: workers.map((worker) => ({ worker, occupation: '6-18-01-01', level: 3, since: '2022-01-10' })),
  });

  const { id: schemeId } = await post('/judging/marking-schemes', 'organiser', scheme);
  await post(`/judging/marking-schemes/${schemeId}/freeze`, 'organiser');
  const { id: competition } = await post('/registration/competitions', 'organiser', {
    number: 'SYS-2026',
    name: { zh: '系统测试', en: 'System test' },
    year: 2026,
  });
  const { id: contest } = await post(`/registration/competitions/${competition}/contests`, 'organiser', {
    ...terms,
    scheme: schemeId,
  });
  await post(`/registration/contests/${contest}/override`, 'organiser', { reason: '按向下取整执行' });
  await settled(); // until registration knows the scheme
  await post(`/registration/competitions/${competition}/announce`, 'organiser');
  await post(`/registration/contests/${contest}/open`, 'organiser');
  await settled();
  const appointed = { chief: 'chief', judges: marking.panel, arbitrators: ['arbitrator'] };
  await post(`/judging/contests/${contest}/panel`, 'organiser', appointed);

  const csv = ['姓名,身份证号', ...persons.map((person) => `${person.name},${person.idNumber}`)].join('\n');
  await ok('POST', `/registration/contests/${contest}/entries/import?mode=all-or-nothing`, {
    as: 'organiser',
    body: csv,
    headers: { 'content-type': 'text/csv' },
  });
  await moveClock('2026-03-20T17:00:00.000Z');
  await post(`/registration/contests/${contest}/close`, 'organiser');
  await post(`/registration/contests/${contest}/screen`, 'organiser');
  await post(`/registration/contests/${contest}/draw/reveal`, 'organiser');
  await post(`/registration/contests/${contest}/codes`, 'custodian');
  await moveClock('2026-03-28T01:00:00.000Z');
  const { items } = await ok<{ items: { id: string; members: { worker: string }[] }[] }>(
    'GET',
    `/registration/contests/${contest}/entries?limit=100`,
  );
  const entries = workers.map((worker) => items.find(({ members }) => members[0]?.worker === worker)?.id ?? '');
  for (const [i, entry] of entries.entries())
    await post(`/registration/entries/${entry}/check-in`, 'organiser', { envelope: i + 1 });
  await post(`/registration/contests/${contest}/start`, 'organiser');
  const { labels } = await ok<{ labels: { envelope: number; code: string }[] }>(
    'GET',
    `/registration/contests/${contest}/labels`,
    { as: 'custodian' },
  );
  const codes = entries.map((_, i) => labels.find(({ envelope }) => envelope === i + 1)?.code ?? '');
  await settled();

  const sheet = await markAll(platform, contest, codes, marking);
  await post(`/judging/contests/${contest}/lock`, chief);
  await settled();
  const appeal = await hear(platform, contest, { worker: workers[2] ?? '', entry: entries[2] ?? '', code: codes[2] ?? '' });
  await moveClock('2026-04-10T01:00:00.000Z');
  await post(`/judging/contests/${contest}/finalise`, chief);
  await settled();

  await moveClock('2026-04-24T01:00:00.000Z');
  await post(`/certification/contests/${contest}/decisions/approve`, 'certifier');
  await settled();
  const decisions = await ok<{ items: { id: string; worker: string }[] }>(
    'GET',
    `/certification/decisions?contest=${contest}&limit=100`,
    { as: 'auditor' },
  );
  await post(`/incentives/contests/${contest}/approve`, 'incentive-officer');
  await settled();
  const grants = await ok<{ items: { id: string; worker: string }[] }>('GET', `/incentives/grants?contest=${contest}&limit=100`, {
    as: 'auditor',
  });
  const certificates = await ok<{ items: { id: string; worker: string }[] }>(
    'GET',
    `/certification/certificates?contest=${contest}&limit=100`,
    { as: 'certifier' },
  );
  return {
    unit,
    workers,
    ...trained,
    scheme: schemeId,
    competition,
    contest,
    entries,
    codes,
    sheet,
    appeal,
    decisions: inOrder(workers, decisions.items),
    grants: inOrder(workers, grants.items),
    certificates: inOrder(workers, certificates.items),
  };
};

const inOrder = (workers: readonly string[], items: readonly { id: string; worker: string }[]): string[] =>
  workers.flatMap((worker) => items.filter((item) => item.worker === worker).map(({ id }) => id));

const recordTraining = async (
  { ok }: Platform,
  workers: readonly string[],
): Promise<Pick<Chain, 'programme' | 'enrolment' | 'drill'>> => {
  const post = (path: string, body: unknown) => ok('POST', path, { as: 'trainer', body });
  const { id: programme } = await post('/training/programmes', {
    code: 'turning',
    name: { zh: '车工', en: 'Turning' },
    occupation: '6-18-01-01',
    hours: '8',
    credits: '1',
    trainers: ['trainer-1'],
  });
  const { id: enrolment } = await post('/training/enrolments', { programme, worker: workers[0] });
  const { id: drill } = await post('/training/drills', {
    worker: workers[0],
    occupation: '6-18-01-01',
    on: '2026-01-23',
    score: '88',
    passed: true,
  });
  return { programme, enrolment, drill };
};

/** Every judge submits every sheet; the later in the list, the fewer marks. */
const markAll = async (
  { ok }: Platform, contest: string, codes: readonly string[], { panel, judged }: Marking,
): Promise<string> => {
  let last = '';
  for (const judge of panel) {
    const as: Who = { role: 'judge', sub: judge };
    const { items } = await ok<{ items: Sheet[] }>('GET', `/judging/sheets?contest=${contest}&limit=500`, { as });
    for (const { id, code, part, kind, aspects } of items) {
      const mark = kind === 'J' ? judged(judge, codes.indexOf(code)) : String(30 - 5 * codes.indexOf(code));
      await ok('POST', `/judging/sheets/${id}/submit`, {
        as,
        body: { contest, code, part, kind, sign: true, marks: aspects.map((aspect) => ({ aspect, mark })) },
      });
      last = id;
    }
  }
  return last;
};

const hear = async (
  { ok, settled }: Platform,
  contest: string,
  { worker, entry, code }: { worker: string; entry: string; code: string },
): Promise<string> => {
  const { id: appeal } = await ok('POST', `/registration/entries/${entry}/appeals`, {
    as: workerOf(worker),
    body: { contested: ['B1.1'], grounds },
  });
  await settled();
  await ok('POST', `/judging/hearings/${appeal}/assign`, { body: { contest, arbitrator: 'arbitrator' } });
  await settled();
  const { items } = await ok<{ items: Sheet[] }>('GET', `/judging/contests/${contest}/sheets?code=${code}`, { as: arbitrator });
  const sheet = items.find(({ kind, part }) => kind === 'M' && part === '2');
  await ok('POST', `/judging/hearings/${appeal}/uphold`, {
    as: arbitrator,
    body: { reasons, amendments: [{ sheet: sheet?.id, marks: [{ aspect: 'B1.1', mark: '20.5' }] }] },
  });
  await settled();
  return appeal;
};
