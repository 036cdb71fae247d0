// What a Tasmota device switches and moves: relays, shutters and a fan of three speeds.
// Spec: https://tasmota.github.io/docs/Blinds-and-Shutters/ and https://tasmota.github.io/docs/Commands/.
import type { PropertyValue } from '../../../../hub/model/properties.ts';
import { ownName } from '../../../contract/own-names.ts';
import { LIGHT, RELAY, SHUTTER, type TasmotaConfig } from '../discovery.ts';
import { type Draft, fields, number, type Parts, type TasmotaCommand } from './draft.ts';

/** The numbers, from 1, of the outputs that are switched by themselves: those of a shutter are not. */
export function switchedPlaces({ relays, isFan }: TasmotaConfig): number[] {
  // Of a fan with a lamp only the lamp is: the other relays are its speeds.
  const all = isFan ? relays.slice(0, 1) : relays;
  return all.flatMap((kind, index) => (kind === RELAY || kind === LIGHT ? [index + 1] : []));
}

/** As it comes from its maker, with a number from the second output on. */
const UNNAMED = /^tasmota ?\d{0,2}$/i;

/** What people have called an output, as a part of a draft. One that is called as its device is has no name of its own. */
export function calledOf({ names, name }: TasmotaConfig, place: number): Pick<Draft, 'called'> {
  const own = names.map((each) => (each === null || UNNAMED.test(each) ? null : ownName(each)));
  const called = own[place - 1] ?? null;
  const isDevice = called === name && own.filter((each) => each !== null).length === 1;
  return called === null || isDevice ? {} : { called };
}

export function addRelays(config: TasmotaConfig, { drafts }: Parts): void {
  const { words } = config;
  const places = switchedPlaces(config);
  const isSingle = places.length === 1;
  for (const place of places) {
    const names = isSingle ? ['POWER', `POWER${place}`] : [`POWER${place}`];
    drafts.push({
      id: `power/${place}`,
      name: 'on',
      wish: place,
      ...calledOf(config, place),
      read: (state) => {
        const said = names.map((name) => state[name]).find((value) => value !== undefined);
        if (said === words[1] || said === 1) return true;
        return said === words[0] || said === 0 ? false : undefined;
      },
      set: (value) => powerCommand(place, value === true, names),
    });
  }
}

function powerCommand(place: number, isOn: boolean, answers: readonly string[]): TasmotaCommand {
  // The device takes these words whatever it calls them itself.
  return { name: `POWER${place}`, payload: isOn ? 'ON' : 'OFF', answers };
}

const SHUTTERS_MAX = 16;
const INVERTED = 1;

/** Two outputs side by side are one shutter. */
export function shutterCount({ relays }: TasmotaConfig): number {
  let count = 0;
  for (let index = 0; index < relays.length; index += 1) {
    if (relays[index] !== SHUTTER || relays[index + 1] !== SHUTTER) continue;
    count += 1;
    index += 1;
  }
  return Math.min(count, SHUTTERS_MAX);
}

export function addShutters(config: TasmotaConfig, parts: Parts): void {
  for (let place = 1; place <= shutterCount(config); place += 1) addShutter(config, place, parts);
}

function addShutter(config: TasmotaConfig, place: number, { drafts, commands }: Parts): void {
  const isInverted = ((config.shutters[place - 1] ?? 0) & INVERTED) === INVERTED;
  const word = `Shutter${place}`;
  const ours = (percent: number): number => (isInverted ? 100 - percent : percent);
  const command = (verb: string, payload: string): TasmotaCommand => ({
    name: `Shutter${verb}${place}`,
    payload,
    answers: [word, `Shutter${verb}${place}`],
  });
  drafts.push(
    {
      id: `shutter/${place}/position`,
      name: 'position',
      wish: place,
      read: (state) => {
        const position = number(fields(state[word]).Position);
        return position === undefined ? undefined : ours(position);
      },
      set: (value) => command('Position', String(Math.round(ours(Number(value))))),
    },
    {
      id: `shutter/${place}/moving`,
      name: 'moving',
      wish: place,
      read: (state) => movementOf(number(fields(state[word]).Direction), isInverted),
    },
  );
  const [closed, open] = config.tilts[place - 1] ?? [0, 0];
  if (closed !== open) drafts.push(tiltOf(place, word, closed, open));
  commands.push({ name: 'stop', place, command: command('Stop', '') });
}

function movementOf(direction: number | undefined, isInverted: boolean): string | undefined {
  if (direction === undefined) return undefined;
  const turn = isInverted ? -Math.sign(direction) : Math.sign(direction);
  return turn === 0 ? 'stopped' : turn > 0 ? 'opening' : 'closing';
}

/** Slats are turned by degrees; the home counts from closed to open. */
function tiltOf(place: number, word: string, closed: number, open: number): Draft {
  return {
    id: `shutter/${place}/tilt`,
    name: 'tilt',
    wish: place,
    read: (state) => {
      const degrees = number(fields(state[word]).Tilt);
      return degrees === undefined
        ? undefined
        : Math.min(100, Math.max(0, Math.round(((degrees - closed) / (open - closed)) * 100)));
    },
    set: (value) => ({
      name: `ShutterTilt${place}`,
      payload: String(Math.round(closed + ((open - closed) * Number(value)) / 100)),
      answers: [word, `ShutterTilt${place}`],
    }),
  };
}

const SPEEDS = ['off', 'low', 'medium', 'high'];

/** A fan of the kind of iFan02: off and three speeds. */
export function addFan({ isFan }: TasmotaConfig, { drafts }: Parts): void {
  if (!isFan) return;
  const command = (speed: number): TasmotaCommand => ({
    name: 'FanSpeed',
    payload: String(speed),
    answers: ['FanSpeed'],
  });
  drafts.push(
    {
      id: 'fan/mode',
      name: 'fanMode',
      values: SPEEDS,
      read: ({ FanSpeed }) => SPEEDS[number(FanSpeed) ?? -1],
      set: (value) => command(Math.max(0, SPEEDS.indexOf(String(value)))),
    },
    {
      id: 'fan/speed',
      name: 'fanSpeed',
      read: ({ FanSpeed }) => {
        const speed = number(FanSpeed);
        return speed === undefined ? undefined : Math.round((speed * 100) / 3);
      },
      set: (value) => command(speedOf(value)),
    },
  );
}

/** Any speed but none is at least the lowest. */
function speedOf(value: PropertyValue): number {
  return Math.min(3, Math.ceil((Number(value) * 3) / 100));
}
