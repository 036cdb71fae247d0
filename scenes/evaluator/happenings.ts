// Which scenes a happening concerns: what is told by its name (a person who arrives, a scene that ends, a device that
// goes out of reach, a call from the network), and messages by their topic. What nobody listens for costs one look.
import { matchesTopic, TAG_TOPICS } from '../../hub/model/home-values.ts';
import type { DeviceId, SceneId } from '../../hub/model/identifiers.ts';
import type { PropertyValue } from '../../hub/model/properties.ts';
import type { RunTrace } from '../../hub/model/run.ts';
import type { SourceTrigger, Trigger } from '../language/triggers.ts';

/** Something that happened, by all the names under which a scene may listen for it. */
export interface Happened {
  readonly names: readonly string[];
  readonly cause: RunTrace['cause'];
  readonly device?: DeviceId;
  /** What came with it, such as a message's text. */
  readonly value: PropertyValue | null;
}

/** What a scene listens for. */
export interface HappeningEntry {
  readonly scene: SceneId;
  readonly trigger: number;
  readonly item: number;
  /** Of its scene; absent: 0. */
  readonly priority?: number;
  /** The name, or the filter of topics with what the message must say. */
  readonly of:
    | { readonly name: string }
    | { readonly topic: string; readonly payload: string | null };
}

const NONE: readonly HappeningEntry[] = [];

export class HappeningIndex {
  readonly #byName = new Map<string, HappeningEntry[]>();
  readonly #byTopic = new Map<string, HappeningEntry[]>();
  #tags = 0;

  /** Whether any scene listens for it. */
  has(name: string): boolean {
    return this.#byName.has(name);
  }

  /** The filters of topics that scenes listen for, sorted; those of readers of tags too. */
  topics(): string[] {
    const tags = this.#tags > 0 ? [TAG_TOPICS] : [];
    return [...new Set([...this.#byTopic.keys(), ...tags])].sort();
  }

  /** Entries for any of the names, in order of priority, scene and trigger. */
  named(names: readonly string[]): readonly HappeningEntry[] {
    if (this.#byName.size === 0) return NONE;
    const found = names.flatMap((name) => this.#byName.get(name) ?? NONE);
    return found.length > 1 ? found.sort(inOrder) : found;
  }

  /** Entries for a message. */
  message(topic: string, payload: string): readonly HappeningEntry[] {
    const found: HappeningEntry[] = [];
    for (const [filter, entries] of this.#byTopic) {
      if (!matchesTopic(filter, topic)) continue;
      for (const entry of entries) {
        const wanted = 'topic' in entry.of ? entry.of.payload : null;
        if (wanted === null || wanted === payload) found.push(entry);
      }
    }
    return found.sort(inOrder);
  }

  add(entries: readonly HappeningEntry[]): void {
    for (const entry of entries) {
      const [map, key] = this.#place(entry);
      if (key.startsWith('tag/')) this.#tags += 1;
      const known = map.get(key);
      if (known) known.push(entry);
      else map.set(key, [entry]);
    }
  }

  remove(entries: readonly HappeningEntry[]): void {
    for (const entry of entries) {
      const [map, key] = this.#place(entry);
      const left = (map.get(key) ?? []).filter((one) => one !== entry);
      if (key.startsWith('tag/')) this.#tags -= 1;
      if (left.length === 0) map.delete(key);
      else map.set(key, left);
    }
  }

  #place({ of }: HappeningEntry): [Map<string, HappeningEntry[]>, string] {
    return 'topic' in of ? [this.#byTopic, of.topic] : [this.#byName, of.name];
  }
}

function inOrder(a: HappeningEntry, b: HappeningEntry): number {
  const { priority = 0 } = a;
  const { priority: other = 0 } = b;
  if (priority !== other) return other - priority;
  if (a.scene !== b.scene) return a.scene < b.scene ? -1 : 1;
  return a.trigger - b.trigger || a.item - b.item;
}

/** What a trigger listens for; nothing where it is none of this family. */
export function happeningsOf(scene: SceneId, trigger: Trigger, number: number): HappeningEntry[] {
  const listen = (names: readonly string[]): HappeningEntry[] =>
    names.map((name, item) => ({ scene, trigger: number, item, of: { name } }));
  switch (trigger.kind) {
    case 'sceneEvent':
      return listen(trigger.of.map((one) => sceneEvent(one.scene, one.event)));
    case 'deviceEvent':
      return listen(trigger.of.map((one) => deviceEvent(one.device, one.event)));
    case 'hub':
      return listen(trigger.of.map((event) => `hub/${event}`));
    case 'webhook':
      return listen([`webhook/${trigger.name}`]);
    case 'tag':
      return listen([`tag/${trigger.tag}`]);
    case 'calendar':
      return listen(trigger.of.map((one) => `calendar/${one.calendar}/${one.event}`));
    case 'person':
      return listen(trigger.of.map((one) => `person/${one.does}/${one.who}/${one.zone ?? ''}`));
    case 'mqtt': {
      const { topic, payload } = trigger;
      return [{ scene, trigger: number, item: 0, of: { topic, payload } }];
    }
    default:
      return [];
  }
}

/** The name under which a scene's beginning or end is told. */
export function sceneEvent(scene: SceneId, event: 'started' | 'ended' | 'failed'): string {
  return `scene/${event}/${scene}`;
}

type DeviceEvent = Extract<SourceTrigger, { kind: 'deviceEvent' }>['of'][number]['event'];

/** The name under which something is told of a device; null: of any. */
export function deviceEvent(device: DeviceId | null, event: DeviceEvent): string {
  return `device/${event}/${device ?? 'any'}`;
}
