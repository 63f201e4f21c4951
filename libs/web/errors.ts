import { type Text, text } from '#libs/decider';

/** What the frame refuses, and how it is told; a rule of the domain is a Refusal (libs/decider). */
export class Problem extends Error {
  constructor(
    readonly status: number,
    /** The last part of the problem's type. */
    readonly kind: string,
    readonly text: Text,
    readonly options: {
      readonly next?: string;
      readonly members?: Readonly<Record<string, unknown>>;
      readonly headers?: Readonly<Record<string, string>>;
    } = {},
  ) {
    super(`${kind}: ${text.en}`);
    this.name = 'Problem';
  }
}

/** There is no such thing, or none that the caller may know of. */
export class NotFound extends Problem {
  constructor(what: string, id?: string) {
    super(404, 'not-found', text(`没有这个${what}`, `there is no such ${what}`), { members: { what, ...(id ? { id } : {}) } });
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
      next: 'send a valid bearer token',
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
      next: 'try again', members: { part }, headers: { 'retry-after': '2' },
    });
  }
}
