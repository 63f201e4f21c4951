import { Injectable } from '@nestjs/common';
import { DataSource, MoreThan } from 'typeorm';
import { WrongState, text } from '#libs/decider';
import { Reader } from '#libs/service';
import { type Caller, type Page, pageOf, readCursor } from '#libs/web';
import type { SheetAspect } from '../scoresheet/scoresheet.js';
import type { SheetKind } from '../scoresheet/sheet-id.js';
import { markingScheme } from './marking-scheme.js';
import { type Part, parts, type Scheme } from './scheme.js';
import { SchemeRow } from './schemes.view.js';

/** A frozen scheme, and what its sheets ask for. */
export interface FrozenScheme {
  readonly scheme: Scheme;
  readonly parts: readonly Part[];
  readonly aspects: (part: string, kind: SheetKind) => readonly SheetAspect[];
}

const KEPT = 50;

/** Frozen schemes do not change, so thousands of sheets need not read theirs again. */
@Injectable()
export class Schemes {
  private readonly frozen = new Map<string, FrozenScheme>();

  constructor(
    private readonly db: DataSource,
    private readonly reader: Reader,
  ) {}

  async page({ limit = 50, cursor }: { limit?: number; cursor?: string }, { organisation }: Caller): Promise<Page<SchemeRow>> {
    const [after] = readCursor(cursor, 1) ?? [];
    const rows = await this.db.manager.find(SchemeRow, {
      where: {
        organisation, ...(typeof after === 'string' ? { id: MoreThan(after) } : {})
      }, order: { id: 'ASC' }, take: limit + 1,
    });
    return pageOf(rows, limit, ({ id }) => [id]);
  }

  async frozenScheme(id: string): Promise<FrozenScheme> {
    const known = this.frozen.get(id);
    if (known) return known;
    const { state } = await this.reader.peek(markingScheme, id);
    if (state.is !== 'frozen')
      throw new WrongState('marking-scheme-not-frozen', text('评分标准未冻结', 'the scheme is not frozen'), text('请冻结它', 'freeze it'));
    const found = compiled(state.scheme);
    const [oldest] = this.frozen.keys();
    if (this.frozen.size >= KEPT && oldest !== undefined) this.frozen.delete(oldest);
    this.frozen.set(id, found);
    return found;
  }
}

export const compiled = (scheme: Scheme): FrozenScheme => {
  const list = parts(scheme);
  const sheets = new Map(list.flatMap((part): [string, readonly SheetAspect[]][] => [
    [`M${part.id}`, part.measurements.map(({ id, max }) => ({ id, max, step: scheme.rule.measurementStep }))],
    [`J${part.id}`, part.judgements.map(({ id }) => ({ id, max: '3', step: '1' }))],
  ]));
  return { scheme, parts: list, aspects: (part, kind) => sheets.get(`${kind}${part}`) ?? [] };
};
