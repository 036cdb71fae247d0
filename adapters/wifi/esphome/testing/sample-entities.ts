// Entities of every kind as devices list them, what their states mean, and what is sent when a property is set.
import type { PropertyValue } from '../../../../hub/model/properties.ts';
import type { Fields } from '../library.ts';

/** One entity, with what it must come to. */
export interface Sample {
  readonly about: string;
  readonly kind: string;
  readonly entity: Fields;
  /** Keys of its properties, in order, with their access. */
  readonly gives: Readonly<Record<string, 'r' | 'rw' | 'w' | 'event'>>;
  /** States and what they say. */
  readonly says?: readonly (readonly [Fields, Readonly<Record<string, PropertyValue>>])[];
  /** What is set and what is sent for it, or the code of the error. */
  readonly does?: readonly (readonly [key: string, value: PropertyValue, Fields | string])[];
  /** Commands and what is sent for them. */
  readonly commands?: Readonly<Record<string, Fields>>;
}

const RGBWW = 51;
const RGBW = 39;
const RGB = 35;
const CWWW = 19;
const WARMTH = 11;
const DIMMABLE = 3;

export const SAMPLES: readonly Sample[] = [
  {
    about: 'a relay',
    kind: 'Switch',
    entity: { objectId: 'relay', name: 'Relay' },
    gives: { on: 'rw' },
    says: [
      [{ state: true }, { on: true }],
      [{ state: false }, { on: false }],
    ],
    does: [['on', true, { state: true }]],
  },
  {
    about: 'a switch that the table knows by its name',
    kind: 'Switch',
    entity: { objectId: 'child_lock', name: 'Child lock' },
    gives: { childLock: 'rw' },
  },
  {
    about: 'a switch among the settings, which is no second power button',
    kind: 'Switch',
    entity: { objectId: 'night_mode', name: 'Night mode', entityCategory: 1 },
    gives: { x_night_mode: 'rw' },
    says: [[{ state: true }, { x_night_mode: true }]],
    does: [['x_night_mode', false, { state: false }]],
  },
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
  {
    about: 'a temperature',
    kind: 'Sensor',
    entity: {
      objectId: 'room_temperature',
      name: 'Room temperature',
      deviceClass: 'temperature',
      unitOfMeasurement: '°C',
      stateClass: 1,
    },
    gives: { temperature: 'r' },
    says: [
      [{ state: 21.299999237060547 }, { temperature: 21.3 }],
      [{ state: Number.NaN }, {}],
      [{ missingState: true }, {}],
    ],
  },
  {
    about: 'a temperature in Fahrenheit',
    kind: 'Sensor',
    entity: { objectId: 't', name: 'T', deviceClass: 'temperature', unitOfMeasurement: '°F' },
    gives: { temperature: 'r' },
    says: [[{ state: 68 }, { temperature: 20 }]],
  },
  {
    about: 'the temperature of the chip',
    kind: 'Sensor',
    entity: {
      objectId: 'internal_temperature',
      name: 'Internal temperature',
      deviceClass: 'temperature',
      unitOfMeasurement: '°C',
      entityCategory: 2,
    },
    gives: { deviceTemperature: 'r' },
  },
  {
    about: 'an energy meter in watt-hours',
    kind: 'Sensor',
    entity: { objectId: 'total', name: 'Total', deviceClass: 'energy', unitOfMeasurement: 'Wh' },
    gives: { energy: 'r' },
    says: [[{ state: 1500 }, { energy: 1.5 }]],
  },
  {
    about: 'the strength of the Wi-Fi, which the table has no row for',
    kind: 'Sensor',
    entity: {
      objectId: 'wifi_signal',
      name: 'WiFi signal',
      deviceClass: 'signal_strength',
      unitOfMeasurement: 'dBm',
      entityCategory: 2,
    },
    gives: { x_wifi_signal: 'r' },
    says: [[{ state: -61 }, { x_wifi_signal: -61 }]],
  },
  {
    about: 'a unit that would be a trap for a careless table',
    kind: 'Sensor',
    entity: {
      objectId: 'p',
      name: 'P',
      deviceClass: 'power',
      unitOfMeasurement: 'constructor',
    },
    gives: { x_p: 'r' },
  },
  {
    about: 'a name only, as newer devices say it',
    kind: 'Sensor',
    entity: { name: 'Lux (raw)', unitOfMeasurement: 'x' },
    gives: { x_lux__raw_: 'r' },
  },
  {
    about: 'a window contact',
    kind: 'BinarySensor',
    entity: { objectId: 'window', name: 'Window', deviceClass: 'window' },
    gives: { open: 'r' },
    says: [
      [{ state: true }, { open: true }],
      [{ missingState: true }, {}],
    ],
  },
  {
    about: 'motion',
    kind: 'BinarySensor',
    entity: { objectId: 'pir', name: 'PIR', deviceClass: 'motion' },
    gives: { occupancy: 'r' },
  },
  {
    about: 'a binary sensor of no class',
    kind: 'BinarySensor',
    entity: { objectId: 'status', name: 'Status', isStatusBinarySensor: true },
    gives: { x_status: 'r' },
    says: [[{ state: true }, { x_status: true }]],
  },
  {
    about: 'a text',
    kind: 'TextSensor',
    entity: { objectId: 'ip', name: 'IP address', entityCategory: 2 },
    gives: { x_ip: 'r' },
    says: [[{ state: '192.168.1.20' }, { x_ip: '192.168.1.20' }]],
  },
  {
    about: 'a blind with slats',
    kind: 'Cover',
    entity: {
      objectId: 'blind',
      name: 'Blind',
      supportsPosition: true,
      supportsTilt: true,
      supportsStop: true,
    },
    gives: { position: 'rw', moving: 'r', tilt: 'rw' },
    says: [
      [
        { position: 0.4, tilt: 0.8, currentOperation: 1 },
        { position: 40, moving: 'opening', tilt: 80 },
      ],
    ],
    does: [
      ['position', 30, { hasPosition: true, position: 0.3 }],
      ['tilt', 10, { hasTilt: true, tilt: 0.1 }],
    ],
    commands: { stop: { stop: true } },
  },
  {
    about: 'a gate that only opens and closes',
    kind: 'Cover',
    entity: { objectId: 'gate', name: 'Gate', deviceClass: 'garage', assumedState: true },
    gives: { position: 'rw', moving: 'r' },
    says: [[{ position: 1 }, { position: 100, moving: 'stopped' }]],
    does: [
      ['position', 100, { hasPosition: true, position: 1 }],
      ['position', 50, 'invalid-input'],
    ],
  },
  {
    about: 'a fan',
    kind: 'Fan',
    entity: {
      objectId: 'ceiling',
      name: 'Ceiling',
      supportsSpeed: true,
      supportedSpeedCount: 4,
      supportsOscillation: true,
      supportsDirection: true,
      supportedPresetModesList: ['sleep', 'breeze'],
    },
    gives: {
      on: 'rw',
      fanSpeed: 'rw',
      swing: 'rw',
      fanMode: 'rw',
      x_ceiling_direction: 'rw',
    },
    says: [
      [
        { state: true, speedLevel: 2, oscillating: true, direction: 1, presetMode: 'sleep' },
        {
          ...{ on: true, fanSpeed: 50, swing: 'on', fanMode: 'sleep' },
          x_ceiling_direction: 'reverse',
        },
      ],
      [{ speedLevel: 3 }, { on: false, fanSpeed: 0, swing: 'off', x_ceiling_direction: 'forward' }],
    ],
    does: [
      ['fanSpeed', 51, { hasState: true, state: true, hasSpeedLevel: true, speedLevel: 3 }],
      ['fanSpeed', 0, { hasState: true, state: false }],
      ['swing', 'off', { hasOscillating: true, oscillating: false }],
      [
        'fanMode',
        'breeze',
        { hasState: true, state: true, hasPresetMode: true, presetMode: 'breeze' },
      ],
      ['x_ceiling_direction', 'reverse', { hasDirection: true, direction: 1 }],
    ],
  },
  {
    about: 'a thermostat',
    kind: 'Climate',
    entity: {
      objectId: 'heating',
      name: 'Heating',
      supportsCurrentTemperature: true,
      supportsAction: true,
      supportedModesList: [0, 3],
      visualMinTemperature: 7,
      visualMaxTemperature: 28,
      visualTargetTemperatureStep: 0.5,
      supportedPresetsList: [1, 2, 5],
      supportedCustomPresetsList: ['Party'],
    },
    gives: {
      targetTemperature: 'rw',
      temperature: 'r',
      mode: 'rw',
      preset: 'rw',
      runningState: 'r',
    },
    says: [
      [
        { mode: 3, currentTemperature: 19.5, targetTemperature: 21, action: 3, preset: 5 },
        {
          ...{ targetTemperature: 21, temperature: 19.5, mode: 'heat' },
          ...{ preset: 'eco', runningState: 'heat' },
        },
      ],
      [
        { mode: 0, targetTemperature: 18, customPreset: 'Party' },
        {
          targetTemperature: 18,
          temperature: 0,
          mode: 'off',
          preset: 'Party',
          runningState: 'idle',
        },
      ],
    ],
    does: [
      ['targetTemperature', 20.5, { hasTargetTemperature: true, targetTemperature: 20.5 }],
      ['targetTemperature', 40, 'invalid-input'],
      ['mode', 'heat', { hasMode: true, mode: 3 }],
      ['preset', 'away', { hasPreset: true, preset: 2 }],
      ['preset', 'Party', { hasCustomPreset: true, customPreset: 'Party' }],
    ],
  },
  {
    about: 'an air conditioner of two targets',
    kind: 'Climate',
    entity: {
      objectId: 'ac',
      name: 'AC',
      featureFlags: 1 | 4 | 8 | 16 | 32,
      supportedModesList: [0, 1, 2, 3, 4, 5, 6],
      supportedFanModesList: [2, 3, 4, 5, 9],
      supportedSwingModesList: [0, 1, 2, 3],
      visualMinTemperature: 16,
      visualMaxTemperature: 30,
      visualMinHumidity: 30,
      visualMaxHumidity: 70,
    },
    gives: {
      targetTemperature: 'rw',
      coolingTarget: 'rw',
      temperature: 'r',
      humidity: 'r',
      x_ac_target_humidity: 'rw',
      mode: 'rw',
      fanMode: 'rw',
      swing: 'rw',
      runningState: 'r',
    },
    says: [
      [
        {
          ...{ mode: 1, currentTemperature: 24, currentHumidity: 55, targetHumidity: 50 },
          ...{ targetTemperatureLow: 20, targetTemperatureHigh: 25, fanMode: 9, swingMode: 2 },
          action: 2,
        },
        {
          ...{ targetTemperature: 20, coolingTarget: 25, temperature: 24, humidity: 55 },
          ...{ x_ac_target_humidity: 50, mode: 'heat_cool', fanMode: 'quiet', swing: 'vertical' },
          runningState: 'cool',
        },
      ],
    ],
    does: [
      ['coolingTarget', 24, { hasTargetTemperatureHigh: true, targetTemperatureHigh: 24 }],
      ['mode', 'heat_cool', { hasMode: true, mode: 1 }],
      ['mode', 'auto', { hasMode: true, mode: 6 }],
      ['fanMode', 'quiet', { hasFanMode: true, fanMode: 9 }],
      ['swing', 'both', { hasSwingMode: true, swingMode: 1 }],
      ['x_ac_target_humidity', 45, { hasTargetHumidity: true, targetHumidity: 45 }],
    ],
  },
  {
    about: 'a lock that can also open',
    kind: 'Lock',
    entity: { objectId: 'door', name: 'Door', supportsOpen: true },
    gives: { locked: 'rw', lockState: 'r' },
    says: [
      [{ state: 1 }, { locked: true, lockState: 'locked' }],
      [{ state: 3 }, { locked: false, lockState: 'not_fully_locked' }],
      [{ state: 4 }, {}],
    ],
    does: [
      ['locked', true, { command: 1 }],
      ['locked', false, {}],
    ],
    commands: { open: { command: 2 } },
  },
  {
    about: 'a lock that asks for a code is only told',
    kind: 'Lock',
    entity: { objectId: 'safe', name: 'Safe', requiresCode: true, supportsOpen: true },
    gives: { locked: 'r', lockState: 'r' },
    does: [['locked', false, 'unsupported']],
  },
  {
    about: 'a number',
    kind: 'Number',
    entity: {
      objectId: 'delay',
      name: 'Delay',
      minValue: 1,
      maxValue: 60,
      step: 0.5,
      unitOfMeasurement: 'min',
      entityCategory: 1,
    },
    gives: { x_delay: 'rw' },
    says: [[{ state: 2.5 }, { x_delay: 2.5 }]],
    does: [
      ['x_delay', 10, { state: 10 }],
      ['x_delay', 61, 'invalid-input'],
    ],
  },
  {
    about: 'a number that the table knows, in its own unit',
    kind: 'Number',
    entity: {
      objectId: 'occupancy_timeout',
      name: 'Occupancy timeout',
      minValue: 1,
      maxValue: 10,
      step: 1,
      unitOfMeasurement: 'min',
    },
    gives: { occupancyTimeout: 'rw' },
    says: [[{ state: 2 }, { occupancyTimeout: 120 }]],
    does: [['occupancyTimeout', 300, { state: 5 }]],
  },
  {
    about: 'a choice',
    kind: 'Select',
    entity: { objectId: 'scene', name: 'Scene', optionsList: ['Day', 'Night'] },
    gives: { x_scene: 'rw' },
    says: [
      [{ state: 'Night' }, { x_scene: 'Night' }],
      [{ state: 'Dusk' }, {}],
    ],
    does: [
      ['x_scene', 'Day', { state: 'Day' }],
      ['x_scene', 'Dusk', 'invalid-input'],
    ],
  },
  {
    about: 'a button',
    kind: 'Button',
    entity: { objectId: 'restart', name: 'Restart', deviceClass: 'restart', entityCategory: 1 },
    gives: { x_restart: 'w' },
    does: [
      ['x_restart', true, {}],
      ['x_restart', false, 'invalid-input'],
    ],
  },
  {
    about: 'a button by which the device shows itself',
    kind: 'Button',
    entity: { objectId: 'identify', name: 'Identify', deviceClass: 'identify' },
    gives: {},
    commands: { identify: {} },
  },
  {
    about: 'a text that can be set',
    kind: 'Text',
    entity: { objectId: 'line', name: 'Line', minLength: 1, maxLength: 16 },
    gives: { x_line: 'rw' },
    says: [[{ state: ' hello ' }, { x_line: ' hello ' }]],
    does: [
      ['x_line', 'good morning', { state: 'good morning' }],
      ['x_line', 'a line that is far too long', 'invalid-input'],
    ],
  },
  {
    about: 'a password, which is never told',
    kind: 'Text',
    entity: { objectId: 'pin', name: 'PIN', maxLength: 8, mode: 1 },
    gives: { x_pin: 'w' },
    says: [[{ state: '1234' }, {}]],
    does: [['x_pin', '4321', { state: '4321' }]],
  },
  {
    about: 'a date',
    kind: 'Date',
    entity: { objectId: 'start', name: 'Start' },
    gives: { x_start: 'rw' },
    says: [
      [{ year: 2026, month: 3, day: 9 }, { x_start: '2026-03-09' }],
      [{ missingState: true }, {}],
    ],
    does: [
      ['x_start', '2026-11-22', { year: 2026, month: 11, day: 22 }],
      ['x_start', '2026-02-30', 'invalid-input'],
      ['x_start', 'tomorrow', 'invalid-input'],
    ],
  },
  {
    about: 'a time of day',
    kind: 'Time',
    entity: { objectId: 'wake', name: 'Wake' },
    gives: { x_wake: 'rw' },
    says: [[{ hour: 6, minute: 30 }, { x_wake: '06:30:00' }]],
    does: [
      ['x_wake', '07:15', { hour: 7, minute: 15 }],
      ['x_wake', '25:00', 'invalid-input'],
    ],
  },
  {
    about: 'a moment',
    kind: 'DateTime',
    entity: { objectId: 'until', name: 'Until' },
    gives: { x_until: 'rw' },
    says: [[{ epochSeconds: 1_795_329_000 }, { x_until: '2026-11-22T06:30:00Z' }]],
    does: [
      ['x_until', '2026-11-22T06:30:00Z', { epochSeconds: 1_795_329_000 }],
      ['x_until', 'noon', 'invalid-input'],
    ],
  },
  {
    about: 'a doorbell',
    kind: 'Event',
    entity: {
      objectId: 'bell',
      name: 'Bell',
      deviceClass: 'doorbell',
      eventTypesList: ['press', 'double_press', 'ding'],
    },
    gives: { button: 'event' },
  },
  {
    about: 'a water valve',
    kind: 'Valve',
    entity: {
      objectId: 'garden',
      name: 'Garden',
      deviceClass: 'water',
      supportsPosition: true,
      supportsStop: true,
    },
    gives: { valvePosition: 'rw', x_garden_moving: 'r' },
    says: [[{ position: 1 }, { valvePosition: 100, x_garden_moving: 'stopped' }]],
    does: [['valvePosition', 0, { hasPosition: true }]],
    commands: { stop: { stop: true } },
  },
  {
    about: 'a siren',
    kind: 'Siren',
    entity: {
      objectId: 'siren',
      name: 'Siren',
      tonesList: ['fire', 'burglar'],
      supportsVolume: true,
    },
    gives: { siren: 'rw', x_siren_tone: 'w' },
    says: [[{ state: true }, { siren: true }]],
    does: [
      ['siren', false, { hasState: true, state: false }],
      ['x_siren_tone', 'fire', { hasState: true, state: true, hasTone: true, tone: 'fire' }],
    ],
  },
  {
    about: 'a loudspeaker',
    kind: 'MediaPlayer',
    entity: { objectId: 'speaker', name: 'Speaker', supportsPause: true },
    gives: { x_speaker: 'r', volume: 'rw', x_speaker_muted: 'rw' },
    says: [
      [
        { state: 2, volume: 0.4, muted: true },
        { x_speaker: 'playing', volume: 40, x_speaker_muted: true },
      ],
    ],
    does: [
      ['volume', 25, { hasVolume: true, volume: 0.25 }],
      ['x_speaker_muted', true, { hasCommand: true, command: 3 }],
    ],
    commands: { pause: { hasCommand: true, command: 1 } },
  },
  {
    about: 'an alarm panel without a code',
    kind: 'AlarmControlPanel',
    entity: { objectId: 'alarm', name: 'Alarm', supportedFeatures: 3 },
    gives: { x_alarm: 'rw' },
    says: [
      [{ state: 0 }, { x_alarm: 'disarmed' }],
      [{ state: 2 }, { x_alarm: 'armed_away' }],
      [{ state: 9 }, { x_alarm: 'triggered' }],
    ],
    does: [
      ['x_alarm', 'armed_away', { command: 1 }],
      ['x_alarm', 'disarmed', {}],
      ['x_alarm', 'arming', 'unsupported'],
      ['x_alarm', 'armed_night', 'invalid-input'],
    ],
  },
  {
    about: 'an alarm panel that asks for a code to disarm',
    kind: 'AlarmControlPanel',
    entity: { objectId: 'alarm', name: 'Alarm', supportedFeatures: 2, requiresCode: true },
    gives: { x_alarm: 'rw' },
    does: [
      ['x_alarm', 'armed_away', { command: 1 }],
      ['x_alarm', 'disarmed', 'unsupported'],
    ],
  },
  {
    about: 'an update',
    kind: 'Update',
    entity: { objectId: 'firmware', name: 'Firmware', deviceClass: 'firmware' },
    gives: {
      x_firmware_installed: 'r',
      x_firmware_latest: 'r',
      x_firmware_in_progress: 'r',
      x_firmware_install: 'w',
      x_firmware_check: 'w',
    },
    says: [
      [
        { currentVersion: '1.0', latestVersion: '1.1' },
        {
          ...{ x_firmware_installed: '1.0', x_firmware_latest: '1.1' },
          x_firmware_in_progress: false,
        },
      ],
    ],
    does: [['x_firmware_install', true, { command: 1 }]],
  },
];
