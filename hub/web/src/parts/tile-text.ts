// The one line of state under a device's name, on tiles and in lists.
import { isUnderWay, shownOf } from '../state/control.ts';
import { alarmsOf, firstReadings, keyNamed, tileAction } from '../state/device-face.ts';
import type { LiveDevice } from '../state/home.svelte.ts';
import { t } from '../state/language.svelte.ts';
import { propertyLabel, timeText, valueText } from '../state/words.ts';

/** What a device that runs, blows, plays or closes is doing, before what it measures. */
const DOING = ['x_operation', 'fanMode', 'x_playback', 'x_closure'] as const;

function coverText(percent: number): string {
  if (percent <= 0) return t().tile.closed;
  if (percent >= 100) return t().tile.open_;
  return t().tile.position(valueText('position', percent));
}

function lockText(device: LiveDevice, key: string): string {
  const shown = shownOf(device.json.properties[key], device.controls[key]);
  if (isUnderWay(shown)) return shown.wanted === true ? t().device.locking : t().device.unlocking;
  if (shown.value === null) return t().tile.notYet;
  return shown.value === true ? t().tile.locked : t().tile.unlocked;
}

function readingText(device: LiveDevice, key: string): string | null {
  const property = device.json.properties[key];
  if (property === undefined || property.value === null) return null;
  const text = valueText(key, property.value, property);
  if (property.access !== 'event') return text;
  return property.at === undefined ? text : `${text} · ${timeText(property.at)}`;
}

function switchedText(device: LiveDevice, key: string): string {
  const { properties, kind } = device.json;
  const shown = shownOf(properties[key], device.controls[key]);
  if (shown.value === null) return t().tile.notYet;
  const brightness = properties.brightness?.value;
  if (kind === 'light' && shown.value === true && typeof brightness === 'number') {
    return valueText('brightness', Math.round(brightness), { unit: '%' });
  }
  const state = shown.value === true ? t().common.on : t().common.off;
  const power = keyNamed(device.json, 'power');
  const reading = power === null || shown.value !== true ? null : readingText(device, power);
  return reading === null ? state : `${state} · ${reading}`;
}

function thermostatText(device: LiveDevice): string {
  const measured = readingText(device, 'temperature');
  const target = readingText(device, 'targetTemperature');
  if (measured !== null && target !== null) return `${measured} → ${target}`;
  return measured ?? target ?? t().tile.notYet;
}

/** Since when a device is offline; one that was not heard since the hub has started has no such time. Reactive. */
export function offlineText({ availability }: LiveDevice['json']): string {
  const isHeard = Date.parse(availability.since) > 0;
  return isHeard ? t().home.offlineSince(timeText(availability.since)) : t().home.offlineNow;
}

/** What a device's tile says of its state; reactive. */
export function tileText(device: LiveDevice): string {
  const { json } = device;
  if (json.support === 'unsupported') return t().tile.unsupported;
  if (!json.availability.online) return offlineText(json);
  const alarm = alarmsOf(json)[0];
  if (alarm !== undefined) return propertyLabel(alarm, json.properties[alarm]);
  const action = tileAction(json);
  if (action.kind !== 'sheet') {
    const shown = shownOf(json.properties[action.key], device.controls[action.key]);
    if (shown.phase === 'notSent') return t().errors.notSent;
    if (shown.phase === 'failed') return t().tile.failed;
    if (isUnderWay(shown)) return t().tile.pending;
  }
  if (action.kind === 'switch') return switchedText(device, action.key);
  if (action.kind === 'cover') {
    const value = json.properties[action.key]?.value;
    return typeof value === 'number' ? coverText(value) : t().tile.notYet;
  }
  if (json.kind === 'thermostat') return thermostatText(device);
  const lock = keyNamed(json, 'locked');
  if (lock !== null) return lockText(device, lock);
  const readings = firstReadings(json).flatMap((key) => readingText(device, key) ?? []);
  const doing = DOING.flatMap((name) => keyNamed(json, name) ?? [])
    .slice(0, 1)
    .flatMap((key) => readingText(device, key) ?? []);
  const [first, second] = [...doing, ...readings];
  if (first !== undefined) return second === undefined ? first : `${first} · ${second}`;
  const hasButton = Object.values(json.properties).some(({ access }) => access === 'event');
  return hasButton ? t().device.noPress : t().tile.notYet;
}
