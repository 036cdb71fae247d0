// Announcements in the forms of OpenBeken.
import type { Sample } from './sample.ts';

const beken = (about: string, component: string, object: string, payload: object) => ({
  source: 'OpenBeken' as const,
  about,
  topic: `homeassistant/${component}/obk1D2E3F/${object}/config`,
  payload: {
    dev: {
      ids: ['Windows_BK7231T_1D2E3F'],
      name: 'obk1D2E3F',
      sw: '1.18.60',
      mf: 'Beken',
      mdl: 'BK7231T',
      cu: 'http://192.0.2.9/index',
    },
    '~': 'obk1D2E3F',
    avty_t: '~/connected',
    uniq_id: `${object}_1`,
    qos: 1,
    ...payload,
  },
});

export const OPENBEKEN: readonly Sample[] = [
  {
    ...beken('relay', 'switch', '0', {
      name: null,
      pl_on: '1',
      pl_off: '0',
      stat_t: '~/1/get',
      cmd_t: '~/1/set',
    }),
    says: [['obk1D2E3F/1/get', '1', { on: true }]],
    does: [['on', false, ['obk1D2E3F/1/set 0']]],
  },
  {
    ...beken('lamp with colour by hexadecimal digits', 'light', '1', {
      rgb_cmd_tpl: "{{'#%02x%02x%02x0000'|format(red,green,blue)}}",
      rgb_val_tpl:
        '{{ value[0:2]|int(base=16) }},{{ value[2:4]|int(base=16) }},{{ value[4:6]|int(base=16) }}',
      rgb_stat_t: '~/led_basecolor_rgb/get',
      rgb_cmd_t: 'cmnd/obk1D2E3F/led_basecolor_rgb',
      stat_t: '~/led_enableAll/get',
      cmd_t: 'cmnd/obk1D2E3F/led_enableAll',
      pl_on: 1,
      pl_off: 0,
      bri_cmd_t: 'cmnd/obk1D2E3F/led_dimmer',
      bri_stat_t: '~/led_dimmer/get',
      bri_scl: 100,
      clr_temp_cmd_t: 'cmnd/obk1D2E3F/led_temperature',
      clr_temp_stat_t: '~/led_temperature/get',
    }),
    says: [
      ['obk1D2E3F/led_basecolor_rgb/get', 'FF0000', { color: { hue: 0, saturation: 100 } }],
      ['obk1D2E3F/led_enableAll/get', '1', { on: true }],
      ['obk1D2E3F/led_dimmer/get', '44', { brightness: 44 }],
    ],
    does: [
      ['on', true, ['cmnd/obk1D2E3F/led_enableAll 1']],
      ['color', { hue: 120, saturation: 100 }, ['cmnd/obk1D2E3F/led_basecolor_rgb #00ff000000']],
    ],
  },
  {
    ...beken('temperature in tenths', 'sensor', '2', {
      dev_cla: 'temperature',
      unit_of_meas: '°C',
      stat_t: '~/2/get',
      val_tpl: '{{ float(value)*0.1|round(2) }}',
      stat_cla: 'measurement',
    }),
    says: [['obk1D2E3F/2/get', '215', { temperature: 21.5 }]],
  },
  {
    ...beken('current in milliamperes, formatted', 'sensor', '3', {
      dev_cla: 'current',
      unit_of_meas: 'mA',
      stat_t: '~/current/get',
      val_tpl: "{{ '%0.2f'|format(float(value)*1000) }}",
      stat_cla: 'measurement',
    }),
    says: [['obk1D2E3F/current/get', '0.25', { current: 0.25 }]],
  },
  {
    ...beken('door sensor', 'binary_sensor', '4', {
      pl_on: '1',
      pl_off: '0',
      stat_t: '~/4/get',
      dev_cla: 'door',
    }),
    says: [['obk1D2E3F/4/get', '1', { open: true }]],
  },
];
