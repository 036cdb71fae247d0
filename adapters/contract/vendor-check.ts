// Whether what a vendor's code says can be passed on: shapes, names of the table of properties, types. The core and
// main trust what an adapter tells them, so what is wrong stays in the vendor's own process and is told as its
// fault.
import type { AdapterNotice, AdapterState } from '../../hub/model/adapter-port.ts';
import type { NodeDescription } from '../../hub/model/device.ts';
import { DEVICE_KINDS } from '../../hub/model/device-kind.ts';
import { type ErrorCode, HubError, type Problem } from '../../hub/model/errors.ts';
import {
  findProperty,
  type PropertyDescriptor,
  parsePropertyKey,
  specOf,
} from '../../hub/model/properties.ts';
import { checkValue } from '../../hub/model/property-value.ts';
import { VENDOR_LIMITS } from '../../hub/model/vendor-adapter.ts';

type Fields = Readonly<Record<string, unknown>>;

const PROPERTIES_MAX = 200;
const COMMANDS_MAX = 50;
const CHARACTERS_MAX = 200;
const TYPES = ['boolean', 'number', 'enum', 'string', 'color'];
const ACCESS = ['r', 'w', 'rw', 'event'];
const POWER = ['mains', 'battery', 'unknown'];
const SUPPORT = ['exact', 'generated', 'unsupported'];
/** What can be wrong with a device, in the codes of the hub; anything else is a fault of the code. */
const CODES: readonly ErrorCode[] = [
  ...(['invalid-input', 'not-found', 'conflict', 'unauthenticated', 'forbidden'] as const),
  ...(['unreachable', 'timed-out', 'rejected-by-device', 'unsupported', 'busy'] as const),
  ...(['cancelled', 'storage', 'internal'] as const),
];

function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isShort(value: unknown): value is string {
  return typeof value === 'string' && value.length <= CHARACTERS_MAX;
}

function isText(value: unknown): value is string {
  return isShort(value) && value.trim() !== '';
}

function shown(value: unknown): string {
  const text = typeof value === 'string' ? value : (JSON.stringify(value) ?? String(value));
  return `"${text.slice(0, 60)}"`;
}

/** What is wrong with a node's description; null where nothing is. */
export function descriptionProblem(given: unknown): string | null {
  if (!isFields(given)) return `A description is an object, not ${shown(given)}`;
  for (const name of ['node', 'title', 'manufacturer', 'model']) {
    const isRight = name === 'node' || name === 'title' ? isText : isShort;
    if (!isRight(given[name])) return `${name} is a text, not ${shown(given[name])}`;
  }
  const { kind, power, support, firmware, properties, commands } = given;
  if (typeof kind !== 'string' || !Object.hasOwn(DEVICE_KINDS, kind)) {
    return `There is no kind ${shown(kind)}`;
  }
  for (const [name, value, known] of [
    ['power', power, POWER],
    ['support', support, SUPPORT],
  ] as const) {
    if (!known.includes(String(value))) return `${name} is one of ${known.join(', ')}`;
  }
  if (firmware !== null && !isShort(firmware)) return 'firmware is a text, or null';
  const areCommands =
    Array.isArray(commands) && commands.length <= COMMANDS_MAX && commands.every(isText);
  if (!areCommands) return `commands is a list of at most ${COMMANDS_MAX} names`;
  if (!Array.isArray(properties) || properties.length > PROPERTIES_MAX) {
    return `properties is a list of at most ${PROPERTIES_MAX}`;
  }
  const keys = new Set<unknown>();
  for (const descriptor of properties) {
    const problem = descriptorProblem(descriptor);
    if (problem !== null) return problem;
    const { key } = descriptor as PropertyDescriptor;
    if (keys.has(key)) return `The property ${key} stands there twice`;
    keys.add(key);
  }
  const most = VENDOR_LIMITS.descriptionBytes;
  if (JSON.stringify(given).length > most) {
    return `The description of ${shown(given.node)} is longer than ${most / 1024} KB`;
  }
  return null;
}

function descriptorProblem(given: unknown): string | null {
  if (!isFields(given) || typeof given.key !== 'string') {
    return `A property comes from describeProperty, not as ${shown(given)}`;
  }
  const { key, name, type, access, unit, values } = given;
  let parsed: ReturnType<typeof parsePropertyKey>;
  try {
    parsed = parsePropertyKey(key);
  } catch (error) {
    if (!(error instanceof HubError)) throw error;
    return [error.message, error.hint].filter(Boolean).join('. ');
  }
  if (parsed.name !== name) return `The key ${key} does not belong to ${shown(name)}`;
  if (!TYPES.includes(String(type))) return `The type of ${key} is one of ${TYPES.join(', ')}`;
  if (!ACCESS.includes(String(access))) return `The access of ${key} is one of ${ACCESS}`;
  if (values !== undefined && !(Array.isArray(values) && values.every(isText))) {
    return `The values of ${key} are a list of texts`;
  }
  const row = findProperty(parsed.name);
  if (row === undefined) return null;
  if (row.type !== type) return `${key} is a ${shown(type)}, but the table says ${row.type}`;
  if (unit !== undefined && unit !== row.unit) {
    return `${key} is in ${shown(unit)}, but the table says ${row.unit}`;
  }
  return null;
}

/** What is wrong with values that a node tells; null where nothing is. A device may tell more than it takes. */
export function valuesProblem(
  { node, properties }: Pick<NodeDescription, 'node' | 'properties'>,
  values: unknown,
): string | null {
  if (!isFields(values)) return `The values of ${node} are an object, not ${shown(values)}`;
  for (const [key, value] of Object.entries(values)) {
    const descriptor = properties.find((each) => each.key === key);
    if (descriptor === undefined) return `${shown(key)} was reported but not described`;
    const { min: _, max: __, ...spec } = specOf(descriptor);
    if (spec.type === 'enum') {
      if (!isText(value)) return `A report is wrong: ${key} is a word, not ${shown(value)}`;
      continue;
    }
    const problem = checkValue(spec, value);
    if (problem !== null) return `A report is wrong: ${problem.message}`;
  }
  return null;
}

/** A problem as it may travel on; of one without words, those that it should have had. */
export function asProblem(given: unknown): Problem {
  const { code, message, hint, zh } = (isFields(given) ? given : {}) as Partial<Problem>;
  return {
    code: CODES.find((one) => one === code) ?? 'internal',
    message: isText(message) ? message : 'It did not say why',
    hint: isText(hint) ? hint : null,
    ...(isFields(zh) && isText(zh.message)
      ? { zh: { message: zh.message, hint: isText(zh.hint) ? zh.hint : null } }
      : {}),
  };
}

/** How an adapter says that it is, as it may travel on; null for what is no state. */
export function asState(given: unknown): AdapterState | null {
  if (!isFields(given)) return null;
  switch (given.kind) {
    case 'connecting':
      return { kind: 'connecting' };
    case 'connected':
      return { kind: 'connected', detail: String(given.detail ?? '').slice(0, CHARACTERS_MAX) };
    case 'fault': {
      const { retryAtMs } = given;
      const at = typeof retryAtMs === 'number' && Number.isFinite(retryAtMs) ? retryAtMs : null;
      return { kind: 'fault', problem: asProblem(given.problem), retryAtMs: at };
    }
    default:
      return null;
  }
}

/** Notices that can be shown; what is none is left out. */
export function asNotices(given: unknown): readonly AdapterNotice[] {
  if (!Array.isArray(given)) return [];
  return given.flatMap((one: unknown): AdapterNotice[] => {
    if (!isFields(one) || !isFields(one.text)) return [];
    const { en, zh } = one.text;
    if (typeof en !== 'string' || typeof zh !== 'string') return [];
    const text = { en: en.slice(0, CHARACTERS_MAX), zh: zh.slice(0, CHARACTERS_MAX) };
    return [{ severity: one.severity === 'fault' ? 'fault' : 'warning', text }];
  });
}
