// The open interface over HTTP: what a vendor's program may say and ask, with the token that an owner has granted it,
// and the owner's side of it. Its rows of the table of routes, and what they take and answer.
import * as v from 'valibot';
import { VENDOR_LIMITS } from '../model/open-interface.ts';
import { listQuery } from './requests.ts';
import { propertyInfoJson, timeJson, valueJson } from './shapes.ts';

const text = v.pipe(v.string(), v.minLength(1), v.maxLength(60));
const finite = v.pipe(v.number(), v.finite());

/** One property as the device has it: a name of `GET /api/open/properties`, or the vendor's own with `x_`. */
const propertyBody = v.strictObject({
  /** Such as `brightness`, `on@2` or `x_speed`. */
  property: text,
  access: v.optional(v.picklist(['r', 'rw', 'w', 'event'])),
  /** Only for a property of the vendor's own; the table knows the others'. */
  type: v.optional(v.picklist(['boolean', 'number', 'enum', 'string', 'color'])),
  unit: v.optional(v.pipe(v.string(), v.maxLength(20))),
  /** What a person reads for it, such as `Pump` for `on@1`. */
  label: v.optional(text),
  min: v.optional(finite),
  max: v.optional(finite),
  step: v.optional(finite),
  values: v.optional(v.pipe(v.array(v.pipe(v.string(), v.maxLength(64))), v.maxLength(100))),
});

/** A device in the terms of the table of properties. */
const descriptionBody = v.strictObject({
  name: text,
  manufacturer: text,
  model: text,
  firmware: v.optional(text),
  power: v.optional(v.picklist(['mains', 'battery', 'unknown'])),
  /** Absent: it follows from the properties. */
  kind: v.optional(text),
  properties: v.pipe(v.array(propertyBody), v.maxLength(VENDOR_LIMITS.properties)),
  /** Commands beyond setting a property, such as `identify`. */
  commands: v.optional(v.pipe(v.array(text), v.maxLength(20))),
});

const value = v.union(
  [
    v.boolean(),
    finite,
    v.pipe(v.string(), v.maxLength(1024)),
    v.strictObject({ hue: finite, saturation: finite }),
  ],
  'must be true or false, a number, a text, or {"hue", "saturation"}',
);
const openDeviceJson = v.object({
  device: v.string(),
  node: v.string(),
  name: v.string(),
  isOnline: v.boolean(),
  properties: v.array(v.string()),
});
/** Either `property` and `value`, or `command` and `args`. */
const openCommandJson = v.object({
  id: v.string(),
  device: v.string(),
  property: v.optional(v.string()),
  value: v.optional(valueJson),
  transitionMs: v.optional(v.number()),
  command: v.optional(v.string()),
  args: v.optional(v.record(v.string(), valueJson)),
  /** Milliseconds in which the outcome has to come. */
  withinMs: v.number(),
});
export const vendorJson = v.object({ name: v.string(), createdAt: timeJson, devices: v.number() });
export type VendorJson = v.InferOutput<typeof vendorJson>;
export const newVendorJson = v.object({ name: v.string(), token: v.string() });
export type NewVendorJson = v.InferOutput<typeof newVendorJson>;

const bodyBytesMax = VENDOR_LIMITS.descriptionBytes;

export const OPEN_ROUTES = {
  'GET /api/vendors': {
    who: 'owner',
    about: 'Whose programs may bring devices over the open interface.',
    query: listQuery,
    answer: vendorJson,
    isList: true,
  },
  'POST /api/vendors': {
    who: 'owner',
    about:
      'Grants an account of the open interface; the token stands in this answer alone. Over MQTT the user is open.NAME, the token its password.',
    body: v.strictObject({ name: v.pipe(v.string(), v.maxLength(64)) }),
    answer: newVendorJson,
    status: 201,
  },
  'DELETE /api/vendors/:name': {
    who: 'owner',
    about: 'Revokes an account at once; its devices stay in the home, out of reach.',
    status: 204,
  },
  'GET /api/open/properties': {
    who: 'vendor',
    about: 'The table of properties, as GET /api/properties tells it to the household.',
    query: listQuery,
    answer: propertyInfoJson,
    isList: true,
  },
  'GET /api/open/devices': {
    who: 'vendor',
    about: 'The devices of this account.',
    query: listQuery,
    answer: openDeviceJson,
    isList: true,
  },
  'PUT /api/open/devices/:device': {
    who: 'vendor',
    about:
      'A device joins, or describes itself anew. DEVICE is the vendor’s own name for it; the device is then in the home.',
    body: descriptionBody,
    isJudgedLater: true,
    bodyBytesMax,
    answer: openDeviceJson,
  },
  'GET /api/open/devices/:device': {
    who: 'vendor',
    about: 'One device of this account.',
    answer: openDeviceJson,
  },
  'DELETE /api/open/devices/:device': {
    who: 'vendor',
    about:
      'The vendor has taken the device away: it is out of reach until the household removes it.',
    status: 204,
  },
  'POST /api/open/devices/:device/report': {
    who: 'vendor',
    about: 'Values of the device, by property.',
    body: v.strictObject({
      values: v.pipe(
        v.record(v.pipe(v.string(), v.maxLength(80)), value),
        v.check((values) => Object.keys(values).length <= VENDOR_LIMITS.properties, 'are too many'),
      ),
    }),
    bodyBytesMax,
    status: 204,
  },
  'POST /api/open/devices/:device/events': {
    who: 'vendor',
    about: 'Something happened, such as a press. Right now: it is not kept for later.',
    body: v.strictObject({ property: text, value }),
    bodyBytesMax,
    status: 204,
  },
  'PUT /api/open/devices/:device/availability': {
    who: 'vendor',
    about: 'Whether the device can be reached, and if not, why, in a few words.',
    body: v.strictObject({
      online: v.boolean(),
      reason: v.optional(v.nullable(v.pipe(v.string(), v.maxLength(120))), null),
    }),
    bodyBytesMax,
    status: 204,
  },
  'GET /api/open/commands': {
    who: 'vendor',
    about:
      'Commands for the devices of this account: waits up to `waitMs` for the first (long poll). Each is answered by its outcome.',
    query: v.strictObject({
      waitMs: v.optional(
        v.pipe(v.string(), v.regex(/^\d{1,5}$/), v.transform(Number), v.maxValue(30_000)),
        '0',
      ),
    }),
    answer: v.object({ items: v.array(openCommandJson) }),
  },
  'GET /api/open/stream': {
    who: 'vendor',
    about:
      'The same commands as server-sent events: `event: command`, one JSON object each. Why it ends stands in a last `event: problem`.',
  },
  'POST /api/open/commands/:id/outcome': {
    who: 'vendor',
    about: 'What became of a command: acknowledged, or failed with a message.',
    body: v.strictObject({
      state: v.picklist(['acknowledged', 'failed']),
      message: v.optional(v.nullable(v.pipe(v.string(), v.maxLength(200))), null),
    }),
    bodyBytesMax,
    status: 204,
  },
} as const;
