// Instants as people say them in an explanation: the time of the home's own clock, and the day where it is another.
import type { Label } from '../../hub/model/property-row.ts';
import { createCivilTime } from '../evaluator/civil-time.ts';
import { DAY_MS } from '../language/calendar.ts';
import { both } from '../language/words.ts';

/** Says instants in the zone of a home, seen from one of them. */
export function momentWords(zone: string, seenFromMs: number): (atMs: number) => Label {
  const civil = createCivilTime(zone);
  const today = Math.floor(civil.localAt(seenFromMs) / DAY_MS);
  return (atMs) => {
    const local = civil.localAt(atMs);
    const text = new Date(local).toISOString();
    const [date, time] = [text.slice(0, 10), text.slice(11, 16)];
    return Math.floor(local / DAY_MS) === today
      ? both(time, time)
      : both(`${time} on ${date}`, `${date} ${time}`);
  };
}
