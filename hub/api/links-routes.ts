// The routes of a Zigbee device's reports and bindings.
import * as links from './links-shapes.ts';
import type { RouteSpec } from './routes.ts';

export const LINK_ROUTES = {
  'GET /api/devices/:id/links': {
    who: 'installer',
    about: 'What a Zigbee device reports, how often, and to whom its clusters are bound.',
    query: links.linksQuery,
    answer: links.linksJson,
  },
  'POST /api/devices/:id/links': {
    who: 'installer',
    about:
      'Sets how often an attribute is reported, binds or unbinds a cluster, or does again what the definition sets up. Answers once the device has agreed.',
    body: links.linkChangeBody,
    answer: links.linksJson,
  },
} satisfies Record<string, RouteSpec>;
