// What a home would miss if another node took a dead one's place: whatever names the device, means it by its room, its
// label or its kind, was made for it, shows it to others, or may do something with it because of what it is.
import { setImmediate as turn } from 'node:timers/promises';
import type { DeviceRecord, NodeDescription } from '../model/device.ts';
import { DEVICE_KINDS, GUARDED_KINDS } from '../model/device-kind.ts';
import type { InputProblem } from '../model/errors.ts';
import type { SceneRecord } from '../model/home.ts';
import { type BridgeSettings, isOffered, maySee } from '../model/matter-bridge.ts';
import { isShared, type MqttSharing } from '../model/mqtt.ts';
import { type DeviceKind, findProperty, parsePropertyKey } from '../model/properties.ts';
import type { GapOther, GapScene, Replacement, ReplacementGap } from '../model/replacement.ts';
import type { SceneReach } from '../model/scene-language-port.ts';
import type { SlotProblem } from '../model/scene-templates-port.ts';
import type { Words } from '../model/words.ts';

/** Where it is looked for what uses a device. */
export interface GapTools {
  readonly contents: { readonly scenes: readonly SceneRecord[] };
  /** What is wrong with a scene if a device is as given. */
  mistakesWith(scene: SceneRecord, device: DeviceRecord): readonly InputProblem[];
  /** Which devices a scene means without naming them. */
  reachesOf(scene: SceneRecord): readonly SceneReach[];
  /** Slots of the template that a scene was made of, into which the device as given fits no more. */
  misfitsOf(scene: SceneRecord, device: DeviceRecord): readonly SlotProblem[];
  bridge(): BridgeSettings;
  sharing(): MqttSharing;
}

type What = ReplacementGap['what'];
interface Miss {
  readonly what: What;
  readonly why: Words;
}

/** All that would be missed, and the scenes that would begin to mean the device. */
export async function findGaps(
  device: DeviceRecord,
  next: NodeDescription,
  tools: GapTools,
): Promise<Pick<Replacement, 'gaps' | 'reached'>> {
  const gaps = new Gaps();
  const reached: Pick<GapScene, 'id' | 'name'>[] = [];
  for (const scene of tools.contents.scenes) {
    const isNamed = scene.source.includes(device.id);
    if (!isNamed && !MAY_MEAN.test(scene.source)) continue;
    // Each reading of a scene takes its time, and the house goes on.
    await turn();
    const { id, name } = scene;
    if (isNamed) {
      const missed = namedMisses(scene, device, next, tools);
      for (const miss of missed) gaps.add(miss, { id, name, how: 'named' });
      const misfits = missed.length > 0 ? [] : tools.misfitsOf(scene, withNode(device, next));
      for (const { text } of misfits) {
        gaps.add({ what: null, why: text }, { id, name, how: 'template' });
      }
    }
    const reaches = tools.reachesOf(scene);
    for (const miss of reaches.flatMap((reach) => reachMisses(reach, device, next))) {
      gaps.add(miss, { id, name, how: 'reached' });
    }
    if (reaches.some((reach) => !isMeant(reach, device) && isMeant(reach, withNode(device, next))))
      reached.push({ id, name });
  }
  for (const [miss, other] of otherMisses(device, next, tools)) gaps.addOther(miss, other);
  return { gaps: gaps.all(), reached };
}

/** Only scenes that say one of these words can mean a device without naming it. */
const MAY_MEAN = /\b(?:room|label|kind|all)\b/;

function withNode(device: DeviceRecord, description: NodeDescription): DeviceRecord {
  return { ...device, description };
}

/** Gaps by what is missing, with all that miss it. */
class Gaps {
  readonly #byKey = new Map<
    string,
    { readonly miss: Miss; readonly scenes: Map<string, GapScene>; readonly others: Set<GapOther> }
  >();

  #of(miss: Miss) {
    const key = `${miss.what} ${miss.what === null ? miss.why.en : ''}`;
    const known = this.#byKey.get(key) ?? { miss, scenes: new Map(), others: new Set() };
    this.#byKey.set(key, known);
    return known;
  }

  add(miss: Miss, scene: GapScene): void {
    const { scenes } = this.#of(miss);
    // Of a scene that names it, that is what counts.
    if (!scenes.has(scene.id)) scenes.set(scene.id, scene);
  }

  addOther(miss: Miss, other: GapOther): void {
    this.#of(miss).others.add(other);
  }

  all(): ReplacementGap[] {
    return [...this.#byKey.values()].map(({ miss: { what, why }, scenes, others }) => ({
      ...{ what, why: why.en, zh: why.zh },
      ...{ scenes: [...scenes.values()], others: [...others] },
    }));
  }
}

/** What of the old node, and not of the new one, a scene that names the device cannot do without. */
function namedMisses(
  scene: SceneRecord,
  device: DeviceRecord,
  next: NodeDescription,
  { mistakesWith }: GapTools,
): Miss[] {
  if (mistakesWith(scene, device).length > 0) return [];
  const [first] = mistakesWith(scene, withNode(device, next));
  if (first === undefined) return [];
  const { description } = device;
  const has = new Set(next.properties.map(({ key }) => key));
  const without: [string, NodeDescription][] = [
    ...description.properties
      .filter(({ key }) => !has.has(key))
      .map(({ key }): [string, NodeDescription] => [
        key,
        { ...description, properties: description.properties.filter((one) => one.key !== key) },
      ]),
    ...description.commands
      .filter((name) => !next.commands.includes(name))
      .map((name): [string, NodeDescription] => [
        name,
        { ...description, commands: description.commands.filter((one) => one !== name) },
      ]),
  ];
  const used = without.flatMap(([what, lacking]): Miss[] => {
    const [mistake] = mistakesWith(scene, withNode(device, lacking));
    return mistake === undefined ? [] : [{ what, why: wordsOf(mistake) }];
  });
  return used.length > 0 ? used : [{ what: null, why: wordsOf(first) }];
}

function wordsOf({ message, zh }: InputProblem): Words {
  return { en: message, zh: zh ?? message };
}

/** Whether a choice by room, label and kind finds the device. */
export function isMeant(
  { room, label, kind, except }: SceneReach,
  device: Pick<DeviceRecord, 'id' | 'room' | 'labels' | 'description'>,
): boolean {
  return (
    !except.includes(device.id) &&
    (room === null || device.room === room) &&
    (label === null || (device.labels ?? []).includes(label)) &&
    (kind === null || device.description.kind === kind)
  );
}

type Use = SceneReach['uses'][number];

function serves({ kind, name }: Use, { properties, commands }: NodeDescription): boolean {
  if (kind === 'command') return commands.includes(name);
  return properties.some((one) =>
    kind === 'set'
      ? one.key === name && (one.access === 'rw' || one.access === 'w')
      : one.key === name || one.name === name,
  );
}

function reachMisses(reach: SceneReach, device: DeviceRecord, next: NodeDescription): Miss[] {
  const { description } = device;
  if (!isMeant(reach, device)) return [];
  const served = reach.uses.filter((use) => serves(use, description));
  if (reach.uses.length > 0 && served.length === 0) return [];
  if (!isMeant(reach, withNode(device, next))) return [otherKind(description.kind, next.kind)];
  return served
    .filter((use) => !serves(use, next))
    .map(({ name }) => ({
      what: name,
      why: {
        en: `It has no ${name}: what sets or looks at that for a whole room, label or kind passes it by`,
        zh: `它没有 ${name}：按房间、标签或类型使用它的场景会跳过这个设备`,
      },
    }));
}

function kindWords(kind: DeviceKind): Words {
  const { en, zh } = DEVICE_KINDS[kind].label;
  return { en: en.toLowerCase(), zh };
}

function otherKind(was: DeviceKind, is: DeviceKind): Miss {
  const [before, after] = [kindWords(was), kindWords(is)];
  return {
    what: null,
    why: {
      en: `It counts as "${after.en}" and no longer as "${before.en}": what means all devices of that kind passes it by`,
      zh: `它的类型是“${after.zh}”，不再是“${before.zh}”：按该类型选择设备的场景会跳过它`,
    },
  };
}

/** What others than scenes would miss, and what they would get. */
function* otherMisses(
  device: DeviceRecord,
  next: NodeDescription,
  tools: GapTools,
): Generator<[Miss, GapOther]> {
  const after = withNode(device, next);
  const gone = device.description.properties.filter(
    ({ key, access }) => access !== 'w' && !next.properties.some((one) => one.key === key),
  );
  yield* matterMisses(
    device,
    after,
    gone.map(({ key }) => key),
    tools.bridge(),
  );
  const sharing = tools.sharing();
  if (sharing.isOn && isShared(device, sharing)) {
    if (isShared(after, sharing)) for (const { key } of gone) yield [notTold(key), 'mqtt'];
    else yield [{ what: null, why: NOT_SHARED }, 'mqtt'];
  }
  const [was, is] = [device.description.kind, next.kind];
  if (GUARDED_KINDS.has(was) !== GUARDED_KINDS.has(is)) {
    const why = GUARDED_KINDS.has(is) ? GUARDED_NOW(kindWords(is)) : FREE_NOW(kindWords(was));
    yield [{ what: null, why }, 'rights'];
  }
}

function* matterMisses(
  device: DeviceRecord,
  after: DeviceRecord,
  gone: readonly string[],
  bridge: BridgeSettings,
): Generator<[Miss, GapOther]> {
  if (!bridge.isOn) return;
  const [was, is] = [isOffered(device, bridge), isOffered(after, bridge)];
  if (was !== is) {
    yield [{ what: null, why: was ? NOT_OFFERED : OFFERED_NOW }, 'matter'];
    return;
  }
  if (!was) return;
  const kindIn = ({ room, description: { kind } }: DeviceRecord) => ({ room, kind });
  const rights = Object.values(bridge.fabrics).map((fabric) => fabric.rights);
  const blind = rights.filter(
    (one) => maySee(one, kindIn(device)) && !maySee(one, kindIn(after)),
  ).length;
  if (blind > 0) yield [{ what: null, why: BLIND(blind) }, 'matter'];
  for (const key of gone) {
    if (findProperty(parsePropertyKey(key).name)?.matter === undefined) continue;
    yield [
      {
        what: key,
        why: { en: `Home apps see no ${key} of it any more`, zh: `家庭应用不再能看到它的 ${key}` },
      },
      'matter',
    ];
  }
}

function notTold(key: string): Miss {
  return {
    what: key,
    why: { en: `${key} is not told over MQTT any more`, zh: `不再通过 MQTT 发布 ${key}` },
  };
}

const NOT_SHARED: Words = {
  en: 'Others are not told of it over MQTT any more',
  zh: '它不再通过 MQTT 共享',
};
const NOT_OFFERED: Words = {
  en: 'Home apps over Matter do not see it any more: devices of its kind are not offered',
  zh: '家庭应用（Matter）不再能看到它：没有提供这种类型的设备',
};
const OFFERED_NOW: Words = {
  en: 'Home apps over Matter get to see it: devices of its kind are offered',
  zh: '家庭应用（Matter）将能看到它：这种类型的设备是提供的',
};
const BLIND = (count: number): Words => ({
  en: `${count} home app${count === 1 ? ' sees' : 's see'} some kinds of device only, and this one no more`,
  zh: `有 ${count} 个家庭应用只能看到部分类型的设备，以后看不到它`,
});
const GUARDED_NOW = (kind: Words): Words => ({
  en: `It counts as "${kind.en}": children and guests may not control it any more`,
  zh: `它的类型是“${kind.zh}”：孩子和客人不再可以控制它`,
});
const FREE_NOW = (kind: Words): Words => ({
  en: `It no longer counts as "${kind.en}": children and guests may control it then`,
  zh: `它不再是“${kind.zh}”：孩子和客人将可以控制它`,
});
