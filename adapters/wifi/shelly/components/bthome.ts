// Bluetooth devices that a Shelly hears for the home: each of them a node of its own, put together from its
// BTHomeDevice, the sensors that stand for its objects, and the BluTrv that speaks for a radiator valve.
// Spec: https://shelly-api-docs.shelly.cloud/gen2/DynamicComponents/BTHome/.
import { property, vendorPropertyName } from '../../../../hub/model/properties.ts';
import type { PropertyType } from '../../../../hub/model/property-row.ts';
import type { Json } from '../rpc.ts';
import { BT_OBJECTS, bthomeValue } from './bthome-objects.ts';
import {
  boolean,
  type Component,
  type Draft,
  inside,
  number,
  type Parts,
  type RpcRequest,
  text,
  told,
  vendor,
} from './component.ts';
import { buttonDraft, pressOf } from './sensors.ts';

/** One Bluetooth device with the components that stand for it. */
export interface BluDevice {
  /** Twelve small hexadecimal digits. */
  readonly mac: string;
  /** `bthomedevice:200`. */
  readonly key: string;
  readonly name: string | null;
  readonly model: string;
  readonly components: readonly Component[];
}

interface BluModel {
  readonly name: string;
  readonly buttons: number;
}

/** By the number that the device tells of its model. */
const MODELS: Readonly<Record<number, BluModel>> = {
  1: { name: 'BLU Button1', buttons: 1 },
  2: { name: 'BLU Door/Window', buttons: 1 },
  3: { name: 'BLU H&T', buttons: 1 },
  5: { name: 'BLU Motion', buttons: 1 },
  6: { name: 'BLU Wall Switch 4', buttons: 4 },
  7: { name: 'BLU RC Button 4', buttons: 4 },
  8: { name: 'BLU TRV', buttons: 0 },
  9: { name: 'BLU Remote', buttons: 4 },
  21: { name: 'BLU Wall Switch 4 ZB', buttons: 4 },
  22: { name: 'BLU RC Button 4 ZB', buttons: 4 },
};
/** A device that was learned before models had numbers may have a button. */
const ANY: BluModel = { name: 'BTHome device', buttons: 1 };

/** The Bluetooth devices among the components of a Shelly. */
export function bluDevicesOf(components: readonly Component[]): BluDevice[] {
  return components.flatMap((component) => {
    if (component.kind !== 'bthomedevice') return [];
    const mac = macOf(component.config);
    if (mac === undefined) return [];
    const others = components.filter(
      (other) => /^(bthomesensor|blutrv)$/.test(other.kind) && macOf(other.config) === mac,
    );
    const trv = others.find(({ kind }) => kind === 'blutrv');
    const { key } = component;
    const name = component.name ?? trv?.name ?? null;
    return [{ mac, key, name, model: modelOf(component).name, components: [component, ...others] }];
  });
}

function macOf(config: Json): string | undefined {
  const address = text(config.addr)?.toLowerCase();
  return address !== undefined && /^([0-9a-f]{2}:){5}[0-9a-f]{2}$/.test(address)
    ? address.replaceAll(':', '')
    : undefined;
}

function modelOf({ attributes }: Component): BluModel {
  const id = number(attributes.model_id);
  return (id === undefined ? undefined : MODELS[id]) ?? ANY;
}

/** When a component of it was last heard, in seconds of the Shelly's own clock. */
export function heardAt(status: Json): number | undefined {
  return number(status.last_updated_ts);
}

const RSSI = { en: 'Bluetooth signal', zh: '蓝牙信号' };

/** What the device itself tells: its battery, its signal and its buttons. */
export function bthomedevice(component: Component): Parts {
  const { status } = component;
  const { buttons } = modelOf(component);
  const places = Array.from({ length: buttons }, (_, index) => index);
  return {
    drafts: [
      ...places.map((index) => ({
        ...buttonDraft(index + 1),
        event: (event: Json) => ((number(event.idx) ?? 0) === index ? pressOf(event) : undefined),
      })),
      ...told('battery', status, 'battery'),
      vendor('x_rssi', 'number', RSSI, { unit: 'dBm', read: ({ rssi }) => number(rssi) }),
    ],
  };
}

/** One object of it. A button's is told as an event: by the device itself, or by the sensor in older firmware. */
export function bthomesensor(component: Component, hasBattery: boolean): Parts {
  const { config, status } = component;
  const objectId = number(config.obj_id) ?? -1;
  const index = number(config.idx) ?? 0;
  const object = BT_OBJECTS.get(objectId);
  if (object?.kind === 'event') {
    return { drafts: [{ ...buttonDraft(index + 1), event: pressOf }] };
  }
  if (object?.kind === 'row') {
    // The device itself tells its battery as well.
    if (object.name === 'battery' && hasBattery) return { drafts: [] };
    const { type } = property(object.name);
    const { change } = object;
    const read = ({ value }: Json) => {
      const said = bthomeValue(value, type);
      return typeof said === 'number' && change !== undefined ? change(said) : said;
    };
    return { drafts: [{ name: object.name, endpoint: index + 1, read }] };
  }
  const type: PropertyType = object?.type ?? typeOf(status.value);
  const word = object?.word ?? `object_${objectId}`;
  const title = `BTHome ${word.replaceAll('_', ' ')}`;
  const label = component.name === null ? (object?.label ?? { en: title, zh: title }) : null;
  const draft = vendor(
    vendorPropertyName(word),
    type,
    label ?? { en: component.name ?? '', zh: component.name ?? '' },
    {
      endpoint: index + 1,
      ...(object?.unit === undefined ? {} : { unit: object.unit }),
      read: ({ value }) => bthomeValue(value, type),
    },
  );
  return { drafts: [draft] };
}

function typeOf(value: unknown): PropertyType {
  if (typeof value === 'boolean') return 'boolean';
  return typeof value === 'string' ? 'string' : 'number';
}

const TARGET = { min: 4, max: 30, step: 0.5 };

/** A radiator valve: the Shelly passes what is asked of it on by Bluetooth. */
export function blutrv(component: Component, hasBattery: boolean): Parts {
  const { id, status } = component;
  const call = (method: string, params: Json): RpcRequest => ({
    method: 'BluTRV.Call',
    params: { id, method, params: { id: 0, ...params } },
  });
  const drafts: Draft[] = [
    {
      name: 'targetTemperature',
      ...TARGET,
      read: ({ target_C: target }) => number(target),
      set: (value) => call('Trv.SetTarget', { target_C: value }),
    },
    ...told('temperature', status, 'current_C'),
    ...told('valvePosition', status, 'pos'),
    { name: 'runningState', values: ['idle', 'heat'], read: runningOf },
    {
      name: 'boost',
      read: (whole) => inside(whole.boost, 'duration') !== undefined,
      set: (value) => (value === true ? call('Trv.SetBoost', {}) : call('Trv.ClearBoost', {})),
    },
    vendor(
      'x_valve_connected',
      'boolean',
      { en: 'Valve connected', zh: '阀门已连接' },
      {
        read: ({ connected }) => boolean(connected),
      },
    ),
    ...(hasBattery ? [] : told('battery', status, 'battery')),
  ];
  return {
    drafts,
    commands: [{ name: 'calibrate', request: call('Trv.Calibrate', {}) }],
  };
}

function runningOf({ pos }: Json): string | undefined {
  const open = number(pos);
  return open === undefined ? undefined : open > 0 ? 'heat' : 'idle';
}
