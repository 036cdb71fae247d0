// Announcements in the forms of ESPHome.
import type { Sample } from './sample.ts';

const node = {
  ids: 'a4cf12f03d10',
  name: 'Porch',
  mf: 'espressif',
  mdl: 'esp32dev',
  sw: '2025.9.1',
};
const esp = (about: string, component: string, object: string, payload: object) => ({
  source: 'ESPHome' as const,
  about,
  topic: `homeassistant/${component}/porch/${object}/config`,
  payload: {
    name: object,
    uniq_id: `ESP${component}${object}`,
    avty_t: 'porch/status',
    dev: node,
    ...payload,
  },
});

export const ESPHOME: readonly Sample[] = [
  {
    ...esp('lamp, schema json with colour', 'light', 'ring', {
      schema: 'json',
      stat_t: 'porch/light/ring/state',
      cmd_t: 'porch/light/ring/command',
      brightness: true,
      clrm: true,
      sup_clrm: ['rgb', 'color_temp'],
      min_mireds: 153,
      max_mireds: 500,
      effect: true,
      fx_list: ['None', 'Rainbow'],
    }),
    says: [
      [
        'porch/light/ring/state',
        '{"color_mode":"rgb","state":"ON","brightness":255,"color":{"r":0,"g":0,"b":255}}',
        { on: true, brightness: 100, color: { hue: 240, saturation: 100 } },
      ],
    ],
    does: [
      [
        'color',
        { hue: 0, saturation: 100 },
        ['porch/light/ring/command {"state":"ON","color":{"r":255,"g":0,"b":0}}'],
      ],
    ],
  },
  {
    ...esp('switch without a template', 'switch', 'relay', {
      stat_t: 'porch/switch/relay/state',
      cmd_t: 'porch/switch/relay/command',
    }),
    says: [['porch/switch/relay/state', 'ON', { on: true }]],
    does: [['on', false, ['porch/switch/relay/command OFF']]],
  },
  {
    ...esp('humidity', 'sensor', 'porch_humidity', {
      dev_cla: 'humidity',
      unit_of_meas: '%',
      stat_cla: 'measurement',
      stat_t: 'porch/sensor/porch_humidity/state',
      sug_dsp_prc: 1,
    }),
    says: [
      ['porch/sensor/porch_humidity/state', '48.3', { humidity: 48.3 }],
      ['porch/sensor/porch_humidity/state', 'nan', {}],
    ],
  },
  {
    ...esp('pressure in kilopascals', 'sensor', 'porch_pressure', {
      dev_cla: 'atmospheric_pressure',
      unit_of_meas: 'kPa',
      stat_cla: 'measurement',
      stat_t: 'porch/sensor/porch_pressure/state',
    }),
    says: [['porch/sensor/porch_pressure/state', '101.3', { pressure: 1013 }]],
  },
  {
    ...esp('signal, which the table has no row for', 'sensor', 'wifi_signal', {
      dev_cla: 'signal_strength',
      unit_of_meas: 'dBm',
      stat_cla: 'measurement',
      stat_t: 'porch/sensor/wifi_signal/state',
      ent_cat: 'diagnostic',
    }),
    says: [['porch/sensor/wifi_signal/state', '-61', { x_wifi_signal: -61 }]],
  },
  {
    ...esp('text that is only told', 'sensor', 'version', {
      stat_t: 'porch/sensor/version/state',
      ent_cat: 'diagnostic',
    }),
    says: [['porch/sensor/version/state', '2025.9.1 x', { x_version: '2025.9.1 x' }]],
  },
  {
    ...esp('window contact', 'binary_sensor', 'window', {
      dev_cla: 'window',
      stat_t: 'porch/binary_sensor/window/state',
    }),
    says: [['porch/binary_sensor/window/state', 'OFF', { open: false }]],
  },
  {
    ...esp('cover with tilt', 'cover', 'blind', {
      '~': 'porch/cover/blind',
      stat_t: '~/state',
      cmd_t: '~/command',
      pos_t: '~/position/state',
      set_pos_t: '~/position/command',
      tilt_cmd_t: '~/tilt/command',
      tilt_status_t: '~/tilt/state',
    }),
    says: [
      ['porch/cover/blind/position/state', '40', { position: 40 }],
      ['porch/cover/blind/tilt/state', '80', { tilt: 80 }],
      ['porch/cover/blind/state', 'opening', { moving: 'opening' }],
    ],
    does: [['tilt', 10, ['porch/cover/blind/tilt/command 10']]],
  },
  {
    ...esp('garage door that only opens and closes', 'cover', 'gate', {
      dev_cla: 'garage',
      stat_t: 'porch/cover/gate/state',
      cmd_t: 'porch/cover/gate/command',
    }),
    says: [['porch/cover/gate/state', 'open', { position: 100, moving: 'stopped' }]],
    does: [['position', 0, ['porch/cover/gate/command CLOSE']]],
  },
  {
    ...esp('fan with speed, oscillation and direction', 'fan', 'ceiling', {
      stat_t: 'porch/fan/ceiling/state',
      cmd_t: 'porch/fan/ceiling/command',
      osc_cmd_t: 'porch/fan/ceiling/oscillation/command',
      osc_stat_t: 'porch/fan/ceiling/oscillation/state',
      pct_cmd_t: 'porch/fan/ceiling/speed_level/command',
      pct_stat_t: 'porch/fan/ceiling/speed_level/state',
      spd_rng_max: 4,
      dir_cmd_t: 'porch/fan/ceiling/direction/command',
      dir_stat_t: 'porch/fan/ceiling/direction/state',
    }),
    says: [
      ['porch/fan/ceiling/speed_level/state', '2', { fanSpeed: 50 }],
      ['porch/fan/ceiling/oscillation/state', 'oscillate_on', { swing: 'on' }],
      ['porch/fan/ceiling/direction/state', 'reverse', { x_ceiling_direction: 'reverse' }],
    ],
    does: [
      ['fanSpeed', 75, ['porch/fan/ceiling/speed_level/command 3']],
      ['swing', 'off', ['porch/fan/ceiling/oscillation/command oscillate_off']],
    ],
  },
  {
    ...esp('air conditioner', 'climate', 'ac', {
      '~': 'porch/climate/ac',
      curr_temp_t: '~/current_temperature/state',
      mode_cmd_t: '~/mode/command',
      mode_stat_t: '~/mode/state',
      modes: ['off', 'cool', 'heat', 'heat_cool', 'fan_only'],
      temp_cmd_t: '~/target_temperature/command',
      temp_stat_t: '~/target_temperature/state',
      min_temp: 16,
      max_temp: 30,
      temp_step: 0.5,
      act_t: '~/action/state',
      fan_mode_cmd_t: '~/fan_mode/command',
      fan_mode_stat_t: '~/fan_mode/state',
      fan_modes: ['auto', 'low', 'high'],
      swing_mode_cmd_t: '~/swing_mode/command',
      swing_mode_stat_t: '~/swing_mode/state',
      swing_modes: ['off', 'vertical'],
    }),
    says: [
      ['porch/climate/ac/mode/state', 'heat_cool', { mode: 'auto' }],
      ['porch/climate/ac/action/state', 'cooling', { runningState: 'cool' }],
      ['porch/climate/ac/fan_mode/state', 'low', { fanMode: 'low' }],
      ['porch/climate/ac/swing_mode/state', 'vertical', { swing: 'vertical' }],
    ],
    does: [
      ['mode', 'auto', ['porch/climate/ac/mode/command heat_cool']],
      ['targetTemperature', 24, ['porch/climate/ac/target_temperature/command 24']],
    ],
  },
  {
    ...esp('number', 'number', 'delay', {
      stat_t: 'porch/number/delay/state',
      cmd_t: 'porch/number/delay/command',
      min: 0,
      max: 600,
      step: 5,
      unit_of_meas: 's',
      mode: 'slider',
    }),
    says: [['porch/number/delay/state', '30', { x_delay: 30 }]],
    does: [['x_delay', 45, ['porch/number/delay/command 45']]],
  },
  {
    ...esp('select', 'select', 'scene', {
      stat_t: 'porch/select/scene/state',
      cmd_t: 'porch/select/scene/command',
      ops: ['Day', 'Night'],
    }),
    says: [
      ['porch/select/scene/state', 'Night', { x_scene: 'Night' }],
      ['porch/select/scene/state', 'Noon', {}],
    ],
    does: [['x_scene', 'Day', ['porch/select/scene/command Day']]],
  },
  {
    ...esp('restart button', 'button', 'restart', {
      cmd_t: 'porch/button/restart/command',
      dev_cla: 'restart',
      ent_cat: 'config',
    }),
    does: [['x_restart', true, ['porch/button/restart/command PRESS']]],
  },
  {
    ...esp('event of a doorbell', 'event', 'bell', {
      stat_t: 'porch/event/bell/state',
      evt_typ: ['press', 'double_press'],
      dev_cla: 'doorbell',
    }),
    says: [['porch/event/bell/state', '{"event_type":"double_press"}', { button: 'double' }]],
  },
  {
    ...esp('water valve with position', 'valve', 'garden', {
      stat_t: 'porch/valve/garden/state',
      cmd_t: 'porch/valve/garden/command',
      pos: true,
      dev_cla: 'water',
    }),
    says: [
      [
        'porch/valve/garden/state',
        '{"state":"opening","position":25}',
        { valvePosition: 25, moving: 'opening' },
      ],
    ],
    does: [['valvePosition', 60, ['porch/valve/garden/command 60']]],
  },
  {
    ...esp('lock', 'lock', 'door', {
      stat_t: 'porch/lock/door/state',
      cmd_t: 'porch/lock/door/command',
      pl_open: 'OPEN',
    }),
    says: [['porch/lock/door/state', 'LOCKED', { locked: true }]],
    does: [
      ['locked', true, ['porch/lock/door/command LOCK']],
      ['open', null, ['porch/lock/door/command OPEN']],
    ],
  },
  {
    ...esp('alarm panel without a code', 'alarm_control_panel', 'house', {
      stat_t: 'porch/alarm/house/state',
      cmd_t: 'porch/alarm/house/command',
      sup_feat: ['arm_home', 'arm_away', 'trigger'],
      cod_arm_req: false,
    }),
    says: [['porch/alarm/house/state', 'armed_away', { x_house: 'armed_away' }]],
    does: [
      ['x_house', 'armed_home', ['porch/alarm/house/command ARM_HOME']],
      ['x_house', 'disarmed', ['porch/alarm/house/command DISARM']],
    ],
  },
  {
    ...esp('alarm panel that wants its code', 'alarm_control_panel', 'shed', {
      stat_t: 'porch/alarm/shed/state',
      cmd_t: 'porch/alarm/shed/command',
      code: 'REMOTE_CODE',
      cod_arm_req: true,
      cmd_tpl: '{"action":"{{ action }}","code":"{{ code }}"}',
    }),
    says: [['porch/alarm/shed/state', 'disarmed', { x_shed: 'disarmed' }]],
    leaves: [
      'alarm_control_panel/shed command_topic',
      'alarm_control_panel/shed code_arm_required',
    ],
  },
  {
    ...esp('humidifier', 'humidifier', 'nursery', {
      stat_t: 'porch/hum/state',
      cmd_t: 'porch/hum/cmd',
      hum_cmd_t: 'porch/hum/target/cmd',
      hum_stat_t: 'porch/hum/target',
      min_hum: 30,
      max_hum: 80,
      curr_hum_t: 'porch/hum/now',
      mode_cmd_t: 'porch/hum/mode/cmd',
      mode_stat_t: 'porch/hum/mode',
      modes: ['auto', 'sleep'],
      act_t: 'porch/hum/action',
    }),
    says: [
      ['porch/hum/target', '45', { x_nursery_target_humidity: 45 }],
      ['porch/hum/now', '41', { humidity: 41 }],
      ['porch/hum/mode', 'sleep', { preset: 'sleep' }],
      ['porch/hum/action', 'humidifying', { x_nursery_action: 'humidifying' }],
    ],
    does: [
      ['x_nursery_target_humidity', 50, ['porch/hum/target/cmd 50']],
      ['on', true, ['porch/hum/cmd ON']],
    ],
  },
  {
    ...esp('siren with tones', 'siren', 'alarm', {
      stat_t: 'porch/siren/state',
      cmd_t: 'porch/siren/cmd',
      av_tones: ['ping', 'siren'],
      sup_dur: true,
      stat_val_tpl: '{{ value_json.state }}',
    }),
    says: [['porch/siren/state', '{"state":"ON"}', { siren: true }]],
    does: [['siren', false, ['porch/siren/cmd {"state":"OFF"}']]],
    leaves: ['siren/alarm available_tones', 'siren/alarm support_duration'],
  },
  {
    ...esp('vacuum', 'vacuum', 'robo', {
      stat_t: 'porch/vac/state',
      cmd_t: 'porch/vac/cmd',
      sup_feat: ['start', 'pause', 'return_home', 'battery', 'fan_speed', 'locate'],
      set_fan_spd_t: 'porch/vac/fan',
      fanspd_lst: ['low', 'high'],
    }),
    says: [
      [
        'porch/vac/state',
        '{"state":"cleaning","battery_level":64,"fan_speed":"low"}',
        { x_robo: 'cleaning', battery: 64, fanMode: 'low' },
      ],
    ],
    does: [
      ['start', null, ['porch/vac/cmd start']],
      ['return_home', null, ['porch/vac/cmd return_to_base']],
      ['fanMode', 'high', ['porch/vac/fan high']],
    ],
  },
  {
    ...esp('picture, which is no property', 'camera', 'door', { t: 'porch/camera' }),
    leaves: ['camera/door'],
  },
  {
    source: 'ESPHome',
    about: 'a whole device in one payload',
    topic: 'homeassistant/device/meter-4711/config',
    payload: {
      dev: {
        ids: 'meter-4711',
        name: 'Meter',
        mf: 'Bla electronics',
        mdl: 'xya',
        sw: '1.0',
        sn: 'ea334450945afc',
        hw: '1.0rev2',
      },
      o: { name: 'bla2mqtt', sw: '2.1', url: 'https://bla2mqtt.example.com/support' },
      '~': 'meter/4711',
      cmps: {
        flow: {
          p: 'sensor',
          dev_cla: 'volume_flow_rate',
          unit_of_meas: 'L/min',
          val_tpl: '{{ value_json.flow }}',
          uniq_id: 'm_f',
        },
        water: {
          p: 'sensor',
          dev_cla: 'water',
          stat_cla: 'total_increasing',
          unit_of_meas: 'L',
          val_tpl: '{{ value_json.total }}',
          uniq_id: 'm_t',
        },
        gone: { p: 'sensor' },
        shut: {
          p: 'valve',
          cmd_t: '~/valve/set',
          val_tpl: '{{ value_json.valve }}',
          uniq_id: 'm_v',
        },
      },
      stat_t: '~/state',
      avty: { t: '~/status', pl_avail: 'up', pl_not_avail: 'down' },
      qos: 2,
    },
    says: [
      [
        'meter/4711/state',
        '{"flow":10,"total":1500,"valve":"closed"}',
        { flow: 0.6, water: 1.5, valvePosition: 0, moving: 'stopped' },
      ],
    ],
    does: [['valvePosition', 100, ['meter/4711/valve/set OPEN']]],
  },
];
