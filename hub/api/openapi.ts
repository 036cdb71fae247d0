// The OpenAPI text, made from the table of routes. It is loaded at the first question for it: the generator
// and its schema converters are of no use to the house itself.
import { toJsonSchema } from '@valibot/to-json-schema';
import { Hono } from 'hono';
import { type DescribeRouteOptions, describeRoute, generateSpecs } from 'hono-openapi';
import type { GenericSchema } from 'valibot';
import { ROUTE_SPECS, type RouteSpec } from './routes.ts';
import { problemDetailsJson } from './shapes.ts';

type Schema = Record<string, unknown>;

/** The document as JSON text. */
export async function openApiText(version: string): Promise<string> {
  const described = new Hono();
  for (const [name, spec] of Object.entries(ROUTE_SPECS)) {
    const [method = '', path = ''] = name.split(' ');
    described.on(method, path, describeRoute(describe(method, path, spec)), (c) => c.body(null));
  }
  const document = await generateSpecs(described, {
    excludeStaticFile: false,
    documentation: {
      openapi: '3.1.0',
      info: {
        title: 'Ingle',
        version,
        description:
          'JSON over HTTP. Lists come as {"items", "next"}; errors as RFC 9457 problem details with code, detail, hint and errors; times are RFC 3339 in UTC. Pages sign in with a cookie and carry X-Ingle-Token on whatever changes something; programs send a bearer token. Whatever changes something takes an Idempotency-Key; versioned records have an ETag and take If-Match.',
      },
      components: {
        securitySchemes: {
          bearer: { type: 'http', scheme: 'bearer' },
          session: { type: 'apiKey', in: 'cookie', name: 'ingle_session' },
        },
      },
    },
  });
  return JSON.stringify(document);
}

function describe(method: string, path: string, spec: RouteSpec): DescribeRouteOptions {
  const status = String(spec.status ?? 200);
  const inPath = [...path.matchAll(/:(\w+)/g)].map(([, name = '']) => ({
    name,
    in: 'path',
    required: true,
    schema: { type: 'string' },
  }));
  const isUnsafe = method !== 'GET';
  const headers = [
    ...(isUnsafe && spec.who !== 'anyone' ? [header('Idempotency-Key')] : []),
    ...(isUnsafe && spec.isVersioned ? [header('If-Match')] : []),
  ];
  const described = {
    summary: spec.about,
    tags: [path.split('/')[2] ?? 'hub'],
    parameters: [...inPath, ...queryParameters(spec.query), ...headers],
    security: spec.who === 'anyone' ? [] : [{ bearer: [] }, { session: [] }],
    'x-who': spec.who,
    ...(spec.body === undefined ? {} : { requestBody: requestBody(spec) }),
    responses: {
      [status]: answer(spec),
      default: {
        description: 'A problem.',
        content: { 'application/problem+json': { schema: jsonSchema(problemDetailsJson) } },
      },
    },
  };
  // The generator's types know OpenAPI's own fields only; JSON Schema from another converter fits at run time.
  return described as unknown as DescribeRouteOptions;
}

function header(name: string): Schema {
  return { name, in: 'header', required: false, schema: { type: 'string' } };
}

function jsonSchema(schema: GenericSchema): Schema {
  const { $schema: _dialect, ...rest } = toJsonSchema(schema, {
    typeMode: 'input',
    errorMode: 'ignore',
  });
  return rest;
}

function queryParameters(query: GenericSchema | undefined): Schema[] {
  if (query === undefined) return [];
  const { properties, required } = jsonSchema(query);
  const names = Array.isArray(required) ? required : [];
  return Object.entries(properties ?? {}).map(([name, schema]) => ({
    name,
    in: 'query',
    required: names.includes(name),
    schema,
  }));
}

function requestBody(spec: RouteSpec): Schema {
  const schema = spec.body === undefined ? {} : jsonSchema(spec.body);
  return {
    content: {
      'application/json': { schema },
      ...(spec.takesYaml ? { 'application/yaml': { schema: { type: 'string' } } } : {}),
    },
  };
}

function answer({ answer: schema, isList, status }: RouteSpec): Schema {
  if (schema === undefined) return { description: status === 204 ? 'Done.' : 'The answer.' };
  const one = jsonSchema(schema);
  const list = {
    type: 'object',
    required: ['items', 'next'],
    properties: { items: { type: 'array', items: one }, next: { type: ['string', 'null'] } },
  };
  const content = { 'application/json': { schema: isList ? list : one } };
  return { description: 'The answer.', content };
}
