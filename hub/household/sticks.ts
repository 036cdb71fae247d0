// Sticks that are plugged in, under the names that stay, each with the coordinator driver that its name speaks for.
import { readdirSync } from 'node:fs';
import path from 'node:path';
import type { StickFound } from '../model/mesh.ts';

const BY_ID = '/dev/serial/by-id';
const STICKS_MAX = 32;

/** As vendors name their sticks. Source: the fingerprints of zigbee-herdsman 10.9, and the vendors' own pages. */
const NAMES: readonly (readonly [RegExp, string])[] = [
  [/conbee|raspbee/i, 'deconz'],
  [/zigate/i, 'zigate'],
  [/zboss|nordic.*zigbee/i, 'zboss'],
  [
    /sonoff.*(_v2|dongle[_-]?(max|plus[_-]?mg)|dongle_lite)|skyconnect|connect[_ ]zbt|slzb-0(7|6m)|hubz|easyiot|efr32|mgm21/i,
    'ember',
  ],
  [
    /sonoff.*plus|cc26[57]2|cc1352|cc253[01]|zzh|slzb-0|texas_instruments|zigstar|xds110|tube.?s/i,
    'zstack',
  ],
];

/** The driver that a device's name speaks for; null: it says nothing. */
export function guessDriver(name: string): string | null {
  return NAMES.find(([pattern]) => pattern.test(name))?.[1] ?? null;
}

/** Serial devices under their lasting names, those that look like coordinators first. */
export function findSticks(folder = BY_ID): StickFound[] {
  let names: string[];
  try {
    names = readdirSync(folder);
  } catch {
    return [];
  }
  return names
    .sort()
    .map((name) => ({ port: path.join(folder, name), name, driver: guessDriver(name) }))
    .sort((a, b) => Number(b.driver !== null) - Number(a.driver !== null))
    .slice(0, STICKS_MAX);
}
