// What the API takes and answers about the Matter bridge.
import * as v from 'valibot';
import { DEVICE_KINDS, type DeviceKind } from '../model/device-kind.ts';
import { problemJson, timeJson } from './shapes.ts';

const id = v.pipe(v.string(), v.minLength(1), v.maxLength(80));
const kind = v.picklist(
  Object.keys(DEVICE_KINDS) as DeviceKind[],
  'must be a kind of device, such as light',
);
const rooms = v.nullable(v.pipe(v.array(id), v.maxLength(200)));
const kinds = v.pipe(v.array(kind), v.maxLength(Object.keys(DEVICE_KINDS).length));

export const bridgeBody = v.strictObject({
  on: v.optional(v.boolean()),
  /** Rooms that are offered; null: all, and devices without a room. */
  rooms: v.optional(rooms),
  kinds: v.optional(kinds),
  /** Devices by id: offered, not offered, or (null) by their room and kind. */
  devices: v.optional(v.record(id, v.nullable(v.boolean()))),
});

export const bridgeFabricBody = v.strictObject({
  /** The household's own name; null: what its controller calls itself. */
  name: v.optional(v.nullable(v.pipe(v.string(), v.maxLength(200)))),
  rooms: v.optional(rooms),
  kinds: v.optional(v.nullable(kinds)),
  /** It sees how things are and may not change them. */
  readOnly: v.optional(v.boolean()),
});

/** A controller's home that has the bridge, and what it may see and do. */
export const bridgeFabricJson = v.object({
  id: v.string(),
  name: v.string(),
  /** The maker of its controller, where that is known. */
  vendor: v.nullable(v.string()),
  vendorId: v.number(),
  /** What its controller calls itself. */
  label: v.string(),
  joinedAt: timeJson,
  isConnected: v.boolean(),
  rooms: v.nullable(v.array(v.string())),
  kinds: v.nullable(v.array(v.string())),
  readOnly: v.boolean(),
  /** How many of the devices on the bridge it sees. */
  sees: v.number(),
});
export type BridgeFabricJson = v.InferOutput<typeof bridgeFabricJson>;

/** A device of the home and where it stands with the bridge. */
export const bridgeDeviceJson = v.object({
  id: v.string(),
  name: v.string(),
  room: v.nullable(v.string()),
  kind: v.string(),
  offered: v.boolean(),
  /** What was said of this very device; null: it goes by its room and kind. */
  own: v.nullable(v.boolean()),
  /** Its endpoint on the bridge, which stays with it; null: it does not stand there. */
  endpoint: v.nullable(v.number()),
  /** The Matter device types that it is made of. */
  types: v.array(v.string()),
  /** Properties for which Matter has no place. */
  leftOut: v.array(v.string()),
  /**
   * Why it is not there: `matter` (it has a way of its own), `room`, `kind`, `chosen`, `unknown` (Matter has nothing
   * for it), `full`; null where it is.
   */
  why: v.nullable(v.picklist(['matter', 'room', 'kind', 'chosen', 'unknown', 'full'])),
});
export type BridgeDeviceJson = v.InferOutput<typeof bridgeDeviceJson>;

export const bridgeJson = v.object({
  state: v.picklist(['off', 'starting', 'on', 'fault']),
  problem: v.nullable(problemJson),
  /** UDP; null while it does not listen. */
  port: v.nullable(v.number()),
  rooms: v.nullable(v.array(v.string())),
  kinds: v.array(v.string()),
  devices: v.array(bridgeDeviceJson),
  fabrics: v.array(bridgeFabricJson),
  /** The way in for a controller, while it is open. */
  window: v.nullable(v.object({ qrText: v.string(), manualCode: v.string(), closesAt: timeJson })),
});
export type BridgeJson = v.InferOutput<typeof bridgeJson>;
