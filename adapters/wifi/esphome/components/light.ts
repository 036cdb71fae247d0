// Lights: on and off, brightness, white by its temperature, colour, effects, and the white of lamps that have one
// beside their colours.
// Spec: ESPHome native API, api.proto, ColorMode; a mode is the sum of what it can.
import { fromRgb, toRgb } from '../../../../hub/model/color-space.ts';
import type { ColorValue, PropertyValue } from '../../../../hub/model/properties.ts';
import { isColor } from '../../../../hub/model/property-value.ts';
import { type Convert, draftOf, type Now, vendorDraft } from '../draft.ts';
import type { Said } from '../entity.ts';
import type { Fields } from '../library.ts';

const BRIGHTNESS = 2;
const WHITE = 4;
const COLOR_TEMPERATURE = 8;
const COLD_WARM_WHITE = 16;
const RGB = 32;

const MIREDS_MIN = 153;
const MIREDS_MAX = 500;
const NO_EFFECT = 'None';
/** Of a lamp that names none. */
const ON_OFF_ONLY = 1;

/** Never nothing for a lamp that is dimmed low. */
const percent = (part: number) => (part > 0 ? Math.max(1, Math.round(Math.min(1, part) * 100)) : 0);

const part = (value: PropertyValue) => Math.min(1, Math.max(0, Number(value) / 100));

function transition({ transitionMs }: Now): Fields {
  if (transitionMs === undefined) return {};
  return { hasTransitionLength: true, transitionLength: Math.round(Math.max(0, transitionMs)) };
}

const turnedOn: Fields = { hasState: true, state: true };

export const convertLight: Convert = (entity, { drafts }) => {
  const { said } = entity;
  const modes = said.numbers('supportedColorModesList');
  const can = (what: number) => modes.some((mode) => (mode & what) !== 0);
  drafts.push(
    draftOf('on', {
      read: (state) => state.flag('state'),
      write: (value, now) => ({ hasState: true, state: value === true, ...transition(now) }),
    }),
  );
  if (can(BRIGHTNESS)) {
    drafts.push(
      draftOf('brightness', {
        read: (state) => percent(state.number('brightness') ?? 0),
        write: (value, now) =>
          Number(value) > 0
            ? { ...turnedOn, hasBrightness: true, brightness: part(value), ...transition(now) }
            : { hasState: true, state: false, ...transition(now) },
      }),
    );
  }
  if (can(COLOR_TEMPERATURE) || can(COLD_WARM_WHITE)) drafts.push(whites(said, modes));
  if (can(RGB)) drafts.push(colors(modes));
  const mixed = modes.find((mode) => (mode & RGB) !== 0 && (mode & WHITE) !== 0);
  if (mixed !== undefined) {
    drafts.push(
      vendorDraft(entity, 'number', {
        word: 'white',
        unit: '%',
        min: 0,
        max: 100,
        read: (state) => percent(state.number('white') ?? 0),
        write: (value, now) => ({
          ...turnedOn,
          hasColorMode: true,
          colorMode: mixed,
          hasWhite: true,
          white: part(value),
          ...transition(now),
        }),
      }),
    );
  }
  const effects = said.texts('effectsList').filter((name) => name !== NO_EFFECT);
  if (effects.length > 0) {
    const values = [NO_EFFECT, ...effects];
    drafts.push(
      draftOf('effect', {
        values,
        read: (state) => {
          const name = state.text('effect', 64) || NO_EFFECT;
          return values.includes(name) ? name : undefined;
        },
        write: (value) => ({ ...turnedOn, hasEffect: true, effect: value }),
      }),
    );
  }
};

function whites(said: Said, modes: readonly number[]) {
  const coldest = positive(said.number('minMireds')) ?? MIREDS_MIN;
  const warmest = Math.max(coldest + 1, positive(said.number('maxMireds')) ?? MIREDS_MAX);
  const min = Math.max(1_000, Math.round(1e6 / warmest));
  const max = Math.min(20_000, Math.round(1e6 / coldest));
  const kelvin = (mireds: number) => Math.min(max, Math.max(min, Math.round(1e6 / mireds)));
  const isWhite = (one: number) => (one & (COLOR_TEMPERATURE | COLD_WARM_WHITE)) !== 0;
  const mode = modes.find((one) => isWhite(one) && (one & RGB) === 0) ?? modes.find(isWhite);
  return draftOf('colorTemperature', {
    min,
    max,
    read: (state) => {
      const now = state.number('colorMode') ?? 0;
      if (!isWhite(now)) return undefined;
      // A lamp of two whites that shows a colour alone has none of them lit.
      const cold = state.number('coldWhite') ?? 0;
      const warm = state.number('warmWhite') ?? 0;
      const isLit = (now & COLOR_TEMPERATURE) !== 0 || cold + warm > 0;
      if (!isLit) return undefined;
      const mireds = positive(state.number('colorTemperature'));
      if (mireds !== null) return kelvin(mireds);
      if (cold + warm <= 0) return undefined;
      return kelvin(coldest + (warmest - coldest) * (warm / (cold + warm)));
    },
    write: (value, now) => {
      const mireds = Math.min(warmest, Math.max(coldest, 1e6 / Number(value)));
      const isMixed = mode !== undefined && (mode & RGB) !== 0;
      return {
        ...turnedOn,
        ...(mode === undefined ? {} : { hasColorMode: true, colorMode: mode }),
        hasColorTemperature: true,
        colorTemperature: mireds,
        ...(isMixed ? { hasColorBrightness: true, colorBrightness: 0 } : {}),
        ...transition(now),
      };
    },
  });
}

function colors(modes: readonly number[]) {
  const isColored = (one: number) => (one & RGB) !== 0;
  // The mode of colours alone, where there is one.
  const mode = modes.filter(isColored).sort((a, b) => a - b)[0] ?? ON_OFF_ONLY;
  return draftOf('color', {
    read: (state) => {
      const now = state.number('colorMode') ?? 0;
      const level = state.number('colorBrightness') ?? 0;
      if (!isColored(now) || level <= 0) return undefined;
      const channel = (name: string) => Math.min(1, Math.max(0, state.number(name) ?? 0)) * 255;
      return fromRgb([channel('red'), channel('green'), channel('blue')]);
    },
    write: (value, now) => {
      const color: ColorValue = isColor(value) ? value : { hue: 0, saturation: 0 };
      const [red, green, blue] = toRgb(color);
      return {
        ...turnedOn,
        hasColorMode: true,
        colorMode: mode,
        hasColorBrightness: true,
        colorBrightness: 1,
        hasRgb: true,
        red: red / 255,
        green: green / 255,
        blue: blue / 255,
        ...((mode & WHITE) === 0 ? {} : { hasWhite: true, white: 0 }),
        ...((mode & COLD_WARM_WHITE) === 0
          ? {}
          : { hasColdWhite: true, coldWhite: 0, hasWarmWhite: true, warmWhite: 0 }),
        ...transition(now),
      };
    },
  });
}

function positive(value: number | null): number | null {
  return value !== null && value > 0 ? value : null;
}
