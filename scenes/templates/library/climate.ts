// Templates of climate: a room by the clock, heating and open windows, damp air, heat. A data table.

/** Template files, in the order in which they are shown. */
export const CLIMATE_TEMPLATES: readonly string[] = [
  `template: room-climate
name: {en: A room's temperature by the clock, zh: 分房间定时调温}
description:
  en: Warm by day, cooler at night, for one room.
  zh: 一个房间白天暖、夜里凉。
group: climate
households: [anyone, family, elder]
slots:
  room: {kind: room, optional: true, label: {en: Room, zh: 房间}}
  thermostats: {kind: devices, is: thermostat, sets: [targetTemperature], near: room, label: {en: Heating, zh: 温控器}}
  day: {kind: time, default: "06:30", label: {en: Warm from, zh: 升温时间}}
  night: {kind: time, default: "22:00", label: {en: Cooler from, zh: 降温时间}}
  warm: {kind: number, min: 12, max: 28, unit: °C, default: 21, label: {en: By day, zh: 白天温度}}
  cool: {kind: number, min: 5, max: 25, unit: °C, default: 17, label: {en: At night, zh: 夜间温度}}
scene:
  room: "{{room}}"
  when:
    - {at: "{{day}}", id: day}
    - {at: "{{night}}", id: night}
  while: {not: {is: {home.mode: away}}}
  do:
    - if: {triggered-by: day}
      then: [{set: {"{{thermostats}}": {targetTemperature: "{{warm}}"}}}]
      else: [{set: {"{{thermostats}}": {targetTemperature: "{{cool}}"}}}]
  tests:
    - given: {home.mode: home}
      when: [{time: "{{day}}"}]
      then: [{of-each: thermostats, "{{thermostats}}": {targetTemperature: "{{warm}}"}}]
    - given: {home.mode: home}
      when: [{time: "{{night}}"}]
      then: [{of-each: thermostats, "{{thermostats}}": {targetTemperature: "{{cool}}"}}]
    - given: {home.mode: away}
      when: [{time: "{{day}}"}]
      then: [{nothing: true}]
`,
  `template: window-heating
name: {en: No heating out of the window, zh: 开窗停暖}
description:
  en: While a window is open the heating is down; once all are closed it is as before.
  zh: 开窗时调低温度，全部关上后恢复。
group: climate
households: [anyone, family]
slots:
  windows: {kind: devices, is: contact, has: open, words: [window, 窗], max: 10, label: {en: Windows, zh: 窗户}}
  thermostat: {kind: device, is: thermostat, sets: [targetTemperature], near: windows, label: {en: Heating, zh: 温控器}}
  after: {kind: duration, min: 10s, max: 30min, default: 2min, label: {en: Open for, zh: 打开超过}}
  low: {kind: number, min: 5, max: 15, unit: °C, default: 7, label: {en: Temperature meanwhile, zh: 期间温度}}
scene:
  when:
    - of-each: windows
      holds: {"{{windows}}.open": true}
      for: "{{after}}"
  do:
    - set: {"{{thermostat}}": {targetTemperature: "{{low}}"}}
    - wait: {holds: {"{{windows}}.open": false}, for: 30s}
    - restore: "{{thermostat}}"
  tests:
    - given: {"{{windows}}.open": false, "{{thermostat}}.targetTemperature": 21}
      when:
        - {"{{windows}}.open": true}
        - after: "{{after}}"
        - {"{{windows}}.open": false}
        - after: 1min
      then: [{"{{thermostat}}": {targetTemperature: "{{low}}"}}, {"{{thermostat}}": {targetTemperature: 21}}]
`,
  `template: damp-air
name: {en: Fan against damp air, zh: 潮湿排风}
description:
  en: The fan runs while the air is damp, as after a shower.
  zh: 空气潮湿（例如洗澡后）时开启排风，干燥后关闭。
group: climate
households: [anyone, family]
slots:
  sensor: {kind: device, has: humidity, words: [bath, shower, 浴, 卫], label: {en: Humidity sensor, zh: 湿度传感器}}
  fan: {kind: device, is: [fan, plug, switch], sets: [on], near: sensor, words: [fan, vent, 风],
      label: {en: Fan, zh: 排风扇}}
  damp: {kind: number, min: 40, max: 95, unit: '%', default: 65, label: {en: Damp above, zh: 湿度高于}}
  most: {kind: duration, min: 5min, max: 4h, default: 1h, label: {en: At most for, zh: 最长}}
scene:
  when: [{crosses: {"{{sensor}}.humidity": {above: "{{damp}}", hysteresis: 3}}}]
  do:
    - set: {"{{fan}}": {on: true}}
    - wait: {holds: {"{{sensor}}.humidity": {below: "{{damp}}"}}, for: 5min}
      timeout: "{{most}}"
    - set: {"{{fan}}": {on: false}}
  tests:
    - given: {"{{sensor}}.humidity": 20}
      when: [{"{{sensor}}.humidity": 99}, {"{{sensor}}.humidity": 20}, {after: 6min}]
      then: [{"{{fan}}": {on: true}}, {"{{fan}}": {on: false}}]
`,
  `template: forgotten-window
name: {en: A window left open, zh: 忘关窗户}
description:
  en: Tells you when a window has been open for long, and again while it stays so.
  zh: 窗户长时间开着时提醒你，一直开着会再次提醒。
group: climate
households: [anyone, family, elder]
slots:
  windows: {kind: devices, is: contact, has: open, words: [window, 窗], max: 20, label: {en: Windows, zh: 窗户}}
  after: {kind: duration, min: 1min, max: 12h, default: 30min, label: {en: Open for, zh: 打开超过}}
  to: {kind: roles, default: [adults], label: {en: Tell, zh: 通知}}
scene:
  when:
    - of-each: windows
      holds: {"{{windows}}.open": true}
      for: "{{after}}"
  do:
    - notify:
        to: "{{to}}"
        text: {en: "{{cause.device.name}} has been open for a long time.", zh: "{{cause.device.name}} 已开着很久。"}
        until: acknowledged
        every: 30min
        times: 3
  again: per device
  tests:
    - given: {"{{windows}}.open": false}
      when: [{"{{windows}}.open": true}, {after: "{{after}}"}, {after: 1s}]
      then: [{notify: "open for a long time"}]
    - given: {"{{windows}}.open": false}
      when: [{"{{windows}}.open": true}, {after: 30s}, {"{{windows}}.open": false}, {after: "{{after}}"}]
      then: [{nothing: true}]
`,
];
