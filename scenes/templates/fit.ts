// What of a home fits the slots of a template, best first, and what is proposed.

import type { DeviceRecord } from '../../hub/model/device.ts';
import { DEVICE_KINDS } from '../../hub/model/device-kind.ts';
import { PERSON } from '../../hub/model/home-values.ts';
import { findProperty } from '../../hub/model/properties.ts';
import type { Label } from '../../hub/model/property-row.ts';
import type { SlotChoice, TemplateHome } from '../../hub/model/scene-templates-port.ts';
import { homeNames, type SceneNames } from '../language/names.ts';
import { both, listed } from '../language/words.ts';
import { type DeviceSlot, isDeviceSlot, type Slot, type Template } from './template.ts';

const CHOICES_MAX = 100;

/** A slot's choices and which of them are proposed. */
export interface Fit {
  readonly choices: readonly SlotChoice[];
  readonly suggested: readonly string[];
}

/** The home's devices proper, without its own subjects. */
export function realDevices({ devices }: Pick<TemplateHome, 'devices'>): readonly DeviceRecord[] {
  return devices.filter(({ id }) => id.startsWith('dev_'));
}

/** What keeps a device from the slot; null where it fits. */
export function misfit(slot: DeviceSlot, { description, name }: DeviceRecord): Label | null {
  const { properties, commands, kind } = description;
  if (slot.is.length > 0 && !slot.is.includes(kind)) {
    const wants = kindWords(slot);
    return both(`${name} is not ${wants.en}`, `${name} 不是${wants.zh}`);
  }
  for (const [names, isThere] of [
    [slot.has, (access: string) => access === 'r' || access === 'rw'],
    [slot.sets, (access: string) => access === 'w' || access === 'rw'],
  ] as const) {
    for (const property of names) {
      const found = properties.find(({ key }) => key === property);
      if (found !== undefined && isThere(found.access)) continue;
      const words = propertyLabel(property);
      return both(`${name} has no ${words.en}`, `${name} 没有${words.zh}`);
    }
  }
  const events = properties.find(({ key }) => key === 'button')?.values ?? [];
  if (slot.presses.some((event) => !events.includes(event))) {
    return both(
      `${name} is no button with ${slot.presses.join(', ')}`,
      `${name} 不是支持 ${slot.presses.join('、')} 的按钮`,
    );
  }
  if (slot.does.some((command) => !commands.includes(command))) {
    return both(`${name} cannot ${slot.does.join(', ')}`, `${name} 不支持 ${slot.does.join('、')}`);
  }
  return null;
}

/** What fits a slot, in words: "a light with brightness". */
export function wantedWords(slot: DeviceSlot): Label {
  const what = kindWords(slot);
  const telling = slot.is.length > 0 ? slot.sets : [...slot.has, ...slot.sets];
  const properties = [...new Set(telling)].filter((name) => name !== 'on').map(propertyLabel);
  if (properties.length === 0) return what;
  const list = listed(properties, 'and');
  return both(`${what.en} with ${list.en}`, `有${list.zh}的${what.zh}`);
}

function kindWords(slot: DeviceSlot): Label {
  if (slot.is.length > 0) {
    const words = slot.is.map((kind) => {
      const { label } = DEVICE_KINDS[kind];
      const en = label.en.toLowerCase();
      return both(`${/^[aeiou]/.test(en) ? 'an' : 'a'} ${en}`, label.zh);
    });
    return listed(words, 'or');
  }
  if (slot.presses.length > 0) return both('a button', '按钮');
  return both('a device', '设备');
}

function propertyLabel(name: string): Label {
  const label = findProperty(name)?.label;
  return label ? both(label.en.toLowerCase(), label.zh) : both(name, name);
}

/** What fits each slot of the template. A slot that stands near another one goes by what is proposed there. */
export function fitsOf(template: Template, home: TemplateHome): ReadonlyMap<string, Fit> {
  const names = homeNames(home.devices, home.rooms, home.scenes);
  const fits = new Map<string, Fit>();
  const fitOf = (slot: Slot, depth: number): Fit => {
    const known = fits.get(slot.name);
    if (known) return known;
    const fit = isDeviceSlot(slot)
      ? deviceFit(slot, home, names, nearRoom(slot, depth))
      : slot.kind === 'room'
        ? roomFit(slot.name, template, home, names)
        : otherFit(slot, home);
    fits.set(slot.name, fit);
    return fit;
  };
  const nearRoom = (slot: DeviceSlot, depth: number): string | null => {
    const near = template.slots.find(({ name }) => name === slot.near);
    if (near === undefined || depth > template.slots.length) return null;
    const [handle] = fitOf(near, depth + 1).suggested;
    if (handle === undefined) return null;
    return near.kind === 'room'
      ? (names.room(handle)?.id ?? null)
      : (names.device(handle)?.room ?? null);
  };
  for (const slot of template.slots) fitOf(slot, 0);
  return fits;
}

function deviceFit(
  slot: DeviceSlot,
  home: TemplateHome,
  names: SceneNames,
  near: string | null,
): Fit {
  const scored = realDevices(home)
    .filter((device) => misfit(slot, device) === null)
    .map((device) => {
      const called = `${device.name} ${roomName(device, names) ?? ''}`.toLowerCase();
      const isCalled = slot.words.some((word) => called.includes(word));
      const isNear = near !== null && device.room === near;
      return { device, isCalled, isNear, score: (isCalled ? 2 : 0) + (isNear ? 3 : 0) };
    })
    .sort((a, b) => b.score - a.score || (a.device.handle < b.device.handle ? -1 : 1));
  const isTelling = near !== null || slot.words.length > 0;
  const best = scored.filter(({ isCalled, isNear }) => isCalled || isNear);
  // What is asked for by its place or name is only proposed where there is such a one.
  const proposed = best.length > 0 ? best : isTelling && slot.isOptional ? [] : scored;
  const [first] = proposed;
  const some = slot.kind === 'devices' ? proposed.slice(0, slot.max) : first ? [first] : [];
  return {
    choices: scored.slice(0, CHOICES_MAX).map(({ device }) => ({
      ...{ id: device.id, handle: device.handle, name: device.name, room: roomName(device, names) },
    })),
    suggested: some.map(({ device }) => device.handle),
  };
}

function roomName({ room }: DeviceRecord, names: SceneNames): string | null {
  return room === null ? null : (names.room(room)?.name ?? null);
}

/** Rooms in which most of what is wanted near them is found. */
function roomFit(name: string, template: Template, home: TemplateHome, names: SceneNames): Fit {
  const slots = template.slots.filter(isDeviceSlot).filter(({ near }) => near === name);
  const scored = home.rooms
    .map((room) => {
      const there = realDevices(home).filter((device) => device.room === room.id);
      const score = slots.filter((slot) =>
        there.some((device) => misfit(slot, device) === null),
      ).length;
      return { room, score };
    })
    .sort((a, b) => b.score - a.score || a.room.order - b.room.order);
  const choices = scored.slice(0, CHOICES_MAX).map(({ room }) => ({
    ...{ id: room.id, handle: names.room(room.id)?.handle ?? room.id, name: room.name, room: null },
  }));
  return { choices, suggested: choices.slice(0, 1).map(({ handle }) => handle) };
}

/** People and modes of the home. */
function otherFit(slot: Slot, home: TemplateHome): Fit {
  if (slot.kind !== 'person' && slot.kind !== 'mode') return { choices: [], suggested: [] };
  const choices =
    slot.kind === 'mode'
      ? home.modes.map((mode) => ({ id: mode, handle: mode, name: mode, room: null }))
      : peopleOf(home).map(({ handle, name }) => ({ id: handle, handle, name, room: null }));
  const initial = choices.find(({ handle }) => handle === slot.initial) ?? null;
  const [first] = slot.isOptional ? [] : choices;
  return { choices, suggested: (initial ?? first) ? [(initial ?? first)?.handle ?? ''] : [] };
}

/** The people of the home by their handles. */
export function peopleOf({
  devices,
}: Pick<TemplateHome, 'devices'>): { handle: string; name: string }[] {
  const subject = devices.find(({ id }) => id === PERSON);
  return (subject?.description.properties ?? []).map(({ key, label }) => ({
    handle: key,
    name: label?.en ?? key,
  }));
}
