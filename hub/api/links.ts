// What a Zigbee device reports and is bound to: read and set.
import { deviceId } from '../model/identifiers.ts';
import type { LinkChange, NodeLinks } from '../model/node-links.ts';
import { type ApiParts, type Handlers, type InputOf, inputId, pathId } from './context.ts';
import { deviceOf } from './devices.ts';
import { problemView } from './errors.ts';
import type { LinksJson } from './links-shapes.ts';

export function linkRoutes({ hub }: ApiParts) {
  return {
    'GET /api/devices/:id/links': async (c, { query }) => {
      const { record } = deviceOf(hub, pathId(c, deviceId, 'device'));
      return c.json(linksView(await hub.nodeLinks.links(record.id, query.read === 'true')));
    },
    'POST /api/devices/:id/links': async (c, { body }) => {
      const { record } = deviceOf(hub, pathId(c, deviceId, 'device'));
      return c.json(linksView(await hub.nodeLinks.changeLinks(record.id, changeOf(body))));
    },
  } satisfies Partial<Handlers>;
}

function changeOf(
  body: InputOf<'POST /api/devices/:id/links'>['body'],
): LinkChange<ReturnType<typeof deviceId>> {
  if (body.kind === 'report' || body.kind === 'configure') return body;
  const { to, ...binding } = body.binding;
  const target =
    to.kind === 'device' ? { ...to, id: inputId(to.id, deviceId, '/binding/to/id') } : to;
  return { kind: body.kind, binding: { ...binding, to: target } };
}

function linksView(links: NodeLinks<ReturnType<typeof deviceId>>): LinksJson {
  return {
    setUp: { ...links.setUp },
    isAsked: links.isAsked,
    problem: links.problem === null ? null : problemView(links.problem),
    reporting: links.reporting.map((each) => ({ ...each })),
    bindings: links.bindings.map(({ to, ...each }) => ({ ...each, to: { ...to } })),
    endpoints: links.endpoints.map(({ inputs, outputs, ...each }) => ({
      ...each,
      inputs: [...inputs],
      outputs: [...outputs],
    })),
  };
}
