import { type Text, text } from '#libs/decider';
import type { HeldKind, HonourEffect } from './facts.js';
import type { Medal, Status } from './pack.js';

const levels: Readonly<Record<number, Text>> = {
  5: text('初级工（五级）', 'level 5'), 4: text('中级工（四级）', 'level 4'), 3: text('高级工（三级）', 'level 3'),
  2: text('技师（二级）', 'level 2'), 1: text('高级技师（一级）', 'level 1'),
};

/** 特级技师 and 首席技师 have no number here: a contest may not write them. */
export const levelName = (level: number | null): Text =>
  level === null ? text('无等级', 'no level') : (levels[level] ?? text(`等级 ${level}`, `level ${level}`));

export const statusName: Readonly<Record<'worker' | Status, Text>> = {
  worker: text('职工', 'worker'), student: text('学生', 'student'), employed: text('在职', 'employed'),
  unemployed: text('非在职', 'not employed'), graduating: text('毕业年度学生', 'graduating student'),
};

export const medalName: Readonly<Record<Medal, Text>> = {
  gold: text('金牌', 'gold'), silver: text('银牌', 'silver'), bronze: text('铜牌', 'bronze'), excellence: text('优胜奖', 'excellence'),
  none: text('未获奖', 'no medal'),
};

/** Facts that a pack may need and a deployment may not have. */
const facts: Readonly<Record<string, Text>> = {
  age: text('年龄', 'age'), occupationMonths: text('从业月数', 'months in the occupation'),
  insuredMonths: text('参保月数', 'months insured'), entries: text('报名项目数', 'number of events entered'),
  qualifications: text('职称与学历', 'titles and qualifications'),
  postMatches: text('证书与岗位是否相符', 'whether the certificate matches the post'),
  standard: text('职业有无国家标准', 'whether the occupation has a national standard'), medal: text('奖牌', 'medal'),
  theory: text('理论成绩', 'theory mark'), practical: text('实操成绩', 'practical mark'),
  related: text('相关职业等级', 'levels in related occupations'),
  payments: text('既往补贴', 'earlier payments'), paper: text('试题等级', 'level of the paper'), certificate: text('证书', 'certificate'),
};
export const factName = (fact: string): Text => facts[fact] ?? text(fact, fact);

export const effectName: Readonly<Record<HeldKind, Text>> = {
  level: text('等级', 'level'), honours: text('荣誉', 'honours'), money: text('奖补', 'money'), others: text('其他待遇', 'other effects'),
};

export const modeName: Readonly<Record<HonourEffect['mode'], Text>> = {
  award: text('授予', 'awarded'), approve: text('须核准', 'to be approved'), recommend: text('推荐', 'recommended'),
};

/** Fen as yuan, exact: 240000 → "2400.00". */
export const yuan = (fen: number): string => `${Math.trunc(fen / 100)}.${String(fen % 100).padStart(2, '0')}`;
