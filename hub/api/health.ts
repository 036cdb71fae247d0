// How the hub is: for supervisors (alive, ready), for Prometheus, for people (faults and logs), and the OpenAPI text.
import type { LogLevel } from '../model/adapter-port.ts';
import { toRfc3339 } from '../model/clock.ts';
import { HubError } from '../model/errors.ts';
import type { ApiParts, Handlers } from './context.ts';
import { healthView, readyView } from './views.ts';

const LEVELS: Record<LogLevel, number> = { debug: 0, info: 1, warn: 2, error: 3 };

export function healthRoutes({ hub }: ApiParts) {
  let metricsText: (() => Promise<string>) | null = null;
  let openApi: Promise<string> | null = null;

  return {
    'GET /healthz': (c) => c.json({ status: 'alive' }),
    'GET /readyz': (c) => {
      const health = hub.health();
      return c.json(readyView(health), health.ready ? 200 : 503);
    },
    'GET /api/health': (c) => c.json(healthView(hub.health())),
    'GET /api/logs': (c, { query }) => {
      const { level, part, limit } = query;
      const lines = hub
        .logLines()
        .filter((line) => LEVELS[line.level] >= LEVELS[level])
        .filter((line) => part === undefined || line.part === part)
        .slice(-limit)
        .map(({ atMs, level: itsLevel, part: itsPart, text }) => ({
          at: toRfc3339(atMs),
          level: itsLevel,
          part: itsPart,
          text,
        }));
      return c.json({ items: lines, next: null });
    },
    'POST /api/faults': (c, { body }) => {
      if (hub.faults === null) {
        throw new HubError('unsupported', 'This hub takes no faults', {
          hint: 'Start it with INGLE_FAULTS=1.',
        });
      }
      if (body.kind === 'kill') hub.faults.kill(body.part);
      else if (body.kind === 'hang') hub.faults.hang(body.part);
      else hub.faults.stallStorage(body.ms);
      return c.body(null, 204);
    },
    // Both libraries load at the first question: neither may slow the start of the house.
    'GET /metrics': async (c) => {
      if (metricsText === null) {
        const { createMetrics } = await import('./metrics.ts');
        metricsText ??= createMetrics(hub);
      }
      c.header('Content-Type', 'text/plain; version=0.0.4; charset=utf-8');
      return c.body(await metricsText());
    },
    'GET /api/openapi.json': async (c) => {
      openApi ??= import('./openapi.ts').then(({ openApiText }) => openApiText(hub.version));
      c.header('Content-Type', 'application/json');
      return c.body(await openApi);
    },
  } satisfies Partial<Handlers>;
}
