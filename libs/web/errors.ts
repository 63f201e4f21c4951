import { type Text, text } from '#libs/decider';

/** What the frame refuses, and how it is told; a rule of the domain is a Refusal (libs/decider). */
export class Problem extends Error {
  constructor(
    readonly status: number,
    /** The last part of the problem's type. */
    readonly kind: string,
    readonly text: Text,
    readonly options: {
      readonly next?: string | Text;
      readonly members?: Readonly<Record<string, unknown>>;
      readonly headers?: Readonly<Record<string, string>>;
    } = {},
  ) {
    super(`${kind}: ${text.en}`);
    this.name = 'Problem';
  }
}

const inChinese: Readonly<Record<string, string>> = {
  aggregate: '聚合', appeal: '申诉', certificate: '证书', code: '密封编号', competition: '大赛', contest: '赛项', decision: '晋级决定',
  draw: '抽签', drill: '练兵记录', enrolment: '培训报名', entry: '报名', file: '档案', grant: '奖补', hearing: '仲裁', 'marking-scheme': '评分标准',
  override: '启用理由', panel: '裁判组', 'parked message': '搁置的消息', policy: '政策包', programme: '培训项目', result: '成绩',
  scoresheet: '评分表', seal: '密封', 'skill-record': '技能档案', unit: '单位', worker: '人员',
};

/** There is no such thing, or none that the caller may know of. */
export class NotFound extends Problem {
  constructor(what: string, id?: string) {
    super(404, 'not-found', text(`没有这个${inChinese[what] ?? what}`, `there is no such ${what}`), {
      members: { what, ...(id ? { id } : {}) },
    });
  }
}

export class Malformed extends Problem {
  constructor(reason: Text, members: Readonly<Record<string, unknown>> = {}) {
    super(400, 'malformed', reason, { members });
  }
}

export interface FieldError {
  /** `members[2].name` */
  readonly field: string;
  readonly text: Text;
}

/** The fields that are wrong, all of them at once. */
export class ValidationFailed extends Problem {
  constructor(readonly errors: readonly FieldError[]) {
    super(400, 'invalid-fields', text('请求中有无效字段', 'the request has invalid fields'));
  }
}

export class Unauthenticated extends Problem {
  constructor(reason: Text = text('需要登录', 'a login is needed'), code?: 'invalid_token') {
    super(401, 'unauthenticated', reason, {
      next: text('请携带有效的令牌', 'send a valid bearer token'),
      headers: { 'www-authenticate': `Bearer realm="jinji"${code ? `, error="${code}"` : ''}` },
    });
  }
}

export class Forbidden extends Problem {
  constructor(needed: readonly string[]) {
    super(403, 'forbidden', text(`需要以下角色之一：${needed.join('、')}`, `one of these roles is needed: ${needed.join(', ')}`), {
      members: { roles: needed },
    });
  }
}

/** Another service, or the database, does not answer; nothing was done. */
export class Unavailable extends Problem {
  constructor(readonly part: string) {
    super(503, 'unavailable', text(`${part} 暂时不可用，未作任何更改`, `${part} does not answer; nothing was done`), {
      next: text('请稍后再试', 'try again'), members: { part }, headers: { 'retry-after': '2' },
    });
  }
}
