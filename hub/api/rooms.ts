// Rooms.
import { NotFoundError } from '../model/errors.ts';
import type { RoomRecord } from '../model/home.ts';
import type { HubPort } from '../model/hub-port.ts';
import { type RoomId, roomId } from '../model/identifiers.ts';
import {
  type ApiParts,
  actorOf,
  checkVersion,
  type Handlers,
  listPart,
  pathId,
  versioned,
} from './context.ts';
import { roomView } from './views.ts';

function roomOf(hub: HubPort, id: RoomId): RoomRecord {
  const room = hub.household.contents().rooms.find((each) => each.id === id);
  if (room === undefined) {
    throw new NotFoundError('room', id, { hint: 'GET /api/rooms lists all rooms.' });
  }
  return room;
}

export function roomRoutes({ hub }: ApiParts) {
  return {
    'GET /api/rooms': (c, { query }) => {
      const rooms = [...hub.household.contents().rooms].sort((a, b) => a.order - b.order);
      const { items, next } = listPart(rooms, query);
      return c.json({ items: items.map(roomView), next });
    },
    'POST /api/rooms': async (c, { body }) => {
      const room = await hub.household.addRoom(body, actorOf(c));
      c.header('Location', `/api/rooms/${room.id}`);
      c.status(201);
      return versioned(c, roomView(room));
    },
    'GET /api/rooms/:id': (c) => versioned(c, roomView(roomOf(hub, pathId(c, roomId, 'room')))),
    'PATCH /api/rooms/:id': async (c, { body }) => {
      const room = roomOf(hub, pathId(c, roomId, 'room'));
      const version = checkVersion(c, room.version, `The room "${room.name}"`);
      const { name, icon, order } = body;
      const change = {
        ...(name === undefined ? {} : { name }),
        ...(icon === undefined ? {} : { icon }),
        ...(order === undefined ? {} : { order }),
      };
      return versioned(
        c,
        roomView(await hub.household.setRoom(room.id, change, version, actorOf(c))),
      );
    },
    'DELETE /api/rooms/:id': async (c) => {
      const room = roomOf(hub, pathId(c, roomId, 'room'));
      checkVersion(c, room.version, `The room "${room.name}"`);
      await hub.household.removeRoom(room.id, actorOf(c));
      return c.body(null, 204);
    },
  } satisfies Partial<Handlers>;
}
