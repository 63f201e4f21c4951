import { Injectable } from '@nestjs/common';
import { DataSource, In, MoreThan } from 'typeorm';
import { Refusal, text, WrongState } from '#libs/decider';
import { type Caller, NotFound, type Page, pageOf, readCursor } from '#libs/web';
import { type FrozenScheme, Schemes } from '../marking-scheme/schemes.js';
import { type AppointedPanel, seatOf } from '../panel/panel.js';
import type { Desk } from '../result/compute.js';
import type { SheetAspect, SheetKey, Scoresheet } from '../scoresheet/scoresheet.js';
import { type SheetKind, sheetId } from '../scoresheet/sheet-id.js';
import { known, running } from './contest.js';
import { CodeRow, ContestRow, SheetRow } from './desk.view.js';
import { measurerOf, sits } from './expected.js';

export interface AskedSheet {
  readonly contest: string;
  readonly code: string;
  readonly part: string;
  readonly kind: SheetKind;
}

export interface OwnSheet {
  readonly key: SheetKey;
  readonly aspects: readonly SheetAspect[];
}

/** What the views know of the marking. They may be a moment late: what must be certain is read from the streams. */
@Injectable()
export class MarkingDesk {
  constructor(
    private readonly db: DataSource,
    private readonly schemes: Schemes,
  ) {}

  async contests(
    { limit = 50, cursor }: { limit?: number; cursor?: string }, { organisation }: Caller
  ): Promise<Page<ContestRow>> {
    const [after] = readCursor(cursor, 1) ?? [];
    const rows = await this.db.manager.find(ContestRow, {
      where: {
        organisation, ...(typeof after === 'string' ? { id: MoreThan(after) } : {})
      }, order: { id: 'ASC' }, take: limit + 1,
    });
    return pageOf(rows, limit, ({ id }) => [id]);
  }

  async contest(id: string, { organisation }: Caller): Promise<ContestRow> {
    const row = await this.db.manager.findOneBy(ContestRow, { id, organisation });
    if (!row) throw new NotFound('contest', id);
    return row;
  }

  /** The whole desk, as the pure functions want it. */
  async desk(id: string, caller: Caller): Promise<Desk & { readonly frozen: FrozenScheme }> {
    const row = await this.contest(id, caller);
    const frozen = await this.schemes.frozenScheme(row.scheme);
    const codes = await this.db.manager.find(CodeRow, { where: { contest: id }, order: { ordinal: 'ASC' } });
    const voided = Object.fromEntries(codes.flatMap(({ code, voided: because }) => (because === null ? [] : [[code, because]])));
    const contest = known({
      is: row.state, organisation: row.organisation, number: row.number, name: row.name, scheme: { id: row.scheme, digest: '' },
      codes: codes.map(({ code }) => code), voided, notice: null, appeals: {},
    });
    return { id, contest, scheme: frozen.scheme, panel: appointed(row), frozen };
  }

  async sheets(contest: string, of: { code?: string; ids?: readonly string[] } = {}): Promise<readonly SheetRow[]> {
    return this.db.manager.find(SheetRow, {
      where: { contest, ...(of.code === undefined ? {} : { code: of.code }), ...(of.ids ? { id: In([...of.ids]) } : {}) },
      order: { id: 'ASC' },
    });
  }

  async states(contest: string): Promise<ReadonlyMap<string, Scoresheet>> {
    return new Map((await this.sheets(contest)).map((row) => [row.id, filledOf(row)]));
  }

  /** One query on the hot path: may this judge fill this sheet, and what does it ask for? */
  async ownSheet(id: string, { contest, code, part, kind }: AskedSheet, caller: Caller): Promise<OwnSheet> {
    const judge = caller.subject;
    if (id !== sheetId(contest, code, part, kind, judge)) throw new NotFound('scoresheet', id);
    const [row] = await this.db.manager.query<(Pick<ContestRow, 'scheme' | 'state' | 'panel'> & Partial<CodeRow>)[]>(
      `SELECT c.scheme, c.state, c.panel, k.code, k.ordinal, k.voided FROM contests c
       LEFT JOIN contest_codes k ON k.contest = c.id AND k.code = $2 WHERE c.id = $1 AND c.organisation = $3`,
      [contest, code, caller.organisation],
    );
    if (!row) throw new NotFound('contest', contest);
    running({ is: row.state });
    if (typeof row.ordinal !== 'number') throw unknownCode(code);
    if (row.voided)
      throw new Refusal('code-void', text(`编号 ${code} 已作废`, `code ${code} is void`), text('请为另一编号评分', 'mark another code'));
    const scheme = await this.schemes.frozenScheme(row.scheme);
    const aspects = scheme.aspects(part, kind);
    if (aspects.length === 0) throw new NotFound('scoresheet', id);
    const panel = appointed(row);
    const seat = seatOf(panel, judge);
    if (!seat || !sits(seat, code))
      throw new Refusal(
        'not-on-panel', text('您不评这份作品', 'you do not mark this code'), text('请用 GET /sheets 查看您的评分表', 'see GET /sheets for yours')
      );
    const place = scheme.parts.findIndex((one) => one.id === part);
    if (kind === 'M' && measurerOf(panel, part, code, row.ordinal + place) !== judge)
      throw new Refusal(
        'measurement-not-yours', text('该测量表由另一位裁判录入', 'another judge enters this measurement'),
        text('可由裁判长指派给您', 'the chief judge may assign it to you')
      );
    return { key: { organisation: caller.organisation, contest, code, part, kind, judge }, aspects };
  }
}

export const filledOf = ({ id: _, state, version: _v, ...sheet }: SheetRow): Scoresheet => ({ is: state, ...sheet });

const appointed = ({ panel }: Pick<ContestRow, 'panel'>): AppointedPanel => {
  if (panel.is === 'none')
    throw new WrongState('panel-unknown', text('尚未任命裁判组', 'no panel was appointed'), text('请任命一名', 'appoint one'));
  return panel;
};

export const unknownCode = (code: string): Refusal =>
  new Refusal(
    'code-unknown', text(`本赛项没有编号 ${code}`, `the contest has no code ${code}`), text('请使用本赛项的编号', 'use a code of this contest'),
  );

/** The chief judge of this very contest: the role alone is not enough. */
export const chiefOnly = ({ chief }: AppointedPanel, caller: Caller): void => {
  if (chief !== caller.subject)
    throw new Refusal(
      'not-the-chief-judge', text('您不是本赛项的裁判长', 'you are not the chief judge of this contest'),
      text('请询问裁判长', 'ask the chief judge')
    );
};
