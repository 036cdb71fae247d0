// Replacing a dead device: what it would change, doing it, and taking it back.
import { ValidationError } from '../model/errors.ts';
import { deviceId } from '../model/identifiers.ts';
import { type ApiParts, actorOf, type Handlers, inputId, pathId, versioned } from './context.ts';
import { deviceOf } from './devices.ts';
import type { ReplacementJson } from './replacement-shapes.ts';
import { deviceView } from './views.ts';

export function replacementRoutes({ hub }: ApiParts) {
  return {
    'GET /api/devices/:id/replacement': async (c, { query }) => {
      const { record } = deviceOf(hub, pathId(c, deviceId, 'device'));
      const { record: from } = deviceOf(hub, inputId(query.from, deviceId, '/from'));
      const plan = await hub.household.replacement(record.id, from.id);
      const { device, gaps, lost, gained, reached, links } = plan;
      const answer: ReplacementJson = {
        device,
        from: from.id,
        gaps: gaps.map(({ scenes, others, ...gap }) => ({
          ...gap,
          scenes: [...scenes],
          others: [...others],
        })),
        lost: [...lost],
        gained: [...gained],
        reached: [...reached],
        links: [...links],
      };
      return c.json(answer);
    },
    'POST /api/devices/:id/replace': async (c, { body }) => {
      const { record } = deviceOf(hub, pathId(c, deviceId, 'device'));
      const { record: from } = deviceOf(hub, inputId(body.from, deviceId, '/from'));
      if (from.id === record.id) {
        throw new ValidationError('A device cannot replace itself', {
          errors: [{ path: '/from', message: 'must be another device' }],
        });
      }
      await hub.household.replaceDevice(record.id, from.id, body.acceptGaps, actorOf(c));
      return versioned(c, deviceView(deviceOf(hub, record.id)));
    },
    'POST /api/devices/:id/replace/undo': async (c) => {
      const { record } = deviceOf(hub, pathId(c, deviceId, 'device'));
      await hub.household.undoReplacement(record.id, actorOf(c));
      return versioned(c, deviceView(deviceOf(hub, record.id)));
    },
  } satisfies Partial<Handlers>;
}
