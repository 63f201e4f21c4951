import { type Text, text } from '#libs/decider';
import type { EffectKind } from './pack.js';

const levels: Readonly<Record<number, Text>> = {
  5: text('初级工（五级）', 'level 5'), 4: text('中级工（四级）', 'level 4'), 3: text('高级工（三级）', 'level 3'),
  2: text('技师（二级）', 'level 2'), 1: text('高级技师（一级）', 'level 1'),
};

/** 特级技师 and 首席技师 have no number here: a contest may not write them. */
export const levelName = (level: number | null): Text =>
  level === null ? text('无等级', 'no level') : (levels[level] ?? text(`等级 ${level}`, `level ${level}`));

export const statusName: Readonly<Record<'worker' | 'student' | 'employed' | 'unemployed', Text>> = {
  worker: text('职工', 'worker'), student: text('学生', 'student'), employed: text('在职', 'employed'),
  unemployed: text('非在职', 'not employed'),
};

export const effectName: Readonly<Record<EffectKind, Text>> = {
  level: text('等级', 'level'), honours: text('荣誉', 'honours'), money: text('奖补', 'money'),
};

/** Fen as yuan, exact: 240000 → "2400.00". */
export const yuan = (fen: number): string => `${Math.trunc(fen / 100)}.${String(fen % 100).padStart(2, '0')}`;
