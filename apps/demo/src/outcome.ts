/** What the demo came to: the one document that `npm run demo -- --json` prints. Its schema lies in docs/demo.schema.json. */
import Type, { type Static, type TProperties } from 'typebox';
import { contestKeys } from './examples.js';

const record = <P extends TProperties>(properties: P, description?: string) =>
  Type.Object(properties, { additionalProperties: false, ...(description ? { description } : {}) });
const orNull = <T extends Parameters<typeof Type.Union>[0][number]>(type: T) => Type.Union([type, Type.Null()]);
const words = (description: string) => Type.String({ minLength: 1, description });
const count = (description: string) => Type.Integer({ minimum: 0, description });
const text = () => record({ zh: Type.String({ minLength: 1 }), en: Type.String({ minLength: 1 }) });
const mark = () => Type.String({ pattern: '^(0|[1-9]\\d{0,14})(\\.\\d{1,10})?$', description: 'an exact decimal' });
const rank = () => Type.Integer({ minimum: 1 });
const level = () => Type.Integer({ minimum: 1, maximum: 5, description: '五级 = 5 … 一级 = 1' });
const contest = () => {
  const [turning, netsec, fitting] = contestKeys;
  const keys = [Type.Literal(turning), Type.Literal(netsec), Type.Literal(fitting)] as const;
  return Type.Union([...keys], { description: 'as its files are named' });
};
const entry = () => words('the number of an entry in its contest');
const member = () => Type.Integer({ minimum: 1, description: 'which member of the entry, as its file lists them' });
const place = () => record({ rank: orNull(rank()), total: mark() });

const side = () => record({ rank: orNull(rank()), level: orNull(level()) });
const upDown = () => record({ gained: count('so many'), lost: count('so many') });
const promotion = () => record({
  contest: contest(), entryNumber: entry(), member: member(), rank: rank(), from: orNull(level()), to: level(),
  rule: words('the rule of the pack'), honours: Type.Array(words('honour')), reason: text(),
});
const grant = () => record({
  contest: contest(), entryNumber: entry(), member: member(), rule: words('the money rule of the pack'),
  fen: count('integer fen, CNY'), state: words('where it is in its life'),
});

export const outcomeSchema = Type.Object(
  {
    totals: record({
      units: count('employers and schools'), workers: count('people in the register'), contests: count('contests'),
      badRows: count('rows of the entry files that were reported and not taken'), entries: count('entries taken'),
      turnedAway: count('entries that did not meet the conditions'), ranked: count('entries ranked in the end'),
      sheets: count('sheets submitted, one call each'), marks: count('marks on them'),
      promotions: count('levels reached'), refusals: count('decisions without a level'),
      grants: count('grants approved'), fen: count('their sum, in fen'),
    }),
    contests: Type.Array(record({
      contest: contest(), name: text(), occupation: words('大典 code'),
      group: Type.Union([Type.Literal('worker'), Type.Literal('student')]),
      teamSize: Type.Integer({ minimum: 1 }), level: orNull(level()), pack: words('the policy pack that it was frozen to'),
      overridden: Type.Boolean({ description: 'the pack, or a rule of it, is recalled; a recorded override let it pass' }),
      badRows: Type.Array(record({ line: Type.Integer({ minimum: 1 }), reason: text() })),
      turnedAway: Type.Array(record({ entryNumber: entry(), reasons: Type.Array(text()) })),
      results: Type.Array(record({
        entryNumber: entry(), rank: orNull(rank()), total: mark(),
        criteria: Type.Array(record({ id: words('criterion'), mark: mark() })),
      })),
    }), { description: 'in the order of the files; results by rank' }),
    promotions: Type.Array(promotion(), { description: 'by contest, rank and member' }),
    refusals: Type.Array(record({
      contest: contest(), entryNumber: entry(), member: member(), rank: orNull(rank()),
      holds: orNull(level()), reason: text(),
    }), { description: 'decisions without a level, and why; by contest, rank and member' }),
    grants: Type.Array(grant(), { description: 'by contest, rank and member' }),
    appeal: record({
      contest: contest(), entryNumber: entry(), aspect: words('what it was about'), given: mark(), found: mark(),
      changes: Type.Array(record({
        entryNumber: entry(), before: place(), after: place(), promoted: Type.Boolean({ description: 'in the end' }),
      }), { description: 'whose place it changed; by the place before' }),
    }),
    afterwards: record({
      whatIf: record({
        pack: words('under which it would be decided'), emptyChanges: count('changes of a question that changes nothing'),
        changes: Type.Array(record({ entryNumber: entry(), before: side(), after: side() }), {
          description: 'whose level would differ',
        }),
        levels: upDown(),
        money: record({ gained: count('fen'), lost: count('fen'), recovery: orNull(count('fen that would be owed back')) }),
      }, 'asked, not done'),
      verified: record({
        contest: contest(), entryNumber: entry(), status: words('as the public page said it'),
        maskedName: words('as the public page showed it'),
        level: Type.Integer({
          minimum: 1, maximum: 5, description: 'as the credential said it, verified with the public key alone',
        }),
      }, 'a certificate, before the annulment'),
      annulled: record({
        contest: contest(), entryNumber: entry(), rank: rank(),
        status: words('of the certificate, as the public page says it now'),
        money: Type.Array(
          record({ rule: words('the money rule'), fen: count('integer fen, CNY'), state: words('it had been paid') }),
        ),
        lost: Type.Array(promotion(), { description: 'promotions that fell' }),
        gained: Type.Array(promotion(), { description: 'promotions in their place' }),
        granted: Type.Array(grant(), { description: 'and their money' }),
        decidedBy: orNull(words('how the record says who decided')),
      }, 'a result annulled after the certificates and the first payment, and what followed by itself'),
    }, 'what came after all that is told above, which it leaves as it was'),
  },
  {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    $id: 'https://jinji.dev/schemas/demo.json',
    title: 'What `npm run demo -- --json` prints',
    description: 'Business facts only: no generated ids, times, serial numbers or codes; sorted: two runs are byte-identical.',
    additionalProperties: false,
  },
);

export type Outcome = Static<typeof outcomeSchema>;
/** Of the competition itself. */
export type Collected = Omit<Outcome, 'afterwards'>;
export type Text = { zh: string; en: string };
