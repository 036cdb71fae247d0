// A home made for a template: for each slot just the devices that it asks for, and nothing that they need not have.

import type { DeviceRecord } from '../../hub/model/device.ts';
import { type DeviceKind, kindFromProperties } from '../../hub/model/device-kind.ts';
import {
  HOME_MODES,
  type HomeValueRecord,
  homeSubjects,
  homeValueKey,
} from '../../hub/model/home-values.ts';
import {
  adapterId,
  deviceId,
  nodeAddress,
  type RoomId,
  roomId,
} from '../../hub/model/identifiers.ts';
import {
  describeProperty,
  isPropertyName,
  type PropertyDescriptor,
} from '../../hub/model/properties.ts';
import type { TemplateBindings, TemplateHome } from '../../hub/model/scene-templates-port.ts';
import { type DeviceSlot, isDeviceSlot, type Template } from './template.ts';

const ROOMS = ['hall', 'attic'] as const;

/** A person that every such home has. */
export const MODEL_PERSON: HomeValueRecord = {
  ...{ id: homeValueKey('person', 'anna'), name: 'Anna', kind: 'person', type: 'enum' },
  ...{ initial: null, member: null, topic: null, version: 1 },
};

/** A home with `count` devices for each slot of the template that takes several. */
export function modelHome(template: Template, count: number): TemplateHome {
  const devices = template.slots
    .filter(isDeviceSlot)
    .flatMap((slot) =>
      Array.from({ length: slotCount(slot, count) }, (_, index) => modelDevice(slot, index)),
    );
  const home = { name: 'Model', mode: 'home', modes: [] };
  return {
    devices: [...devices, ...homeSubjects(home, [MODEL_PERSON])],
    rooms: ROOMS.map((name, order) => ({
      ...{ id: roomId(`room_${name}`), name: name.slice(0, 1).toUpperCase() + name.slice(1) },
      ...{ icon: null, order, version: 1 },
    })),
    scenes: [],
    language: 'en',
    modes: HOME_MODES,
  };
}

/** Bindings of all slots to that home; `isBare`: slots that may stay open do. */
export function modelBindings(
  template: Template,
  count: number,
  isBare: boolean,
): TemplateBindings {
  const bound = template.slots.filter(({ isOptional }) => !(isBare && isOptional));
  const devices = bound
    .filter(isDeviceSlot)
    .map((slot): [string, string[]] => [
      slot.name,
      Array.from({ length: slotCount(slot, count) }, (_, index) => handleOf(slot, index)),
    ]);
  const rooms = bound.filter(({ kind }) => kind === 'room').map(({ name }) => [name, ROOMS[0]]);
  const values = bound.flatMap((slot): [string, string][] => {
    if (slot.kind === 'person') return [[slot.name, 'anna']];
    if (slot.kind === 'time' && slot.initial === null) return [[slot.name, '12:34']];
    return [];
  });
  return {
    devices: Object.fromEntries(devices),
    rooms: Object.fromEntries(rooms),
    values: Object.fromEntries(values),
  };
}

function slotCount(slot: DeviceSlot, count: number): number {
  return slot.kind === 'device' ? 1 : Math.min(count, slot.max);
}

function handleOf(slot: DeviceSlot, index: number): string {
  return `the-${slot.name}-${index + 1}`.toLowerCase();
}

function modelDevice(slot: DeviceSlot, index: number): DeviceRecord {
  const handle = handleOf(slot, index);
  const properties = propertiesOf(slot);
  const room: RoomId = roomId(`room_${ROOMS[0]}`);
  return {
    ...{
      id: deviceId(`dev_${handle.replaceAll('-', '_')}`),
      name: `The ${slot.name} ${index + 1}`,
      handle,
      room,
    },
    description: {
      ...{
        adapter: adapterId('model'),
        node: nodeAddress(handle),
        manufacturer: 'Model',
        model: handle,
      },
      ...{
        title: handle,
        power: 'mains',
        tier: 'core',
        support: 'exact',
        firmware: null,
        properties,
      },
      kind: slot.is[0] ?? modelKind(properties),
      commands: [...slot.does],
    },
    ...{ version: 1, createdAtMs: 0 },
  };
}

function modelKind(properties: readonly PropertyDescriptor[]): DeviceKind {
  return kindFromProperties(properties);
}

function propertiesOf({ has, sets, presses }: DeviceSlot): PropertyDescriptor[] {
  const names = [...new Set([...has, ...sets])].filter(isPropertyName);
  const states = names.map((name) => describeProperty(name));
  return presses.length === 0
    ? states
    : [...states, describeProperty('button', { values: [...presses] })];
}
