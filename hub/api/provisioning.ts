// A whole home from one file: what a file would do, the file of this home, and the schema of such files.
import { provisioningJsonSchema } from '../household/provisioning/schema.ts';
import type { ApiParts, Handlers } from './context.ts';

export function provisioningRoutes({ hub }: ApiParts) {
  let schema: Promise<object> | null = null;

  return {
    'POST /api/provisioning/plan': (c, { body }) => c.json(hub.provisioning.plan(body.text)),
    'GET /api/provisioning': (c) => {
      c.header('Content-Type', 'application/yaml; charset=utf-8');
      return c.body(hub.provisioning.export());
    },
    'GET /api/provisioning.schema.json': async (c) => {
      schema ??= provisioningJsonSchema();
      return c.json(await schema);
    },
  } satisfies Partial<Handlers>;
}
