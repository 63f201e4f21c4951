import type { Api } from './http.js';

/** Who plays: subjects of the demo's organisation. Judges are in judges.csv, workers are whoever registered. */
export const ORGANISATION = 'demo-organising-committee';

export const cast = {
  organiser: 'demo-organiser',
  custodian: 'demo-custodian',
  chief: 'demo-chief-judge',
  arbitrator: 'demo-arbitrator',
  trainer: 'demo-trainer',
  certifier: 'demo-certifier',
  officer: 'demo-incentive-officer',
  auditor: 'demo-auditor',
  operator: 'demo-operator',
  hr: 'demo-hr',
} as const;

/** Hands out tokens, one a subject and role; asked of the development issuer once each. */
export class Actors {
  private readonly tokens = new Map<string, Promise<string>>();

  constructor(private readonly api: Api) {}

  organiser = (): Promise<string> => this.token(cast.organiser, 'organiser');
  custodian = (): Promise<string> => this.token(cast.custodian, 'custodian');
  chief = (): Promise<string> => this.token(cast.chief, 'chief-judge');
  arbitrator = (): Promise<string> => this.token(cast.arbitrator, 'arbitrator');
  trainer = (): Promise<string> => this.token(cast.trainer, 'trainer');
  certifier = (): Promise<string> => this.token(cast.certifier, 'certifier');
  officer = (): Promise<string> => this.token(cast.officer, 'incentive-officer');
  operator = (): Promise<string> => this.token(cast.operator, 'operator');
  auditor = (): Promise<string> => this.token(cast.auditor, 'auditor');
  hr = (): Promise<string> => this.token(cast.hr, 'hr');
  judge = (subject: string): Promise<string> => this.token(subject, 'judge');
  worker = (id: string): Promise<string> => this.token(id, 'worker');

  private token(subject: string, role: string): Promise<string> {
    const key = `${role} ${subject}`;
    const token = this.tokens.get(key) ?? this.api
      .post<{ token: string }>('/issuer/token', { body: { subject, organisation: ORGANISATION, roles: [role] } })
      .then((answer) => answer.token);
    this.tokens.set(key, token);
    return token;
  }
}
