import type { INestApplication } from '@nestjs/common';
import { DocumentBuilder, type OpenAPIObject, SwaggerModule } from '@nestjs/swagger';
import type { Text } from '#libs/decider';
import { DoneAnswer } from './done.js';

type Json = Record<string, unknown>;

const methods = ['get', 'post', 'put', 'patch', 'delete'] as const;

/** The document of one service: each route with who may, an example of each body, and how it refuses. */
export const documentOf = (app: INestApplication, service: { name: string; title: Text; description?: Text }): OpenAPIObject => {
  const config = new DocumentBuilder()
    .setTitle(`晋级 Jinji · ${service.title.zh} ${service.title.en}`)
    .setDescription(service.description ? `${service.description.zh}\n\n${service.description.en}` : '')
    .setVersion('1')
    .addBearerAuth()
    .build();
  const document = SwaggerModule.createDocument(app, config, {
    extraModels: [DoneAnswer],
    operationIdFactory: (controller, method) => `${service.name}_${controller.replace(/Controller$/, '')}_${method}`,
  });
  complete(document as unknown as Json);
  return document;
};

const complete = (document: Json): void => {
  const components = document.components as Json;
  const schemas = (components.schemas ??= {}) as Json;
  schemas.Problem = problemSchema;
  components.responses = Object.fromEntries(
    Object.entries(problems).map(([status, description]) => [`Problem${status}`, problemResponse(description)]),
  );
  for (const path of Object.values(document.paths as Json) as Json[])
    for (const method of methods) {
      const operation = path[method] as Json | undefined;
      if (operation) completeOperation(operation, method, schemas);
    }
};

const completeOperation = (operation: Json, method: string, schemas: Json): void => {
  const responses = (operation.responses ??= {}) as Json;
  const roles = operation['x-roles'] as string[] | undefined;
  const open = roles?.length === 0;
  for (const [status, response] of Object.entries(responses) as [string, Json][])
    if (/^2/.test(status) && !response.content && method !== 'get' && method !== 'delete')
      response.content = { 'application/json': { schema: { $ref: '#/components/schemas/DoneAnswer' } } };
  const expected = [
    '400', ...(open ? ['429'] : ['401', '403']), '404', ...(method === 'get' ? [] : ['409', '413', '415', '422']), '503',
  ];
  for (const status of expected) responses[status] ??= { $ref: `#/components/responses/Problem${status}` };
  if (open) operation.security = [];
  const parameters = (operation.parameters ??= []) as Json[];
  if (method === 'get')
    parameters.push({
      name: 'after', in: 'query', required: false, schema: { type: 'integer', minimum: 0 },
      description: 'wait until the views have seen this position (a command answers it)',
    });
  else if (!open && operation['x-only-reads'] !== true)
    parameters.push({
      name: 'Idempotency-Key', in: 'header', required: false, schema: { type: 'string', maxLength: 200 },
      description: 'the same key and body within 24 hours give the same answer',
    });
  const content = ((operation.requestBody as Json | undefined)?.content ?? {}) as Record<string, Json>;
  const json = content['application/json'];
  if (json && json.example === undefined && json.examples === undefined)
    json.example = exampleOf(json.schema as Json, schemas, 0);
};

/** Schemas may refer to themselves. */
const MAX_DEPTH = 20;

/** An example from those of the fields. */
export const exampleOf = (schema: Json | undefined, schemas: Json, depth: number): unknown => {
  if (!schema || depth > MAX_DEPTH) return undefined;
  if (schema.example !== undefined) return schema.example;
  if (typeof schema.$ref === 'string') return exampleOf(schemas[schema.$ref.split('/').at(-1) ?? ''] as Json, schemas, depth + 1);
  const [part] = (schema.allOf ?? schema.oneOf ?? schema.anyOf ?? []) as Json[];
  if (part) return exampleOf(part, schemas, depth + 1);
  if (Array.isArray(schema.enum)) return schema.enum[0] as unknown;
  if (schema.type === 'array') return [exampleOf(schema.items as Json, schemas, depth + 1)];
  if (schema.type === 'object' || schema.properties)
    return Object.fromEntries(
      Object.entries(
        (schema.properties ?? {}) as Record<string, Json>,
      ).map(([name, property]) => [name, exampleOf(property, schemas, depth + 1)]),
    );
  if (schema.type === 'integer' || schema.type === 'number') return schema.minimum ?? 1;
  return schema.type === 'boolean' ? true : '说明 text';
};

const problems: Record<string, string> = {
  400: 'Malformed; `errors` names every wrong field.', 401: 'A valid token is needed.',
  403: 'The token has none of the roles in x-roles.',
  404: 'Not there, or not in your organisation.', 409: 'The state or the version does not fit.', 413: 'The body is too large.',
  415: 'The content type is not taken here.', 422: 'A rule says no: `rule` names it, `next` the legal step.',
  429: 'Too many requests.',
  503: 'Something needed does not answer; nothing was done.',
};

const problemResponse = (description: string): Json => ({
  description, content: { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } },
});

const problemSchema: Json = {
  type: 'object',
  description: 'RFC 9457',
  required: ['type', 'title', 'status', 'detail'],
  properties: {
    type: { type: 'string', format: 'uri', example: 'https://jinji.dev/problems/grant-not-approved' },
    title: { type: 'string' }, status: { type: 'integer' }, detail: { type: 'string' },
    rule: { type: 'string', description: 'the rule that says no' },
    next: { type: 'string', description: 'what may be done next' },
    data: { type: 'object', description: 'what helps: for example the list of what is missing' },
    errors: { type: 'array', items: { type: 'object', properties: { field: { type: 'string' }, message: { type: 'string' } } } },
  },
};

/** Swagger UI at /docs, the document at /openapi.json; made when first asked for. */
export const serveDocument = (app: INestApplication, make: () => OpenAPIObject, path = 'docs'): void =>
  SwaggerModule.setup(path, app, make, {
    jsonDocumentUrl: 'openapi.json', yamlDocumentUrl: 'openapi.yaml',
    swaggerOptions: { persistAuthorization: true, displayRequestDuration: true },
  });
