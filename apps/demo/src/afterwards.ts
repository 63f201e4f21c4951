/**
 * What comes later. Somebody asks what another pack would have given, and nothing changes. Anybody verifies a
 * certificate, online and offline. Then, when all is certified and the first money is paid, a result is annulled: it runs down
 * the same chain, and somebody else is promoted, who would rather have a person decide than a program.
 */
import { createLocalJWKSet, type JSONWebKeySet, jwtVerify } from 'jose';
import type { Instant } from '#libs/decider';
import type { Actors } from './actors.js';
import { entriesOf, type EntryItem } from './competition.js';
import { ofContest, type Played } from './collect.js';
import type { ContestKey } from './examples.js';
import type { Api } from './http.js';
import type { Outcome } from './outcome.js';
import { approveGrants, approvePromotions } from './promotion.js';
import { moveClock, settle } from './settle.js';

type Afterwards = Outcome['afterwards'];
type Promotion = Outcome['promotions'][number];

interface Certificate { readonly id: string; readonly number: string; readonly worker: string }
interface Grant {
  readonly id: string; readonly worker: string; readonly rule: string; readonly fen: number; readonly state: string
}

/** The notice of whoever is promoted in place of another is over by then. */
const DECIDED_AGAIN: Instant = '2026-05-18T01:00:00.000Z';
const CONTEST: ContestKey = 'turning';
const ANNULLED_RANK = 8;
const OTHER_PACK = { id: 'tianjin-municipal-1', version: '1' };

export const playAfterwards = async (api: Api, actors: Actors, played: Played): Promise<Afterwards> => {
  const before = await ofContest(api, actors, CONTEST, played);
  const contest = played.contests[CONTEST];
  const found = before.promotions.find(({ rank }) => rank === ANNULLED_RANK);
  if (!found) throw new Error(`nobody of rank ${ANNULLED_RANK} was promoted`);
  const entries = await entriesOf(api, actors, contest);
  const entry = entries.find(({ number }) => number === found.entryNumber) as EntryItem;
  const worker = entry.members[0]?.worker ?? '';
  const certificate = await certificateOf(api, actors, contest, worker);
  const verified = await verify(api, actors, certificate, worker);
  const whatIf = await ask(api, actors, contest);

  const officer = await actors.officer();
  for (const { id } of await grantsOf(api, actors, contest, worker))
    await api.post(`/incentives/grants/${id}/pay`, {
      token: officer, key: `pay/${id}`, body: { reference: 'bank 2026-0420-0008' },
    });
  await api.post(`/registration/entries/${entry.id}/annul`, {
    token: await actors.organiser(), key: 'annul', body: { reason: '事后查明使用了禁用的夹具 A forbidden fixture, found out later' },
  });
  await settle(api, actors);
  await moveClock(api, actors, DECIDED_AGAIN);
  const decidedBy = await decideInPerson(api, actors, contest);
  await approvePromotions(api, actors, played.contests, ' again');
  await settle(api, actors);
  await approveGrants(api, actors, played.contests, ' again');
  await settle(api, actors);

  const after = await ofContest(api, actors, CONTEST, played);
  return {
    whatIf,
    verified: { contest: CONTEST, entryNumber: found.entryNumber, ...verified },
    annulled: {
      contest: CONTEST, entryNumber: found.entryNumber, rank: ANNULLED_RANK,
      status: await statusOf(api, certificate),
      money: (await grantsOf(api, actors, contest, worker)).map(({ rule, fen, state }) => ({ rule, fen, state })),
      lost: missingIn(after.promotions, before.promotions),
      gained: missingIn(before.promotions, after.promotions),
      granted: missingIn(before.grants, after.grants),
      decidedBy,
    },
  };
};

interface Side { readonly rank: number | null; readonly level: number | null }
type WhatIf = Pick<Afterwards['whatIf'], 'changes' | 'levels' | 'money'>;

/** Whose level it would change if another city's pack had been announced; and that an empty question has no answer. */
const ask = async (api: Api, actors: Actors, contest: string): Promise<Afterwards['whatIf']> => {
  const token = await actors.certifier();
  const asked = (body: object): Promise<WhatIf> => api.post('/certification/what-if', { token, body: { contest, ...body } });
  const { changes, levels, money } = await asked({ pack: OTHER_PACK });
  const side = ({ rank, level }: Side): Side => ({ rank, level });
  return {
    pack: `${OTHER_PACK.id}@${OTHER_PACK.version}`,
    emptyChanges: (await asked({})).changes.length,
    changes: changes.filter(({ before, after }) => before.level !== after.level)
      .map(({ entryNumber, before, after }) => ({ entryNumber, before: side(before), after: side(after) })),
    levels: { gained: levels.gained, lost: levels.lost },
    money: { gained: money.gained, lost: money.lost, recovery: money.recovery },
  };
};

/** Whose decision waits for approval now refuses that automation alone decides; a certifier does, by name and with reasons. */
const decideInPerson = async (api: Api, actors: Actors, contest: string): Promise<string | null> => {
  const certifier = await actors.certifier();
  const path = `/certification/decisions?contest=${contest}&state=awaiting`;
  const [waiting] = await api.all<{ id: string; worker: string }>(path, { token: certifier });
  if (!waiting) throw new Error('nobody is decided again');
  const decision = `/certification/decisions/${waiting.id}`;
  await api.post(`${decision}/refuse-automation`, {
    token: await actors.worker(waiting.worker), key: 'refuse-automation',
    body: { statement: '我不同意仅由自动化方式作出决定 I do not want this decided by automation alone' },
  });
  await api.post(`${decision}/decide-in-person`, {
    token: certifier, key: 'decide-in-person',
    body: { outcome: 'confirmed', reasons: '核对成绩与名次无误 Marks and rank were checked by hand' },
  });
  return (await api.get<{ inPerson: string | null }>(`${decision}/explanation`, { token: certifier, language: 'en' })).inPerson;
};

const missingIn = <T extends Pick<Promotion, 'entryNumber' | 'member'>>(some: readonly T[], all: readonly T[]): T[] =>
  all.filter((one) => !some.some(({ entryNumber, member }) => entryNumber === one.entryNumber && member === one.member));

const certificateOf = async (api: Api, actors: Actors, contest: string, worker: string): Promise<Certificate> => {
  const path = `/certification/certificates?contest=${contest}&worker=${worker}`;
  const [one] = await api.all<Certificate>(path, { token: await actors.auditor() });
  if (!one) throw new Error('no certificate was issued');
  return one;
};

const grantsOf = async (api: Api, actors: Actors, contest: string, worker: string): Promise<readonly Grant[]> =>
  (await api.all<Grant>(`/incentives/grants?contest=${contest}`, { token: await actors.auditor() }))
    .filter((grant) => grant.worker === worker);

/** As anybody may ask who holds the number. */
const statusOf = async (api: Api, { number }: Certificate): Promise<string> =>
  (await api.get<{ status: string }>(`/verify/${number}`)).status;

/** By its page; and as the holder shows it to somebody who has nothing but the issuer's public keys. */
const verify = async (api: Api, actors: Actors, certificate: Certificate, worker: string) => {
  const { status, name } = await api.get<{ status: string; name: { name: string } }>(`/verify/${certificate.number}`);
  const credential = await api.get<string>(`/certification/certificates/${certificate.id}/credential`, {
    token: await actors.worker(worker),
  });
  const keys = createLocalJWKSet(await api.get<JSONWebKeySet>('/certification/.well-known/jwks.json'));
  const { payload } = await jwtVerify<{ credentialSubject: { certificate: { number: string; level: number } } }>(
    credential, keys, { typ: 'vc+jwt' },
  );
  const { number, level } = payload.credentialSubject.certificate;
  if (number !== certificate.number) throw new Error('the credential is of another certificate');
  return { status, maskedName: name.name, level };
};
