// Values and times as a person reads them, in the page's language; Intl does the writing.
import type { DevicePropertyJson, ValueJson } from '../../../api/shapes.ts';
import type { Language } from '../../../model/home.ts';
import type { PropertyFacts, PropertyWording } from '../../build/property-table.ts';
import { LOCALES, number } from '../../messages/grammar.ts';

/** What is known of a property beside its value. */
export interface PropertyKnowledge {
  readonly facts: PropertyFacts | undefined;
  readonly wording: PropertyWording | undefined;
}

/** The name of a property without its endpoint: `on@2` is `on`. */
export function nameOfKey(key: string): string {
  const at = key.indexOf('@');
  return at < 0 ? key : key.slice(0, at);
}

/** The endpoint of `on@2`; null where the device has the property once. */
export function endpointOfKey(key: string): string | null {
  const at = key.indexOf('@');
  return at < 0 ? null : key.slice(at + 1);
}

function decimalsOf(precision: number | undefined): number {
  if (precision === undefined || precision <= 0) return 1;
  return Math.max(0, Math.ceil(-Math.log10(precision) - 1e-9));
}

/** A number with its unit: `62 %`, `21.5 °C`. */
export function formatNumber(
  language: Language,
  value: number,
  unit: string | undefined,
  precision: number | undefined,
): string {
  const decimals = decimalsOf(precision);
  // More than one decimal is for meters; a room's temperature always shows its tenth.
  const text = number(language, value, {
    maximumFractionDigits: decimals,
    minimumFractionDigits: unit === '°C' ? Math.min(1, decimals) : 0,
  });
  if (unit === undefined) return text;
  return unit === '°' ? `${text}°` : `${text} ${unit}`;
}

const YES_NO: Record<Language, { readonly true: string; readonly false: string }> = {
  en: { true: 'Yes', false: 'No' },
  zh: { true: '是', false: '否' },
};

/** The first letter large, as a value stands by itself. */
export function capitalised(text: string): string {
  return text.charAt(0).toLocaleUpperCase() + text.slice(1);
}

/** A value in words; a dash for what is not known. */
export function formatValue(
  language: Language,
  value: ValueJson | null,
  property: Pick<DevicePropertyJson, 'unit' | 'valueLabels'>,
  { facts, wording }: PropertyKnowledge,
): string {
  if (value === null || value === '') return '–';
  if (typeof value === 'boolean') {
    const words = wording?.words ?? YES_NO[language];
    return capitalised(value ? words.true : words.false);
  }
  if (typeof value === 'number') {
    return formatNumber(language, value, property.unit ?? facts?.unit, facts?.precision);
  }
  if (typeof value === 'string') {
    const own = property.valueLabels?.[value]?.[language];
    return capitalised(wording?.values?.[value] ?? own ?? value.replaceAll('_', ' '));
  }
  return `${Math.round(value.hue)}° · ${Math.round(value.saturation)} %`;
}

/** Chinese as the home writes it: a space between characters and figures, which Intl leaves out. */
export function spacedChinese(text: string): string {
  return text
    .replaceAll(/(\d)(?=\p{Script=Han})/gu, '$1 ')
    .replaceAll(/(\p{Script=Han})(?=\d)/gu, '$1 ');
}

function spaced(language: Language, text: string): string {
  return language === 'zh' ? spacedChinese(text) : text;
}

/** What has happened by now; Intl has "now" alone, which reads as if it went on. */
const JUST_NOW: Record<Language, string> = { en: 'just now', zh: '刚刚' };

function isSameDay(a: Date, b: Date): boolean {
  return a.toDateString() === b.toDateString();
}

/** A time as it matters now: "just now", "5 minutes ago", "14:05", "yesterday 14:05", a date. */
export function formatTime(language: Language, at: string | number, nowMs: number): string {
  return spaced(language, timeIn(language, at, nowMs));
}

function timeIn(language: Language, at: string | number, nowMs: number): string {
  const then = new Date(at);
  const seconds = Math.round((then.getTime() - nowMs) / 1000);
  const locale = LOCALES[language];
  const relative = new Intl.RelativeTimeFormat(locale, { numeric: 'auto', style: 'short' });
  if (seconds <= 0 && seconds > -45) return JUST_NOW[language];
  if (Math.abs(seconds) < 45) return relative.format(0, 'second');
  if (Math.abs(seconds) < 3600) return relative.format(Math.round(seconds / 60), 'minute');
  const clock = then.toLocaleTimeString(locale, { hour: '2-digit', minute: '2-digit' });
  const now = new Date(nowMs);
  if (isSameDay(then, now)) return clock;
  const dayMs = 86_400_000;
  for (const day of [-1, 1]) {
    if (isSameDay(then, new Date(nowMs + day * dayMs))) {
      return `${relative.format(day, 'day')} ${clock}`;
    }
  }
  const isThisYear = then.getFullYear() === now.getFullYear();
  return `${then.toLocaleDateString(locale, {
    day: 'numeric',
    month: 'short',
    ...(isThisYear ? {} : { year: 'numeric' }),
  })} ${clock}`;
}

/** A full date and time, for titles. */
export function formatExact(language: Language, at: string | number): string {
  const options = { dateStyle: 'medium', timeStyle: 'medium' } as const;
  return spaced(language, new Date(at).toLocaleString(LOCALES[language], options));
}

/** A duration of milliseconds as a person reads it. */
export function formatDuration(language: Language, ms: number): string {
  if (ms > 0 && ms < 1) return '< 1 ms';
  if (ms < 1000) return `${number(language, Math.round(ms))} ms`;
  if (ms < 60_000) return `${number(language, ms / 1000, { maximumFractionDigits: 1 })} s`;
  return `${number(language, Math.round(ms / 60_000))} min`;
}

/** Bytes as a person reads them, in powers of ten. */
export function formatBytes(language: Language, bytes: number): string {
  const units = ['B', 'kB', 'MB', 'GB', 'TB'];
  let value = bytes;
  let unit = 0;
  while (value >= 1000 && unit < units.length - 1) {
    value /= 1000;
    unit += 1;
  }
  return `${number(language, value, { maximumFractionDigits: value < 10 ? 1 : 0 })} ${units[unit]}`;
}
