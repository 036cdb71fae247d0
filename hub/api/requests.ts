// What the API takes in: bodies and query strings as valibot schemas. Objects are strict, so that a misspelt
// key is an error with a place and not a wish that is silently ignored.
import * as v from 'valibot';
import { HOLIDAYS_MAX, isHoliday } from '../model/holidays.ts';
import { TOPICS } from './shapes.ts';

/** Control characters and marks that turn the reading direction have no place in a name. */
const UNPRINTABLE = /[\p{Cc}\u2028\u2029\u202a-\u202e\u2066-\u2069]/u;
const noUnprintable = v.check(
  (text: string) => !UNPRINTABLE.test(text),
  'must not contain control characters',
);

const name = v.pipe(
  v.string(),
  v.trim(),
  v.minLength(1, 'must not be empty'),
  v.maxLength(60, 'may have 60 characters'),
  noUnprintable,
);
const icon = v.nullable(
  v.pipe(v.string(), v.regex(/^mdi[A-Za-z0-9]{1,60}$/, 'must be an icon of @mdi/js')),
);
const identifier = v.pipe(v.string(), v.maxLength(80));
const language = v.picklist(['en', 'zh']);
const password = v.pipe(v.string(), v.maxLength(1024, 'is too long'));
const finite = v.pipe(v.number(), v.finite('must be a finite number'));

const zone = v.pipe(
  v.string(),
  v.maxLength(60),
  v.check(isZone, 'must be a time zone such as Europe/Berlin or Asia/Shanghai'),
);
function isZone(text: string): boolean {
  if (!/^[A-Za-z][A-Za-z0-9_+-]*(\/[A-Za-z0-9_+-]+)*$/.test(text)) return false;
  try {
    return new Intl.DateTimeFormat('en', { timeZone: text }).format(0) !== '';
  } catch {
    return false;
  }
}
const place = v.nullable(
  v.strictObject({
    latitude: v.pipe(finite, v.minValue(-90), v.maxValue(90)),
    longitude: v.pipe(finite, v.minValue(-180), v.maxValue(180)),
  }),
);

const RFC_3339 = /^\d{4}-\d{2}-\d{2}(T\d{2}:\d{2}(:\d{2}(\.\d{1,9})?)?(Z|[+-]\d{2}:\d{2}))?$/;
/** A time as text, given on as wall milliseconds. */
const time = v.pipe(
  v.string(),
  v.check(
    (text) => RFC_3339.test(text) && Number.isFinite(Date.parse(text)),
    'must be a time such as 2026-11-21T19:00:00.000Z',
  ),
  v.transform((text) => Date.parse(text)),
);

/** A value on its way to a device; which values a property takes is the device's to say. */
const value = v.union(
  [
    v.boolean(),
    finite,
    v.pipe(v.string(), v.maxLength(1024)),
    v.strictObject({ hue: finite, saturation: finite }),
  ],
  'must be true or false, a number, a text, or {"hue", "saturation"}',
);

const wholeNumber = (min: number, max: number) =>
  v.pipe(
    v.string(),
    v.regex(/^\d{1,9}$/, 'must be a whole number'),
    v.transform(Number),
    v.minValue(min, `must be at least ${min}`),
    v.maxValue(max, `may be at most ${max}`),
  );
const flag = v.pipe(
  v.picklist(['true', 'false']),
  v.transform((text) => text === 'true'),
);
const cursor = v.optional(v.pipe(v.string(), v.minLength(1), v.maxLength(200)));
/** Of lists that are whole in memory. */
const paging = { limit: v.optional(wholeNumber(1, 200), '200'), cursor };
/** Of lists that are read from disk. */
const storedPaging = { limit: v.optional(wholeNumber(1, 200), '50'), cursor };

export const nothing = v.strictObject({});
/** A fault for tests; only in a hub that was started for them. */
export const faultBody = v.variant('kind', [
  v.strictObject({ kind: v.literal('kill'), part: v.pipe(v.string(), v.maxLength(32)) }),
  v.strictObject({ kind: v.literal('hang'), part: v.pipe(v.string(), v.maxLength(32)) }),
  v.strictObject({
    kind: v.literal('stallStorage'),
    ms: v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(60_000)),
  }),
]);
export const listQuery = v.strictObject(paging);
export const inboxQuery = v.strictObject(storedPaging);

export const claimBody = v.strictObject({
  code: v.pipe(v.string(), v.maxLength(64)),
  name,
  password,
  language: v.optional(language, 'en'),
  home: v.optional(
    v.strictObject({ name: v.optional(name), zone: v.optional(zone), place: v.optional(place) }),
    {},
  ),
});
export const sessionBody = v.strictObject({
  name: v.pipe(v.string(), v.maxLength(256)),
  password: v.string(),
});

export const homeChange = v.strictObject({
  name: v.optional(name),
  language: v.optional(language),
  zone: v.optional(zone),
  place: v.optional(place),
  holidays: v.optional(
    v.pipe(
      v.array(v.pipe(v.string(), v.check(isHoliday, 'must be a date such as 2026-12-24 or 12-24'))),
      v.maxLength(HOLIDAYS_MAX),
    ),
  ),
  mode: v.optional(v.pipe(name, v.maxLength(32))),
  modes: v.optional(v.pipe(v.array(v.pipe(name, v.maxLength(32))), v.maxLength(20))),
});
export const clockBody = v.strictObject({ at: time });

export const devicesQuery = v.strictObject({
  ...paging,
  room: v.optional(identifier),
  kind: v.optional(identifier),
});
export const deviceChange = v.strictObject({
  name: v.optional(name),
  /** Its form is the household's to check: letters of any language, digits, hyphens. */
  handle: v.optional(v.pipe(v.string(), v.maxLength(60), noUnprintable)),
  room: v.optional(v.nullable(identifier)),
  labels: v.optional(
    v.pipe(
      v.array(
        v.pipe(
          v.string(),
          v.regex(/^\p{L}[\p{L}\p{N}-]{0,39}$/u, 'must be a word of letters, digits and hyphens'),
        ),
      ),
      v.maxLength(10, 'a device has at most 10 labels'),
      v.transform((labels) => [...new Set(labels)].sort()),
    ),
  ),
});
export const deviceRemoveQuery = v.strictObject({ force: v.optional(flag, 'false') });

export const commandQuery = v.strictObject({
  wait: v.optional(v.picklist(['sent', 'acknowledged', 'observed'])),
  timeoutMs: v.optional(wholeNumber(1, 30_000), '5000'),
});
export const commandBody = v.union(
  [
    v.strictObject({
      property: identifier,
      value,
      transitionMs: v.optional(v.pipe(finite, v.minValue(0), v.maxValue(3_600_000))),
    }),
    v.strictObject({
      command: v.pipe(v.string(), v.minLength(1), v.maxLength(60)),
      args: v.optional(
        v.pipe(
          v.record(v.pipe(v.string(), v.maxLength(60)), value),
          v.check((args) => Object.keys(args).length <= 20, 'may have 20 arguments'),
        ),
        {},
      ),
    }),
  ],
  'must be {"property", "value"} with "transitionMs" if wanted, or {"command"} with "args" if wanted',
);

/** The same of many devices at one moment. */
export const commandsBody = v.strictObject({
  devices: v.pipe(
    v.array(identifier),
    v.minLength(1, 'names one device at least'),
    v.maxLength(100, 'names at most 100 devices'),
    v.check((ids) => new Set(ids).size === ids.length, 'names a device twice'),
  ),
  property: identifier,
  value,
  transitionMs: v.optional(v.pipe(finite, v.minValue(0), v.maxValue(3_600_000))),
});

export const roomBody = v.strictObject({ name, icon: v.optional(icon, null) });
export const roomChange = v.strictObject({
  name: v.optional(name),
  icon: v.optional(icon),
  order: v.optional(v.pipe(finite, v.minValue(-1e9), v.maxValue(1e9))),
});

const sceneText = v.pipe(v.string(), v.maxLength(256 * 1024, 'may have 256 KiB'));
/** Also taken as the bare file with `Content-Type: application/yaml`. */
export const sceneBody = v.strictObject({ text: sceneText, enabled: v.optional(v.boolean()) });
export const sceneCheckBody = v.strictObject({ text: sceneText });
export const sceneChange = v.strictObject({
  enabled: v.optional(v.boolean()),
  shadow: v.optional(v.boolean()),
});
export const sceneTestBody = v.strictObject({ text: v.optional(sceneText) });
export const replayBody = v.strictObject({
  text: v.optional(sceneText),
  from: v.optional(time),
  to: v.optional(time),
});
export const draftReplayBody = v.strictObject({ ...replayBody.entries, text: sceneText });
export const whyQuery = v.strictObject({
  device: identifier,
  property: identifier,
  at: v.optional(time),
});
export const whyNotQuery = v.strictObject({ scene: identifier, at: v.optional(time) });
export const sceneRunBody = v.strictObject({
  checkWhile: v.optional(v.boolean(), false),
  dryRun: v.optional(v.boolean(), false),
});
/** Several scenes at once, and those that go. */
export const scenesBody = v.strictObject({
  scenes: v.pipe(
    v.array(
      v.strictObject({
        id: v.optional(identifier),
        text: v.pipe(v.string(), v.maxLength(64 * 1024)),
        enabled: v.optional(v.boolean()),
        version: v.optional(v.pipe(v.number(), v.integer(), v.minValue(1))),
      }),
    ),
    v.maxLength(200),
  ),
  remove: v.optional(v.pipe(v.array(identifier), v.maxLength(200)), []),
});
const sceneVersion = v.pipe(v.number(), v.integer(), v.minValue(1));
export const sceneDiffQuery = v.strictObject({
  from: v.optional(v.pipe(v.string(), v.transform(Number), sceneVersion)),
  to: v.optional(v.pipe(v.string(), v.transform(Number), sceneVersion)),
});
export const sceneRollbackBody = v.strictObject({ version: sceneVersion });

export const runsQuery = v.strictObject({
  ...storedPaging,
  scene: v.optional(identifier),
  from: v.optional(time),
});
export const historyQuery = v.strictObject({
  device: identifier,
  property: identifier,
  from: v.optional(time),
  to: v.optional(time),
  points: v.optional(wholeNumber(2, 2_000), '300'),
});

const provisioningText = v.pipe(v.string(), v.maxLength(256 * 1024, 'may have 256 KiB'));
/** Also taken as the bare file with `Content-Type: application/yaml`. */
export const provisioningPlanBody = v.strictObject({ text: provisioningText });

/** Of a file or folder on the hub's own machine. */
export const firmwareImportBody = v.strictObject({
  path: v.pipe(v.string(), v.regex(/^\/.{0,1000}$/s, 'must be an absolute path')),
  /** The name of the file or folder, where it is to be taken although nobody has signed it. */
  unsigned: v.optional(v.nullable(v.pipe(v.string(), v.maxLength(300))), null),
});

const howToPair = {
  seconds: v.optional(
    v.pipe(finite, v.integer('must be a whole number'), v.minValue(10), v.maxValue(254)),
    120,
  ),
  via: v.optional(v.nullable(identifier), null),
  installCode: v.optional(v.nullable(v.pipe(v.string(), v.maxLength(200))), null),
  code: v.optional(v.nullable(v.pipe(v.string(), v.maxLength(200))), null),
  address: v.optional(v.nullable(v.pipe(v.string(), v.maxLength(260))), null),
  password: v.optional(v.nullable(v.pipe(v.string(), v.maxLength(200))), null),
};

export const jobBody = v.variant(
  'kind',
  [
    v.strictObject({
      kind: v.literal('pair'),
      protocol: v.pipe(v.string(), v.maxLength(32)),
      ...howToPair,
    }),
    v.strictObject({
      kind: v.literal('replace'),
      /** The dead device, whose place the next one takes that joins. */
      device: identifier,
      acceptGaps: v.optional(v.boolean(), false),
      ...howToPair,
    }),
    v.strictObject({ kind: v.literal('interview'), device: identifier }),
    v.strictObject({
      kind: v.literal('firmware'),
      device: identifier,
      image: v.optional(v.nullable(v.pipe(v.string(), v.maxLength(200))), null),
      downgrade: v.optional(v.boolean(), false),
      anyway: v.optional(v.boolean(), false),
      at: v.optional(v.nullable(time), null),
    }),
    v.strictObject({
      kind: v.literal('rollout'),
      devices: v.optional(v.nullable(v.pipe(v.array(identifier), v.maxLength(500))), null),
      anyway: v.optional(v.boolean(), false),
      now: v.optional(v.boolean(), false),
    }),
    v.strictObject({
      kind: v.literal('provision'),
      text: provisioningText,
      seconds: v.optional(
        v.pipe(finite, v.integer('must be a whole number'), v.minValue(10), v.maxValue(900)),
        600,
      ),
    }),
    v.strictObject({ kind: v.literal('zigbee2mqtt'), plan: identifier }),
    v.strictObject({ kind: v.literal('backup') }),
  ],
  'must be a kind of job that this hub does: pair, replace, interview, firmware, rollout, provision, zigbee2mqtt or backup',
);

export const memberChange = v.strictObject({
  name: v.optional(name),
  language: v.optional(language),
});
export const ownPasswordBody = v.strictObject({ current: v.string(), password });
export const passwordBody = v.strictObject({ password });
export const tokenBody = v.strictObject({
  label: name,
  /** Until it ends by itself; without it the token is good until it is revoked. */
  days: v.optional(v.pipe(finite, v.integer(), v.minValue(1), v.maxValue(3_650))),
  /** Whose token: for local root alone; without it the first owner's. */
  member: v.optional(identifier),
});
export const settingBody = v.strictObject({
  value: v.nullable(v.pipe(v.string(), v.maxLength(1_000), noUnprintable)),
});
export const logsQuery = v.strictObject({
  limit: v.optional(wholeNumber(1, 2_000), '200'),
  level: v.optional(v.picklist(['debug', 'info', 'warn', 'error']), 'debug'),
  part: v.optional(identifier),
});
export const eventsQuery = v.strictObject({
  topics: v.optional(
    v.pipe(
      v.string(),
      v.transform((text) => text.split(',')),
      v.array(v.picklist(TOPICS, `must be some of ${TOPICS.join(', ')}`)),
    ),
    TOPICS.join(','),
  ),
  lastEventId: v.optional(v.pipe(v.string(), v.maxLength(40))),
});
