// Reads what is told to the home and not by a device: triggers on people, scenes, the hub, calls and messages;
// conditions on what set the scene off; the step that sets the home's mode.

import { AT_HOME, AWAY, CALENDAR, PERSON } from '../../../hub/model/home-values.ts';
import type { DeviceId, SceneId } from '../../../hub/model/identifiers.ts';
import { nearestName } from '../../../hub/model/nearest-name.ts';
import type { Words } from '../../../hub/model/words.ts';
import type { CauseMatch, Condition, SourceCondition } from '../conditions.ts';
import type { ReadContext } from '../context.ts';
import type { Path } from '../document.ts';
import { mistake, withHint } from '../mistakes.ts';
import { sourceConditionShapes, sourceStepShapes, sourceTriggerShapes } from '../shapes/sources.ts';
import type { SourceStep } from '../steps.ts';
import type { SourceTrigger, Trigger } from '../triggers.ts';
import { noScene } from './other-scenes.ts';
import { LATER_OF_TRIGGERS } from './parts.ts';
import { isComplete, type ReadKind, shapedKind } from './reading.ts';

type PersonEdge = Extract<SourceTrigger, { kind: 'person' }>['of'][number];

/** Triggers on what is told to the home, by key. */
export const SOURCE_TRIGGERS: Readonly<Record<string, ReadKind<Trigger>>> = {
  arrives: shapedKind(
    sourceTriggerShapes.arrives,
    LATER_OF_TRIGGERS,
    ({ context }, shaped, path) => {
      const at = [...path, 'arrives'];
      const who = person(context, shaped.arrives, at, ['anyone', 'first']);
      return who === null ? null : { kind: 'person', of: [{ does: 'arrives', who, zone: null }] };
    },
  ),
  leaves: shapedKind(sourceTriggerShapes.leaves, LATER_OF_TRIGGERS, ({ context }, shaped, path) => {
    const at = [...path, 'leaves'];
    const who = person(context, shaped.leaves, at, ['anyone', 'last']);
    return who === null ? null : { kind: 'person', of: [{ does: 'leaves', who, zone: null }] };
  }),
  enters: shapedKind(sourceTriggerShapes.enters, LATER_OF_TRIGGERS, ({ context }, shaped, path) =>
    zones(context, 'enters', shaped.enters, [...path, 'enters']),
  ),
  exits: shapedKind(sourceTriggerShapes.exits, LATER_OF_TRIGGERS, ({ context }, shaped, path) =>
    zones(context, 'exits', shaped.exits, [...path, 'exits']),
  ),
  scene: shapedKind(sourceTriggerShapes.scene, LATER_OF_TRIGGERS, ({ context }, shaped, path) => {
    const of = Object.entries(shaped.scene).map(([handle, event]) => {
      const scene = readScene(context, handle, [...path, 'scene', handle], 'key');
      return scene && { scene, event };
    });
    return isComplete(of) ? { kind: 'sceneEvent', of } : null;
  }),
  device: shapedKind(sourceTriggerShapes.device, LATER_OF_TRIGGERS, ({ context }, shaped, path) => {
    const of = Object.entries(shaped.device).map(([handle, event]) => {
      if (handle === 'any') return { device: null, event };
      const at = [...path, 'device', handle];
      if (event === 'joined') {
        const words = mistake(
          'A device that joins is new; write {any: joined}',
          '加入的设备是新的；请写 {any: joined}',
        );
        return context.refuse(at, words, 'key');
      }
      const device = readDevice(context, handle, at, 'key');
      return device && { device, event };
    });
    return isComplete(of) ? { kind: 'deviceEvent', of } : null;
  }),
  hub: shapedKind(sourceTriggerShapes.hub, LATER_OF_TRIGGERS, (_reading, { hub }) => ({
    kind: 'hub',
    of: typeof hub === 'string' ? [hub] : hub,
  })),
  webhook: shapedKind(sourceTriggerShapes.webhook, LATER_OF_TRIGGERS, (_reading, { webhook }) => ({
    kind: 'webhook',
    name: webhook,
  })),
  mqtt: shapedKind(sourceTriggerShapes.mqtt, LATER_OF_TRIGGERS, (_reading, { mqtt }) => ({
    kind: 'mqtt',
    topic: mqtt.topic,
    payload: mqtt.payload ?? null,
  })),
  tag: shapedKind(sourceTriggerShapes.tag, LATER_OF_TRIGGERS, (_reading, { tag }) => ({
    kind: 'tag',
    tag,
  })),
  calendar: shapedKind(
    sourceTriggerShapes.calendar,
    LATER_OF_TRIGGERS,
    ({ context }, shaped, path) => {
      const of = Object.entries(shaped.calendar).map(([calendar, event]) => {
        const at = [...path, 'calendar', calendar];
        const found = homeValue(context, CALENDAR, calendar, at, 'key', A_CALENDAR);
        return found === null ? null : { calendar: found, event };
      });
      return isComplete(of) ? { kind: 'calendar', of } : null;
    },
  ),
};

const CAUSES = ['member', 'scene', 'device', 'schedule', 'webhook', 'mqtt', 'tag', 'hub'] as const;

/** Conditions on what set the scene off and on scenes, by key. */
export const SOURCE_CONDITIONS: Readonly<Record<string, ReadKind<Condition>>> = {
  'caused-by': shapedKind(
    sourceConditionShapes['caused-by'],
    [],
    ({ context }, shaped, path): SourceCondition | null => {
      const asked = shaped['caused-by'];
      const at = [...path, 'caused-by'];
      const of = Array.isArray(asked)
        ? asked.map((one, index) => readCause(context, one, [...at, index]))
        : [readCause(context, String(asked), at)];
      return isComplete(of) ? { kind: 'causedBy', of } : null;
    },
  ),
  'last-run': shapedKind(
    sourceConditionShapes['last-run'],
    [],
    ({ context }, shaped, path): SourceCondition | null => {
      const { ago, within, of } = shaped['last-run'];
      const at = [...path, 'last-run'];
      const text = ago ?? within;
      if (text === undefined || (ago !== undefined && within !== undefined)) {
        const words = mistake(
          'Say one of {ago: 10min} or {within: 10min}',
          '请写 {ago: 10min} 或 {within: 10min} 之一',
        );
        return context.refuse(at, words);
      }
      const ms = context.duration(text, [...at, ago === undefined ? 'within' : 'ago']);
      const scene = of === undefined ? null : readScene(context, of, [...at, 'of'], 'value');
      if (ms === null || (of !== undefined && scene === null)) return null;
      return { kind: 'lastRun', scene, is: ago === undefined ? 'within' : 'ago', ms };
    },
  ),
  active: shapedKind(
    sourceConditionShapes.active,
    [],
    ({ context }, shaped, path): SourceCondition | null => {
      const scene = readScene(context, shaped.active, [...path, 'active'], 'value');
      return scene && { kind: 'active', scene };
    },
  ),
};

/** Steps that tell the home something, by key. */
export const SOURCE_STEPS = {
  mode: shapedKind(sourceStepShapes.mode, [], ({ context }, shaped, path): SourceStep | null => {
    const found = context.property('home.mode', [...path, 'mode'], 'value');
    const mode = found && context.value(found.spec, shaped.mode, [...path, 'mode']);
    return typeof mode === 'string' ? { kind: 'mode', mode } : null;
  }),
};

function zones(
  context: ReadContext,
  does: 'enters' | 'exits',
  map: Readonly<Record<string, string>>,
  path: Path,
): SourceTrigger | null {
  const of = Object.entries(map).map(([name, zone]): PersonEdge | null => {
    const at = [...path, name];
    const who = person(context, name, at, ['anyone'], 'key');
    const known = placesOf(context);
    if (!known.includes(zone)) {
      const shown = zone.slice(0, 48);
      const words = mistake(`There is no zone "${shown}"`, `没有区域“${shown}”`);
      const all = mistake(
        `the home's zones are ${known.join(', ') || 'none yet'}`,
        known.length === 0 ? '家里还没有区域' : `家里的区域有 ${known.join('、')}`,
      );
      return context.refuse(at, withHint(words, nearestName(zone, known), all));
    }
    return who === null ? null : { does, who, zone };
  });
  return isComplete(of) ? { kind: 'person', of } : null;
}

/** The zones, without home and away: for those there are `arrives` and `leaves`. */
function placesOf(context: ReadContext): readonly string[] {
  const anybody = context.names.device(PERSON)?.description.properties[0];
  return (anybody?.values ?? []).filter((place) => place !== AT_HOME && place !== AWAY);
}

function person(
  context: ReadContext,
  name: string,
  path: Path,
  words: readonly string[],
  of: 'key' | 'value' = 'value',
): string | null {
  return words.includes(name) ? name : homeValue(context, PERSON, name, path, of, A_PERSON, words);
}

const A_CALENDAR = mistake('calendar', '日历');
const A_PERSON = mistake('person', '成员');

function homeValue(
  context: ReadContext,
  subject: DeviceId,
  name: string,
  path: Path,
  of: 'key' | 'value',
  what: Words,
  others: readonly string[] = [],
): string | null {
  const keys = (context.names.device(subject)?.description.properties ?? []).map(({ key }) => key);
  if (keys.some((key) => key === name)) return name;
  const shown = name.slice(0, 48);
  const words = mistake(`There is no ${what.en} "${shown}"`, `没有${what.zh}“${shown}”`);
  return context.refuse(path, withHint(words, nearestName(name, [...keys, ...others])), of);
}

function readScene(
  context: ReadContext,
  handle: string,
  path: Path,
  of: 'key' | 'value',
): SceneId | null {
  const scene = context.names.scene(handle);
  if (scene === undefined) {
    return context.refuse(path, noScene(context, handle), of);
  }
  context.remember(path, of, { text: handle, name: handle, id: scene.id });
  return scene.id;
}

function readDevice(
  context: ReadContext,
  handle: string,
  path: Path,
  of: 'key' | 'value',
): DeviceId | null {
  const device = context.device(handle, path, of);
  if (device === null) return null;
  context.remember(path, of, { text: handle, name: handle, id: device.id });
  return device.id;
}

function readCause(context: ReadContext, name: string, path: Path): CauseMatch | null {
  const kind = CAUSES.find((one) => one === name);
  if (kind !== undefined) return { kind };
  const people = context.names.device(PERSON)?.description.properties ?? [];
  if (people.some(({ key }) => key === name)) return { kind: 'person', person: name };
  const device = context.names.device(name);
  if (device !== undefined) {
    context.remember(path, 'value', { text: name, name, id: device.id });
    return { kind: 'thisDevice', device: device.id };
  }
  const scene = context.names.scene(name);
  if (scene !== undefined) {
    context.remember(path, 'value', { text: name, name, id: scene.id });
    return { kind: 'thisScene', scene: scene.id };
  }
  const nearest = nearestName(name, [
    ...CAUSES,
    ...people.map(({ key }) => key),
    ...context.names.handles(),
    ...context.names.sceneHandles(),
  ]);
  const shown = name.slice(0, 64);
  const words =
    nearest === undefined
      ? mistake(
          `"${shown}" is none of ${CAUSES.join(', ')}, and no person, device or scene`,
          `“${shown}”不是 ${CAUSES.join('、')} 之一，也不是成员、设备或场景`,
        )
      : withHint(mistake(`"${shown}" is not known`, `没有“${shown}”`), nearest);
  return context.refuse(path, words);
}
