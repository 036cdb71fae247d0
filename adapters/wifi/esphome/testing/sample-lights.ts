// Lights of all kinds, as devices list them.
import type { Sample } from './sample.ts';

const RGBWW = 51;
const RGBW = 39;
const RGB = 35;
const CWWW = 19;
const WARMTH = 11;
const DIMMABLE = 3;

export const SAMPLE_LIGHTS: readonly Sample[] = [
  {
    about: 'a lamp that is only switched',
    kind: 'Light',
    entity: { objectId: 'lamp', name: 'Lamp', supportedColorModesList: [1] },
    gives: { on: 'rw' },
  },
  {
    about: 'a lamp that is dimmed',
    kind: 'Light',
    entity: { objectId: 'lamp', name: 'Lamp', supportedColorModesList: [DIMMABLE] },
    gives: { on: 'rw', brightness: 'rw' },
    says: [
      [
        { state: true, brightness: 0.5, colorMode: DIMMABLE },
        { on: true, brightness: 50 },
      ],
      [
        { state: true, brightness: 0.003, colorMode: DIMMABLE },
        { on: true, brightness: 1 },
      ],
    ],
    does: [
      ['brightness', 25, { hasState: true, state: true, hasBrightness: true, brightness: 0.25 }],
      ['brightness', 0, { hasState: true, state: false }],
    ],
  },
  {
    about: 'a lamp of two whites by their temperature',
    kind: 'Light',
    entity: {
      objectId: 'lamp',
      name: 'Lamp',
      supportedColorModesList: [WARMTH],
      minMireds: 153,
      maxMireds: 500,
    },
    gives: { on: 'rw', brightness: 'rw', colorTemperature: 'rw' },
    says: [
      [
        { state: true, brightness: 1, colorMode: WARMTH, colorTemperature: 250 },
        { on: true, brightness: 100, colorTemperature: 4000 },
      ],
    ],
    does: [
      [
        'colorTemperature',
        4000,
        {
          ...{ hasState: true, state: true, hasColorMode: true, colorMode: WARMTH },
          ...{ hasColorTemperature: true, colorTemperature: 250 },
        },
      ],
      ['colorTemperature', 1_500, 'invalid-input'],
    ],
  },
  {
    about: 'a lamp of a cold and a warm white by their shares',
    kind: 'Light',
    entity: {
      objectId: 'lamp',
      name: 'Lamp',
      supportedColorModesList: [CWWW],
      minMireds: 200,
      maxMireds: 400,
    },
    gives: { on: 'rw', brightness: 'rw', colorTemperature: 'rw' },
    says: [
      [
        { state: true, brightness: 1, colorMode: CWWW, coldWhite: 1, warmWhite: 1 },
        { on: true, brightness: 100, colorTemperature: 3333 },
      ],
    ],
  },
  {
    about: 'a lamp of colours with effects',
    kind: 'Light',
    entity: {
      objectId: 'strip',
      name: 'Strip',
      supportedColorModesList: [RGB],
      effectsList: ['Rainbow', 'Twinkle'],
    },
    gives: { on: 'rw', brightness: 'rw', color: 'rw', effect: 'rw' },
    says: [
      [
        { state: true, brightness: 1, colorMode: RGB, colorBrightness: 1, blue: 1, effect: 'None' },
        { on: true, brightness: 100, color: { hue: 240, saturation: 100 }, effect: 'None' },
      ],
    ],
    does: [
      [
        'color',
        { hue: 0, saturation: 100 },
        {
          ...{ hasState: true, state: true, hasColorMode: true, colorMode: RGB },
          ...{ hasColorBrightness: true, colorBrightness: 1, hasRgb: true, red: 1 },
        },
      ],
      ['effect', 'Rainbow', { hasState: true, state: true, hasEffect: true, effect: 'Rainbow' }],
      ['effect', 'Disco', 'invalid-input'],
    ],
  },
  {
    about: 'a lamp of colours with a white beside them',
    kind: 'Light',
    entity: { objectId: 'strip', name: 'Strip', supportedColorModesList: [RGBW] },
    gives: { on: 'rw', brightness: 'rw', color: 'rw', x_strip_white: 'rw' },
    says: [
      [
        { state: true, brightness: 1, colorMode: RGBW, colorBrightness: 1, red: 1, white: 0.5 },
        { on: true, brightness: 100, color: { hue: 0, saturation: 100 }, x_strip_white: 50 },
      ],
    ],
    does: [
      [
        'x_strip_white',
        100,
        {
          ...{ hasState: true, state: true, hasColorMode: true, colorMode: RGBW },
          ...{ hasWhite: true, white: 1 },
        },
      ],
    ],
  },
  {
    about: 'a lamp of colours and two whites',
    kind: 'Light',
    entity: {
      objectId: 'lamp',
      name: 'Lamp',
      supportedColorModesList: [RGBWW, CWWW],
      minMireds: 153,
      maxMireds: 370,
    },
    gives: { on: 'rw', brightness: 'rw', colorTemperature: 'rw', color: 'rw' },
    does: [
      [
        'colorTemperature',
        4_000,
        {
          ...{ hasState: true, state: true, hasColorMode: true, colorMode: CWWW },
          ...{ hasColorTemperature: true, colorTemperature: 250 },
        },
      ],
      [
        'color',
        { hue: 120, saturation: 100 },
        {
          ...{ hasState: true, state: true, hasColorMode: true, colorMode: RGBWW },
          ...{ hasColorBrightness: true, colorBrightness: 1, hasRgb: true, green: 1 },
          ...{ hasColdWhite: true, hasWarmWhite: true },
        },
      ],
    ],
  },
  {
    about: 'a status lamp among the settings',
    kind: 'Light',
    entity: {
      objectId: 'status_led',
      name: 'Status LED',
      supportedColorModesList: [DIMMABLE],
      entityCategory: 1,
    },
    gives: { x_status_led: 'rw', x_status_led_brightness: 'rw' },
  },
];
