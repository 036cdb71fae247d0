// What an emulated Tasmota device does when it is told to: each command with its checks, the change of state that
// follows, and the answer. Spec: https://tasmota.github.io/docs/Commands/.
import type { Fields } from './model.ts';

/** What a command may look at and change. */
export interface CommandTarget {
  readonly state: Fields;
  readonly sensors: Fields;
  /** Relays of which only one may be on; by their numbers. */
  readonly interlock: readonly number[];
  /** Tells an answer as `stat/TOPIC/RESULT`. */
  answer(content: Fields): void;
  /** Tells a relay as `stat/TOPIC/POWERn` as well. */
  answerPower(key: string): void;
  after(ms: number, act: () => void): void;
}

type Command = (target: CommandTarget, payload: string, place: number, word: string) => void;

const ERROR: Fields = { Command: 'Error' };
const UNKNOWN: Fields = { Command: 'Unknown' };
const TRAVEL_MS = 150;

/** The word of a relay among what the device tells; null where it has none. */
export function powerKey({ state }: CommandTarget, place: number): string | null {
  const keys = place === 1 ? ['POWER', 'POWER1'] : [`POWER${place}`];
  return keys.find((key) => key in state) ?? null;
}

export function setPower(target: CommandTarget, key: string, isOn: boolean): void {
  const { state, interlock } = target;
  const place = Number(key.slice('POWER'.length) || 1);
  const others = isOn && interlock.includes(place) ? interlock.filter((one) => one !== place) : [];
  for (const other of others) {
    const otherKey = powerKey(target, other);
    if (otherKey !== null && state[otherKey] === 'ON') setPower(target, otherKey, false);
  }
  state[key] = isOn ? 'ON' : 'OFF';
  target.answer({ [key]: state[key] });
  target.answerPower(key);
}

/** All that a light tells when any of it was set. */
const LIGHT_WORDS =
  /^(POWER\d*|Dimmer\d?|Channel\d?|Color|HSBColor|White|CT|Scheme|Fade|Speed|LedTable)$/;

function answerLight(target: CommandTarget): void {
  const told = Object.entries(target.state).filter(([word]) => LIGHT_WORDS.test(word));
  target.answer(Object.fromEntries(told));
}

/** Sets a number that a light has; what it has not, it does not know. */
function lightNumber(min: number, max: number): Command {
  return (target, payload, place, word) => {
    const key = place === 0 ? word : `${word}${place}`;
    const value = Number(payload);
    if (!(key in target.state)) target.answer(UNKNOWN);
    else if (payload === '' || !(value >= min && value <= max)) target.answer(ERROR);
    else {
      target.state[key] = value;
      if (word === 'Dimmer' && 'HSBColor' in target.state) {
        const [hue, saturation] = String(target.state.HSBColor).split(',');
        target.state.HSBColor = `${hue},${saturation},${value}`;
      }
      turnOn(target, Math.max(1, place));
      answerLight(target);
    }
  };
}

/** Setting a light turns it on. */
function turnOn(target: CommandTarget, place: number): void {
  const key = powerKey(target, place) ?? powerKey(target, 1);
  if (key !== null) target.state[key] = 'ON';
}

function hsb(target: CommandTarget, payload: string): void {
  if (!('HSBColor' in target.state)) {
    target.answer(UNKNOWN);
    return;
  }
  const [hue = -1, saturation = -1, brightness = -1] = payload.split(',').map(Number);
  const isRight = hue >= 0 && hue <= 360 && saturation >= 0 && saturation <= 100;
  if (!isRight || !(brightness >= 0 && brightness <= 100)) {
    target.answer(ERROR);
    return;
  }
  target.state.HSBColor = payload;
  const dimmer = 'Dimmer1' in target.state ? 'Dimmer1' : 'Dimmer';
  target.state[dimmer] = brightness;
  turnOn(target, 1);
  answerLight(target);
}

function setting(read: (payload: string) => unknown): Command {
  return (target, payload, _, word) => {
    const value = read(payload);
    if (!(word in target.state)) target.answer(UNKNOWN);
    else if (value === undefined) target.answer(ERROR);
    else {
      target.state[word] = value;
      target.answer({ [word]: value });
    }
  };
}

const onOff = (payload: string) => ({ '0': 'OFF', '1': 'ON', OFF: 'OFF', ON: 'ON' })[payload];
const within = (min: number, max: number) => (payload: string) => {
  const value = Number(payload);
  return payload !== '' && value >= min && value <= max ? value : undefined;
};

function shutterOf({ sensors }: CommandTarget, place: number): Fields | null {
  const shutter = sensors[`Shutter${place}`];
  return typeof shutter === 'object' && shutter !== null ? (shutter as Fields) : null;
}

function tellShutter(target: CommandTarget, place: number, change: Fields): void {
  const shutter = { ...shutterOf(target, place), ...change };
  target.sensors[`Shutter${place}`] = shutter;
  target.answer({ [`Shutter${place}`]: shutter });
}

const shutterPosition: Command = (target, payload, place) => {
  const shutter = shutterOf(target, place);
  const to = within(0, 100)(payload);
  if (shutter === null) target.answer(UNKNOWN);
  else if (to === undefined) target.answer(ERROR);
  else {
    const from = Number(shutter.Position);
    tellShutter(target, place, { Direction: Math.sign(to - from), Target: to });
    target.after(TRAVEL_MS, () => {
      const now = shutterOf(target, place);
      if (now?.Direction !== 0) tellShutter(target, place, { Position: to, Direction: 0 });
    });
  }
};

const shutterStop: Command = (target, _, place) => {
  const shutter = shutterOf(target, place);
  if (shutter === null) target.answer(UNKNOWN);
  else tellShutter(target, place, { Direction: 0, Target: shutter.Position });
};

const shutterTilt: Command = (target, payload, place) => {
  const degrees = within(-90, 90)(payload);
  if (shutterOf(target, place) === null) target.answer(UNKNOWN);
  else if (degrees === undefined) target.answer(ERROR);
  else tellShutter(target, place, { Tilt: degrees });
};

const power: Command = (target, payload, place) => {
  const key = powerKey(target, Math.max(1, place));
  if (key === null) target.answer(UNKNOWN);
  else if (payload === 'TOGGLE') setPower(target, key, target.state[key] !== 'ON');
  else if (onOff(payload) === undefined) target.answer(ERROR);
  else setPower(target, key, onOff(payload) === 'ON');
};

/** A light that fades this once tells it with no more than that it was heard. */
const once: Command = (target, payload, _, word) => target.answer({ [word]: payload });

const COMMANDS: Readonly<Record<string, Command>> = {
  Power: power,
  Dimmer: lightNumber(0, 100),
  Channel: lightNumber(0, 100),
  White: lightNumber(0, 100),
  CT: lightNumber(153, 500),
  HSBColor: hsb,
  Scheme: setting(within(0, 4)),
  Fade: setting(onOff),
  Speed: setting(within(1, 40)),
  FanSpeed: setting(within(0, 3)),
  ShutterPosition: shutterPosition,
  ShutterStop: shutterStop,
  ShutterTilt: shutterTilt,
  Backlog: (target, payload) => {
    for (const line of payload.split(';').filter((one) => one.trim() !== '')) {
      const [name = '', ...rest] = line.trim().split(' ');
      if (name !== 'NoDelay') obey(target, name, rest.join(' '));
    }
  },
};

/** Does what a command says; capitals make no difference. */
export function obey(target: CommandTarget, name: string, payload: string): void {
  const match = /^([A-Za-z]+)(\d*)$/.exec(name);
  const word = Object.keys(COMMANDS).find((one) => one.toLowerCase() === match?.[1]?.toLowerCase());
  const command = word === undefined ? undefined : COMMANDS[word];
  const place = Number(match?.[2] ?? 0);
  if (command === undefined || word === undefined) target.answer(UNKNOWN);
  else if ((word === 'Fade' || word === 'Speed') && place === 2) once(target, payload, 2, name);
  else command(target, payload, place, word);
}
