// A vendor's description of its device, judged before anything of it is believed: names of the table of properties, or
// the vendor's own with x_, each narrowed and never widened.
import type { NodeDescription } from '../../../hub/model/device.ts';
import {
  DEVICE_KINDS,
  type DeviceKind,
  kindFromProperties,
} from '../../../hub/model/device-kind.ts';
import { type InputProblem, ValidationError } from '../../../hub/model/errors.ts';
import type { AdapterId, NodeAddress } from '../../../hub/model/identifiers.ts';
import { VENDOR_LIMITS } from '../../../hub/model/open-interface.ts';
import {
  describeProperty,
  findProperty,
  isPropertyName,
  type PropertyDescriptor,
  parsePropertyKey,
} from '../../../hub/model/properties.ts';

type Fields = Readonly<Record<string, unknown>>;

const ACCESS = ['r', 'rw', 'w', 'event'] as const;
const TYPES = ['boolean', 'number', 'enum', 'string', 'color'] as const;
const VALUES_MAX = 100;
const COMMANDS_MAX = 20;

function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** @throws ValidationError with every mistake and its place */
export function parseDescription(
  adapter: AdapterId,
  node: NodeAddress,
  content: unknown,
): NodeDescription {
  const errors: InputProblem[] = [];
  const wrong = (path: string, message: string): void => {
    errors.push({ path, message });
  };
  const given = isFields(content) ? content : {};
  if (!isFields(content)) wrong('', 'must be an object');
  const text = (name: string, fallback: string | null): string => {
    const value = given[name] ?? fallback;
    const isRight = typeof value === 'string' && value.trim() !== '' && value.length <= 60;
    if (!isRight || /\p{Cc}/u.test(value))
      wrong(`/${name}`, 'must be a text of 1 to 60 characters');
    return isRight ? value.trim() : '';
  };
  const title = text('name', null);
  const manufacturer = text('manufacturer', null);
  const model = text('model', null);
  const firmware = given.firmware === undefined ? null : text('firmware', null);
  const power = given.power ?? 'unknown';
  if (power !== 'mains' && power !== 'battery' && power !== 'unknown') {
    wrong('/power', 'must be mains, battery or unknown');
  }
  const list = Array.isArray(given.properties) ? given.properties : [];
  if (!Array.isArray(given.properties)) wrong('/properties', 'must be a list');
  if (list.length > VENDOR_LIMITS.properties) {
    wrong('/properties', `may have ${VENDOR_LIMITS.properties} entries`);
  }
  const properties = list
    .slice(0, VENDOR_LIMITS.properties)
    .flatMap((each, at) => parseProperty(each, `/properties/${at}`, wrong) ?? []);
  const keys = new Set(properties.map(({ key }) => key));
  if (keys.size < properties.length) wrong('/properties', 'must each be there once');
  const commands = parseCommands(given.commands, wrong);
  const kind = given.kind ?? kindFromProperties(properties);
  if (typeof kind !== 'string' || !Object.hasOwn(DEVICE_KINDS, kind)) {
    wrong('/kind', `must be one of ${Object.keys(DEVICE_KINDS).join(', ')}`);
  }
  if (errors.length > 0) {
    throw new ValidationError('The description of the device is not right', {
      hint: 'GET /api/properties lists the names, types, units and values that there are.',
      zh: {
        message: '设备描述不正确',
        hint: 'GET /api/properties 列出了可用的名称、类型、单位和值。',
      },
      errors,
    });
  }
  return {
    adapter,
    node,
    manufacturer,
    model,
    title,
    kind: kind as DeviceKind,
    power: power as NodeDescription['power'],
    tier: 'community',
    support: 'exact',
    firmware,
    properties,
    commands,
  };
}

function parseCommands(
  value: unknown,
  wrong: (path: string, message: string) => void,
): readonly string[] {
  if (value === undefined) return [];
  const isRight =
    Array.isArray(value) &&
    value.length <= COMMANDS_MAX &&
    value.every((each) => typeof each === 'string' && /^[a-z][a-zA-Z0-9_]{0,39}$/.test(each));
  if (!isRight) wrong('/commands', `must be up to ${COMMANDS_MAX} names such as identify`);
  return isRight ? (value as string[]) : [];
}

function parseProperty(
  value: unknown,
  path: string,
  wrong: (path: string, message: string) => void,
): PropertyDescriptor | null {
  if (!isFields(value) || typeof value.property !== 'string') {
    wrong(`${path}/property`, 'must be the name of a property, such as brightness or x_speed');
    return null;
  }
  let parsed: ReturnType<typeof parsePropertyKey>;
  try {
    parsed = parsePropertyKey(value.property);
  } catch (error) {
    const hint = error instanceof ValidationError ? error.hint : null;
    wrong(`${path}/property`, hint ?? 'must be the name of a property');
    return null;
  }
  const row = findProperty(parsed.name);
  const access = value.access ?? row?.access ?? 'r';
  if (!ACCESS.some((one) => one === access)) wrong(`${path}/access`, 'must be r, rw, w or event');
  const type = value.type ?? row?.type;
  if (!TYPES.some((one) => one === type))
    wrong(`${path}/type`, `must be one of ${TYPES.join(', ')}`);
  if (row !== undefined && type !== row.type)
    wrong(`${path}/type`, `is ${row.type} for ${row.name}`);
  if (row !== undefined && value.unit !== undefined && value.unit !== row.unit) {
    wrong(`${path}/unit`, `is ${row.unit ?? 'none'} for ${row.name}`);
  }
  const number = (name: string): number | undefined => {
    const given = value[name];
    if (given === undefined) return undefined;
    if (typeof given === 'number' && Number.isFinite(given)) return given;
    wrong(`${path}/${name}`, 'must be a number');
    return undefined;
  };
  const [min, max, step] = [number('min'), number('max'), number('step')];
  const values = value.values;
  const areValues =
    values === undefined ||
    (Array.isArray(values) &&
      values.length <= VALUES_MAX &&
      values.every((each) => typeof each === 'string' && each.length > 0 && each.length <= 64));
  if (!areValues) wrong(`${path}/values`, `must be up to ${VALUES_MAX} texts`);
  const own = {
    access: access as PropertyDescriptor['access'],
    ...(parsed.endpoint === undefined ? {} : { endpoint: parsed.endpoint }),
    ...(min === undefined ? {} : { min }),
    ...(max === undefined ? {} : { max }),
    ...(step === undefined ? {} : { step }),
    ...(areValues && values !== undefined ? { values: values as string[] } : {}),
  };
  if (isPropertyName(parsed.name)) return describeProperty(parsed.name, own);
  const unit = typeof value.unit === 'string' ? { unit: value.unit.slice(0, 20) } : {};
  const label = typeof value.label === 'string' ? value.label.slice(0, 60) : parsed.name.slice(2);
  return {
    ...{ key: parsed.key, name: parsed.name, type: type as PropertyDescriptor['type'] },
    ...{ ...own, ...unit, label: { en: label, zh: label } },
  };
}
