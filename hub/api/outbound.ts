// What may leave the house because of scenes and messages: the owner's list, the channel of the inbox, and its test.
import type { OutboundSettings } from '../model/outbound.ts';
import { type ApiParts, actorOf, type Handlers } from './context.ts';
import type { OutboundJson } from './outbound-shapes.ts';
import { deliveryView } from './views.ts';

function outboundView({ allow, push }: OutboundSettings): OutboundJson {
  return {
    allow: [...allow],
    push: push && { url: push.url, topic: push.topic, hasToken: push.token !== null },
  };
}

export function outboundRoutes({ hub }: ApiParts) {
  return {
    'GET /api/outbound': (c) => c.json(outboundView(hub.household.outbound())),
    'PATCH /api/outbound': async (c, { body }) =>
      c.json(outboundView(await hub.household.setOutbound(body, actorOf(c)))),
    'POST /api/outbound/test': async (c) => c.json(deliveryView(await hub.outbound.testPush())),
  } satisfies Partial<Handlers>;
}
