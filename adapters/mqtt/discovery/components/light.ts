// Lights in their three forms: default (a topic for each property), json and template.

import { fromRgb, fromXy, toRgb, toXy } from '../../../../hub/model/color-space.ts';
import type { ColorValue } from '../../../../hub/model/properties.ts';
import { isColor } from '../../../../hub/model/property-value.ts';
import {
  booleanTold,
  type Convert,
  type Draft,
  draftOf,
  type Now,
  numberTold,
  type Parts,
  type Telling,
  tidy,
} from '../draft.ts';
import type { EntityConfig, Outgoing } from '../entity-config.ts';
import { isObject, numberOf, pick, type Value } from '../template-value.ts';

const MIREDS_MIN = 153;
const MIREDS_MAX = 500;
const JSON_SCALE = 255;

export const convertLight: Convert = (config, parts) => {
  const schema = config.text('schema', 'basic');
  if (schema === 'json') jsonLight(config, parts);
  else if (schema === 'template') templateLight(config, parts);
  else basicLight(config, parts);
};

const ratio = (value: number, scale: number) => Math.min(100, Math.max(0, (value / scale) * 100));

/** Never nothing for a lamp that is dimmed low. */
const percent = (value: number, scale: number) =>
  value > 0 ? Math.max(1, Math.round(ratio(value, scale))) : 0;

const fromPercent = (value: unknown, scale: number) =>
  Number(value) <= 0 ? 0 : Math.max(1, Math.round((Number(value) / 100) * scale));

function whites(config: EntityConfig): {
  min: number;
  max: number;
  toKelvin(value: number): number;
  fromKelvin(value: unknown): number;
} {
  const isKelvin = config.flag('color_temp_kelvin');
  const min = isKelvin
    ? config.number('min_kelvin', 2_000)
    : 1e6 / Math.max(1, config.number('max_mireds', MIREDS_MAX));
  const max = isKelvin
    ? config.number('max_kelvin', 6_535)
    : 1e6 / Math.max(1, config.number('min_mireds', MIREDS_MIN));
  const [low, high] = [Math.round(Math.min(min, max)), Math.round(Math.max(min, max))];
  const kelvin = (value: number) => Math.round(isKelvin ? value : 1e6 / Math.max(1, value));
  return {
    min: Math.max(1_000, low),
    max: Math.min(20_000, high),
    toKelvin: (value) => Math.min(high, Math.max(low, kelvin(value))),
    fromKelvin: (value) => Math.round(isKelvin ? Number(value) : 1e6 / Number(value)),
  };
}

function colorOf(value: unknown): ColorValue {
  return isColor(value) ? value : { hue: 0, saturation: 0 };
}

function triple(text: string): readonly [number, number, number] | null {
  const [a, b, c] = text.split(',').map((part) => Number(part.trim()));
  const isWhole = [a, b, c].every((part) => part !== undefined && Number.isFinite(part));
  return isWhole ? [a ?? 0, b ?? 0, c ?? 0] : null;
}

/** The messages, with the one that turns the lamp on where it is dark. */
type Lit = (now: Now, ...messages: readonly Outgoing[]) => readonly Outgoing[];

function basicLight(config: EntityConfig, { drafts }: Parts): void {
  const on = config.text('payload_on', 'ON');
  const off = config.text('payload_off', 'OFF');
  const command = config.sender('command_topic', null);
  const state = booleanTold(
    config.told(
      'state_topic',
      config.has('state_value_template') ? 'state_value_template' : 'value_template',
    ),
    on,
    off,
  );
  const brightness = config.sender('brightness_command_topic', 'brightness_command_template');
  const scale = config.number('brightness_scale', 255);
  // `brightness`: there is no word for on, its brightness alone turns it on.
  const isByBrightness = config.text('on_command_type', 'last') === 'brightness';
  const turnOn = (now: Now): readonly Outgoing[] => {
    const last = Number(now.of('brightness') ?? 100);
    if (isByBrightness && brightness !== null) {
      return [brightness(fromPercent(last > 0 ? last : 100, scale))];
    }
    return command === null ? [] : [command(on)];
  };
  const write = (value: unknown, now: Now) =>
    value === true ? turnOn(now) : command === null ? [] : [command(off)];
  drafts.push(draftOf('on', state, command === null ? {} : { write }));
  const isLit = (now: Now) => now.of('on') === true || isByBrightness || command === null;
  // A lamp that is dark is turned on after it was told how to look, unless it says that it wants to be on first.
  const isOnFirst = config.text('on_command_type', 'last') === 'first';
  const lit: Lit = (now, ...messages) => {
    const turned = isLit(now) ? [] : turnOn(now);
    return isOnFirst ? [...turned, ...messages] : [...messages, ...turned];
  };

  const told = config.told('brightness_state_topic', 'brightness_value_template');
  if (brightness !== null || told !== null) {
    const set = brightness && {
      write: (value: unknown, now: Now) => {
        const message = brightness(fromPercent(value, scale));
        return Number(value) > 0 ? lit(now, message) : [message];
      },
    };
    drafts.push(
      draftOf(
        'brightness',
        numberTold(told, (each) => percent(each, scale)),
        { ...set },
      ),
    );
  }
  basicWhite(config, drafts, lit);
  basicColor(config, drafts, lit);
  effects(config, drafts);
  for (const word of ['rgbw_command_topic', 'rgbww_command_topic', 'white_command_topic']) {
    if (!config.has(word)) continue;
    config.leave(word, {
      en: 'white is set by colour temperature, colour by hue and saturation',
      zh: '白光用色温设置，彩色用色相和饱和度设置',
    });
  }
}

function basicWhite(config: EntityConfig, drafts: Draft[], lit: Lit): void {
  const send = config.sender('color_temp_command_topic', 'color_temp_command_template');
  const told = config.told('color_temp_state_topic', 'color_temp_value_template');
  if (send === null && told === null) return;
  const { min, max, toKelvin, fromKelvin } = whites(config);
  const set = send && {
    write: (value: unknown, now: Now) => lit(now, send(fromKelvin(value))),
  };
  drafts.push(draftOf('colorTemperature', numberTold(told, toKelvin), { min, max, ...set }));
}

function basicColor(config: EntityConfig, drafts: Draft[], lit: Lit): void {
  const forms = ['hs', 'xy', 'rgb'] as const;
  const form = forms.find(
    (one) => config.has(`${one}_command_topic`) || config.has(`${one}_state_topic`),
  );
  if (form === undefined) return;
  const send = config.sender(`${form}_command_topic`, `${form}_command_template`);
  const told = config.told(`${form}_state_topic`, `${form}_value_template`);
  const telling: Telling | null = told && {
    topic: told.topic,
    read: (message) => {
      const text = told.read(message)?.text;
      return text === undefined ? undefined : colorFromText(form, text);
    },
  };
  const message = (value: unknown): Outgoing | null => {
    if (send === null) return null;
    const color = colorOf(value);
    if (form === 'hs') {
      const { hue, saturation } = color;
      return send(`${hue},${saturation}`, { hue, saturation, sat: saturation });
    }
    if (form === 'xy') {
      const [x, y] = toXy(color);
      return send(`${x},${y}`, { x, y });
    }
    const [red, green, blue] = toRgb(color);
    return send(`${red},${green},${blue}`, { red, green, blue });
  };
  const set = send && {
    write: (value: unknown, now: Now) => lit(now, ...[message(value)].filter(isMessage)),
  };
  drafts.push(draftOf('color', telling, { ...set }));
}

function isMessage(message: Outgoing | null): message is Outgoing {
  return message !== null;
}

function colorFromText(form: 'hs' | 'xy' | 'rgb', text: string): ColorValue | undefined {
  const [a, b] = text.split(',').map(Number);
  if (a === undefined || b === undefined || !Number.isFinite(a) || !Number.isFinite(b)) {
    return undefined;
  }
  if (form === 'hs') return { hue: tidy(((a % 360) + 360) % 360), saturation: tidy(b) };
  if (form === 'xy') return fromXy(a, b);
  const rgb = triple(text);
  return rgb === null ? undefined : fromRgb(rgb);
}

function effects(config: EntityConfig, drafts: Draft[]): void {
  const values = config.list('effect_list');
  const send = config.sender('effect_command_topic', 'effect_command_template');
  if (send === null || values.length === 0) return;
  drafts.push({ ...draftOf('effect', null, { values, write: (value) => [send(String(value))] }) });
}

function jsonLight(config: EntityConfig, { drafts }: Parts): void {
  const command = config.topic('command_topic');
  const state = config.topic('state_topic');
  const retain = config.flag('retain');
  const modes = config.list('supported_color_modes');
  const scale = config.number('brightness_scale', JSON_SCALE);
  const send = (content: Readonly<Record<string, unknown>>, now: Now): readonly Outgoing[] => {
    const seconds = now.transitionMs === undefined ? {} : { transition: now.transitionMs / 1_000 };
    const payload = JSON.stringify({ ...content, ...seconds });
    return command === null ? [] : [{ topic: command, payload, retain }];
  };
  const told = <Read extends ReturnType<Telling['read']>>(
    read: (json: Value) => Read,
  ): Telling | null =>
    state === null
      ? null
      : {
          topic: state,
          read: (message) => (isObject(message.json) ? read(message.json) : undefined),
        };
  const settable = (write: NonNullable<Draft['write']>) => (command === null ? {} : { write });

  drafts.push(
    draftOf(
      'on',
      told((json) => {
        const word = pick(json, 'state');
        return word === 'ON' ? true : word === 'OFF' ? false : undefined;
      }),
      settable((value, now) => send({ state: value === true ? 'ON' : 'OFF' }, now)),
    ),
  );
  const isDimmable =
    config.flag('brightness') || modes.some((mode) => !/^(onoff|unknown)$/.test(mode));
  if (isDimmable) {
    drafts.push(
      draftOf(
        'brightness',
        told((json) => {
          const level = numberOf(pick(json, 'brightness'));
          return level === null ? undefined : percent(level, scale);
        }),
        settable((value, now) =>
          Number(value) <= 0
            ? send({ state: 'OFF' }, now)
            : send({ state: 'ON', brightness: fromPercent(value, scale) }, now),
        ),
      ),
    );
  }
  if (modes.includes('color_temp') || config.flag('color_temp')) {
    const { min, max, toKelvin, fromKelvin } = whites(config);
    drafts.push(
      draftOf(
        'colorTemperature',
        told((json) => {
          const white = numberOf(pick(json, 'color_temp'));
          const isOther = ![undefined, 'color_temp'].includes(modeOf(json));
          return white === null || white <= 0 || isOther ? undefined : toKelvin(white);
        }),
        {
          min,
          max,
          ...settable((value, now) => send({ state: 'ON', color_temp: fromKelvin(value) }, now)),
        },
      ),
    );
  }
  const form = (['hs', 'xy', 'rgb', 'rgbw', 'rgbww'] as const).find(
    (one) => modes.includes(one) || config.flag(one),
  );
  if (form !== undefined) {
    drafts.push(
      draftOf(
        'color',
        told((json) =>
          modeOf(json) === 'color_temp' ? undefined : jsonColor(pick(json, 'color')),
        ),
        settable((value, now) =>
          send({ state: 'ON', color: colorFields(form, colorOf(value)) }, now),
        ),
      ),
    );
  }
  const values = config.list('effect_list');
  if (values.length > 0 && command !== null) {
    drafts.push(
      draftOf('effect', null, { values, write: (value, now) => send({ effect: value }, now) }),
    );
  }
}

function modeOf(json: Value): string | undefined {
  const mode = pick(json, 'color_mode');
  return typeof mode === 'string' ? mode : undefined;
}

function jsonColor(color: Value): ColorValue | undefined {
  const at = (...names: string[]) =>
    names.map((name) => numberOf(pick(color, name))).find((value) => value !== null) ?? null;
  const [hue, saturation] = [at('h', 'hue'), at('s', 'saturation')];
  if (hue !== null && saturation !== null) {
    return {
      hue: tidy(((hue % 360) + 360) % 360),
      saturation: tidy(Math.min(100, Math.max(0, saturation))),
    };
  }
  const [x, y] = [at('x'), at('y')];
  if (x !== null && y !== null) return fromXy(x, y);
  const [red, green, blue] = [at('r'), at('g'), at('b')];
  return red === null || green === null || blue === null ? undefined : fromRgb([red, green, blue]);
}

function colorFields(form: string, color: ColorValue): Readonly<Record<string, number>> {
  if (form === 'hs') return { h: color.hue, s: color.saturation };
  if (form === 'xy') {
    const [x, y] = toXy(color);
    return { x, y };
  }
  const [r, g, b] = toRgb(color);
  return form === 'rgb' ? { r, g, b } : { r, g, b, w: 0, ...(form === 'rgbww' ? { c: 0 } : {}) };
}

/** A template of its own for each way: what it is told is put into variables by name. */
function templateLight(config: EntityConfig, { drafts }: Parts): void {
  const turnOn = config.sender('command_topic', 'command_on_template');
  const turnOff = config.sender('command_topic', 'command_off_template');
  const seconds = (now: Now) =>
    now.transitionMs === undefined ? {} : { transition: now.transitionMs / 1_000 };
  const state = booleanTold(config.told('state_topic', 'state_template'), 'on', 'off');
  const isSettable = turnOn !== null && turnOff !== null;
  const on = (variables: Readonly<Record<string, Value>>, now: Now) =>
    turnOn === null ? [] : [turnOn('', { ...variables, ...seconds(now) })];
  const write = (value: unknown, now: Now) =>
    value === true ? on({}, now) : turnOff === null ? [] : [turnOff('', seconds(now))];
  drafts.push(draftOf('on', state, isSettable ? { write } : {}));

  const brightness = config.has('brightness_template')
    ? config.told('state_topic', 'brightness_template')
    : null;
  if (brightness !== null) {
    drafts.push(
      draftOf(
        'brightness',
        numberTold(brightness, (each) => percent(each, JSON_SCALE)),
        {
          ...(isSettable && {
            write: (value: unknown, now: Now) =>
              on({ brightness: fromPercent(value, JSON_SCALE) }, now),
          }),
        },
      ),
    );
  }
  const white = config.has('color_temp_template')
    ? config.told('state_topic', 'color_temp_template')
    : null;
  if (white !== null) {
    const { min, max, toKelvin, fromKelvin } = whites(config);
    drafts.push(
      draftOf('colorTemperature', numberTold(white, toKelvin), {
        min,
        max,
        ...(isSettable && {
          write: (value: unknown, now: Now) => on({ color_temp: fromKelvin(value) }, now),
        }),
      }),
    );
  }
  templateColor(config, drafts, isSettable ? on : null);
}

function templateColor(
  config: EntityConfig,
  drafts: Draft[],
  on: ((variables: Readonly<Record<string, Value>>, now: Now) => readonly Outgoing[]) | null,
): void {
  const parts = ['red', 'green', 'blue'].map((name) =>
    config.has(`${name}_template`) ? config.told('state_topic', `${name}_template`) : null,
  );
  const [first] = parts;
  if (first === null || first === undefined || parts.includes(null)) return;
  const telling: Telling = {
    topic: first.topic,
    read: (message) => {
      const [red, green, blue] = parts.map((part) => numberOf(part?.read(message)?.text));
      if (typeof red !== 'number' || typeof green !== 'number' || typeof blue !== 'number') {
        return undefined;
      }
      return fromRgb([red, green, blue]);
    },
  };
  const write =
    on &&
    ((value: unknown, now: Now) => {
      const [red, green, blue] = toRgb(colorOf(value));
      return on({ red, green, blue }, now);
    });
  drafts.push(draftOf('color', telling, write === null ? {} : { write }));
}
