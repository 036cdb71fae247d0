// Firmware: the catalogue's images, and what a device runs. Updates are jobs.
import { deviceId } from '../model/identifiers.ts';
import { type ApiParts, type Handlers, listPart, pathId } from './context.ts';
import { deviceOf } from './devices.ts';

export function firmwareRoutes({ hub }: ApiParts) {
  return {
    'GET /api/firmware': async (c, { query }) => c.json(listPart(await hub.firmware.list(), query)),
    'POST /api/firmware': async (c, { body }) => c.json(await hub.firmware.import(body.path), 201),
    'GET /api/devices/:id/firmware': async (c) => {
      const { record } = deviceOf(hub, pathId(c, deviceId, 'device'));
      return c.json(await hub.firmware.check(record.id));
    },
  } satisfies Partial<Handlers>;
}
