// The lights of a Tasmota device: one light of up to five channels, colours and whites as two lights, or a light for
// each channel. Spec: https://tasmota.github.io/docs/Lights/.
import { isColor } from '../../../../hub/model/property-value.ts';
import { LIGHT, type TasmotaConfig } from '../discovery.ts';
import { type Draft, type Now, number, type Parts, type TasmotaCommand, vendor } from './draft.ts';
import { calledOf } from './outputs.ts';

/** Of the kinds of light that the announcement names. */
const DIMMER = 1;
const COLD_AND_WARM = 2;
const COLOURED = 3;
const COLOURED_AND_WHITE = 4;
const COLOURED_COLD_AND_WARM = 5;

const OPTION_CHANNELS = 68;
const OPTION_NARROW_WHITE = 82;

/** Tasmota speaks mireds. */
const MIREDS = { min: 153, max: 500 };
const NARROW_MIREDS = { min: 200, max: 380 };
const SPEED_MAX = 40;

/** What Tasmota calls its schemes, by their numbers. */
const SCHEMES = ['stop_effect', 'wakeup', 'cycle_up', 'cycle_down', 'random'];

export function addLights(config: TasmotaConfig, { drafts }: Parts): void {
  const { light, isFan, options } = config;
  const places = config.relays.flatMap((kind, index) => (kind === LIGHT ? [index + 1] : []));
  const [first, second] = places;
  // The lamp of a fan is on or off.
  if (light < DIMMER || first === undefined || isFan) return;
  if (options.includes(OPTION_CHANNELS)) {
    for (const place of places) drafts.push(dimmer(config, `Channel${place}`, place));
    return;
  }
  if (!config.isLinked && light >= COLOURED_AND_WHITE && second !== undefined) {
    drafts.push(dimmer(config, 'Dimmer1', first), colour(config, first));
    drafts.push(dimmer(config, 'Dimmer2', second));
    if (light === COLOURED_COLD_AND_WARM) drafts.push(white(config, second));
  } else {
    drafts.push(dimmer(config, config.isTuya ? 'Dimmer3' : 'Dimmer', first));
    if (light >= COLOURED) drafts.push(colour(config, first));
    if (light === COLD_AND_WARM || light === COLOURED_COLD_AND_WARM) {
      drafts.push(white(config, first));
    }
    if (light === COLOURED_AND_WHITE) drafts.push(whiteChannel(config, first));
  }
  if (light >= COLOURED) drafts.push(scheme(first));
  drafts.push(...fading());
}

function dimmer(config: TasmotaConfig, word: string, place: number): Draft {
  // A single light tells its dimmer by the plain word alone.
  const words = word === 'Dimmer3' ? [word, 'Dimmer'] : [word];
  return {
    id: `light/${place}/brightness`,
    name: 'brightness',
    wish: place,
    ...calledOf(config, place),
    min: 1,
    read: (state) => words.map((one) => number(state[one])).find((value) => value !== undefined),
    set: (value, now) =>
      faded(config, now, {
        name: word,
        payload: String(Math.round(Number(value))),
        answers: [word, 'Dimmer'],
      }),
  };
}

function colour(config: TasmotaConfig, place: number): Draft {
  return {
    id: `light/${place}/color`,
    name: 'color',
    wish: place,
    ...calledOf(config, place),
    read: ({ HSBColor }) => {
      const [hue, saturation] = typeof HSBColor === 'string' ? HSBColor.split(',') : [];
      const color = { hue: Number(hue ?? Number.NaN), saturation: Number(saturation) };
      return isColor(color) ? color : undefined;
    },
    set: (value, now) => {
      const { hue, saturation } = isColor(value) ? value : { hue: 0, saturation: 0 };
      const parts = [Math.round(hue) % 360, Math.round(saturation), Math.round(now.brightness)];
      const payload = parts.join(',');
      return faded(config, now, { name: 'HSBColor', payload, answers: ['HSBColor'] });
    },
  };
}

function white(config: TasmotaConfig, place: number): Draft {
  const range = config.options.includes(OPTION_NARROW_WHITE) ? NARROW_MIREDS : MIREDS;
  const isNarrow = range === NARROW_MIREDS;
  return {
    id: `light/${place}/white`,
    name: 'colorTemperature',
    wish: place,
    ...calledOf(config, place),
    ...(isNarrow ? { min: 2_650, max: 5_000 } : { min: 2_000, max: 6_500 }),
    read: ({ CT }) => {
      const mireds = number(CT);
      return mireds === undefined || mireds <= 0 ? undefined : Math.round(1e6 / mireds);
    },
    set: (value, now) => {
      const mireds = Math.round(1e6 / Number(value));
      const payload = String(Math.min(range.max, Math.max(range.min, mireds)));
      return faded(config, now, { name: 'CT', payload, answers: ['CT'] });
    },
  };
}

function whiteChannel(config: TasmotaConfig, place: number): Draft {
  return vendor(
    'x_white',
    'number',
    { en: 'White channel', zh: '白光通道' },
    {
      id: `light/${place}/whiteChannel`,
      wish: place,
      ...calledOf(config, place),
      unit: '%',
      min: 0,
      max: 100,
      step: 1,
      read: ({ White }) => number(White),
      set: (value, now) =>
        faded(config, now, {
          name: 'White',
          payload: String(Math.round(Number(value))),
          answers: ['White'],
        }),
    },
  );
}

function scheme(place: number): Draft {
  return {
    id: 'light/scheme',
    name: 'effect',
    wish: place,
    values: SCHEMES,
    read: ({ Scheme }) => SCHEMES[number(Scheme) ?? -1],
    set: (value) => ({
      name: 'Scheme',
      payload: String(Math.max(0, SCHEMES.indexOf(String(value)))),
      answers: ['Scheme'],
    }),
  };
}

/** How the device itself goes from one state to the next. */
function fading(): Draft[] {
  return [
    vendor(
      'x_fade',
      'boolean',
      { en: 'Fades', zh: '渐变' },
      {
        id: 'light/fade',
        read: ({ Fade }) => (Fade === 'ON' || Fade === 'OFF' ? Fade === 'ON' : undefined),
        set: (value) => ({
          name: 'Fade',
          payload: value === true ? '1' : '0',
          answers: ['Fade'],
        }),
      },
    ),
    vendor(
      'x_speed',
      'number',
      { en: 'Time of fading, half seconds', zh: '渐变时间（半秒）' },
      {
        id: 'light/speed',
        min: 1,
        max: SPEED_MAX,
        step: 1,
        read: ({ Speed }) => number(Speed),
        set: (value) => ({
          name: 'Speed',
          payload: String(Math.round(Number(value))),
          answers: ['Speed'],
        }),
      },
    ),
  ];
}

/**
 * The command with the fading that is wanted for this once. Without option 117 a speed is the time of the whole way
 * from dark to full, so a shorter way takes less time than was asked.
 */
function faded(config: TasmotaConfig, now: Now, command: TasmotaCommand): TasmotaCommand {
  const { transitionMs } = now;
  if (transitionMs === undefined || config.isTuya) return command;
  const halves = Math.round(transitionMs / 500);
  const steps = halves < 1 ? ['Fade2 0'] : ['Fade2 1', `Speed2 ${Math.min(SPEED_MAX, halves)}`];
  const { name, payload, answers } = command;
  const line = [...steps, `${name} ${payload}`].flatMap((step) => ['NoDelay', step]).join(';');
  return { name: 'Backlog', payload: line, answers };
}
