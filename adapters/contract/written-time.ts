// Dates, times of day and moments as settings of devices hold them: one written form of each, whatever its device says.

/** How each is written. */
export const WRITTEN = {
  day: '2026-11-22',
  time: '06:30:00',
  moment: '2026-11-22T06:30:00Z',
} as const;

/** The day that a text begins with, as in 2026-11-22; undefined where it begins with none. */
export function dayOf(text: string): string | undefined {
  const day = /^\d{4}-\d{2}-\d{2}(?!\d)/.exec(text.trim())?.[0];
  const ms = day === undefined ? Number.NaN : Date.parse(`${day}T00:00:00Z`);
  // 30 February would be taken for a day of March.
  return Number.isFinite(ms) && new Date(ms).toISOString().slice(0, 10) === day ? day : undefined;
}

/** The time of day that a text is or has beside a day, as in 06:30:00; undefined where there is none. */
export function timeOf(text: string): string | undefined {
  const plain = text.trim().replace(/^\d{4}-\d{2}-\d{2}[T ]/, '');
  const [, hours, minutes, seconds = '0', half] =
    /^(\d{1,2}):(\d{2})(?::(\d{2})(?:\.\d+)?)?(?: ?([AP])M)?(?:Z|[+-]\d{2}:?\d{2})?$/i.exec(
      plain,
    ) ?? [];
  if (hours === undefined || minutes === undefined) return undefined;
  const isHalf = half !== undefined && Number(hours) >= 1 && Number(hours) <= 12;
  const isAfternoon = half?.toUpperCase() === 'P';
  const hour = isHalf ? (Number(hours) % 12) + (isAfternoon ? 12 : 0) : Number(hours);
  const isRight = hour < 24 && Number(minutes) < 60 && Number(seconds) < 60;
  if (!isRight || (half !== undefined && !isHalf)) return undefined;
  return [hour, minutes, seconds].map((part) => String(part).padStart(2, '0')).join(':');
}

/** The moment that a text is, as in 2026-11-22T06:30:00Z; undefined for anything else, such as one without a zone. */
export function momentOf(text: string): string | undefined {
  const isWhole = /^\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}.*(Z|[+-]\d{2}:?\d{2})$/.test(text.trim());
  const ms = isWhole && dayOf(text) !== undefined ? Date.parse(text.trim()) : Number.NaN;
  return Number.isFinite(ms) ? `${new Date(ms).toISOString().slice(0, 19)}Z` : undefined;
}

/** A day and a time without a zone, as in 2026-11-22T06:30:00; undefined for anything else. */
export function civilOf(text: string): string | undefined {
  const [day, time] = [dayOf(text), timeOf(text)];
  const hasZone = /(Z|[+-]\d{2}:?\d{2})$/.test(text.trim().slice(10));
  return day === undefined || time === undefined || hasZone ? undefined : `${day}T${time}`;
}
