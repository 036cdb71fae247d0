// Which kinds of component are known, which are left out on purpose, and what is made of one that nobody knows.
import type { PropertyValue } from '../../../../hub/model/properties.ts';
import { vendorPropertyName } from '../../../../hub/model/properties.ts';
import type { Words } from '../../../../hub/model/words.ts';
import type { Json } from '../rpc.ts';
import { type Component, type Describe, type Draft, vendor } from './component.ts';
import {
  script,
  sys,
  virtualBoolean,
  virtualButton,
  virtualEnum,
  virtualNumber,
  virtualText,
  wifi,
} from './household.ts';
import { em, em1, em1data, emdata, pm1 } from './metering.ts';
import { cct, cover, light, rgb, rgbcct, rgbw, switched, thermostat } from './outputs.ts';
import {
  devicepower,
  flood,
  humidity,
  illuminance,
  input,
  presence,
  smoke,
  temperature,
  voltmeter,
} from './sensors.ts';

/** What each kind of component brings. */
export const KINDS: Readonly<Record<string, Describe>> = {
  switch: switched,
  light,
  rgb,
  rgbw,
  cct,
  rgbcct,
  cover,
  thermostat,
  pm1,
  em,
  em1,
  emdata,
  em1data,
  voltmeter,
  input,
  temperature,
  humidity,
  illuminance,
  smoke,
  flood,
  devicepower,
  presence,
  presencezone: presence,
  boolean: virtualBoolean,
  number: virtualNumber,
  text: virtualText,
  enum: virtualEnum,
  button: virtualButton,
  script,
  sys,
  wifi,
};

const LINK: Words = {
  en: 'how the device is connected, not what it does',
  zh: '只关系到设备的连接方式',
};
const SCREEN: Words = {
  en: 'the looks of its own screen and lamps',
  zh: '只关系到设备自己的屏幕和指示灯',
};
const GROUPING: Words = { en: 'it repeats what its members say', zh: '只重复其成员的内容' };
const STORE: Words = {
  en: 'what people have set in the device itself',
  zh: '是在设备自身里设置的内容',
};

/** What is left out on purpose, with the reason. */
export const LEFT_OUT: Readonly<Record<string, Words>> = {
  ble: LINK,
  blugw: LINK,
  bthome: LINK,
  bthomecontrol: LINK,
  cloud: LINK,
  eth: LINK,
  knx: LINK,
  matter: LINK,
  modbus: LINK,
  mqtt: LINK,
  ota: LINK,
  ws: LINK,
  zigbee: LINK,
  ht_ui: SCREEN,
  media: SCREEN,
  plugpm_ui: SCREEN,
  plugs_ui: SCREEN,
  powerstrip_ui: SCREEN,
  ui: SCREEN,
  wd_ui: SCREEN,
  group: GROUPING,
  kvs: STORE,
  schedule: STORE,
  webhook: STORE,
};

const FIELDS_MAX = 16;
const WITHOUT_MEANING = new Set(['id', 'source', 'errors', 'flags', 'name']);

/** A component that came with a firmware newer than this program: what it says in plain values is shown as it is. */
export const unknown: Describe = ({ key, kind, id, status }: Component) => {
  const word = key.includes(':') ? `${kind}_${id}` : kind;
  const drafts = Object.entries(status)
    .filter(([field, value]) => typeOf(value) !== null && !WITHOUT_MEANING.has(field))
    .slice(0, FIELDS_MAX)
    .flatMap(([field, value]): Draft[] => {
      const type = typeOf(value);
      const title = `${word} ${field}`.replaceAll('_', ' ');
      const read = (whole: Json) => scalarOf(whole[field], type);
      const label = { en: title, zh: title };
      return type === null
        ? []
        : [vendor(vendorPropertyName(`${word}_${field}`), type, label, { read })];
    });
  return { drafts };
};

type Scalar = 'boolean' | 'number' | 'string';

function typeOf(value: unknown): Scalar | null {
  const type = typeof value;
  return type === 'boolean' || type === 'number' || type === 'string' ? type : null;
}

function scalarOf(value: unknown, type: Scalar | null): PropertyValue | undefined {
  if (typeof value !== type) return undefined;
  if (typeof value === 'string') return value.slice(0, 255);
  return typeof value === 'boolean' || (typeof value === 'number' && Number.isFinite(value))
    ? value
    : undefined;
}
