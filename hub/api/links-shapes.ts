// What the API takes and gives of a Zigbee device's reports and bindings.
import * as v from 'valibot';
import { problemJson } from './shapes.ts';

const SECONDS_MAX = 65_535;
const clusterName = v.pipe(v.string(), v.minLength(1), v.maxLength(60));
const endpoint = v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(240));
const seconds = v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(SECONDS_MAX));

const reporting = v.strictObject({
  endpoint,
  cluster: clusterName,
  attribute: clusterName,
  minimumSeconds: seconds,
  /** 0: only on change. 65,535: not at all. */
  maximumSeconds: seconds,
  /** In the attribute's own steps. */
  change: v.optional(
    v.nullable(v.pipe(v.number(), v.minValue(0), v.maxValue(4_294_967_295))),
    null,
  ),
});
const binding = v.strictObject({
  endpoint,
  cluster: clusterName,
  to: v.variant('kind', [
    v.strictObject({ kind: v.literal('hub') }),
    v.strictObject({
      kind: v.literal('device'),
      id: v.pipe(v.string(), v.minLength(1), v.maxLength(100)),
      endpoint,
    }),
    v.strictObject({
      kind: v.literal('group'),
      group: v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(65_527)),
    }),
  ]),
});

/** `read=true` asks the device itself, which a sleeping one answers when it wakes. */
export const linksQuery = v.strictObject({
  read: v.optional(v.picklist(['true', 'false']), 'false'),
});
export const linkChangeBody = v.variant('kind', [
  v.strictObject({ kind: v.literal('report'), reporting }),
  v.strictObject({ kind: v.literal('bind'), binding }),
  v.strictObject({ kind: v.literal('unbind'), binding }),
  v.strictObject({ kind: v.literal('configure') }),
]);

export const linksJson = v.object({
  setUp: v.object({
    kind: v.picklist(['done', 'none', 'pending']),
    attempts: v.optional(v.number()),
    problem: v.optional(v.nullable(v.string())),
  }),
  /** The device itself was asked just now; else what it was told and has agreed to. */
  isAsked: v.boolean(),
  problem: v.nullable(problemJson),
  reporting: v.array(
    v.object({
      endpoint: v.number(),
      cluster: v.string(),
      attribute: v.string(),
      minimumSeconds: v.number(),
      maximumSeconds: v.number(),
      change: v.nullable(v.number()),
    }),
  ),
  bindings: v.array(
    v.object({
      endpoint: v.number(),
      cluster: v.string(),
      to: v.object({
        kind: v.picklist(['hub', 'device', 'group']),
        id: v.optional(v.string()),
        endpoint: v.optional(v.number()),
        group: v.optional(v.number()),
      }),
    }),
  ),
  endpoints: v.array(
    v.object({
      endpoint: v.number(),
      inputs: v.array(v.string()),
      outputs: v.array(v.string()),
    }),
  ),
});
export type LinksJson = v.InferOutput<typeof linksJson>;
