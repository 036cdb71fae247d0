// Moving in from Zigbee2MQTT: what it would do.
import type { ApiParts, Handlers } from './context.ts';

export function movingInRoutes({ hub }: ApiParts) {
  return {
    'POST /api/zigbee2mqtt/plan': async (c, { body }) => c.json(await hub.movingIn.plan(body)),
  } satisfies Partial<Handlers>;
}
