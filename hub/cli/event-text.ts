// Events of the live feed as lines: when, what, and by whom.

import type { EventDataJson } from '../api/event-shapes.ts';
import type {
  CauseJson,
  CommandJson,
  DeviceJson,
  PropertyInfoJson,
  ValueJson,
} from '../api/shapes.ts';
import { offlineReason } from '../model/offline-reason.ts';
import { problemIn } from '../model/problem-words.ts';
import { type Context, clockTime } from './context.ts';
import { propertyLabel, propertyName, valueText } from './property-text.ts';
import type { StreamEvent } from './server-sent-events.ts';

/** What ids mean, for the reader. */
export interface Names {
  readonly devices: ReadonlyMap<string, DeviceJson>;
  readonly scenes: ReadonlyMap<string, string>;
  readonly members: ReadonlyMap<string, string>;
  readonly properties: ReadonlyMap<string, PropertyInfoJson>;
}

type ShownKind = Exclude<keyof EventDataJson, 'snapshot' | 'overflow'>;

/** One event that is shown, by its kind. */
export type FeedEvent = {
  [Kind in ShownKind]: { readonly kind: Kind; readonly data: EventDataJson[Kind] };
}[ShownKind];

const SHOWN: Record<ShownKind, true> = {
  change: true,
  event: true,
  availability: true,
  wanted: true,
  command: true,
  run: true,
  job: true,
  notification: true,
  home: true,
};

/** The event that a stream's part holds; null for one that is not shown (a snapshot, one from a newer hub). */
export function readFeedEvent({ event, data }: StreamEvent): FeedEvent | null {
  if (!Object.hasOwn(SHOWN, event)) return null;
  return { kind: event, data: JSON.parse(data) } as FeedEvent;
}

function causeText({ words }: Context, cause: CauseJson, names: Names): string {
  const { causes } = words.watch;
  switch (cause.kind) {
    case 'member':
      return causes.member(names.members.get(cause.id ?? '') ?? cause.id ?? '');
    case 'local':
      return causes.local;
    case 'scene':
      return causes.scene(names.scenes.get(cause.scene ?? '') ?? cause.scene ?? '');
    case 'reconnect':
      return causes.reconnect;
    case 'restore':
      return causes.restore;
    case 'fabric':
      return causes.fabric(cause.name ?? '');
    case 'schedule':
      return causes.schedule;
    case 'source':
      return causes.source(cause.name ?? cause.via ?? '');
    default:
      return '';
  }
}

function deviceName(names: Names, id: string): string {
  return names.devices.get(id)?.name ?? id;
}

interface PropertyText {
  readonly label: string;
  value(value: ValueJson | null): string;
}

function propertyText(
  { language }: Context,
  names: Names,
  device: string,
  key: string,
): PropertyText {
  const property = names.devices.get(device)?.properties[key];
  const info = names.properties.get(propertyName(key));
  return {
    label: propertyLabel(key, property, info, language),
    value: (value) => valueText(value, property, info, language),
  };
}

function commandWhat(context: Context, command: CommandJson, names: Names): string {
  if (command.property === undefined) return command.command ?? command.id;
  const text = propertyText(context, names, command.device, command.property);
  return `${text.label} ${text.value(command.value ?? null)}`;
}

/** What happened, with the reason where it went wrong. */
function because(
  { words, language }: Context,
  what: string,
  problem: CommandJson['problem'],
): string {
  return problem === null ? what : words.fact(what, problemIn(problem, language).detail);
}

function told(context: Context, event: FeedEvent, names: Names): { at: string; text: string } {
  const { words, language } = context;
  switch (event.kind) {
    case 'change': {
      const { at, device, property, value, previous, cause } = event.data;
      const text = propertyText(context, names, device, property);
      const by = causeText(context, cause, names);
      const moved = `${text.value(previous)} → ${text.value(value)}`;
      return {
        at,
        text: `${deviceName(names, device)}  ${text.label} ${moved}${by ? `  (${by})` : ''}`,
      };
    }
    case 'event': {
      const { at, device, property, value } = event.data;
      const text = propertyText(context, names, device, property);
      return { at, text: `${deviceName(names, device)}  ${text.label} ${text.value(value)}` };
    }
    case 'availability': {
      const { at, device, online, reason } = event.data;
      const why = reason === null ? null : offlineReason(reason, language);
      const state = online ? words.watch.online : words.watch.offline(why);
      return { at, text: `${deviceName(names, device)}  ${state}` };
    }
    case 'wanted': {
      const { device, property, wanted } = event.data;
      const text = propertyText(context, names, device, property);
      const asked = words.watch.wanted(text.label, text.value(wanted));
      return { at: '', text: `${deviceName(names, device)}  ${asked}` };
    }
    case 'command': {
      const { data } = event;
      const state = words.set.states[data.state];
      const what = words.watch.command(commandWhat(context, data, names), state);
      const by = causeText(context, data.cause, names);
      const told = because(context, what, data.problem);
      return {
        at: data.endedAt ?? data.acknowledgedAt ?? data.sentAt ?? data.requestedAt,
        text: `${deviceName(names, data.device)}  ${told}${by ? `  (${by})` : ''}`,
      };
    }
    case 'run': {
      const { data } = event;
      const name = names.scenes.get(data.scene) ?? data.scene;
      const state = words.scenes.runStates[data.state];
      return {
        at: data.endedAt ?? data.startedAt,
        text: `${name}  ${words.fact(state, data.summary[language])}`,
      };
    }
    case 'job': {
      const { data } = event;
      const { step } = data;
      const steps = { ...words.job.steps, ...words.pair.steps };
      const now = step && words.job.step(steps[step.name] ?? step.name, step.index, step.of);
      const kind = words.watch.jobKinds[data.kind] ?? data.kind;
      const state = words.watch.job(kind, words.watch.jobStates[data.state]);
      return {
        at: data.endedAt ?? data.log.at(-1)?.at ?? data.startedAt,
        text: because(context, now ? `${state}  ${now}` : state, data.problem),
      };
    }
    case 'notification':
      return { at: event.data.at, text: words.fact(words.watch.notification, event.data.text) };
    case 'home':
      return { at: '', text: words.watch.home[event.data.what] ?? event.data.what };
    default:
      return event satisfies never;
  }
}

/** One event as a line: its time of day (now, where it has none of its own), then what happened. */
export function eventLine(context: Context, event: FeedEvent, names: Names): string {
  const { at, text } = told(context, event, names);
  return `${clockTime(at === '' ? new Date().toISOString() : at, context.language)}  ${text}`;
}
