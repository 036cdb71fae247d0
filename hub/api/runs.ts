// Runs of scenes with their traces, and the history of a property's values.

import { toRfc3339 } from '../model/clock.ts';
import { NotFoundError, ValidationError } from '../model/errors.ts';
import { deviceId, runId, sceneId } from '../model/identifiers.ts';
import { parsePropertyKey } from '../model/properties.ts';
import type { RunTrace } from '../model/run.ts';
import { type ApiParts, actorOf, type Handlers, inputId, pathId } from './context.ts';
import { deviceOf } from './devices.ts';
import { runView } from './views.ts';

const DAY_MS = 86_400_000;

export function runRoutes({ hub }: ApiParts) {
  return {
    'GET /api/runs': async (c, { query }) => {
      const scene = query.scene === undefined ? null : inputId(query.scene, sceneId, '/scene');
      const fromMs = query.from ?? null;
      const before = query.cursor ?? null;
      const page = await hub.reads.runs({ scene, fromMs, before, limit: query.limit });
      const unwritten = before === null ? unwrittenRuns(page.items) : [];
      const fresh = unwritten.filter((run) => fromMs === null || run.startedAtMs >= fromMs);
      const items = [...fresh.slice(0, query.limit), ...page.items].map(runView);
      return c.json({ items, next: page.next });

      /** Runs go to disk in batches; those under way and the newest are only in memory. */
      function unwrittenRuns(written: readonly RunTrace[]): readonly RunTrace[] {
        const known = new Set(written.map((run) => run.id));
        const newestMs = written[0]?.startedAtMs ?? -Infinity;
        return hub
          .recentRuns(scene)
          .filter((run) => !known.has(run.id))
          .filter((run) => run.state === 'running' || run.startedAtMs >= newestMs);
      }
    },
    'GET /api/runs/:id': async (c) => {
      const id = pathId(c, runId, 'run');
      const recent = hub.recentRuns(null).find((run) => run.id === id);
      const run = recent ?? (await hub.reads.run(id));
      if (run === null) throw new NotFoundError('run', id);
      return c.json(runView(run));
    },
    'DELETE /api/runs/:id': async (c) => {
      const id = pathId(c, runId, 'run');
      return c.json(runView(await hub.cancelRun(id, actorOf(c))));
    },
    'POST /api/runs/:id/undo': async (c) => {
      const id = pathId(c, runId, 'run');
      return c.json(runView(await hub.undoRun(id, actorOf(c))));
    },
    'GET /api/history': async (c, { query }) => {
      const device = deviceOf(hub, inputId(query.device, deviceId, '/device'));
      const { key } = parsePropertyKey(query.property);
      const { properties } = device.record.description;
      const descriptor = properties.find((each) => each.key === key);
      if (descriptor === undefined) {
        throw new ValidationError(`${device.record.name} has no property "${key}"`, {
          hint: `It has: ${properties.map((each) => each.key).join(', ')}.`,
          errors: [{ path: '/property', message: 'is not a property of this device' }],
        });
      }
      const toMs = query.to ?? hub.now().wallMs;
      const fromMs = query.from ?? toMs - DAY_MS;
      if (fromMs >= toMs) {
        throw new ValidationError('The time `from` must lie before `to`', {
          errors: [{ path: '/from', message: 'must lie before `to`' }],
          zh: { message: '时间 `from` 必须早于 `to`', hint: null },
        });
      }
      const { points } = query;
      const ask = { device: device.record.id, property: key, fromMs, toMs, points };
      const series = await hub.reads.series(ask);
      return c.json({
        unit: descriptor.unit ?? null,
        points: series.points.map(([atMs, ...values]) => [toRfc3339(atMs), ...values]),
        resolution: series.resolutionMs,
      });
    },
  } satisfies Partial<Handlers>;
}
