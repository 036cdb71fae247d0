// The Matter bridge over HTTP.
import { ValidationError } from '../model/errors.ts';
import { deviceId, type FabricId, fabricId, type RoomId, roomId } from '../model/identifiers.ts';
import type {
  BridgeDeviceView,
  BridgeView,
  FabricRights,
  FabricView,
} from '../model/matter-bridge.ts';
import { type ApiContext, type ApiParts, actorOf, type Handlers } from './context.ts';
import { problemView } from './errors.ts';
import type { BridgeDeviceJson, BridgeFabricJson, BridgeJson } from './matter-bridge-shapes.ts';

const timeOf = (ms: number) => new Date(ms).toISOString();

function deviceView({ isOffered, on, own, why, ...device }: BridgeDeviceView): BridgeDeviceJson {
  return {
    ...device,
    offered: isOffered,
    own,
    endpoint: on?.endpoint ?? null,
    types: [...(on?.types ?? [])],
    leftOut: [...(on?.leftOut ?? [])],
    why,
  };
}

function fabricView({ joinedAtMs, rights, ...fabric }: FabricView): BridgeFabricJson {
  return {
    ...fabric,
    joinedAt: timeOf(joinedAtMs),
    rooms: rights.rooms === null ? null : [...rights.rooms],
    kinds: rights.kinds === null ? null : [...rights.kinds],
    readOnly: rights.isReadOnly,
  };
}

function bridgeView({ settings, status, devices, fabrics }: BridgeView): BridgeJson {
  const { problem, window } = status;
  return {
    state: status.state,
    problem: problem && problemView(problem),
    port: status.port,
    rooms: settings.rooms === null ? null : [...settings.rooms],
    kinds: [...settings.kinds],
    devices: devices.map(deviceView),
    fabrics: fabrics.map(fabricView),
    window: window && {
      qrText: window.qrText,
      manualCode: window.manualCode,
      closesAt: timeOf(window.closesAtMs),
    },
  };
}

const fabricOf = (c: ApiContext): FabricId => fabricId(c.req.param('id') ?? '');
const roomsOf = (
  rooms: readonly string[] | null | undefined,
): readonly RoomId[] | null | undefined => rooms?.map(roomId) ?? (rooms as null | undefined);

export function matterBridgeRoutes({ hub }: ApiParts) {
  const { matterBridge } = hub;
  return {
    'GET /api/matter/bridge': (c) => c.json(bridgeView(matterBridge.view())),
    'PATCH /api/matter/bridge': async (c, { body }) => {
      const { on, kinds, devices } = body;
      const rooms = roomsOf(body.rooms);
      if (on === undefined && rooms === undefined && kinds === undefined && devices === undefined) {
        throw new ValidationError('Nothing is to be changed', {
          hint: 'Give on, rooms, kinds or devices.',
        });
      }
      const chosen =
        devices &&
        Object.fromEntries(
          Object.entries(devices).map(([id, isOffered]) => [deviceId(id), isOffered]),
        );
      const change = { isOn: on, rooms, kinds, devices: chosen };
      return c.json(bridgeView(await matterBridge.set(change, actorOf(c))));
    },
    'POST /api/matter/bridge/window': async (c, { body }) =>
      c.json(bridgeView(await matterBridge.openWindow(body.seconds, actorOf(c)))),
    'DELETE /api/matter/bridge/window': async (c) =>
      c.json(bridgeView(await matterBridge.closeWindow(actorOf(c)))),
    'POST /api/matter/bridge/reset': async (c) =>
      c.json(bridgeView(await matterBridge.reset(actorOf(c)))),
    'PATCH /api/matter/bridge/fabrics/:id': async (c, { body }) => {
      const { name, kinds, readOnly } = body;
      const rooms = roomsOf(body.rooms);
      const rights: Partial<FabricRights> = {
        ...(rooms === undefined ? {} : { rooms }),
        ...(kinds === undefined ? {} : { kinds }),
        ...(readOnly === undefined ? {} : { isReadOnly: readOnly }),
      };
      const change = { name, rights };
      return c.json(bridgeView(await matterBridge.setFabric(fabricOf(c), change, actorOf(c))));
    },
    'DELETE /api/matter/bridge/fabrics/:id': async (c) =>
      c.json(bridgeView(await matterBridge.removeFabric(fabricOf(c), actorOf(c)))),
  } satisfies Partial<Handlers>;
}
