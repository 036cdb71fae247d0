// A run that asks nothing of anybody: the same evaluator over tables of its own, in a world that says of every command
// that it was done, and whose clock jumps to whatever is waited for. Shows what a scene would do now.

import type { Cause } from '../../hub/model/cause.ts';
import { remainingMs } from '../../hub/model/clock.ts';
import { observedAt } from '../../hub/model/command.ts';
import type { DeviceLive } from '../../hub/model/device.ts';
import type { SceneRecord } from '../../hub/model/home.ts';
import { splitHomeValueKey } from '../../hub/model/home-values.ts';
import {
  type CommandId,
  commandId,
  type DeviceId,
  type NotificationId,
  notificationId,
  type OutboundId,
  outboundId,
  type SceneId,
} from '../../hub/model/identifiers.ts';
import type { PropertyKey, PropertyValue } from '../../hub/model/properties.ts';
import type { RunTrace } from '../../hub/model/run.ts';
import type { SceneWorld } from '../../hub/model/scene-world.ts';
import { both } from '../language/words.ts';
import { Evaluator } from './evaluator.ts';
import { sceneTables } from './tables.ts';

/** Deadlines that a dry run lives through, and how far ahead. */
const STEPS_MAX = 500;
const AHEAD_MAX_MS = 7 * 86_400_000;
/** Scenes that the one at hand starts or calls, and those that they do. */
const SCENES_MAX = 50;

/** What became of something asked for, told once the call at hand is worked off. */
type Outcome = (evaluator: Evaluator, world: SceneWorld) => void;

/**
 * What the scene would do now. Nothing of it is sent, kept or told to anybody.
 * @throws NotFoundError, or HubError where the scene cannot run
 */
export function dryRun(
  id: SceneId,
  options: {
    readonly checkWhile: boolean;
    readonly cause: Cause;
    readonly record: (scene: SceneId) => SceneRecord | undefined;
  },
  real: SceneWorld,
): RunTrace {
  const traces = new Map<string, RunTrace>();
  const outcomes: Outcome[] = [];
  const armed = new Map<string, number>();
  const values = new Map<DeviceId, Map<PropertyKey, PropertyValue>>();
  let now = real.now;
  let count = 0;
  const next = (): string => `dry_${(count++).toString(36)}`;

  const setLive = (device: DeviceId, property: PropertyKey, value: PropertyValue): void => {
    const known = values.get(device) ?? new Map<PropertyKey, PropertyValue>();
    values.set(device, known.set(property, value));
  };
  const world: SceneWorld = {
    get now() {
      return now;
    },
    bootId: real.bootId,
    clock: real.clock,
    get seq() {
      return real.seq + count;
    },
    home: real.home,
    device: (device) => real.device(device),
    live(device) {
      const live = real.live(device);
      const mine = values.get(device);
      return live && mine ? withValues(live, mine, now.wallMs) : live;
    },
    devices: () => real.devices(),
    room: (room) => real.room(room),
    personOf: (member) => real.personOf(member),
    command(device, body, cause) {
      const command: CommandId = commandId(`cmd_${next()}`);
      outcomes.push((evaluator) => {
        const previous = world.live(device);
        if (body.kind === 'set') {
          const { property, value } = body;
          const before = previous?.properties[property]?.value ?? null;
          setLive(device, property, value);
          if (before !== value) {
            evaluator.changed({ device, property, value, previous: before, cause }, world);
          }
        }
        evaluator.commandEnded(observedAt({ id: command, device, body, cause }, now.wallMs), world);
      });
      return command;
    },
    notify() {
      const message: NotificationId = notificationId(`ntf_${next()}`);
      outcomes.push((evaluator) => evaluator.notified(message, null, world));
      return message;
    },
    setValue(key, value, cause) {
      const { device, property } = splitHomeValueKey(key);
      const previous = world.live(device)?.properties[property]?.value ?? null;
      if (value === null) return null;
      setLive(device, property, value);
      outcomes.push((evaluator) =>
        evaluator.changed({ device, property, value, previous, cause }, world),
      );
      return null;
    },
    outbound() {
      const call: OutboundId = outboundId(`out_${next()}`);
      outcomes.push((evaluator) =>
        evaluator.delivered(call, { status: 200, problem: null }, world),
      );
      return call;
    },
    switchScene() {},
    arm: (key, deadline) => armed.set(key, now.monoMs + remainingMs(deadline, now, real.bootId)),
    disarm: (key) => armed.delete(key),
    delicate() {},
    publish: (trace) => traces.set(trace.id, trace),
  };

  const evaluator = new Evaluator(sceneTables(), null);
  for (const record of namedScenes(id, options.record)) {
    // Its own triggers would set it off again; what it starts by a step is started all the same.
    evaluator.setScene(record, world);
  }
  const started = evaluator.runNow(id, options.checkWhile, options.cause, world);
  settle(outcomes, evaluator, world);
  const untilMs = now.monoMs + AHEAD_MAX_MS;
  for (let step = 0; step < STEPS_MAX && traces.get(started.id)?.endedAtMs === null; step += 1) {
    const due = earliest(armed);
    if (due === null || due.monoMs > untilMs) break;
    armed.delete(due.key);
    const aheadMs = Math.max(0, due.monoMs - now.monoMs);
    now = { wallMs: now.wallMs + aheadMs, monoMs: now.monoMs + aheadMs };
    evaluator.due(due.key, world);
    settle(outcomes, evaluator, world);
  }
  return asDryRun(traces.get(started.id) ?? started, real.now.wallMs);
}

/** Tells outcomes until nothing is asked for any more; what goes on without end is cut off. */
function settle(outcomes: Outcome[], evaluator: Evaluator, world: SceneWorld): void {
  for (let told = 0; told < STEPS_MAX * 10; told += 1) {
    const outcome = outcomes.shift();
    if (outcome === undefined) return;
    outcome(evaluator, world);
  }
  outcomes.length = 0;
}

/** The scene and those that it names, and so on: what a step of it may start. */
function namedScenes(
  first: SceneId,
  record: (scene: SceneId) => SceneRecord | undefined,
): SceneRecord[] {
  const found = new Map<SceneId, SceneRecord>();
  const open = [first];
  for (let id = open.shift(); id !== undefined && found.size < SCENES_MAX; id = open.shift()) {
    const scene = found.has(id) ? undefined : record(id);
    if (scene === undefined) continue;
    found.set(id, scene);
    for (const name of scene.source.match(/scene_[0-9a-z][0-9a-z_-]*/g) ?? []) {
      open.push(name as SceneId);
    }
  }
  return [...found.values()];
}

function earliest(
  armed: ReadonlyMap<string, number>,
): { readonly key: string; readonly monoMs: number } | null {
  let first: { key: string; monoMs: number } | null = null;
  for (const [key, monoMs] of armed) {
    if (first === null || monoMs < first.monoMs || (monoMs === first.monoMs && key < first.key)) {
      first = { key, monoMs };
    }
  }
  return first;
}

function withValues(
  live: DeviceLive,
  mine: ReadonlyMap<PropertyKey, PropertyValue>,
  atMs: number,
): DeviceLive {
  const properties: Record<PropertyKey, DeviceLive['properties'][PropertyKey]> = {
    ...live.properties,
  };
  for (const [property, value] of mine) properties[property] = { value, atMs, seq: 0 };
  return { ...live, properties };
}

/** The trace, which says that nothing of it has happened, and where it cannot be told how it goes on. */
function asDryRun(trace: RunTrace, nowMs: number): RunTrace {
  const isOpen = trace.endedAtMs === null;
  const note = isOpen
    ? both(
        'What comes then cannot be told: it waits for something that has not happened',
        '之后的无法预知：在等待尚未发生的事',
      )
    : null;
  return {
    ...trace,
    endedAtMs: trace.endedAtMs ?? nowMs,
    steps:
      note === null
        ? trace.steps
        : [...trace.steps, { atMs: nowMs, path: 'do', kind: 'note', state: 'unknown', text: note }],
    summary: both(`Nothing was sent. ${trace.summary.en}`, `未发送任何命令。${trace.summary.zh}`),
  };
}
