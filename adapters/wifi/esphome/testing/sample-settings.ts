// Switches, buttons and what is set, as devices list it.
import type { Sample } from './sample.ts';

export const SAMPLE_SETTINGS: readonly Sample[] = [
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
