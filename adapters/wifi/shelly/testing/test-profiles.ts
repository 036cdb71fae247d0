// Shelly devices for tests, one for each way in which their components come together. The fields are those that real
// devices answer with; the figures are made up.
import type {
  Fields,
  ShellyAdded,
  ShellyModel,
} from '../../../../scripts/virtual-home/lan/model.ts';

type Components = Record<string, Fields>;

interface Own {
  readonly config?: Fields;
  readonly added?: readonly ShellyAdded[];
  readonly password?: string;
  readonly profile?: string;
}

function model(id: string, app: string, status: Components, own: Own = {}): ShellyModel {
  const mac = id.slice(id.lastIndexOf('-') + 1).toUpperCase();
  const { config = {}, added, password = null, profile } = own;
  return {
    protocol: 'shelly',
    name: app,
    room: 'hall',
    info: {
      name: null,
      id,
      mac,
      slot: 0,
      model: `S3-${app}`,
      gen: 3,
      fw_id: '20260611-104501/1.7.1-g0c12ab3',
      ver: '1.7.1',
      app,
      auth_en: password !== null,
      auth_domain: password === null ? null : id,
      ...(profile === undefined ? {} : { profile }),
    },
    config,
    status,
    ...(added === undefined ? {} : { added }),
    password,
    loadWatts: 60,
    travelMs: 200,
  };
}

const SYS: Fields = {
  mac: '54320AA10200',
  restart_required: true,
  unixtime: 1_780_000_000,
  uptime: 12_046,
  available_updates: { stable: { version: '1.7.2', build_id: '20260701-081201/1.7.2-g11' } },
};
const LINKS: Components = {
  ble: {},
  cloud: { connected: false },
  mqtt: { connected: false },
  ws: { connected: false },
  wifi: { sta_ip: '192.168.7.20', status: 'got ip', ssid: 'home', rssi: -58 },
};
const metered = (apower: number): Fields => ({
  apower,
  voltage: 229.8,
  current: apower / 230,
  pf: 0.92,
  freq: 50,
  aenergy: { total: 12_345.678, by_minute: [0, 0, 0], minute_ts: 1_780_000_000 },
  ret_aenergy: { total: 250, by_minute: [0, 0, 0], minute_ts: 1_780_000_000 },
  temperature: { tC: 47.3, tF: 117.1 },
});

/** A switch with everything that a switch can measure, and what the device says of itself. */
export const relay = () =>
  model(
    'shelly1pmg4-54320aa10200',
    '1PMG4',
    {
      ...LINKS,
      sys: SYS,
      'switch:0': { id: 0, source: 'init', output: false, ...metered(0) },
      'input:0': { id: 0, state: false },
      'script:1': { id: 1, running: true, mem_used: 1_024, mem_peak: 2_048, mem_free: 22_000 },
    },
    {
      config: {
        'input:0': { id: 0, name: null, type: 'switch', invert: false },
        'script:1': { id: 1, name: 'Nightly', enable: true },
      },
    },
  );

export const dimmer = () =>
  model(
    'shellydimmerg3-54320aa10201',
    'DimmerG3',
    {
      'light:0': {
        id: 0,
        source: 'init',
        output: true,
        brightness: 40,
        flags: ['uncalibrated'],
        ...metered(12),
      },
      'input:0': { id: 0, state: null },
      'input:1': { id: 1, state: null },
    },
    {
      config: { 'input:0': { id: 0, type: 'button' }, 'input:1': { id: 1, type: 'button' } },
    },
  );

export const strip = () =>
  model(
    'shellyplusrgbwpm-54320aa10202',
    'PlusRGBWPM',
    {
      'rgbw:0': {
        id: 0,
        source: 'init',
        output: false,
        rgb: [255, 0, 0],
        brightness: 50,
        white: 51,
        ...metered(0),
      },
    },
    { profile: 'rgbw' },
  );

export const twoColours = () =>
  model(
    'shellyprorgbwwpm-54320aa10203',
    'ProRGBWWPM',
    {
      'rgb:0': { id: 0, source: 'init', output: true, rgb: [0, 255, 0], brightness: 80 },
      'cct:0': { id: 0, source: 'init', output: true, ct: 3_000, brightness: 70 },
    },
    { config: { 'cct:0': { id: 0, ct_range: [2_700, 5_000] } } },
  );

export const bulb = () =>
  model('shellyrgbcctbulbg3-54320aa10204', 'RGBCCTBulbG3', {
    'rgbcct:0': {
      id: 0,
      source: 'init',
      output: true,
      mode: 'cct',
      ct: 3_349,
      rgb: [76, 140, 255],
      brightness: 44,
    },
  });

export const slats = () =>
  model(
    'shellyplus2pm-54320aa10205',
    'Plus2PM',
    {
      'cover:0': {
        ...{ id: 0, source: 'init', state: 'stopped', pos_control: true, current_pos: 30 },
        ...{ target_pos: null, slat_pos: 75, last_direction: 'open' },
        ...metered(0),
      },
    },
    { profile: 'cover', config: { 'cover:0': { id: 0, slat: { enable: true } } } },
  );

export const uncalibrated = () =>
  model(
    'shellyplus2pm-54320aa10206',
    'Plus2PM',
    {
      'cover:0': { id: 0, source: 'init', state: 'open', pos_control: false, apower: 0 },
    },
    { profile: 'cover' },
  );

export const threePhases = () =>
  model(
    'shellypro3em-54320aa10207',
    'Pro3EM',
    {
      'em:0': {
        id: 0,
        ...{
          a_current: 4.029,
          a_voltage: 236.1,
          a_act_power: 951.2,
          a_aprt_power: 951.9,
          a_pf: 1,
          a_freq: 50,
        },
        ...{
          b_current: 4.027,
          b_voltage: 236.2,
          b_act_power: -951.1,
          b_aprt_power: 951.8,
          b_pf: -1,
          b_freq: 50,
        },
        ...{
          c_current: 3.03,
          c_voltage: 236.4,
          c_act_power: 715.4,
          c_aprt_power: 716.2,
          c_pf: 1,
          c_freq: 50,
        },
        ...{
          n_current: 0.41,
          total_current: 11.083,
          total_act_power: 715.5,
          total_aprt_power: 2_619.9,
        },
        user_calibrated_phase: [],
        b_errors: ['out_of_range:voltage'],
      },
      'emdata:0': {
        id: 0,
        ...{ a_total_act_energy: 723_000, a_total_act_ret_energy: 1_000 },
        ...{ b_total_act_energy: 12_000, b_total_act_ret_energy: 456_000 },
        ...{ c_total_act_energy: 98_000, c_total_act_ret_energy: 0 },
        ...{ total_act: 833_000, total_act_ret: 457_000 },
      },
      'temperature:0': { id: 0, tC: 46.3, tF: 115.4 },
    },
    { profile: 'triphase' },
  );

export const onePhaseMeters = () =>
  model('shellyproem50-54320aa10208', 'ProEM50', {
    'em1:0': {
      id: 0,
      current: 6.473,
      voltage: 235.9,
      act_power: 1_520.3,
      aprt_power: 1_527.1,
      pf: 0.99,
      freq: 50,
      calibration: 'factory',
    },
    'em1:1': {
      id: 1,
      current: 1.1,
      voltage: 235.9,
      act_power: 250.5,
      aprt_power: 259.5,
      pf: 0.96,
      freq: 50,
      calibration: 'factory',
    },
    'em1data:0': { id: 0, total_act_energy: 5_200_000, total_act_ret_energy: 0 },
    'em1data:1': { id: 1, total_act_energy: 41_000, total_act_ret_energy: 22 },
    'switch:0': { id: 0, output: true },
  });

export const meter = () =>
  model('shellypmminig3-54320aa10209', 'MiniPMG3', {
    'pm1:0': { id: 0, ...metered(31.4), aprtpower: 34.1 },
  });

/** Analog and counting inputs, and sensors that hang on it. */
export const inputs = () =>
  model(
    'shellyplusuni-54320aa1020a',
    'PlusUni',
    {
      'input:0': { id: 0, state: null },
      'input:1': { id: 1, percent: 41.5, xpercent: 12.3 },
      'input:2': {
        id: 2,
        counts: { total: 1_205, xtotal: 12.05, by_minute: [0], minute_ts: 1_780_000_000 },
        freq: 3.5,
        xfreq: 0.035,
      },
      'voltmeter:100': { id: 100, voltage: 12.31, xvoltage: 4.2 },
      'temperature:100': { id: 100, tC: 4.5, tF: 40.1 },
      'temperature:101': { id: 101, tC: 60.25, tF: 140.5 },
      'humidity:100': { id: 100, rh: 61.2 },
    },
    {
      config: {
        'input:0': { id: 0, type: 'button' },
        'input:1': { id: 1, type: 'analog', name: 'Tank', xpercent: { expr: 'x*0.3', unit: 'cm' } },
        'input:2': {
          ...{ id: 2, type: 'count', name: 'Water' },
          ...{ xcounts: { expr: 'x/100', unit: 'm3' }, xfreq: { expr: 'x/100', unit: 'm3/h' } },
        },
        'voltmeter:100': { id: 100, xvoltage: { expr: 'x/3', unit: 'bar' } },
      },
    },
  );

export const climate = () =>
  model('shellyhtg3-54320aa1020b', 'HTG3', {
    sys: {
      mac: '54320AA1020B',
      wakeup_period: 7_200,
      wakeup_reason: { boot: 'deepsleep_wake', cause: 'status_update' },
    },
    'temperature:0': { id: 0, tC: 21.7, tF: 71.1 },
    'humidity:0': { id: 0, rh: 48.3 },
    'devicepower:0': { id: 0, battery: { V: 5.38, percent: 64 }, external: { present: false } },
    ht_ui: {},
  });

export const guard = () =>
  model('shellyfloodg4-54320aa1020c', 'FloodG4', {
    'flood:0': { id: 0, alarm: false, mute: false },
    'smoke:0': { id: 0, alarm: false, mute: false },
    'devicepower:0': { id: 0, battery: { V: 2.9, percent: 81 } },
  });

export const people = () =>
  model(
    'shellypresenceg4-54320aa1020d',
    'PresenceG4',
    {
      presence: { num_objects: 2 },
      'illuminance:0': { id: 0, lux: 412, illumination: 'bright' },
    },
    {
      config: { presence: { enable: true, main_zone: 'presencezone:200' } },
      added: [
        {
          key: 'presencezone:200',
          status: { id: 200, value: true, num_objects: 2 },
          config: { id: 200, name: 'Sofa', enable: true },
        },
      ],
    },
  );

export const wallDisplay = () =>
  model(
    'shellywalldisplay-54320aa1020e',
    'WallDisplay',
    {
      'thermostat:0': {
        id: 0,
        enable: true,
        target_C: 21.5,
        current_C: 20.4,
        output: true,
        schedules: { enable: false },
      },
      'temperature:0': { id: 0, tC: 20.4, tF: 68.7 },
      'humidity:0': { id: 0, rh: 44 },
      'illuminance:0': { id: 0, lux: 4, illumination: 'dark' },
      'switch:0': { id: 0, output: true },
      media: { playback: { enable: false } },
    },
    { config: { 'thermostat:0': { id: 0, type: 'heating', enable: true } } },
  );

const now = Math.floor(Date.now() / 1_000);
const blu = (id: number, addr: string, name: string | null, modelId: number): ShellyAdded => ({
  key: `bthomedevice:${id}`,
  status: {
    id,
    rssi: -59,
    battery: 90,
    packet_id: 242,
    last_updated_ts: now - 60,
    paired: false,
    rpc: false,
    rsv: -1,
    fw_ver: null,
  },
  config: { id, addr, name, key: null, meta: { ui: { view: 'regular' } } },
  attrs: { flags: 0, model_id: modelId },
});
const sensor = (id: number, addr: string, objId: number, value: unknown, idx = 0): ShellyAdded => ({
  key: `bthomesensor:${id}`,
  status: { id, value, last_updated_ts: now - 60 },
  config: { id, addr, name: null, obj_id: objId, idx, meta: { ui: { icon: null } } },
});
export const BUTTON = '3c:2e:f5:71:d5:2a';
export const WALL = '3c:2e:f5:71:d5:2b';
export const DOOR = '3C:2E:F5:71:D5:2C';
export const WEATHER = '3c:2e:f5:71:d5:2d';
export const VALVE = 'f8:44:77:1d:05:54';

/** A gateway that hears four Bluetooth devices and speaks for a radiator valve. */
export const gateway = () =>
  model(
    'shellyblugwg3-54320aa1020f',
    'BluGwG3',
    { ...LINKS, sys: SYS, blugw: {}, bthome: {} },
    {
      added: [
        blu(200, BUTTON, 'Bedside', 1),
        sensor(200, BUTTON, 0x01, 90),
        blu(201, WALL, null, 6),
        blu(202, DOOR, 'Front door', 2),
        sensor(201, DOOR, 0x05, 12),
        sensor(202, DOOR, 0x2d, true),
        sensor(203, DOOR, 0x3f, 4.5),
        blu(203, WEATHER, 'Balcony', 11),
        sensor(204, WEATHER, 0x45, 7.4),
        sensor(205, WEATHER, 0x45, 9.1, 1),
        sensor(206, WEATHER, 0x2e, 71),
        sensor(207, WEATHER, 0x04, 1_013.2),
        sensor(208, WEATHER, 0x5f, 3.6),
        sensor(209, WEATHER, 0xe7, 42),
        blu(204, VALVE, null, 8),
        {
          key: 'blutrv:204',
          status: {
            ...{ id: 204, target_C: 17.8, current_C: 18.5, pos: 54, connected: true, rssi: -60 },
            ...{
              battery: 100,
              packet_id: 243,
              last_updated_ts: now,
              paired: true,
              rpc: true,
              errors: [],
            },
          },
          config: {
            id: 204,
            addr: VALVE,
            name: 'Radiator',
            key: null,
            trv: 'bthomedevice:204',
            temp_sensors: [],
            dw_sensors: [],
          },
          attrs: { flags: 17, model_id: 8 },
        },
      ],
    },
  );

/** What people have put into a Shelly by themselves, and a component of a firmware that nobody knows yet. */
export const virtual = () =>
  model(
    'shelly1g3-54320aa10210',
    '1G3',
    {
      'switch:0': { id: 0, output: false },
      'cury:0': { id: 0, ambient: 'calm', level: 3, isOn: true, slots: { left: {}, right: {} } },
      'lens:0': { id: 0, frames: [1, 2, 3] },
    },
    {
      added: [
        {
          key: 'boolean:200',
          status: { value: false, source: 'sys' },
          config: { id: 200, name: 'Guests' },
        },
        {
          key: 'number:200',
          status: { value: 21.5, source: 'sys' },
          config: {
            id: 200,
            name: 'Level',
            min: 0,
            max: 100,
            meta: { ui: { unit: '%', step: 0.5 } },
          },
        },
        {
          key: 'text:200',
          status: { value: 'hello' },
          config: { id: 200, name: null, max_len: 255 },
        },
        {
          key: 'enum:200',
          status: { value: 'eco' },
          config: { id: 200, name: 'Programme', options: ['eco', 'comfort', 'off'] },
        },
        { key: 'button:200', status: {}, config: { id: 200, name: 'Bell' } },
        { key: 'group:200', status: { value: ['boolean:200'] }, config: { id: 200, name: 'All' } },
      ],
    },
  );

/** All of them, for what must hold for any. */
export const PROFILES: readonly (() => ShellyModel)[] = [
  relay,
  dimmer,
  strip,
  twoColours,
  bulb,
  slats,
  uncalibrated,
  threePhases,
  onePhaseMeters,
  meter,
  inputs,
  climate,
  guard,
  people,
  wallDisplay,
  gateway,
  virtual,
];
