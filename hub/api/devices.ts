// Devices: list, read, name, put into a room, remove, replace; and the table of properties behind them.
import { NotFoundError, ValidationError } from '../model/errors.ts';
import type { DeviceView, HubPort } from '../model/hub-port.ts';
import { type DeviceId, deviceId, roomId } from '../model/identifiers.ts';
import {
  type ApiParts,
  actorOf,
  checkVersion,
  type Handlers,
  inputId,
  listPart,
  pathId,
  versioned,
} from './context.ts';
import { deviceView, propertyTable } from './views.ts';

/** @throws NotFoundError */
export function deviceOf(hub: HubPort, id: DeviceId): DeviceView {
  const device = hub.device(id);
  if (device === undefined) {
    throw new NotFoundError('device', id, { hint: 'GET /api/devices lists all devices.' });
  }
  return device;
}

export function deviceRoutes({ hub }: ApiParts) {
  return {
    'GET /api/properties': (c, { query }) => c.json(listPart(propertyTable(), query)),
    'GET /api/devices': (c, { query }) => {
      const { room, kind } = query;
      const devices = hub
        .devices()
        .filter(({ record }) => room === undefined || record.room === room)
        .filter(({ record }) => kind === undefined || record.description.kind === kind);
      const { items, next } = listPart(devices, query);
      return c.json({ items: items.map(deviceView), next });
    },
    'GET /api/devices/:id': (c) =>
      versioned(c, deviceView(deviceOf(hub, pathId(c, deviceId, 'device')))),
    'PATCH /api/devices/:id': async (c, { body }) => {
      const { record } = deviceOf(hub, pathId(c, deviceId, 'device'));
      const version = checkVersion(c, record.version, `The device "${record.name}"`);
      const { name, handle, room, labels } = body;
      const change = {
        ...(name === undefined ? {} : { name }),
        ...(handle === undefined ? {} : { handle }),
        ...(labels === undefined ? {} : { labels }),
        ...(room === undefined ? {} : { room: room === null ? null : knownRoom(hub, room) }),
      };
      await hub.household.setDevice(record.id, change, version, actorOf(c));
      return versioned(c, deviceView(deviceOf(hub, record.id)));
    },
    'DELETE /api/devices/:id': async (c, { query }) => {
      const { record } = deviceOf(hub, pathId(c, deviceId, 'device'));
      checkVersion(c, record.version, `The device "${record.name}"`);
      await hub.household.removeDevice(record.id, query.force, actorOf(c));
      return c.body(null, 204);
    },
  } satisfies Partial<Handlers>;
}

function knownRoom(hub: HubPort, text: string) {
  const id = inputId(text, roomId, '/room');
  if (hub.household.contents().rooms.some((room) => room.id === id)) return id;
  throw new ValidationError(`There is no room "${id}"`, {
    hint: 'GET /api/rooms lists all rooms.',
    errors: [{ path: '/room', message: 'is not a room of this home' }],
  });
}
