// What the hub looks at in the resources of a Hue bridge: of each kind the few facts that are listed here, checked as
// they come in and held flat, so that whatever a bridge sends, no more than these are kept.
// Spec: CLIP API v2 (https://developers.meethue.com/develop/hue-api-v2/api-reference/).
import type { Json } from '../known-devices.ts';

/** `null`: the bridge says that it has no value now. */
export type Fact = boolean | number | string | null | readonly string[];
export type Facts = Readonly<Record<string, Fact>>;

/** One resource of a bridge. */
export interface Resource {
  /** As the bridge names it, a UUID. */
  readonly id: string;
  readonly type: string;
  readonly facts: Facts;
}

const ID = /^[\w-]{1,64}$/;
const TEXT_CHARACTERS_MAX = 120;
const LIST_MAX = 64;
const REFERENCES_MAX = 500;

type Read = (own: Json) => Fact | undefined;

export function isJson(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function at(own: Json, path: string): unknown {
  let value: unknown = own;
  for (const key of path.split('.')) {
    if (!isJson(value) || !Object.hasOwn(value, key)) return undefined;
    value = value[key];
  }
  return value;
}

const text =
  (path: string): Read =>
  (own) => {
    const value = at(own, path);
    return typeof value === 'string' ? value.slice(0, TEXT_CHARACTERS_MAX) : undefined;
  };

const number =
  (path: string): Read =>
  (own) => {
    const value = at(own, path);
    if (value === null) return null;
    return typeof value === 'number' && Number.isFinite(value) ? value : undefined;
  };

const boolean =
  (path: string): Read =>
  (own) => {
    const value = at(own, path);
    return typeof value === 'boolean' ? value : undefined;
  };

const texts =
  (path: string): Read =>
  (own) => {
    const value = at(own, path);
    if (!Array.isArray(value)) return undefined;
    const isText = (each: unknown): each is string => typeof each === 'string' && ID.test(each);
    return value.filter(isText).slice(0, LIST_MAX);
  };

/** References to other resources, each as `type/id`. */
const references =
  (path: string): Read =>
  (own) => {
    const value = at(own, path);
    if (!Array.isArray(value)) return undefined;
    const named: string[] = [];
    for (const each of value.slice(0, REFERENCES_MAX)) {
      if (!isJson(each)) continue;
      const { rid, rtype } = each;
      const isWhole = typeof rid === 'string' && typeof rtype === 'string';
      if (isWhole && ID.test(rid) && ID.test(rtype)) named.push(`${rtype}/${rid}`);
    }
    return named;
  };

/** Whether an object stands there at all, as where a group says what its lights can. */
const has =
  (path: string): Read =>
  (own) =>
    isJson(at(own, path)) ? true : undefined;

/** The first of two that says anything. */
const either =
  (first: Read, second: Read): Read =>
  (own) =>
    first(own) ?? second(own);

/** The newest word of each place that can be tampered with, joined. */
const tampered: Read = (own) => {
  const reports = at(own, 'tamper_reports');
  if (!Array.isArray(reports)) return undefined;
  const newest = new Map<string, { changed: string; isTampered: boolean }>();
  for (const report of reports.slice(0, LIST_MAX)) {
    if (!isJson(report)) continue;
    const { source, changed, state } = report;
    if (typeof source !== 'string' || typeof changed !== 'string') continue;
    const known = newest.get(source);
    // All are UTC in one format, so their texts order as their times do.
    if (known !== undefined && known.changed > changed) continue;
    newest.set(source, { changed, isTampered: state === 'tampered' });
  }
  return [...newest.values()].some(({ isTampered }) => isTampered);
};

const SWITCHED = { enabled: boolean('enabled') };
const PRESS = {
  control: number('metadata.control_id'),
  events: texts('button.event_values'),
  updated: text('button.button_report.updated'),
};
const MOTION = {
  ...SWITCHED,
  motion: boolean('motion.motion'),
  motionValid: boolean('motion.motion_valid'),
  // Newer bridges say it here, and `motion` may be old then.
  motionReport: boolean('motion.motion_report.motion'),
  sensitivity: number('sensitivity.sensitivity'),
  sensitivityMax: number('sensitivity.sensitivity_max'),
};
const GROUP = {
  name: text('metadata.name'),
  services: references('services'),
  // Where older bridges list a room's group of lights.
  groups: references('grouped_services'),
};
const LINK = { status: text('status') };

const FACTS: Readonly<Record<string, Readonly<Record<string, Read>>>> = {
  device: {
    name: text('metadata.name'),
    archetype: text('product_data.product_archetype'),
    chosenArchetype: text('metadata.archetype'),
    manufacturer: text('product_data.manufacturer_name'),
    model: text('product_data.model_id'),
    product: text('product_data.product_name'),
    firmware: text('product_data.software_version'),
    services: references('services'),
  },
  light: {
    name: text('metadata.name'),
    archetype: text('metadata.archetype'),
    on: boolean('on.on'),
    brightness: number('dimming.brightness'),
    brightnessMin: number('dimming.min_dim_level'),
    mirek: number('color_temperature.mirek'),
    mirekValid: boolean('color_temperature.mirek_valid'),
    mirekMin: number('color_temperature.mirek_schema.mirek_minimum'),
    mirekMax: number('color_temperature.mirek_schema.mirek_maximum'),
    x: number('color.xy.x'),
    y: number('color.xy.y'),
    redX: number('color.gamut.red.x'),
    redY: number('color.gamut.red.y'),
    greenX: number('color.gamut.green.x'),
    greenY: number('color.gamut.green.y'),
    blueX: number('color.gamut.blue.x'),
    blueY: number('color.gamut.blue.y'),
    gamutType: text('color.gamut_type'),
    effect: either(text('effects_v2.status.effect'), text('effects.status')),
    effects: texts('effects.effect_values'),
    effectsV2: texts('effects_v2.action.effect_values'),
    timedEffect: text('timed_effects.status'),
    timedEffects: texts('timed_effects.effect_values'),
    powerUp: text('powerup.preset'),
  },
  grouped_light: {
    on: boolean('on.on'),
    brightness: number('dimming.brightness'),
    takesMirek: has('color_temperature'),
    takesColor: has('color'),
  },
  // All that hangs on the bridge.
  bridge_home: GROUP,
  room: GROUP,
  zone: GROUP,
  scene: { name: text('metadata.name'), group: text('group.rid') },
  smart_scene: { name: text('metadata.name'), group: text('group.rid') },
  motion: MOTION,
  camera_motion: MOTION,
  // What lamps notice together of people between them.
  motion_area_configuration: { name: text('name'), services: references('services') },
  convenience_area_motion: MOTION,
  security_area_motion: MOTION,
  temperature: {
    ...SWITCHED,
    temperature: number('temperature.temperature'),
    temperatureValid: boolean('temperature.temperature_valid'),
    temperatureReport: number('temperature.temperature_report.temperature'),
  },
  light_level: {
    ...SWITCHED,
    level: number('light.light_level'),
    levelValid: boolean('light.light_level_valid'),
    levelReport: number('light.light_level_report.light_level'),
  },
  contact: { ...SWITCHED, contact: text('contact_report.state') },
  tamper: { tampered },
  device_power: {
    level: number('power_state.battery_level'),
    state: text('power_state.battery_state'),
  },
  device_software_update: { state: text('state') },
  button: PRESS,
  bell_button: PRESS,
  speaker: {
    alarm: text('alarm.status.sound'),
    alarms: texts('alarm.sound_values'),
    chimes: texts('chime.sound_values'),
    mute: text('mute.mute'),
  },
  relative_rotary: { updated: text('relative_rotary.rotary_report.updated') },
  zigbee_connectivity: LINK,
  zgp_connectivity: LINK,
  wifi_connectivity: LINK,
};

/**
 * Reads a resource as the bridge lists it, or a part of one on top of what was known of it before.
 * @returns null for what is none, and for kinds that the hub does not look at
 */
export function readResource(own: unknown, before?: Resource): Resource | null {
  if (!isJson(own)) return null;
  const { id, type } = own;
  if (typeof id !== 'string' || !ID.test(id) || typeof type !== 'string') return null;
  const table = Object.hasOwn(FACTS, type) ? FACTS[type] : undefined;
  if (table === undefined || (before !== undefined && before.type !== type)) return null;
  const facts: Record<string, Fact> = { ...before?.facts };
  for (const [name, read] of Object.entries(table)) {
    const fact = read(own);
    if (fact !== undefined) facts[name] = fact;
  }
  return { id, type, facts };
}

/** A press as a part of an event tells it: `short_release`, …; null where it tells none. */
export function pressOf(own: Json): string | null {
  const event = at(own, 'button.button_report.event') ?? at(own, 'button.last_event');
  return typeof event === 'string' && ID.test(event) ? event : null;
}

/** Degrees by which a dial was turned, clockwise positive; null where a part of an event tells of no turn. */
export function turnOf(own: Json): number | null {
  const rotation =
    at(own, 'relative_rotary.rotary_report.rotation') ??
    at(own, 'relative_rotary.last_event.rotation');
  if (!isJson(rotation)) return null;
  const { direction, steps } = rotation;
  if (typeof steps !== 'number' || !(steps >= 0 && steps <= 32_767)) return null;
  // 1,000 steps are a whole turn.
  const degrees = Math.round(steps * 3.6) / 10;
  if (direction === 'clock_wise') return degrees;
  return direction === 'counter_clock_wise' ? -degrees : null;
}

export const numberOf = (fact: Fact | undefined): number | undefined =>
  typeof fact === 'number' ? fact : undefined;
export const booleanOf = (fact: Fact | undefined): boolean | undefined =>
  typeof fact === 'boolean' ? fact : undefined;
export const textOf = (fact: Fact | undefined): string | undefined =>
  typeof fact === 'string' ? fact : undefined;
export const listOf = (fact: Fact | undefined): readonly string[] =>
  Array.isArray(fact) ? fact : [];
