// What can hang on an emulated Hue bridge, each in the shape in which a real bridge with software 1.60 and later
// lists it: lamps of every kind, plugs, sensors, switches, rooms and scenes.
import { createHash } from 'node:crypto';

export type Fields = Record<string, unknown>;

/** A device with its services, as resources. */
export interface Thing {
  readonly device: string;
  readonly resources: readonly Fields[];
}

export type LampKind = 'color' | 'ambiance' | 'white' | 'onOff' | 'plug' | 'bloom' | 'foreign';

const GAMUT_C = {
  red: { x: 0.6915, y: 0.3083 },
  green: { x: 0.17, y: 0.7 },
  blue: { x: 0.1532, y: 0.0475 },
};
const GAMUT_A = {
  red: { x: 0.704, y: 0.296 },
  green: { x: 0.2151, y: 0.7106 },
  blue: { x: 0.138, y: 0.08 },
};

/** An id that is always the same for the same words. */
export function idOf(...words: readonly (string | number)[]): string {
  const hex = createHash('sha256').update(words.join('/')).digest('hex');
  const parts = [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20)];
  return [...parts, hex.slice(20, 32)].join('-');
}

function device(
  name: string,
  product: { model: string; product: string; archetype: string; maker?: string },
  services: readonly Fields[],
): Thing {
  const id = idOf('device', name);
  const owner = { rid: id, rtype: 'device' };
  const link = {
    id: idOf('link', name),
    type: 'zigbee_connectivity',
    mac_address: `00:17:88:01:${id.slice(0, 2)}:${id.slice(2, 4)}:${id.slice(4, 6)}:0b`,
    status: 'connected',
  };
  const update = { id: idOf('update', name), type: 'device_software_update' };
  // Only of the vendor's own.
  const updates =
    product.maker === undefined ? [{ ...update, state: 'no_update', problems: [] }] : [];
  const all = [...services, link, ...updates];
  return {
    device: id,
    resources: [
      {
        id,
        id_v1: '/lights/1',
        type: 'device',
        product_data: {
          model_id: product.model,
          manufacturer_name: product.maker ?? 'Signify Netherlands B.V.',
          product_name: product.product,
          product_archetype: product.archetype,
          certified: product.maker === undefined,
          software_version: '1.108.7',
        },
        metadata: { name, archetype: product.archetype },
        identify: {},
        services: all.map(({ id: rid, type: rtype }) => ({ rid, rtype })),
      },
      ...all.map((service) => ({ ...service, owner })),
    ],
  };
}

/** A lamp or a plug. */
export function lamp(name: string, kind: LampKind): Thing {
  const dims = kind !== 'onOff' && kind !== 'plug';
  const light: Fields = {
    id: idOf('light', name),
    type: 'light',
    metadata: { name, archetype: kind === 'plug' ? 'plug' : 'sultan_bulb', function: 'mixed' },
    service_id: 0,
    on: { on: false },
    ...(dims ? { dimming: { brightness: 50, min_dim_level: kind === 'bloom' ? 10 : 0.2 } } : {}),
    ...(dims ? { dimming_delta: {} } : {}),
    dynamics: { status: 'none', status_values: ['none'], speed: 0, speed_valid: false },
    alert: { action_values: ['breathe'] },
    mode: 'normal',
  };
  if (kind === 'color' || kind === 'ambiance') {
    light.color_temperature = {
      mirek: kind === 'ambiance' ? 366 : null,
      mirek_valid: kind === 'ambiance',
      mirek_schema: { mirek_minimum: 153, mirek_maximum: kind === 'color' ? 500 : 454 },
    };
    light.effects = {
      status_values: ['no_effect', 'candle', 'fire'],
      status: 'no_effect',
      effect_values: ['no_effect', 'candle', 'fire'],
    };
    light.timed_effects = {
      status_values: ['no_effect', 'sunrise'],
      status: 'no_effect',
      effect_values: ['no_effect', 'sunrise'],
    };
    light.powerup = { preset: 'safety', configured: true, on: { mode: 'on', on: { on: true } } };
  }
  if (kind === 'foreign') {
    light.color_temperature = {
      mirek: 370,
      mirek_valid: true,
      mirek_schema: { mirek_minimum: 0, mirek_maximum: 65_535 },
    };
  }
  if (kind === 'color') {
    light.color = { xy: { x: 0.4573, y: 0.41 }, gamut: GAMUT_C, gamut_type: 'C' };
  }
  if (kind === 'bloom') {
    light.color = { xy: { x: 0.4849, y: 0.3895 }, gamut: GAMUT_A, gamut_type: 'A' };
  }
  // Only colours follow games and films.
  const entertainment = { id: idOf('entertainment', name), type: 'entertainment', renderer: true };
  return device(name, LAMPS[kind], kind === 'color' ? [light, entertainment] : [light]);
}

const LAMPS: Record<
  LampKind,
  { model: string; product: string; archetype: string; maker?: string }
> = {
  color: { model: 'LCA001', product: 'Hue color lamp', archetype: 'sultan_bulb' },
  ambiance: { model: 'LTA001', product: 'Hue ambiance lamp', archetype: 'sultan_bulb' },
  white: { model: 'LWA001', product: 'Hue white lamp', archetype: 'sultan_bulb' },
  onOff: {
    model: 'SA-003-Zigbee',
    product: 'On/Off light',
    archetype: 'classic_bulb',
    maker: 'eWeLink',
  },
  plug: { model: 'LOM001', product: 'Hue Smart plug', archetype: 'plug' },
  bloom: { model: 'LLC011', product: 'Hue bloom', archetype: 'hue_bloom' },
  foreign: {
    model: 'TRADFRI bulb E27 WS',
    product: 'Color temperature light',
    archetype: 'classic_bulb',
    maker: 'IKEA of Sweden',
  },
};

function power(name: string, level: number): Fields {
  return {
    id: idOf('power', name),
    type: 'device_power',
    power_state: { battery_state: level > 10 ? 'normal' : 'low', battery_level: level },
  };
}

const UNKNOWN = 'unknown_archetype';

/** A motion sensor with its thermometer and light sensor. */
export function motionSensor(name: string): Thing {
  const changed = '2026-11-20T10:00:00.000Z';
  return device(name, { model: 'SML001', product: 'Hue motion sensor', archetype: UNKNOWN }, [
    {
      id: idOf('motion', name),
      type: 'motion',
      enabled: true,
      motion: { motion: false, motion_valid: true, motion_report: { changed, motion: false } },
      sensitivity: { status: 'set', sensitivity: 2, sensitivity_max: 2 },
    },
    {
      id: idOf('light_level', name),
      type: 'light_level',
      enabled: true,
      light: {
        light_level: 18_027,
        light_level_valid: true,
        light_level_report: { changed, light_level: 18_027 },
      },
    },
    {
      id: idOf('temperature', name),
      type: 'temperature',
      enabled: true,
      temperature: {
        temperature: 18.139999389648438,
        temperature_valid: true,
        temperature_report: { changed, temperature: 18.139999389648438 },
      },
    },
    power(name, 100),
  ]);
}

/** A contact sensor that notices when it is tampered with. */
export function contactSensor(name: string): Thing {
  const changed = '2026-11-20T10:00:00.000Z';
  return device(
    name,
    { model: 'SOC001', product: 'Hue secure contact sensor', archetype: UNKNOWN },
    [
      {
        id: idOf('contact', name),
        type: 'contact',
        enabled: true,
        contact_report: { changed, state: 'contact' },
      },
      {
        id: idOf('tamper', name),
        type: 'tamper',
        tamper_reports: [{ changed, source: 'battery_door', state: 'not_tampered' }],
      },
      power(name, 8),
    ],
  );
}

/** A switch with so many buttons, and a dial where `hasDial`. */
export function switchOf(
  name: string,
  buttons: number,
  { hasDial = false, isOld = false } = {},
): Thing {
  const events = ['initial_press', 'repeat', 'short_release', 'long_release'];
  const services: Fields[] = [];
  for (let control = 1; control <= buttons; control += 1) {
    services.push({
      id: idOf('button', name, control),
      type: 'button',
      metadata: { control_id: control },
      button: isOld
        ? { last_event: 'short_release' }
        : { repeat_interval: 800, event_values: [...events, 'long_press'] },
    });
  }
  if (hasDial) {
    services.push({ id: idOf('dial', name), type: 'relative_rotary', relative_rotary: {} });
  }
  const product = hasDial
    ? { model: 'RDM002', product: 'Hue tap dial switch', archetype: UNKNOWN }
    : { model: 'RWL021', product: 'Hue dimmer switch', archetype: UNKNOWN };
  return device(name, product, [...services, power(name, 83)]);
}

/** The bridge as a device of its own. */
export function bridgeItself(bridgeId: string): Fields[] {
  const id = idOf('device', bridgeId);
  const rid = idOf('bridge', bridgeId);
  return [
    {
      id,
      type: 'device',
      product_data: {
        model_id: 'BSB002',
        manufacturer_name: 'Signify Netherlands B.V.',
        product_name: 'Hue Bridge',
        product_archetype: 'bridge_v2',
        certified: true,
        software_version: '1.66.1966060010',
      },
      metadata: { name: 'Hue Bridge', archetype: 'bridge_v2' },
      services: [{ rid, rtype: 'bridge' }],
    },
    {
      id: rid,
      type: 'bridge',
      owner: { rid: id, rtype: 'device' },
      bridge_id: bridgeId,
      time_zone: { time_zone: 'Europe/Amsterdam' },
    },
    { id: idOf('homekit', bridgeId), type: 'homekit', status: 'unpaired' },
  ];
}

/** A room with its group of lights and its scenes. */
export function room(name: string, things: readonly Thing[], scenes: readonly string[]): Fields[] {
  const id = idOf('room', name);
  const group = idOf('group', name);
  const lights = things
    .flatMap(({ resources }) => resources)
    .filter(({ type }) => type === 'light')
    .map((light) => ({ rid: light.id, rtype: 'light' }));
  return [
    {
      id,
      type: 'room',
      metadata: { name, archetype: 'living_room' },
      children: things.map(({ device: rid }) => ({ rid, rtype: 'device' })),
      services: [{ rid: group, rtype: 'grouped_light' }],
    },
    {
      id: group,
      type: 'grouped_light',
      owner: { rid: id, rtype: 'room' },
      on: { on: false },
      dimming: { brightness: 0 },
      color_temperature: {},
      color: {},
      alert: { action_values: ['breathe'] },
    },
    ...scenes.map((scene) => ({
      id: idOf('scene', name, scene),
      type: 'scene',
      metadata: { name: scene },
      group: { rid: id, rtype: 'room' },
      actions: lights.map((target) => ({ target, action: { on: { on: true } } })),
      status: { active: 'inactive' },
      speed: 0.5,
    })),
  ];
}
