// What moves, warms, guards or plays, as devices list it.
import type { Sample } from './sample.ts';

export const SAMPLE_ACTORS: readonly Sample[] = [
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
];
