import type { FastifyInstance, FastifyRequest } from 'fastify';
import { text } from '#libs/decider';
import { Malformed, Problem } from './errors.js';
import { routeSettings } from './routes.js';
import { isStorable } from './text.js';

export const BODY_LIMIT = 1024 * 1024;
const MAX_DEPTH = 20;
const forbidden = new Set(['__proto__', 'constructor', 'prototype']);

/** JSON as our events can hold it; anything else is a 400 that says what is wrong. */
export const parseJson = (raw: Buffer): unknown => {
  let value: unknown;
  try {
    value = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(raw));
  } catch {
    throw new Malformed(text('请求正文不是有效的 UTF-8 JSON', 'the body is no valid JSON in UTF-8'));
  }
  check(value, 0);
  return value;
};

const check = (value: unknown, depth: number): void => {
  if (depth > MAX_DEPTH) throw new Malformed(text('请求正文嵌套过深', 'the body is nested too deeply'));
  if (typeof value === 'string') checkText(value);
  else if (typeof value === 'number' && !Number.isFinite(value)) throw new Malformed(text('数字过大', 'a number is too large'));
  else if (Array.isArray(value)) for (const item of value) check(item, depth + 1);
  else if (typeof value === 'object' && value !== null)
    for (const [key, item] of Object.entries(value)) {
      if (forbidden.has(key)) throw new Malformed(text('请求正文含有不允许的字段名', 'the body has a field name that is not allowed'));
      checkText(key);
      check(item, depth + 1);
    }
};

const checkText = (value: string): void => {
  if (!isStorable(value)) throw new Malformed(text('文本含有无法存储的字符', 'a text has characters that cannot be stored'));
};

/** JSON for all, files for routes that take them, 415 for the rest. */
export const takeBodies = (instance: FastifyInstance): void => {
  instance.removeAllContentTypeParsers();
  instance.addHook('onRoute', (route) => {
    const { upload } = routeSettings(route.config);
    if (upload) route.bodyLimit = upload.maxBytes;
  });
  instance.addContentTypeParser('application/json', { parseAs: 'buffer' }, async (request: FastifyRequest, body: Buffer) => {
    if (takesAsFile(request)) return keep(request, body);
    keep(request, body);
    return body.length === 0 ? undefined : parseJson(body);
  });
  instance.addContentTypeParser('*', { parseAs: 'buffer' }, async (request: FastifyRequest, body: Buffer) => {
    if (takesAsFile(request)) return keep(request, body);
    if (body.length === 0) return undefined;
    const types = routeSettings(request.routeOptions.config).upload?.types ?? ['application/json'];
    throw new Problem(415, 'unsupported-content-type', text(`请使用 ${types.join('、')}`, `send ${types.join(' or ')}`), {
      members: { accepted: types }, headers: { accept: types.join(', ') },
    });
  });
};

const keep = (request: FastifyRequest, body: Buffer): Buffer => {
  if (request.jinji) request.jinji.rawBody = body;
  return body;
};

const takesAsFile = (request: FastifyRequest): boolean => {
  const type = (request.headers['content-type'] ?? '').split(';')[0]?.trim().toLowerCase() ?? '';
  return routeSettings(request.routeOptions.config).upload?.types.includes(type) ?? false;
};
