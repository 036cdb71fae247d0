// Thins what live clients hear of one drain: of several states of one thing, the newest.
import type { OutEvent } from '../model/core-port.ts';

/** What an event tells the newest state of; null for a happening of its own. */
function subjectOf(event: OutEvent): string | null {
  switch (event.kind) {
    case 'run':
      return event.trace.id;
    case 'command':
      return event.command.id;
    case 'wanted':
      return `${event.device}/${event.property}`;
    default:
      return null;
  }
}

/** Of several states that a run or a command went through meanwhile, live clients want the newest. */
export function newestStates(out: OutEvent[]): OutEvent[] {
  const newest = new Map<string, OutEvent>();
  for (const event of out) {
    const subject = subjectOf(event);
    if (subject !== null) newest.set(subject, event);
  }
  if (newest.size === 0) return out;
  return out.filter((event) => {
    const subject = subjectOf(event);
    return subject === null || newest.get(subject) === event;
  });
}
