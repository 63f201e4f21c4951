import { chance } from './chance.js';
import { idNumber, unitCode } from './numbers.js';

export interface Unit { readonly code: string; readonly name: string }
export interface Person {
  readonly name: string;
  readonly idNumber: string;
  readonly unit: Unit;
  readonly staffNumber: string;
  readonly status: 'worker' | 'student';
}

const unit = (kind: string, region: string, organisation: string, name: string): Unit =>
  ({ code: unitCode(kind, region, organisation), name });

/** Made-up units; real districts, valid codes. */
export const units = {
  turning: [
    unit('91', '310115', 'MA1J0001', '浦江重型机床示例有限公司'), unit('91', '310112', 'MA1J0002', '申莘汽轮机示例有限公司'),
    unit('91', '310113', 'MA1J0003', '宝山轧辊示例制造有限公司'), unit('91', '310114', 'MA1J0004', '嘉定汽车零部件示例有限公司'),
    unit('91', '310116', 'MA1J0005', '金山石化装备示例有限公司'),
  ],
  netsec: [
    unit('12', '120102', '40120001', '津门信息职业技术学院（示例）'), unit('12', '120111', '40120002', '西青电子技师学院（示例）'),
    unit('12', '120116', '40120003', '滨海新区技师学院（示例）'),
  ],
  fitting: [
    unit('91', '410102', 'MA4J0001', '中原矿山机械示例有限公司'), unit('91', '410302', 'MA4J0002', '洛阳轴承装备示例有限公司'),
    unit('91', '410702', 'MA4J0003', '新乡起重设备示例有限公司'), unit('91', '411002', 'MA4J0004', '许昌输变电示例有限公司'),
  ],
} as const;

export type Contest = keyof typeof units;

const regions: Record<Contest, readonly string[]> = {
  turning: ['310101', '310104', '310105', '310106', '310107', '310109', '310110', '310112', '310113', '310114', '310117'],
  netsec: ['120101', '120102', '120103', '120104', '120105', '120106', '120110', '120111', '120112', '120114'],
  fitting: ['410102', '410103', '410105', '410202', '410302', '410303', '410702', '411002', '411302', '410502'],
};

const surnames = [...'王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕'];
const given = [
  '建国', '志强', '海涛', '俊杰', '晓明', '伟东', '立新', '文博', '浩然', '宇航', '佳怡', '思远', '雪梅', '秀英', '春燕', '丽华', '国栋', '永刚',
  '振华', '家豪', '子轩', '梦琪', '欣妍', '一鸣', '敏', '磊', '静', '超', '颖', '鹏', '婷', '斌', '雯', '凯', '玲',
];

/** Birth dates: people at work are 24 to 50, students 17 to 19 in March 2026. */
const bornIn: Record<Contest, readonly [number, number]> = { turning: [1976, 2001], netsec: [2006, 2008], fitting: [1978, 2002] };

const prefix: Record<Contest, string> = { turning: 'S', netsec: 'T', fitting: 'H' };

export const peopleOf = (contest: Contest, count: number, seed: number): readonly Person[] => {
  const by = chance(seed);
  const seen = new Set<string>();
  const unseen = (make: () => string): string => {
    for (let value = make(); ; value = make()) {
      if (seen.has(value)) continue;
      seen.add(value);
      return value;
    }
  };
  const two = (n: number): string => String(n).padStart(2, '0');
  const [first, last] = bornIn[contest];
  const birth = (): string => `${first + by.below(last - first + 1)}-${two(1 + by.below(12))}-${two(1 + by.below(28))}`;
  return Array.from({ length: count }, (_, i) => ({
    name: unseen(() => by.pick(surnames) + by.pick(given)),
    idNumber: unseen(() => idNumber(by.pick(regions[contest]), birth())),
    unit: units[contest][i % units[contest].length] as Unit,
    staffNumber: `${prefix[contest]}${String(10001 + i * 7)}`,
    status: contest === 'netsec' ? 'student' : 'worker',
  }));
};
