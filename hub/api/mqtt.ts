// Accounts of the hub's own MQTT broker.
import type { ApiParts, Handlers } from './context.ts';
import { listPart } from './context.ts';

export function mqttRoutes({ hub }: ApiParts) {
  return {
    'GET /api/mqtt/accounts': async (c, { query }) => {
      const { accounts } = await hub.mqttAccounts.list();
      const { items, next } = listPart(accounts, query);
      const shown = items.map(({ name, createdAtMs, isConnected }) => ({
        name,
        createdAt: new Date(createdAtMs).toISOString(),
        isConnected,
      }));
      return c.json({ items: shown, next });
    },
    'POST /api/mqtt/accounts': async (c, { body }) =>
      c.json(await hub.mqttAccounts.add(body.name), 201),
    'DELETE /api/mqtt/accounts/:name': async (c) => {
      await hub.mqttAccounts.remove(c.req.param('name') ?? '');
      return c.body(null, 204);
    },
  } satisfies Partial<Handlers>;
}
