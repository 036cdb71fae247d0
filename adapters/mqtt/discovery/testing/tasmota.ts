// Announcements in the forms of Tasmota (before its own discovery).
import type { Sample } from './sample.ts';

const tasmota = (about: string, component: string, object: string, payload: object) => ({
  source: 'Tasmota' as const,
  about,
  topic: `homeassistant/${component}/${object}/config`,
  payload: {
    name: 'Desk',
    avty_t: '~LWT',
    pl_avail: 'Online',
    pl_not_avail: 'Offline',
    uniq_id: object,
    device: {
      identifiers: ['1F2A3B'],
      name: 'Desk',
      model: 'Sonoff',
      manufacturer: 'Tasmota',
      sw_version: '8.5.1',
    },
    '~': 'tele/desk/',
    ...payload,
  },
});

export const TASMOTA: readonly Sample[] = [
  {
    ...tasmota('relay', 'switch', '1F2A3B_RL_1', {
      cmd_t: 'cmnd/desk/POWER',
      stat_t: '~STATE',
      val_tpl: '{{value_json.POWER}}',
      pl_off: 'OFF',
      pl_on: 'ON',
    }),
    says: [['tele/desk/STATE', '{"Time":"2026-11-21T20:00:00","POWER":"ON"}', { on: true }]],
    does: [['on', false, ['cmnd/desk/POWER OFF']]],
  },
  {
    ...tasmota('lamp of five channels', 'light', '1F2A3B_LI_1', {
      cmd_t: 'cmnd/desk/POWER',
      stat_t: '~STATE',
      val_tpl: '{{value_json.POWER}}',
      pl_off: 'OFF',
      pl_on: 'ON',
      bri_cmd_t: 'cmnd/desk/Dimmer',
      bri_stat_t: '~STATE',
      bri_scl: 100,
      on_cmd_type: 'brightness',
      bri_val_tpl: '{{value_json.Dimmer}}',
      rgb_cmd_t: 'cmnd/desk/Color2',
      rgb_stat_t: '~STATE',
      rgb_val_tpl: "{{value_json.Color.split(',')[0:3]|join(',')}}",
      clr_temp_cmd_t: 'cmnd/desk/CT',
      clr_temp_stat_t: '~STATE',
      clr_temp_val_tpl: '{{value_json.CT}}',
      fx_cmd_t: 'cmnd/desk/Scheme',
      fx_list: ['0', '1', '2', '3', '4'],
    }),
    says: [
      [
        'tele/desk/STATE',
        '{"POWER":"ON","Dimmer":40,"Color":"0,255,0,0,0","CT":250}',
        { on: true, brightness: 40, color: { hue: 120, saturation: 100 }, colorTemperature: 4000 },
      ],
    ],
    does: [
      ['brightness', 35, ['cmnd/desk/Dimmer 35']],
      ['color', { hue: 240, saturation: 100 }, ['cmnd/desk/Color2 0,0,255']],
    ],
  },
  {
    ...tasmota('energy meter', 'sensor', '1F2A3B_ENERGY_Power', {
      stat_t: '~SENSOR',
      unit_of_meas: 'W',
      val_tpl: "{{value_json['ENERGY']['Power']}}",
      dev_cla: 'power',
    }),
    says: [['tele/desk/SENSOR', '{"ENERGY":{"Power":61,"Total":3.2}}', { power: 61 }]],
  },
  {
    ...tasmota('thermometer in Fahrenheit', 'sensor', '1F2A3B_DS18B20_Temperature', {
      stat_t: '~SENSOR',
      unit_of_meas: '°F',
      val_tpl: "{{value_json['DS18B20'].Temperature}}",
      dev_cla: 'temperature',
    }),
    says: [
      ['tele/desk/SENSOR', '{"DS18B20":{"Temperature":68},"TempUnit":"F"}', { temperature: 20 }],
    ],
  },
  {
    ...tasmota('status of the device itself', 'sensor', '1F2A3B_status', {
      stat_t: '~HASS_STATE',
      json_attr_t: '~HASS_STATE',
      unit_of_meas: '%',
      val_tpl: "{{value_json['RSSI']}}",
      ic: 'mdi:information-outline',
    }),
    says: [['tele/desk/HASS_STATE', '{"RSSI":"72"}', { x_1F2A3B_status: 72 }]],
    leaves: ['sensor/1F2A3B_status json_attributes_topic'],
  },
  {
    ...tasmota('button, short', 'device_automation', '1F2A3B_BTN_1_SINGLE', {
      atype: 'trigger',
      t: 'stat/desk/BUTTON1T',
      type: 'button_short_press',
      stype: 'button_1',
      pl: 'SINGLE',
    }),
    says: [['stat/desk/BUTTON1T', 'SINGLE', { button: 'single' }]],
  },
  {
    ...tasmota('motion switch that falls back', 'binary_sensor', '1F2A3B_SW_1', {
      stat_t: 'stat/desk/SWITCH1T',
      val_tpl: '{{value_json.STATE}}',
      pl_on: 'ON',
      off_dly: 1,
      dev_cla: 'motion',
    }),
    says: [['stat/desk/SWITCH1T', '{"STATE":"ON"}', { occupancy: true }]],
  },
  {
    ...tasmota('shutter', 'cover', '1F2A3B_SHT_1', {
      cmd_t: 'cmnd/desk/Backlog',
      pl_open: 'ShutterOpen1',
      pl_cls: 'ShutterClose1',
      pl_stop: 'ShutterStop1',
      pos_open: 100,
      pos_clsd: 0,
      pos_t: 'stat/desk/SHUTTER1',
      set_pos_t: 'cmnd/desk/ShutterPosition1',
    }),
    says: [['stat/desk/SHUTTER1', '55', { position: 55 }]],
    does: [
      ['position', 20, ['cmnd/desk/ShutterPosition1 20']],
      ['stop', null, ['cmnd/desk/Backlog ShutterStop1']],
    ],
  },
];
