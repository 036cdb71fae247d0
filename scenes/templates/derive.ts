// Makes a template of a scene that a household has: each device and each room that it names becomes a slot that wants
// what the scene uses of it.
import { stringify } from 'yaml';
import type { DeviceRecord } from '../../hub/model/device.ts';
import type { SceneHome } from '../../hub/model/scene-language-port.ts';
import { readDocument } from '../language/document.ts';
import { homeNames } from '../language/names.ts';
import { parseScene } from '../language/parse.ts';
import type { Scene } from '../language/scene.ts';

/** Nodes of a scene in which a device's property is set, by their kinds of step. */
const SETTING = new Set(['set', 'toggle', 'adjust', 'ramp']);

/** The file of a template, or why none can be made of the scene. */
export type Derived =
  | { readonly text: string; readonly problem: null }
  | { readonly text: null; readonly problem: string };

/** @param stored the scene's text with ids */
export function deriveTemplate(stored: string, home: SceneHome, id: string): Derived {
  const names = homeNames(home.devices, home.rooms, home.scenes);
  const { scene } = parseScene(stored, names);
  const document = readDocument(stored, []);
  if (!scene || typeof document.data !== 'object' || document.data === null) {
    return { text: null, problem: 'The scene cannot run as it is; mend it first' };
  }
  const {
    scene: name,
    uses: _uses,
    description,
    ...body
  } = document.data as Record<string, unknown>;
  const source = JSON.stringify(body);
  if (/\bscene_[0-9a-z_-]+/.test(source)) {
    return { text: null, problem: 'The scene names another scene, which other homes do not have' };
  }
  const devices = [...new Set(source.match(/\bdev_[0-9a-z_-]+/g) ?? [])].flatMap(
    (one) => names.device(one) ?? [],
  );
  const rooms = [...new Set(source.match(/\broom_[0-9a-z_-]+/g) ?? [])].flatMap(
    (one) => names.room(one) ?? [],
  );
  const slots: Record<string, unknown> = {};
  const slotOf = new Map<string, string>();
  for (const device of devices) {
    const slot = slotName(device.handle, slots);
    slotOf.set(device.id, slot);
    slots[slot] = deviceSlot(device, scene);
  }
  for (const room of rooms) {
    const slot = slotName(`room-${room.handle}`, slots);
    slotOf.set(room.id, slot);
    slots[slot] = { kind: 'room', label: both(room.name) };
  }
  const text = stringify(
    {
      template: id,
      name: both(String(name)),
      description: both(typeof description === 'string' ? description : String(name)),
      slots,
      scene: withBlanks(body, slotOf),
    },
    { lineWidth: 110 },
  );
  return { text, problem: null };
}

function both(text: string): { en: string; zh: string } {
  return { en: text, zh: text };
}

function slotName(handle: string, taken: Readonly<Record<string, unknown>>): string {
  const plain = handle
    .replaceAll(/[^\p{L}\p{N}-]/gu, '-')
    .replace(/^[^\p{L}]+/u, '')
    .slice(0, 24);
  const base = plain === '' ? 'device' : `the-${plain}`;
  for (let count = 1; ; count++) {
    const name = count === 1 ? base : `${base}-${count}`;
    if (!Object.hasOwn(taken, name)) return name;
  }
}

function deviceSlot(device: DeviceRecord, scene: Scene): Record<string, unknown> {
  const { kind, properties } = device.description;
  const needs = needsOf(device.id, scene);
  const event = properties.find(({ key }) => key === 'button');
  const isButton = needs.has.includes('button');
  const has = needs.has.filter((key) => key !== 'button');
  return {
    kind: 'device',
    label: both(device.name),
    ...(kind === 'other' ? {} : { is: kind }),
    ...(has.length === 0 ? {} : { has }),
    ...(needs.sets.length === 0 ? {} : { sets: needs.sets }),
    ...(needs.does.length === 0 ? {} : { does: needs.does }),
    ...(isButton
      ? { presses: needs.presses.filter((one) => (event?.values ?? []).includes(one)) }
      : {}),
    ...(kind === 'other' && has.length + needs.sets.length + needs.does.length === 0 && !isButton
      ? { has: properties.slice(0, 1).map(({ name }) => name) }
      : {}),
  };
}

interface Needs {
  readonly has: string[];
  readonly sets: string[];
  readonly does: string[];
  readonly presses: string[];
}

/** What a scene reads of a device, sets, and has it do. */
function needsOf(id: string, scene: Scene): Needs {
  const needs: Needs = { has: [], sets: [], does: [], presses: [] };
  const add = (list: string[], item: unknown): void => {
    if (typeof item === 'string' && !list.includes(item)) list.push(item);
  };
  const walk = (node: unknown, isSetting: boolean, around: object | null): void => {
    if (typeof node !== 'object' || node === null) return;
    const step = 'kind' in node && typeof node.kind === 'string' ? node.kind : null;
    const sets = (step === null && isSetting) || (step !== null && SETTING.has(step));
    if ('device' in node && node.device === id) {
      if ('property' in node) {
        const { property } = node;
        add(sets ? needs.sets : needs.has, property);
        if (
          property === 'button' &&
          around !== null &&
          'values' in around &&
          Array.isArray(around.values)
        ) {
          for (const value of around.values) add(needs.presses, value);
        }
      } else if ('name' in node) add(needs.does, node.name);
    }
    for (const [key, value] of Object.entries(node)) {
      // Below a step stand its targets; what is expected or read stands under other words.
      const isTarget = sets && (key === 'targets' || Array.isArray(node));
      walk(value, isTarget, Array.isArray(node) ? around : node);
    }
  };
  walk([scene.when, scene.while, scene.do], false, null);
  return needs;
}

/** Ids become blanks; in texts the blank that is there already takes the slot's name. */
function withBlanks(node: unknown, slotOf: ReadonlyMap<string, string>): unknown {
  if (typeof node === 'string') {
    return node.replaceAll(
      /(\{\{\s*)?((?:dev|room)_[0-9a-z_-]+)/g,
      (found, open: string | undefined, id: string) => {
        const slot = slotOf.get(id);
        if (slot === undefined) return found;
        return open === undefined ? `{{${slot}}}` : `{{${slot}`;
      },
    );
  }
  if (Array.isArray(node)) return node.map((item) => withBlanks(item, slotOf));
  if (typeof node !== 'object' || node === null) return node;
  return Object.fromEntries(
    Object.entries(node).map(([key, value]) => [
      String(withBlanks(key, slotOf)),
      withBlanks(value, slotOf),
    ]),
  );
}
