// A vendor's description of its device, judged before anything of it is believed: names of the table of properties, or
// the vendor's own with x_, each narrowed and never widened. All that is wrong is told at once, each with its place.
import type { NodeDescription } from '../../../hub/model/device.ts';
import {
  DEVICE_KINDS,
  type DeviceKind,
  kindFromProperties,
} from '../../../hub/model/device-kind.ts';
import { HubError, type InputProblem, ValidationError } from '../../../hub/model/errors.ts';
import type { AdapterId, NodeAddress } from '../../../hub/model/identifiers.ts';
import { nearestName } from '../../../hub/model/nearest-name.ts';
import { VENDOR_LIMITS } from '../../../hub/model/open-interface.ts';
import {
  describeProperty,
  findProperty,
  isPropertyName,
  isVendorPropertyName,
  type ParsedPropertyKey,
  type PropertyDescriptor,
  type PropertyRow,
  parsePropertyKey,
} from '../../../hub/model/properties.ts';
import { entityNamed, ownName } from '../../contract/own-names.ts';

type Fields = Readonly<Record<string, unknown>>;
type Wrong = (path: string, message: string) => void;
type Access = PropertyDescriptor['access'];

const ACCESS = ['r', 'rw', 'w', 'event'] as const;
const TYPES = ['boolean', 'number', 'enum', 'string', 'color'] as const;
const POWER = ['mains', 'battery', 'unknown'] as const;
const VALUES_MAX = 100;
const COMMANDS_MAX = 20;
const FIELDS = [
  ...['name', 'manufacturer', 'model', 'firmware', 'power', 'kind', 'properties', 'commands'],
];
const PROPERTY_FIELDS = [
  ...['property', 'access', 'type', 'unit', 'label', 'min', 'max', 'step', 'values'],
];
/** Ways in which a property of the table may be had: as the table says, or less. */
const NARROWER: Readonly<Record<Access, readonly Access[]>> = {
  r: ['r'],
  rw: ['rw', 'r', 'w'],
  w: ['w'],
  event: ['event'],
};

function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isOneOf<One extends string>(list: readonly One[], value: unknown): value is One {
  return list.some((one) => one === value);
}

/** @throws ValidationError with every mistake and its place */
export function parseDescription(
  adapter: AdapterId,
  node: NodeAddress,
  content: unknown,
): NodeDescription {
  const errors: InputProblem[] = [];
  const wrong: Wrong = (path, message) => errors.push({ path, message });
  const given = isFields(content) ? content : {};
  if (!isFields(content)) wrong('', 'must be an object');
  refuseUnknown(given, FIELDS, '', wrong);
  const text = (name: string): string => {
    const value = given[name];
    const isRight = typeof value === 'string' && value.trim() !== '' && value.length <= 60;
    if (!isRight || /\p{Cc}/u.test(value))
      wrong(`/${name}`, 'must be a text of 1 to 60 characters');
    return isRight ? value.trim() : '';
  };
  const [title, manufacturer, model] = [text('name'), text('manufacturer'), text('model')];
  const firmware = given.firmware === undefined ? null : text('firmware');
  const { power = 'unknown' } = given;
  if (!isOneOf(POWER, power)) wrong('/power', `must be one of ${POWER.join(', ')}`);
  const properties = parseProperties(given.properties, wrong);
  const commands = parseCommands(given.commands, wrong);
  const kind = given.kind ?? kindFromProperties(properties);
  if (typeof kind !== 'string' || !Object.hasOwn(DEVICE_KINDS, kind)) {
    wrong('/kind', `must be one of ${Object.keys(DEVICE_KINDS).join(', ')}`);
  }
  if (errors.length > 0) {
    throw new ValidationError('The description of the device is not right', {
      hint: 'GET /api/open/properties lists the names, types, units and values that there are.',
      zh: {
        message: '设备描述不正确',
        hint: 'GET /api/open/properties 列出了可用的名称、类型、单位和值。',
      },
      errors,
    });
  }
  return {
    ...{ adapter, node, manufacturer, model, title, firmware, properties, commands },
    kind: kind as DeviceKind,
    power: power as NodeDescription['power'],
    tier: 'community',
    support: 'exact',
  };
}

function refuseUnknown(given: Fields, known: readonly string[], path: string, wrong: Wrong): void {
  for (const key of Object.keys(given)) {
    if (known.includes(key)) continue;
    const shown = key.slice(0, 40);
    const nearest = nearestName(key, known);
    const means = nearest === undefined ? `it has ${known.join(', ')}` : `did you mean ${nearest}?`;
    wrong(`${path}/${shown}`, `is not known; ${means}`);
  }
}

function parseCommands(value: unknown, wrong: Wrong): readonly string[] {
  if (value === undefined) return [];
  const isRight =
    Array.isArray(value) &&
    value.length <= COMMANDS_MAX &&
    value.every((each) => typeof each === 'string' && /^[a-z][a-zA-Z0-9_]{0,39}$/.test(each));
  if (!isRight) wrong('/commands', `must be up to ${COMMANDS_MAX} names such as identify`);
  return isRight ? (value as string[]) : [];
}

function parseProperties(given: unknown, wrong: Wrong): PropertyDescriptor[] {
  if (!Array.isArray(given)) {
    wrong('/properties', 'must be a list, such as [{"property": "on"}]');
    return [];
  }
  const most = VENDOR_LIMITS.properties;
  if (given.length > most) wrong('/properties', `may have ${most} entries; it has ${given.length}`);
  const properties: PropertyDescriptor[] = [];
  for (const [at, each] of given.slice(0, most).entries()) {
    const path = `/properties/${at}`;
    const parsed = parseProperty(each, path, wrong);
    if (parsed === null) continue;
    if (properties.some(({ key }) => key === parsed.key)) {
      wrong(`${path}/property`, `is there twice: ${parsed.key}`);
    }
    properties.push(parsed);
  }
  return properties;
}

function parseProperty(value: unknown, path: string, wrong: Wrong): PropertyDescriptor | null {
  if (!isFields(value) || typeof value.property !== 'string') {
    wrong(`${path}/property`, 'must be the name of a property, such as brightness or x_speed');
    return null;
  }
  refuseUnknown(value, PROPERTY_FIELDS, path, wrong);
  const parsed = parsedKey(value.property, path, wrong);
  if (parsed === null) return null;
  const row = findProperty(parsed.name);
  const access = value.access ?? row?.access ?? 'r';
  const type = value.type ?? row?.type;
  if (!isOneOf(ACCESS, access)) wrong(`${path}/access`, `must be one of ${ACCESS.join(', ')}`);
  if (!isOneOf(TYPES, type)) wrong(`${path}/type`, `must be one of ${TYPES.join(', ')}`);
  const number = (name: string): number | undefined => {
    const given = value[name];
    if (given === undefined || (typeof given === 'number' && Number.isFinite(given))) return given;
    wrong(`${path}/${name}`, 'must be a number');
    return undefined;
  };
  const [min, max, step] = [number('min'), number('max'), number('step')];
  const values = valuesOf(value.values, path, wrong);
  if (min !== undefined && max !== undefined && min >= max) {
    wrong(`${path}/max`, `must be more than the min of ${min}`);
  }
  if (step !== undefined && step <= 0) wrong(`${path}/step`, 'must be more than 0');
  if (row !== undefined) {
    refuseWider(row, { ...value, access, min, max, values }, path, wrong);
  } else if (type === 'enum' && values?.length === 0) {
    wrong(`${path}/values`, 'must name at least one value');
  }
  const own = {
    access: access as Access,
    ...(parsed.endpoint === undefined ? {} : { endpoint: parsed.endpoint }),
    ...(min === undefined ? {} : { min }),
    ...(max === undefined ? {} : { max }),
    ...(step === undefined ? {} : { step }),
    ...(values === undefined ? {} : { values }),
  };
  const line = (name: 'label' | 'unit', most: number): string | null => {
    const given = value[name];
    if (given === undefined) return null;
    const shown = ownName(given);
    if (shown !== null && String(given).length <= most) return shown;
    wrong(`${path}/${name}`, `must be a text of 1 to ${most} characters`);
    return null;
  };
  const label = line('label', 60);
  if (isPropertyName(parsed.name)) {
    const named = label === null ? {} : entityNamed(label, parsed.name, true);
    return describeProperty(parsed.name, { ...own, ...named });
  }
  const unit = line('unit', 20);
  const shown = label ?? parsed.name.slice(2);
  return {
    ...{ key: parsed.key, name: parsed.name, type: type as PropertyDescriptor['type'] },
    ...{ ...own, ...(unit === null ? {} : { unit }), label: { en: shown, zh: shown } },
  };
}

function parsedKey(text: string, path: string, wrong: Wrong): ParsedPropertyKey | null {
  const [name = ''] = text.split('@', 1);
  try {
    return parsePropertyKey(text);
  } catch (error) {
    if (!(error instanceof HubError)) throw error;
    const isKnown = isPropertyName(name) || isVendorPropertyName(name);
    const own = isKnown ? '' : ' What only this vendor has begins with x_, such as x_speed.';
    wrong(`${path}/property`, `${error.message}. ${error.hint}${own}`);
    return null;
  }
}

function valuesOf(given: unknown, path: string, wrong: Wrong): readonly string[] | undefined {
  if (given === undefined) return undefined;
  const isText = (each: unknown) =>
    typeof each === 'string' && each.length > 0 && each.length <= 64;
  if (Array.isArray(given) && given.length <= VALUES_MAX && given.every(isText)) return given;
  wrong(`${path}/values`, `must be up to ${VALUES_MAX} texts of 1 to 64 characters`);
  return undefined;
}

/** What the table knows of a property cannot be had in another type or unit, nor beyond its range. */
function refuseWider(
  row: PropertyRow,
  own: Fields & {
    readonly min: number | undefined;
    readonly max: number | undefined;
    readonly values: readonly string[] | undefined;
  },
  path: string,
  wrong: Wrong,
): void {
  const { name } = row;
  const { access, type, unit, min, max, values = [] } = own;
  if (isOneOf(ACCESS, access) && !NARROWER[row.access].includes(access)) {
    wrong(`${path}/access`, `is ${NARROWER[row.access].join(' or ')} for ${name}, not ${access}`);
  }
  if (type !== undefined && type !== row.type) wrong(`${path}/type`, `is ${row.type} for ${name}`);
  if (unit !== undefined && unit !== row.unit) {
    wrong(`${path}/unit`, `is ${row.unit ?? 'none'} for ${name}: convert the values`);
  }
  if (min !== undefined && row.min !== undefined && min < row.min) {
    wrong(`${path}/min`, `cannot be ${min}: ${name} begins at ${row.min}`);
  }
  if (max !== undefined && row.max !== undefined && max > row.max) {
    wrong(`${path}/max`, `cannot be ${max}: ${name} ends at ${row.max}`);
  }
  if (row.type !== 'enum' || row.openValues === true) return;
  const known = Object.keys(row.values ?? {});
  const strange = values.find((one) => !known.includes(one));
  if (strange === undefined) return;
  const nearest = nearestName(strange, known);
  const means = nearest === undefined ? `it has ${known.join(', ')}` : `did you mean ${nearest}?`;
  wrong(`${path}/values`, `"${strange}" is no value of ${name}; ${means}`);
}
