// Values between a command line and the API: typed text to a value, a value to words. What a value may be
// is the hub's to judge; here it is only read in the form that the property's type asks for.
import type { DevicePropertyJson, PropertyInfoJson, ValueJson } from '../api/shapes.ts';
import type { Language } from './context.ts';

const TRUE_WORDS = ['true', 'on', 'yes', '1', '开', '是'];
const FALSE_WORDS = ['false', 'off', 'no', '0', '关', '否'];

/** The table's name of a key: `on` of `on@2`. */
export function propertyName(key: string): string {
  return key.split('@')[0] ?? key;
}

function readBoolean(text: string, info: PropertyInfoJson | undefined): boolean | null {
  const typed = text.trim().toLowerCase();
  const means = (value: 'true' | 'false') => {
    const words = info?.words?.[value];
    return words !== undefined && (words.en.toLowerCase() === typed || words.zh === typed);
  };
  if (TRUE_WORDS.includes(typed) || means('true')) return true;
  if (FALSE_WORDS.includes(typed) || means('false')) return false;
  return null;
}

/** A number with or without the property's own unit; `50%` for 50 where the unit is %. */
function readNumber(text: string, unit: string | undefined): number | null {
  let typed = text.trim().replace(',', '.');
  if (unit !== undefined && typed.toLowerCase().endsWith(unit.toLowerCase())) {
    typed = typed.slice(0, -unit.length).trim();
  }
  return /^[+-]?(\d+\.?\d*|\.\d+)$/.test(typed) ? Number(typed) : null;
}

function hueAndSaturation(red: number, green: number, blue: number): ValueJson {
  const max = Math.max(red, green, blue);
  const spread = max - Math.min(red, green, blue);
  let sector = 0;
  if (spread > 0 && max === red) sector = ((green - blue) / spread + 6) % 6;
  else if (spread > 0 && max === green) sector = (blue - red) / spread + 2;
  else if (spread > 0) sector = (red - green) / spread + 4;
  return {
    hue: Math.round(sector * 60),
    saturation: max === 0 ? 0 : Math.round((spread / max) * 100),
  };
}

/** `#ff8800`, or hue and saturation as `30,100`. */
function readColor(text: string): ValueJson | null {
  const rgb = /^#([0-9a-f]{2})([0-9a-f]{2})([0-9a-f]{2})$/i.exec(text.trim());
  if (rgb) {
    const [red = 0, green = 0, blue = 0] = rgb.slice(1).map((part) => Number.parseInt(part, 16));
    return hueAndSaturation(red, green, blue);
  }
  const pair = /^(\d+(?:\.\d+)?)\s*,\s*(\d+(?:\.\d+)?)$/.exec(text.trim());
  return pair ? { hue: Number(pair[1]), saturation: Number(pair[2]) } : null;
}

/** The value that a typed text means for a property; null when it means none. */
export function readValue(
  text: string,
  property: DevicePropertyJson,
  info: PropertyInfoJson | undefined,
): ValueJson | null {
  switch (property.type) {
    case 'boolean':
      return readBoolean(text, info);
    case 'number':
      return readNumber(text, property.unit ?? info?.unit);
    case 'color':
      return readColor(text);
    case 'enum':
    case 'string':
      return text;
    default:
      return property.type satisfies never;
  }
}

/** A value in the reader's language, with its unit; a dash for one that is not known yet. */
export function valueText(
  value: ValueJson | null,
  property: Pick<DevicePropertyJson, 'unit'> | undefined,
  info: PropertyInfoJson | undefined,
  language: Language,
): string {
  if (value === null) return '–';
  if (typeof value === 'boolean') {
    return info?.words?.[value ? 'true' : 'false'][language] ?? String(value);
  }
  if (typeof value === 'string') return info?.values?.[value]?.[language] ?? value;
  if (typeof value === 'object') return `${value.hue}° ${value.saturation} %`;
  const unit = property?.unit ?? info?.unit;
  const rounded = Number(value.toFixed(3));
  return unit === undefined ? String(rounded) : `${rounded} ${unit}`;
}

/** The label of a property in the reader's language; its owner's own name for it, where there is one. */
export function propertyLabel(
  key: string,
  property: Pick<DevicePropertyJson, 'label' | 'named'> | undefined,
  info: PropertyInfoJson | undefined,
  language: Language,
): string {
  const own = property?.label?.[language];
  if (own !== undefined && property?.named === true) return own;
  const label = info?.label[language] ?? own ?? key;
  const endpoint = key.split('@')[1];
  return endpoint === undefined ? label : `${label} ${endpoint}`;
}
