// Making the API's JSON out of the hub's records: times as RFC 3339, absent instead of empty where a field
// does not apply, and nothing that is not meant for readers.

import type { Cause } from '../model/cause.ts';
import { toRfc3339 } from '../model/clock.ts';
import type { CommandRecord } from '../model/command.ts';
import type { OutEvent } from '../model/core-port.ts';
import type { PropertyState } from '../model/device.ts';
import type {
  MemberRecord,
  NotificationDelivery,
  NotificationRecord,
  RoomRecord,
  SceneRecord,
  TokenRecord,
} from '../model/home.ts';
import { HOME_MODE, modesOf } from '../model/home-values.ts';
import type { DeviceView, HealthReport, HubPort, LiveEvent, SceneView } from '../model/hub-port.ts';
import type { Job } from '../model/job.ts';
import {
  isPropertyName,
  ownValueLabels,
  PROPERTIES,
  type PropertyDescriptor,
} from '../model/properties.ts';
import { UNDO_REPLACEMENT_MS } from '../model/replacement.ts';
import type { RunTrace } from '../model/run.ts';
import { problemView } from './errors.ts';
import type { DeliveryJson, NotificationJson } from './outbound-shapes.ts';
import type { SceneVersionJson } from './scene-diff-shapes.ts';
import type * as shapes from './shapes.ts';

const timeOrNull = (ms: number | null) => (ms === null ? null : toRfc3339(ms));

type Present<Fields> = { [Key in keyof Fields]?: Exclude<Fields[Key], undefined> };

/** Fields that stand only where they apply. */
export function present<Fields extends object>(fields: Fields): Present<Fields> {
  const entries = Object.entries(fields).filter(([, value]) => value !== undefined);
  // The compiler cannot see that filtering entries made these fields optional and nothing else.
  return Object.fromEntries(entries) as Present<Fields>;
}

export function deviceView(view: DeviceView): shapes.DeviceJson {
  const { record, live, newFirmware, offlineCause } = view;
  const { description } = record;
  const properties: Record<string, shapes.DevicePropertyJson> = {};
  for (const descriptor of description.properties) {
    properties[descriptor.key] = propertyView(descriptor, live.properties[descriptor.key]);
  }
  return {
    id: record.id,
    name: record.name,
    handle: record.handle,
    labels: [...(record.labels ?? [])],
    room: record.room,
    kind: description.kind,
    adapter: description.adapter,
    address: description.node,
    manufacturer: description.manufacturer,
    model: description.model,
    title: description.title,
    tier: description.tier,
    support: description.support,
    ...originOf(record),
    power: description.power,
    availability: {
      online: live.availability.online,
      since: toRfc3339(live.availability.sinceMs),
      reason: live.availability.reason,
      ...(offlineCause ? { cause: offlineCause.text, router: offlineCause.router } : {}),
    },
    firmware: { current: description.firmware, available: newFirmware ?? null },
    properties,
    ...(description.room === undefined ? {} : { saysRoom: description.room }),
    commands: [...description.commands],
    notShown: (description.notShown ?? []).map(({ what, parts, why }) => ({
      what,
      parts: [...parts],
      ...(why === undefined ? {} : { why }),
    })),
    version: record.version,
    createdAt: toRfc3339(record.createdAtMs),
  };
}

/** Who says what it is, how it came in, what it has not said, and whom it replaced. */
function originOf({
  description,
  replaced,
}: DeviceView['record']): Pick<
  shapes.DeviceJson,
  'definedBy' | 'weakJoin' | 'interview' | 'replaced'
> {
  const { interview, definedBy = null, isWeakJoin = null } = description;
  return {
    definedBy,
    weakJoin: isWeakJoin,
    interview: interview
      ? {
          problem: problemView(interview.problem),
          attempts: interview.attempts,
          retryAt: timeOrNull(interview.retryAtMs),
        }
      : null,
    replaced: replaced
      ? {
          manufacturer: replaced.description.manufacturer,
          model: replaced.description.model,
          at: toRfc3339(replaced.atMs),
          undoUntil: toRfc3339(replaced.atMs + UNDO_REPLACEMENT_MS),
        }
      : null,
  };
}

function propertyView(
  descriptor: PropertyDescriptor,
  state: PropertyState | undefined,
): shapes.DevicePropertyJson {
  const { access, type, unit, min, max, step, values, label, isNamed, name } = descriptor;
  return {
    value: state?.value ?? null,
    access,
    type,
    ...present({
      at: state === undefined || state.atMs === null ? undefined : toRfc3339(state.atMs),
      unit,
      min,
      max,
      step,
      values: values === undefined ? undefined : [...values],
      wanted: state?.wanted,
      wantedBy: state?.wanted === undefined ? undefined : state.wantedBy,
      waitsUntil: state?.waitsUntilMs === undefined ? undefined : toRfc3339(state.waitsUntilMs),
      label: isPropertyName(name) && !isNamed ? undefined : label,
      named: isNamed,
      valueLabels: ownValueLabels(descriptor),
    }),
  };
}

/** The table of properties as pages need it. */
export function propertyTable(): readonly shapes.PropertyInfoJson[] {
  return PROPERTIES.map(({ name, type, access, family, label, icon, privacy, ...rest }) => ({
    name,
    type,
    access,
    family,
    label,
    icon,
    privacy,
    ...present({
      unit: rest.unit,
      min: rest.min,
      max: rest.max,
      precision: rest.precision,
      values: rest.values,
      words: rest.words,
    }),
  }));
}

export function causeView(cause: Cause | RunTrace['cause']): shapes.CauseJson {
  return { ...cause };
}

export function commandView(command: CommandRecord): shapes.CommandJson {
  const { body } = command;
  const asked =
    body.kind === 'set'
      ? { property: body.property, value: body.value }
      : { command: body.name, args: { ...body.args } };
  return {
    id: command.id,
    device: command.device,
    ...asked,
    state: command.state,
    cause: causeView(command.cause),
    requestedAt: toRfc3339(command.requestedAtMs),
    sentAt: timeOrNull(command.sentAtMs),
    acknowledgedAt: timeOrNull(command.acknowledgedAtMs),
    observedAt: timeOrNull(command.observedAtMs),
    endedAt: timeOrNull(command.endedAtMs),
    problem: command.problem === null ? null : problemView(command.problem),
    ...(command.waitsUntilMs === undefined ? {} : { waitsUntil: toRfc3339(command.waitsUntilMs) }),
  };
}

export function roomView({ id, name, icon, order, version }: RoomRecord): shapes.RoomJson {
  return { id, name, icon, order, version };
}

export function runBriefView(run: RunTrace): shapes.RunBriefJson {
  return {
    id: run.id,
    scene: run.scene,
    sceneVersion: run.sceneVersion,
    state: run.state,
    startedAt: toRfc3339(run.startedAtMs),
    endedAt: timeOrNull(run.endedAtMs),
    cause: causeView(run.cause),
    summary: run.summary,
    ...present({ held: run.held, shadow: run.shadow, repeats: run.repeats }),
  };
}

export function runView(run: RunTrace): shapes.RunJson {
  return {
    ...runBriefView(run),
    seq: run.seq,
    steps: run.steps.map(({ atMs, path, kind, state, read, command, other, text, problem }) => ({
      at: toRfc3339(atMs),
      path,
      kind,
      state,
      text,
      ...present({
        read: read?.map((each) => ({ ...each })),
        command,
        other,
        problem: problem === undefined ? undefined : problemView(problem),
      }),
    })),
    omitted: run.omitted,
  };
}

export function sceneView(view: SceneView): shapes.SceneJson {
  const { record } = view;
  return {
    id: record.id,
    name: record.name,
    enabled: record.enabled,
    shadow: record.shadow ?? false,
    version: record.version,
    updatedAt: toRfc3339(record.updatedAtMs),
    author: record.author,
    sentence: view.sentence,
    room: view.room,
    devices: [...view.devices],
    isOneTap: view.isOneTap,
    problem: view.problem === null ? null : problemView(view.problem),
    lastRun: view.lastRun === null ? null : runBriefView(view.lastRun),
    nextAt: timeOrNull(view.nextAtMs),
  };
}

export function sceneTextView(view: SceneView): shapes.SceneTextJson {
  return { ...sceneView(view), text: view.text };
}

export function sceneVersionView(record: SceneRecord, text: string): SceneVersionJson {
  const { version, name, enabled, author } = record;
  return { version, name, enabled, updatedAt: toRfc3339(record.updatedAtMs), author, text };
}

export function jobView(job: Job): shapes.JobJson {
  return {
    id: job.id,
    kind: job.kind,
    state: job.state,
    step: job.step === null ? null : { ...job.step },
    progress: job.progress,
    etaSeconds: job.etaSeconds,
    log: job.log.map(({ atMs, text }) => ({ at: toRfc3339(atMs), text })),
    result: job.result ?? null,
    problem: job.problem === null ? null : problemView(job.problem),
    startedAt: toRfc3339(job.startedAtMs),
    endedAt: timeOrNull(job.endedAtMs),
  };
}

export function homeView(hub: HubPort): shapes.HomeJson {
  const { home } = hub.household.contents();
  const { name, language, zone, place, version } = home;
  const mode = String(hub.homeValue(HOME_MODE).value ?? home.mode);
  const clock = { state: hub.clockState(), now: toRfc3339(hub.now().wallMs) };
  return {
    name,
    language,
    zone,
    place,
    holidays: [...(home.holidays ?? [])],
    mode,
    modes: [...modesOf({ ...home, mode })],
    version,
    clock,
    demo: hub.isDemo,
    program: hub.version,
  };
}

export function memberView(member: MemberRecord): shapes.MemberJson {
  const { id, name, role, language, version, createdAtMs } = member;
  return { id, name, role, language, version, createdAt: toRfc3339(createdAtMs) };
}

export function tokenView(token: TokenRecord, current: TokenRecord | null): shapes.TokenJson {
  return {
    id: token.id,
    kind: token.kind,
    member: token.member,
    label: token.label,
    createdAt: toRfc3339(token.createdAtMs),
    lastUsedAt: toRfc3339(token.lastUsedAtMs),
    expiresAt: timeOrNull(token.expiresAtMs),
    current: token.id === current?.id,
  };
}

export function deliveryView(delivery: NotificationDelivery): DeliveryJson {
  const { channel, state, attempts, atMs, problem } = delivery;
  return {
    ...{ channel, state, attempts, at: toRfc3339(atMs) },
    problem: problem && {
      ...{ message: problem.message, hint: problem.hint },
      ...(problem.zh === undefined ? {} : { zh: problem.zh }),
    },
  };
}

export function notificationView(notification: NotificationRecord): NotificationJson {
  const { id, atMs, text, urgent, to, scene, run, readAtMs, answer, delivery } = notification;
  return {
    id,
    at: toRfc3339(atMs),
    text,
    urgent,
    to: [...to],
    scene,
    run,
    readAt: timeOrNull(readAtMs),
    actions: (notification.actions ?? []).map(({ id: action, text: word }) => ({
      id: action,
      text: word,
    })),
    answerUntil: timeOrNull(notification.answerUntilMs ?? null),
    answer: answer === undefined ? null : { action: answer.action, at: toRfc3339(answer.atMs) },
    delivery: delivery === undefined ? null : deliveryView(delivery),
  };
}

/** Whether a notification is for a member of this role; null is root on the hub itself. */
export function isForRole(
  notification: NotificationRecord,
  role: MemberRecord['role'] | null,
): boolean {
  if (role === null) return true;
  const { to } = notification;
  return to.length === 0 ? role !== 'child' && role !== 'guest' : to.includes(role);
}

/** What anybody may know of the hub's health: no texts, since those can name what is in the home. */
export function readyView(health: HealthReport): shapes.ReadyJson {
  return {
    ready: health.ready,
    waitingFor: [...health.waitingFor],
    parts: health.parts.map(({ name, state }) => ({ name, state })),
    adapters: health.adapters.map(({ id, state }) => ({ id, state: state.kind })),
    demo: health.demo,
  };
}

export function healthView(health: HealthReport): shapes.HealthJson {
  return {
    ready: health.ready,
    waitingFor: [...health.waitingFor],
    version: health.version,
    startedAt: toRfc3339(health.startedAtMs),
    clock: health.clock,
    parts: health.parts.map(({ name, state, since, restarts, rssBytes, problem }) => ({
      name,
      state,
      since: toRfc3339(since.wallMs),
      restarts,
      rssBytes,
      problem: problem === null ? null : problemView(problem),
    })),
    adapters: health.adapters.map(({ id, state, sinceMs, restarts }) => ({
      id,
      state: state.kind,
      detail: state.kind === 'connected' ? state.detail : null,
      problem: state.kind === 'fault' ? problemView(state.problem) : null,
      retryAt: state.kind === 'fault' ? timeOrNull(state.retryAtMs) : null,
      since: toRfc3339(sinceMs),
      restarts,
    })),
    demo: health.demo,
    notices: [...health.notices],
  };
}

/** The `event:` and `data:` of a live event. */
export function eventView(body: LiveEvent['body']): {
  readonly kind: string;
  readonly data: unknown;
} {
  switch (body.kind) {
    case 'job':
      return { kind: 'job', data: jobView(body.job) };
    case 'home':
      return { kind: 'home', data: { what: body.what } };
    default:
      return { kind: body.kind, data: outEventView(body) };
  }
}

function outEventView(event: OutEvent): unknown {
  switch (event.kind) {
    case 'change':
    case 'event':
    case 'availability': {
      const { kind: _kind, atMs, ...rest } = event;
      return { at: toRfc3339(atMs), ...rest };
    }
    case 'wanted': {
      const { kind: _kind, waitsUntilMs, ...rest } = event;
      return waitsUntilMs === undefined ? rest : { ...rest, waitsUntil: toRfc3339(waitsUntilMs) };
    }
    case 'command':
      return commandView(event.command);
    case 'run':
      return runView(event.trace);
    case 'notification':
      return notificationView(event.notification);
    default:
      return event satisfies never;
  }
}
