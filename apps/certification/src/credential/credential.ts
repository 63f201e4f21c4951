/**
 * Credential (可验证凭证): a certificate as a W3C Verifiable Credential (data model 2.0), for whoever is shown it to verify
 * offline. It is made when it is asked for, with the name as it is then, and is not kept.
 */
import type { Text } from '#libs/decider';
import { levelName } from '#libs/policy';
import type { CertificateTerms, StatusEntry } from '../certificate/certificate.js';

export interface Subject { readonly name: string; readonly maskedIdNumber: string | null }

/** What a certificate says, of whoever asks. */
export interface Facts {
  readonly terms: CertificateTerms;
  /** The event (赛项) as it was announced, which stands for the job type (工种). */
  readonly jobType: Text | null;
}

export interface Places {
  readonly issuer: string;
  readonly verify: string;
  readonly statusList: (purpose: 'revocation' | 'suspension') => string;
}

const spoken = ({ zh, en }: Text): object[] => [{ '@value': zh, '@language': 'zh' }, { '@value': en, '@language': 'en' }];

/** The data model's part of the token; what signs it adds the rest. */
export const credentialOf = (
  { terms, jobType }: Facts, subject: Subject, { index }: StatusEntry, { issuer, verify, statusList }: Places,
): Record<string, unknown> => ({
  // The second says what our own terms mean, without anything to fetch.
  '@context': ['https://www.w3.org/ns/credentials/v2', { '@vocab': 'https://jinji.dev/vocabulary#' }],
  id: verify,
  type: ['VerifiableCredential', 'SkillLevelCertificate'],
  issuer: terms.issuer === null ? { id: issuer } : { id: issuer, name: spoken(terms.issuer.name), bodyCode: terms.issuer.code },
  validFrom: `${terms.on}T00:00:00+08:00`,
  credentialSubject: {
    type: 'Person',
    name: subject.name,
    ...(subject.maskedIdNumber === null ? {} : { idType: 'resident-identity-card', maskedIdNumber: subject.maskedIdNumber }),
    certificate: {
      number: terms.number, occupation: terms.occupation, ...(jobType === null ? {} : { jobType: spoken(jobType) }),
      level: terms.level, levelName: spoken(levelName(terms.level)), issuedOn: terms.on,
    },
  },
  credentialStatus: (['revocation', 'suspension'] as const).map((statusPurpose) => {
    const statusListCredential = statusList(statusPurpose);
    return {
      id: `${statusListCredential}#${index}`, type: 'BitstringStatusListEntry', statusPurpose,
      statusListIndex: String(index), statusListCredential,
    };
  }),
});
