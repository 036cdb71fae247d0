// The values of properties as a person reads them, in English and Chinese.
import type { Label, Language, PropertySpec, PropertyValue } from './property-row.ts';
import { ownValueLabel } from './value-words.ts';

/** What one value of an enum is called: the table's words, else the device's made readable. */
export function valueLabel(spec: PropertySpec, value: string): Label {
  const labels = spec.values ?? {};
  const label = Object.hasOwn(labels, value) ? labels[value] : undefined;
  return label ?? ownValueLabel(value);
}

/** A value as a person reads it: `62 %`, `21.5 °C`, `on` or 开; a dash for what is not known. */
export function formatValue(
  spec: PropertySpec,
  value: PropertyValue | null,
  language: Language,
): string {
  if (value === null) return '–';
  switch (typeof value) {
    case 'boolean': {
      const words = spec.words ?? YES_NO;
      return (value ? words.true : words.false)[language];
    }
    case 'number':
      return withUnit(rounded(value, spec.precision), spec.unit);
    case 'string':
      return spec.type === 'enum' ? valueLabel(spec, value)[language] : value;
    case 'object':
      return `${rounded(value.hue, 1)}° ${rounded(value.saturation, 1)} %`;
    default:
      return value satisfies never;
  }
}

const YES_NO = {
  true: { en: 'yes', zh: '是' },
  false: { en: 'no', zh: '否' },
} as const;

function rounded(value: number, precision: number | undefined): string {
  if (precision === undefined || precision <= 0) return String(value);
  const decimals = Math.max(0, Math.ceil(-Math.log10(precision) - 1e-9));
  const text = (Math.round(value / precision) * precision).toFixed(decimals);
  return Number(text) === 0 ? text.replace('-', '') : text;
}

function withUnit(text: string, unit: string | undefined): string {
  if (unit === undefined) return text;
  return unit === '°' ? `${text}°` : `${text} ${unit}`;
}
