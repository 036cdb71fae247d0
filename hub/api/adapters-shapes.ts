// What the API takes and answers about adapters: those that come with the hub, and those of others that are installed.
import * as v from 'valibot';
import { VENDOR_LIMITS } from '../model/vendor-adapter.ts';
import { labelJson, problemJson, timeJson } from './shapes.ts';

const settingValue = v.nullable(v.union([v.string(), v.number(), v.boolean()]));

export const adapterJson = v.object({
  id: v.string(),
  title: v.string(),
  /** How far we stand behind it: `core` comes with the hub, `community` is answered for by who wrote it. */
  tier: v.picklist(['core', 'preferred', 'community']),
  /** Whether it was installed, and so can be removed. */
  isInstalled: v.boolean(),
  vendor: v.nullable(v.string()),
  version: v.nullable(v.string()),
  enabled: v.boolean(),
  /** Whether an owner can switch and set it here; of those that come with the hub some always run. */
  canSwitch: v.boolean(),
  /** Where it is set so that it cannot be changed here; null: it is not. */
  fixedBy: v.nullable(v.picklist(['flag', 'environment', 'file', 'demo'])),
  /** About what it adds to the hub's memory while it is on, as measured; null: that is not known. */
  needsBytes: v.nullable(v.number()),
  state: v.picklist(['off', 'starting', 'connecting', 'connected', 'fault', 'stopped']),
  problem: v.nullable(problemJson),
  notices: v.array(v.object({ severity: v.picklist(['warning', 'fault']), text: labelJson })),
  since: v.nullable(timeJson),
  restarts: v.number(),
  /** Of a process of its own, where that can be told. */
  memoryBytes: v.nullable(v.number()),
  /** When an installed one last had to be begun anew, and why. */
  lastFault: v.nullable(v.object({ at: timeJson, reason: labelJson })),
  /** Where an installed one may connect to; `lan` is the house's own network. */
  hosts: v.array(v.string()),
  settings: v.array(
    v.object({
      name: v.string(),
      type: v.picklist(['text', 'number', 'boolean']),
      label: labelJson,
      value: settingValue,
      /** What it can be here; absent: anything of its type. */
      choices: v.optional(v.array(v.string())),
    }),
  ),
  devices: v.number(),
});
export type AdapterJson = v.InferOutput<typeof adapterJson>;

/** A package: its files, one of them `ingle-adapter.json`. */
export const adapterPackageBody = v.strictObject({
  files: v.pipe(
    v.record(v.pipe(v.string(), v.maxLength(400)), v.string()),
    v.check(
      (files) => Object.keys(files).length <= VENDOR_LIMITS.files,
      `may have ${VENDOR_LIMITS.files} files`,
    ),
  ),
});

export const adapterChange = v.strictObject({
  enabled: v.optional(v.boolean()),
  settings: v.optional(
    v.record(
      v.pipe(v.string(), v.maxLength(40)),
      v.nullable(
        v.union([
          v.pipe(v.string(), v.maxLength(500)),
          v.pipe(v.number(), v.finite()),
          v.boolean(),
        ]),
      ),
    ),
  ),
});
