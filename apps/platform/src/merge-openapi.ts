import type { OpenAPIObject } from '@nestjs/swagger';

type Json = Record<string, unknown>;

/** One document of all services: paths under the service's name, schemas named after it. */
export const mergeOpenApi = (documents: readonly { readonly name: string; readonly document: OpenAPIObject }[]): Json => {
  const paths: Json = {};
  const components: Record<string, Json> = { schemas: {}, responses: {} };
  const tags: Json[] = [];
  let securitySchemes: unknown;
  for (const { name, document } of documents) {
    const own = renamed(document, name) as Json;
    const ownComponents = (own.components ?? {}) as Record<string, Json>;
    for (const [at, item] of Object.entries(own.paths as Record<string, Json>))
      paths[`/${name}${at === '/' ? '' : at}`] = tagged(item, name);
    for (const kind of ['schemas', 'responses'] as const)
      for (const [key, value] of Object.entries(ownComponents[kind] ?? {})) (components[kind] as Json)[`${name}.${key}`] = value;
    securitySchemes ??= ownComponents.securitySchemes;
    tags.push({ name, description: (document.info.title ?? '').replace(/^.*· /, '') });
  }
  return {
    openapi: documents[0]?.document.openapi ?? '3.0.0',
    info: {
      title: '晋级 Jinji', version: '1',
      description: '培训 → 练兵 → 比武 → 晋级 → 激励: all services behind one address. Log in with a token that `npm start` prints.',
    },
    paths, tags,
    components: { ...components, ...(securitySchemes ? { securitySchemes } : {}) },
  };
};

const tagged = (item: Json, name: string): Json =>
  Object.fromEntries(
    Object.entries(item).map(
      ([method, operation]) => [method, Array.isArray(operation) ? operation : { ...(operation as Json), tags: [name] }],
    ),
  );

/** References follow the schemas to their new names. */
const renamed = (value: unknown, name: string): unknown => {
  if (Array.isArray(value)) return value.map((item) => renamed(item, name));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) =>
    key === '$ref' && typeof inner === 'string'
      ? [key, inner.replace(/^#\/components\/(schemas|responses)\//, `#/components/$1/${name}.`)]
      : [key, renamed(inner, name)]));
};
