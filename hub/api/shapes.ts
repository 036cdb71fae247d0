// The JSON that the API answers with, as valibot schemas and the types that page and command line import
// (`import type`). What the API takes in stands in requests.ts; views.ts makes these out of the hub's records.
//
// Route table in short (all of it, with who may call what, is routes.ts; `cursor` and `limit` on every list):
//   GET /healthz · GET /readyz · GET /metrics · GET /api/openapi.json
//   GET /api/claim → ClaimJson · POST /api/claim → SessionJson + cookie · POST /api/claim/code (local) → ClaimCodeJson
//   GET /api/session → SessionJson · POST {name, password} → SessionJson + cookie · DELETE → 204
//   GET /api/home → HomeJson · PATCH (If-Match) · POST /api/clock {at} → HomeJson
//   GET /api/properties → list of PropertyInfoJson (the table: labels, icons, words of values)
//   GET /api/devices → list of DeviceJson · GET|PATCH|DELETE /api/devices/{id} (DELETE ?force=true)
//   POST /api/devices/{id}/replace {from} · POST /api/devices/{id}/commands → CommandJson · GET /api/commands/{id}
//   GET|POST /api/rooms · GET|PATCH|DELETE /api/rooms/{id}
//   GET|POST /api/scenes · POST /api/scenes/validate → SceneCheckJson · GET|PUT|PATCH|DELETE /api/scenes/{id}
//   POST /api/scenes/{id}/run → RunJson · GET /api/scenes/{id}/versions
//   GET /api/why?device=&property=&at= · GET /api/why-not?scene=&at= · POST /api/scenes/{id}/replay|test
//   GET /api/runs?scene=&from= · GET|DELETE /api/runs/{id}
//   GET|POST /api/jobs · GET|DELETE /api/jobs/{id} · GET /api/history → HistoryJson
//   GET /api/members · GET|PATCH /api/members/self · POST /api/members/self/password · POST /api/members/{id}/password (local)
//   GET|POST /api/tokens · DELETE /api/tokens/{id}
//   GET /api/notifications · POST /api/notifications/{id}/read → 204
//   GET /api/settings · PUT /api/settings/{name} {value} · GET /api/logs · GET /api/health → HealthJson
//   GET /api/events?topics=devices,scenes,jobs,notifications,home → server-sent events, see EventDataJson
import * as v from 'valibot';

/** RFC 3339 in UTC with milliseconds. */
export const timeJson = v.pipe(v.string(), v.metadata({ format: 'date-time' }));

/** A text in the two languages of the home. */
export const labelJson = v.object({ en: v.string(), zh: v.string() });
export type LabelJson = v.InferOutput<typeof labelJson>;

/** A property's value: boolean, number, text, or a colour. */
export const valueJson = v.union([
  v.boolean(),
  v.number(),
  v.string(),
  v.object({ hue: v.number(), saturation: v.number() }),
]);
export type ValueJson = v.InferOutput<typeof valueJson>;

export const inputProblemJson = v.object({
  /** A JSON pointer, or the place in a scene file. */
  path: v.string(),
  message: v.string(),
  /** The message in Chinese, where somebody has said it. */
  zh: v.optional(v.string()),
  line: v.optional(v.number()),
  column: v.optional(v.number()),
});

const wordsJson = { detail: v.string(), hint: v.nullable(v.string()) };
/** What is wrong and what to do, in English, and in `zh` in Chinese. */
const problemWordsJson = { ...wordsJson, zh: v.optional(v.object(wordsJson)) };

/** A problem inside a record: of a command, a job, a run. */
export const problemJson = v.object({
  code: v.string(),
  ...problemWordsJson,
  errors: v.optional(v.array(inputProblemJson)),
});
export type ProblemJson = v.InferOutput<typeof problemJson>;

/** RFC 9457 problem details: the body of every answer of 400 and above. */
export const problemDetailsJson = v.object({
  type: v.string(),
  title: v.string(),
  status: v.number(),
  ...problemJson.entries,
});
export type ProblemDetailsJson = v.InferOutput<typeof problemDetailsJson>;

/** Who or what did something. `kind`: member, local, scene, device, reconnect, restore, schedule, source, fabric. */
export const causeJson = v.object({
  kind: v.string(),
  id: v.optional(v.string()),
  via: v.optional(v.string()),
  scene: v.optional(v.string()),
  run: v.optional(v.string()),
  device: v.optional(v.string()),
  adapter: v.optional(v.string()),
  fabric: v.optional(v.string()),
  at: v.optional(v.string()),
  name: v.optional(v.string()),
});
export type CauseJson = v.InferOutput<typeof causeJson>;

/** One property of a device. Fields of the description stand only where they apply. */
export const devicePropertyJson = v.object({
  value: v.nullable(valueJson),
  /** When the value was reported; absent before the first report. */
  at: v.optional(timeJson),
  access: v.picklist(['r', 'rw', 'w', 'event']),
  type: v.picklist(['boolean', 'number', 'enum', 'string', 'color']),
  unit: v.optional(v.string()),
  min: v.optional(v.number()),
  max: v.optional(v.number()),
  step: v.optional(v.number()),
  values: v.optional(v.array(v.string())),
  /** Stands only while it differs from what was reported. */
  wanted: v.optional(valueJson),
  /** The command that wants it. */
  wantedBy: v.optional(v.string()),
  /** What is wanted waits for the sleeping device to wake, until then. */
  waitsUntil: v.optional(timeJson),
  /** Stands where the table of `GET /api/properties` does not know the property, or its owner has named it. */
  label: v.optional(labelJson),
  /** The label is its owner's own, and tells it apart from others of its kind. */
  named: v.optional(v.literal(true)),
  /** Words of those values that the table has none for. */
  valueLabels: v.optional(v.record(v.string(), labelJson)),
});
export type DevicePropertyJson = v.InferOutput<typeof devicePropertyJson>;

export const deviceJson = v.object({
  id: v.string(),
  name: v.string(),
  /** The unique name by which scene files call it. */
  handle: v.string(),
  room: v.nullable(v.string()),
  /** The household's own groups; scenes can mean all devices of one. */
  labels: v.array(v.string()),
  kind: v.string(),
  adapter: v.string(),
  /** The node's address at its adapter. */
  address: v.string(),
  manufacturer: v.string(),
  model: v.string(),
  title: v.string(),
  tier: v.string(),
  support: v.string(),
  /** The household's own file that defines the model, where one does. */
  definedBy: v.nullable(v.string()),
  /** True: it joined with the key that everybody knows; null: not known. */
  weakJoin: v.nullable(v.boolean()),
  /** What it did not say when it joined, and when it is asked again by itself; null: it said all. */
  interview: v.nullable(
    v.object({
      problem: problemJson,
      attempts: v.number(),
      retryAt: v.nullable(timeJson),
    }),
  ),
  /** The node that it had before, and until when that can be put back; null: it was not replaced. */
  replaced: v.nullable(
    v.object({ manufacturer: v.string(), model: v.string(), at: timeJson, undoUntil: timeJson }),
  ),
  power: v.string(),
  availability: v.object({
    online: v.boolean(),
    since: timeJson,
    reason: v.nullable(v.string()),
    /** Why, where the way through its mesh tells, and the router that it hung on. */
    cause: v.optional(v.object({ en: v.string(), zh: v.string() })),
    router: v.optional(v.string()),
  }),
  firmware: v.object({ current: v.nullable(v.string()), available: v.nullable(v.string()) }),
  /** By key: the property's name, with `@2` and so on for further endpoints. */
  properties: v.record(v.string(), devicePropertyJson),
  /** The room that the device, or its bridge, says it stands in; absent: neither says one. */
  saysRoom: v.optional(v.string()),
  /** Commands beyond setting a property. */
  commands: v.array(v.string()),
  /** What the device has and the home does not show, by the names of its own standard; no parts: all of it. */
  notShown: v.array(
    v.object({
      what: v.string(),
      parts: v.array(v.string()),
      /** Stands where there is another reason than that the home has no place for it. */
      why: v.optional(labelJson),
    }),
  ),
  version: v.number(),
  createdAt: timeJson,
});
export type DeviceJson = v.InferOutput<typeof deviceJson>;

/** A row of the table of properties. */
export const propertyInfoJson = v.object({
  name: v.string(),
  type: v.string(),
  access: v.string(),
  family: v.string(),
  label: labelJson,
  icon: v.string(),
  privacy: v.string(),
  unit: v.optional(v.string()),
  min: v.optional(v.number()),
  max: v.optional(v.number()),
  precision: v.optional(v.number()),
  /** An enum's values with their words. */
  values: v.optional(v.record(v.string(), labelJson)),
  /** What true and false are called. */
  words: v.optional(v.object({ true: labelJson, false: labelJson })),
});
export type PropertyInfoJson = v.InferOutput<typeof propertyInfoJson>;

/** States: requested, sent, acknowledged, observed, or failed, timedOut, superseded, refused. */
export const commandJson = v.object({
  id: v.string(),
  device: v.string(),
  property: v.optional(v.string()),
  value: v.optional(valueJson),
  command: v.optional(v.string()),
  args: v.optional(v.record(v.string(), valueJson)),
  state: v.picklist([
    'requested',
    'sent',
    'acknowledged',
    'observed',
    'failed',
    'timedOut',
    'superseded',
    'refused',
  ]),
  cause: causeJson,
  requestedAt: timeJson,
  sentAt: v.nullable(timeJson),
  acknowledgedAt: v.nullable(timeJson),
  observedAt: v.nullable(timeJson),
  endedAt: v.nullable(timeJson),
  problem: v.nullable(problemJson),
  /** It waits for its sleeping device to wake, until then; it is kept over a restart and can be taken back. */
  waitsUntil: v.optional(timeJson),
});
export type CommandJson = v.InferOutput<typeof commandJson>;

/** What became of a request to many devices, in their order: of each its command, or why there is none. */
export const commandsJson = v.object({
  items: v.array(
    v.object({
      device: v.string(),
      command: v.nullable(commandJson),
      problem: v.nullable(problemJson),
    }),
  ),
});
export type CommandsJson = v.InferOutput<typeof commandsJson>;

export const roomJson = v.object({
  id: v.string(),
  name: v.string(),
  icon: v.nullable(v.string()),
  order: v.number(),
  version: v.number(),
});
export type RoomJson = v.InferOutput<typeof roomJson>;

export const traceStepJson = v.object({
  at: timeJson,
  path: v.string(),
  kind: v.string(),
  state: v.string(),
  read: v.optional(
    v.array(
      v.object({
        device: v.nullable(v.string()),
        property: v.string(),
        value: v.nullable(valueJson),
      }),
    ),
  ),
  command: v.optional(v.string()),
  /** The scene that the step is about, and the run of it that it began. */
  other: v.optional(v.object({ scene: v.string(), run: v.nullable(v.string()) })),
  text: labelJson,
  problem: v.optional(problemJson),
});

/** A run in one line. */
export const runBriefJson = v.object({
  id: v.string(),
  scene: v.string(),
  sceneVersion: v.number(),
  state: v.picklist(['running', 'done', 'failed', 'cancelled', 'nearMiss']),
  startedAt: timeJson,
  endedAt: v.nullable(timeJson),
  cause: causeJson,
  summary: labelJson,
  /** Of a near miss: what held it back. */
  held: v.optional(v.picklist(['condition', 'unknown', 'mode', 'pace', 'late', 'rests'])),
  /** The scene runs in the shadow: nothing acted. */
  shadow: v.optional(v.literal(true)),
  /** How many like it came right before it and are not kept themselves. */
  repeats: v.optional(v.number()),
});
export type RunBriefJson = v.InferOutput<typeof runBriefJson>;

/** A run with its trace; `omitted` counts steps beyond the 200 that are kept. */
export const runJson = v.object({
  ...runBriefJson.entries,
  seq: v.number(),
  steps: v.array(traceStepJson),
  omitted: v.number(),
});
export type RunJson = v.InferOutput<typeof runJson>;

/** A scene as lists and events show it. */
export const sceneJson = v.object({
  id: v.string(),
  name: v.string(),
  enabled: v.boolean(),
  /** Its runs are shown and act on nothing. */
  shadow: v.boolean(),
  version: v.number(),
  updatedAt: timeJson,
  author: v.nullable(v.string()),
  sentence: labelJson,
  /** The room of its file; null: the whole home. */
  room: v.nullable(v.string()),
  /** Ids of the devices that it names. */
  devices: v.array(v.string()),
  /** Without a trigger: somebody taps it. */
  isOneTap: v.boolean(),
  /** What keeps it from running. */
  problem: v.nullable(problemJson),
  lastRun: v.nullable(runBriefJson),
  nextAt: v.nullable(timeJson),
});
export type SceneJson = v.InferOutput<typeof sceneJson>;

/** A scene with its file, devices by their present handles. */
export const sceneTextJson = v.object({ ...sceneJson.entries, text: v.string() });
export type SceneTextJson = v.InferOutput<typeof sceneTextJson>;

/** What checking a scene file found; `sentence` and `name` stand when nothing is wrong. */
export const sceneCheckJson = v.object({
  errors: v.array(inputProblemJson),
  sentence: v.nullable(labelJson),
  name: v.nullable(v.string()),
});
export type SceneCheckJson = v.InferOutput<typeof sceneCheckJson>;

export const jobJson = v.object({
  id: v.string(),
  kind: v.string(),
  state: v.picklist(['running', 'done', 'failed', 'cancelled']),
  step: v.nullable(
    v.object({
      name: v.string(),
      index: v.number(),
      of: v.number(),
      /** How far the step itself is, such as the third of five interview questions. */
      part: v.optional(v.object({ index: v.number(), of: v.number() })),
    }),
  ),
  progress: v.nullable(v.number()),
  etaSeconds: v.nullable(v.number()),
  log: v.array(v.object({ at: timeJson, text: labelJson })),
  result: v.unknown(),
  problem: v.nullable(problemJson),
  startedAt: timeJson,
  endedAt: v.nullable(timeJson),
});
export type JobJson = v.InferOutput<typeof jobJson>;

export const homeJson = v.object({
  name: v.string(),
  language: v.picklist(['en', 'zh']),
  zone: v.string(),
  place: v.nullable(v.object({ latitude: v.number(), longitude: v.number() })),
  /** Dates, or days of every year without one: `2026-12-24`, `12-24`. */
  holidays: v.array(v.string()),
  mode: v.string(),
  /** All modes that can be set: the four of every home, and its own. */
  modes: v.array(v.string()),
  version: v.number(),
  clock: v.object({ state: v.picklist(['unset', 'held', 'synced']), now: timeJson }),
  demo: v.boolean(),
  /** The program's version. */
  program: v.string(),
});
export type HomeJson = v.InferOutput<typeof homeJson>;

export const memberJson = v.object({
  id: v.string(),
  name: v.string(),
  role: v.picklist(['owner', 'adult', 'child', 'elder', 'guest', 'installer']),
  language: v.picklist(['en', 'zh']),
  version: v.number(),
  createdAt: timeJson,
});
export type MemberJson = v.InferOutput<typeof memberJson>;

/** Who is signed in; all null when nobody is. `token` goes into the `X-Ingle-Token` header of unsafe requests. */
export const sessionJson = v.object({
  member: v.nullable(memberJson),
  token: v.nullable(v.string()),
  expires: v.nullable(timeJson),
  demo: v.boolean(),
  claimed: v.boolean(),
  /** The language to greet in. */
  language: v.picklist(['en', 'zh']),
});
export type SessionJson = v.InferOutput<typeof sessionJson>;

export const claimJson = v.object({
  claimed: v.boolean(),
  open: v.boolean(),
  closesAt: v.nullable(timeJson),
});
export type ClaimJson = v.InferOutput<typeof claimJson>;

export const claimCodeJson = v.object({ code: v.string(), closesAt: timeJson });
export type ClaimCodeJson = v.InferOutput<typeof claimCodeJson>;

/** A signed-in page or a program's token; `secret` stands only in the answer that made it. */
export const tokenJson = v.object({
  id: v.string(),
  kind: v.picklist(['session', 'token']),
  member: v.string(),
  label: v.string(),
  createdAt: timeJson,
  lastUsedAt: timeJson,
  expiresAt: v.nullable(timeJson),
  /** Whether this request was made with it. */
  current: v.boolean(),
  secret: v.optional(v.string()),
});
export type TokenJson = v.InferOutput<typeof tokenJson>;

/** A series reduced to the asked number of points: `[time, min, max, mean, last]`; `resolution` in milliseconds. */
export const historyJson = v.object({
  unit: v.nullable(v.string()),
  points: v.array(v.tuple([timeJson, v.number(), v.number(), v.number(), v.number()])),
  resolution: v.number(),
});
export type HistoryJson = v.InferOutput<typeof historyJson>;

export const settingJson = v.object({
  name: v.string(),
  value: v.string(),
  from: v.picklist(['flag', 'environment', 'file', 'page', 'default']),
});
export type SettingJson = v.InferOutput<typeof settingJson>;
export const logLineJson = v.object({
  at: timeJson,
  level: v.picklist(['debug', 'info', 'warn', 'error']),
  part: v.string(),
  text: v.string(),
});
export type LogLineJson = v.InferOutput<typeof logLineJson>;

/** What anybody may know: whether the hub is ready, and of which parts it waits for. */
export const readyJson = v.object({
  ready: v.boolean(),
  waitingFor: v.array(v.string()),
  parts: v.array(v.object({ name: v.string(), state: v.string() })),
  adapters: v.array(v.object({ id: v.string(), state: v.string() })),
  demo: v.nullable(v.object({ devices: v.number(), of: v.number() })),
});
export type ReadyJson = v.InferOutput<typeof readyJson>;

/** The whole report, with the faults that a person should see, worst first. */
export const healthJson = v.object({
  ready: v.boolean(),
  waitingFor: v.array(v.string()),
  version: v.string(),
  startedAt: timeJson,
  clock: v.picklist(['unset', 'held', 'synced']),
  parts: v.array(
    v.object({
      name: v.string(),
      state: v.picklist(['starting', 'running', 'hanging', 'restarting', 'stopped', 'failed']),
      since: timeJson,
      restarts: v.number(),
      rssBytes: v.nullable(v.number()),
      problem: v.nullable(problemJson),
    }),
  ),
  adapters: v.array(
    v.object({
      id: v.string(),
      state: v.picklist(['starting', 'connecting', 'connected', 'fault', 'stopped']),
      detail: v.nullable(v.string()),
      problem: v.nullable(problemJson),
      retryAt: v.nullable(timeJson),
      since: timeJson,
      restarts: v.number(),
    }),
  ),
  demo: v.nullable(v.object({ devices: v.number(), of: v.number() })),
  notices: v.array(
    v.object({ severity: v.picklist(['warning', 'fault']), about: v.string(), text: labelJson }),
  ),
});
export type HealthJson = v.InferOutput<typeof healthJson>;

/** A list: `next` is the cursor of the following part, null at the end. */
export interface ListJson<Item> {
  readonly items: readonly Item[];
  readonly next: string | null;
}

/** The topics of `GET /api/events`. */
export const TOPICS = ['devices', 'scenes', 'jobs', 'notifications', 'home'] as const;
export type Topic = (typeof TOPICS)[number];
