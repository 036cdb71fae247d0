// Templates of the day: coming home, leaving, sleeping, waking, a film, the washing. A data table.

/** Template files, in the order in which they are shown. */
export const DAY_TEMPLATES: readonly string[] = [
  `template: coming-home
name: {en: Coming home, zh: 回家}
description:
  en: When the door opens while the home is away, the home wakes up and the lamps come on if it is dark.
  zh: 离家模式下门被打开时，切换到在家模式；天黑时打开灯，并恢复温度。
group: day
households: [anyone, family]
slots:
  door: {kind: device, is: contact, has: open, words: [front, entrance, hall, 大门, 前门, 玄关],
      label: {en: Front door, zh: 大门}}
  lamps: {kind: devices, is: light, sets: [on], near: door, label: {en: Lamps to turn on, zh: 要打开的灯}}
  dark-from: {kind: time, default: "17:00", label: {en: Dark from, zh: 天黑起}}
  dark-to: {kind: time, default: "08:00", label: {en: Dark until, zh: 天亮止}}
  thermostat: {kind: device, is: thermostat, sets: [targetTemperature], optional: true, label: {en: Heating, zh: 温控器}}
  warmth: {kind: number, min: 15, max: 26, unit: °C, default: 21, label: {en: Temperature, zh: 温度}}
scene:
  when: [{becomes: {"{{door}}.open": true}}]
  while: {is: {home.mode: away}}
  do:
    - mode: home
    - set: {"{{thermostat}}": {targetTemperature: "{{warmth}}"}}
    - if: {between: ["{{dark-from}}", "{{dark-to}}"]}
      then: [{set: {"{{lamps}}": {on: true}}}]
  tests:
    - given: {time: "{{dark-from}}", home.mode: away, "{{door}}.open": false}
      when: [{"{{door}}.open": true}]
      then: [{is: {home.mode: home}}, {of-each: lamps, "{{lamps}}": {on: true}}]
    - given: {time: "{{dark-from}}", home.mode: home, "{{door}}.open": false}
      when: [{"{{door}}.open": true}]
      then: [{nothing: true}]
`,
  `template: leaving
name: {en: Leaving home, zh: 离家}
description:
  en: When the last person leaves, or the button is pressed, lights go off, the door locks, the heating goes down.
  zh: 最后一个人离开或按下按钮时，关闭所有灯、锁门、调低温度，并切换到离家模式。
group: day
households: [anyone, family]
slots:
  button: {kind: device, presses: [single], optional: true, words: [door, hall, exit, 门, 玄关],
      label: {en: Button at the door, zh: 门口的按钮}}
  plugs: {kind: devices, is: [plug, switch], sets: [on], optional: true, words: [iron, heater, coffee, 熨斗, 电暖, 咖啡],
      label: {en: Plugs to turn off, zh: 要关闭的插座}}
  lock: {kind: device, is: lock, sets: [locked], optional: true, label: {en: Lock, zh: 门锁}}
  thermostats: {kind: devices, is: thermostat, sets: [targetTemperature], optional: true,
      label: {en: Heating, zh: 温控器}}
  low: {kind: number, min: 5, max: 22, unit: °C, default: 17, label: {en: Temperature while away, zh: 离家温度}}
scene:
  when:
    - leaves: last
    - presses: {"{{button}}.button": single}
  do:
    - set: {on: false}
      all: {kind: light}
    - set: {"{{plugs}}": {on: false}}
    - set: {"{{thermostats}}": {targetTemperature: "{{low}}"}}
    - set: {"{{lock}}": {locked: true}}
    - mode: away
  tests:
    - when: [{"{{button}}.button": single}]
      then: [{is: {home.mode: away}}, {"{{lock}}": {locked: true}}]
`,
  `template: good-night
name: {en: Good night, zh: 睡眠}
description:
  en: One tap, a button or a time puts the home to sleep. Lights go off, blinds close, the door locks.
  zh: 一键、按钮或到点后进入夜间：关灯、拉上窗帘、锁门，并切换到夜间模式。
group: day
households: [anyone, family]
slots:
  button: {kind: device, presses: [single], optional: true, words: [bed, 床, 卧],
      label: {en: Button at the bed, zh: 床头按钮}}
  at: {kind: time, optional: true, label: {en: Or at a time, zh: 或在固定时间}}
  blinds: {kind: devices, is: cover, sets: [position], optional: true, label: {en: Blinds, zh: 窗帘}}
  lock: {kind: device, is: lock, sets: [locked], optional: true, label: {en: Lock, zh: 门锁}}
scene:
  when:
    - presses: {"{{button}}.button": single}
    - at: "{{at}}"
  do:
    - set: {on: false}
      all: {kind: light}
    - set: {"{{blinds}}": {position: 0}}
    - set: {"{{lock}}": {locked: true}}
    - mode: night
  tests:
    - when: [{run: true}]
      then: [{is: {home.mode: night}}]
    - when: [{"{{button}}.button": single}]
      then: [{is: {home.mode: night}}]
`,
  `template: waking
name: {en: Waking up gently, zh: 唤醒}
description:
  en: The lamp grows brighter little by little, and the blinds open at the end.
  zh: 灯光逐渐变亮，最后拉开窗帘。
group: day
households: [anyone, family]
slots:
  at: {kind: time, default: "06:40", label: {en: Begin at, zh: 开始时间}}
  days: {kind: days, default: [mon, tue, wed, thu, fri], label: {en: On these days, zh: 在这些天}}
  lamp: {kind: device, is: light, sets: [on, brightness], words: [bed, 卧, 床], label: {en: Bedside lamp, zh: 卧室灯}}
  over: {kind: duration, min: 1min, max: 1h, default: 20min, label: {en: For how long, zh: 用时}}
  level: {kind: number, min: 10, max: 100, unit: '%', default: 80, label: {en: Brightness at the end, zh: 最终亮度}}
  blind: {kind: device, is: cover, sets: [position], near: lamp, optional: true, label: {en: Blind, zh: 窗帘}}
scene:
  when: [{at: "{{at}}", on: "{{days}}"}]
  while: {not: {is: {home.mode: away}}}
  do:
    - set: {"{{lamp}}": {on: true, brightness: 1}}
    - ramp: {"{{lamp}}.brightness": {from: 1, to: "{{level}}"}}
      over: "{{over}}"
    - set: {"{{blind}}": {position: 100}}
    - if: {is: {home.mode: night}}
      then: [{mode: home}]
  tests:
    - given: {home.mode: night}
      when: [{time: "{{at}}"}, {after: "{{over}}"}, {after: 1min}]
      then: [{is: {"{{lamp}}.brightness": "{{level}}"}}, {"{{blind}}": {position: 100}}, {is: {home.mode: home}}]
`,
  `template: film-evening
name: {en: Film evening, zh: 观影}
description:
  en: One tap dims the room and closes the blinds.
  zh: 一键调暗灯光并拉上窗帘。
group: day
households: [anyone, family]
slots:
  room: {kind: room, optional: true, label: {en: Room, zh: 房间}}
  lamps: {kind: devices, is: light, sets: [on, brightness], near: room, label: {en: Lamps, zh: 灯}}
  level: {kind: number, min: 1, max: 60, unit: '%', default: 10, label: {en: Brightness, zh: 亮度}}
  blinds: {kind: devices, is: cover, sets: [position], near: room, optional: true, label: {en: Blinds, zh: 窗帘}}
scene:
  room: "{{room}}"
  do:
    - set: {"{{blinds}}": {position: 0}}
    - set: {"{{lamps}}": {on: true, brightness: "{{level}}"}}
      over: 3s
  tests:
    - when: [{run: true}]
      then: [{of-each: lamps, "{{lamps}}": {on: true, brightness: "{{level}}"}}]
`,
  `template: washing-done
name: {en: The washing is done, zh: 洗衣完成}
description:
  en: Tells you when the machine that was running uses no power any more.
  zh: 运行中的机器停止耗电后通知你。
group: day
households: [anyone, family]
slots:
  machine: {kind: device, has: power, words: [wash, dish, dry, 洗, 烘], label: {en: Plug of the machine, zh: 机器的插座}}
  idle: {kind: number, min: 1, max: 50, unit: W, default: 5, label: {en: At rest below, zh: 停机功率低于}}
  after: {kind: duration, min: 1min, max: 30min, default: 3min, label: {en: For so long, zh: 持续}}
  to: {kind: roles, default: [adults], label: {en: Tell, zh: 通知}}
scene:
  when: [{holds: {"{{machine}}.power": {below: "{{idle}}"}}, for: "{{after}}"}]
  while: {was: {"{{machine}}.power": {above: "{{idle}}"}}, within: 1h}
  do:
    - notify:
        to: "{{to}}"
        text: {en: "{{machine.name}} is done.", zh: "{{machine.name}} 已完成。"}
  tests:
    - given: {"{{machine}}.power": 400}
      when: [{after: 1min}, {"{{machine}}.power": 0}, {after: "{{after}}"}, {after: 1min}]
      then: [{notify: "done"}]
`,
];
