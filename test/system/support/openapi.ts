import type { Platform } from './platform.js';

export type Json = Record<string, unknown>;

export interface Route {
  readonly method: string;
  /** `/judging/sheets/{id}` */
  readonly path: string;
  readonly name: string;
  readonly operation: Json;
  /** Empty: no login. Undefined: it does not say, which is a fault. */
  readonly roles: readonly string[] | undefined;
  readonly parameters: readonly Json[];
  /** Of a JSON body, references resolved by `document`. */
  readonly body: { readonly schema: Json; readonly example: unknown } | undefined;
  /** Of a file as it is. */
  readonly upload: readonly string[] | undefined;
}

export interface Api {
  readonly document: Json;
  readonly routes: readonly Route[];
}

export const readApi = async (platform: Platform): Promise<Api> => {
  const document = await platform.ok<Json>('GET', '/openapi.json', { as: null });
  const routes = Object.entries(document['paths'] as Record<string, Record<string, Json>>).flatMap(([path, item]) =>
    Object.entries(item).map(([method, operation]): Route => {
      const content = Object.entries(((operation['requestBody'] as Json | undefined)?.['content'] ?? {}) as Record<string, Json>);
      const json = content.find(([type]) => type === 'application/json')?.[1];
      return {
        method: method.toUpperCase(),
        path,
        name: `${method.toUpperCase()} ${path}`,
        operation,
        roles: operation['x-roles'] as string[] | undefined,
        parameters: (operation['parameters'] ?? []) as Json[],
        body: json && { schema: json['schema'] as Json, example: json['example'] },
        upload: content.length > 0 && !json ? content.map(([type]) => type) : undefined,
      };
    }),
  );
  return { document, routes };
};

/** What a reference names. */
export const resolved = (document: Json, schema: Json): Json => {
  if (typeof schema['$ref'] !== 'string') return schema;
  let at: unknown = document;
  for (const part of schema['$ref'].slice(2).split('/')) at = (at as Json)[part];
  return resolved(document, at as Json);
};
