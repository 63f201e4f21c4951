import { applyDecorators, Param, SetMetadata, type Type as Class } from '@nestjs/common';
import { RouteConfig } from '@nestjs/platform-fastify';
import {
  ApiBearerAuth, ApiBody, ApiConsumes, ApiExtension, ApiExtraModels, ApiHeader, ApiParam, ApiProduces, ApiResponse, getSchemaPath,
} from '@nestjs/swagger';
import type { Role } from './caller.js';
import { IdPipe } from './pipe.js';

export const ROLES = 'jinji:roles';
export const IF_MATCH = 'jinji:if-match';
export const ONLY_READS = 'jinji:only-reads';

/** Who may: every route needs this or @Public(). */
export const Roles = (...roles: readonly Role[]): MethodDecorator & ClassDecorator =>
  applyDecorators(SetMetadata(ROLES, roles), ApiBearerAuth(), ApiExtension('x-roles', [...roles]));

/** No login; rate-limited, unless who may ask proves it otherwise, to the route itself. */
export const Public = ({ limited = true }: { limited?: boolean } = {}): MethodDecorator =>
  applyDecorators(SetMetadata(ROLES, []), RouteConfig({ jinji: { public: true, limited } }), ApiExtension('x-roles', []));

/** What a route tells the hooks that run before Nest. */
export interface RouteSettings {
  readonly public?: boolean;
  /** False: requests without a login are not counted here. */
  readonly limited?: boolean;
  readonly upload?: { readonly types: readonly string[]; readonly maxBytes: number };
}

export const routeSettings = (config: unknown): RouteSettings =>
  (config as { jinji?: RouteSettings } | undefined)?.jinji ?? {};

/** Two people may have the same sheet open: without If-Match it is a 428. */
export const IfMatchRequired = (): MethodDecorator =>
  applyDecorators(
    SetMetadata(IF_MATCH, true),
    ApiHeader({
      name: 'If-Match', required: true, description: 'the ETag that was read, e.g. "3"',
      schema: { type: 'string', example: '"3"' },
    }),
    ApiResponse({ status: 412, description: 'It has changed since it was read.' }),
    ApiResponse({ status: 428, description: 'If-Match is missing.' }),
  );

/** A question that needs a body: nothing is written because of it, not even under an Idempotency-Key. */
export const OnlyReads = (): MethodDecorator =>
  applyDecorators(SetMetadata(ONLY_READS, true), ApiExtension('x-only-reads', true));

/** The body is a file, as it is; @Body() is a Buffer. */
export const Upload = (
  { types, maxBytes = 20 * 1024 * 1024 }: { types: readonly string[]; maxBytes?: number }
): MethodDecorator =>
  applyDecorators(
    RouteConfig({ jinji: { upload: { types, maxBytes } } }),
    ApiConsumes(...types),
    ApiBody({ required: true, schema: { type: 'string', format: 'binary' } }),
  );

/** A parameter: an id in the path, a UUID or 400. */
export const IdParam = (name: string, description = ''): ParameterDecorator => (target, key, index) => {
  Param(name, new IdPipe(name))(target, key, index);
  if (key === undefined) return;
  const descriptor = Object.getOwnPropertyDescriptor(target, key);
  if (descriptor) ApiParam({ name, description, schema: { type: 'string', format: 'uuid' } })(target, key, descriptor);
};

/** What a route answers: a DTO, a list of it, or a page `{ items, next }`. */
export const Produces = (
  dto: Class,
  { list = false, page = false, status = 200, description = '' }: {
    list?: boolean; page?: boolean; status?: number; description?: string
  } = {},
): MethodDecorator => {
  const one = { $ref: getSchemaPath(dto) };
  const many = { type: 'array', items: one };
  const paged = {
    type: 'object', required: ['items', 'next'],
    properties: {
      items: many, next: { type: 'string', nullable: true, description: 'the cursor of the next page; null on the last' },
    },
  };
  return applyDecorators(ApiExtraModels(dto), ApiResponse({ status, description, schema: page ? paged : list ? many : one }));
};

/** What a route answers: a file. */
export const ProducesFile = (...types: readonly string[]): MethodDecorator =>
  applyDecorators(
    ApiProduces(...types),
    ApiResponse({ status: 200, description: 'A file.', schema: { type: 'string', format: 'binary' } }),
  );
