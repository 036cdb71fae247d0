// Templates of care: for elders, children and pets. A data table.

/** Template files, in the order in which they are shown. */
export const CARE_TEMPLATES: readonly string[] = [
  `template: elder-morning
name: {en: No sign of life in the morning, zh: 早晨没有动静}
description:
  en: If nothing has moved by a time, the elder is asked first; without an answer the family is told.
  zh: 到点仍没有人移动或开门时，先询问长辈；没有回答再通知家人。
group: care
households: [elder]
slots:
  motions: {kind: devices, has: occupancy, label: {en: Motion sensors, zh: 人体传感器}}
  doors: {kind: devices, is: contact, has: open, optional: true, label: {en: Doors, zh: 门}}
  by: {kind: time, default: "09:30", label: {en: By this time, zh: 到此时间}}
  quiet: {kind: duration, min: 1h, max: 12h, default: 4h, label: {en: Nothing for, zh: 多久没有动静}}
  wait: {kind: duration, min: 1min, max: 2h, default: 20min, label: {en: Wait for the elder's answer, zh: 等待长辈回答}}
  to: {kind: roles, default: [adults], label: {en: Then tell, zh: 然后通知}}
scene:
  when: [{at: "{{by}}"}]
  while:
    all:
      - not: {is: {home.mode: away}}
      - of-each: motions
        not: {was: {"{{motions}}.occupancy": true}, within: "{{quiet}}"}
      - of-each: doors
        not: {was: {"{{doors}}.open": true}, within: "{{quiet}}"}
  do:
    - notify:
        to: elders
        text: {en: "Good morning! Is everything all right?", zh: "早上好！一切都好吗？"}
        actions: {fine: {en: I am fine, zh: 我很好}}
        wait: "{{wait}}"
      else:
        - notify:
            to: "{{to}}"
            urgent: true
            text: {en: "There has been no sign of life this morning, and no answer.", zh: "今天早晨没有任何动静，也没有得到回答。"}
            until: acknowledged
            every: 10min
  tests:
    - given: {time: "00:10", home.mode: home, "{{motions}}.occupancy": false, "{{doors}}.open": false}
      when: [{time: "{{by}}"}, {after: "{{wait}}"}, {after: 1min}]
      then: [{notify: "all right"}, {notify: "no sign of life"}]
    - given: {time: "00:10", home.mode: home, "{{motions}}.occupancy": true, "{{doors}}.open": false}
      when: [{time: "{{by}}"}, {after: "{{wait}}"}]
      then: [{nothing: true}]
`,
  `template: elder-door-at-night
name: {en: The door opens at night, zh: 夜里开门}
description:
  en: Lights the way and tells the family when the front door opens in the middle of the night.
  zh: 深夜大门被打开时照亮门口并通知家人。
group: care
households: [elder, child]
slots:
  door: {kind: device, is: contact, has: open, words: [front, entrance, 大门, 前门], label: {en: Front door, zh: 大门}}
  lamps: {kind: devices, is: light, sets: [on], near: door, optional: true, label: {en: Lamps, zh: 灯}}
  from: {kind: time, default: "23:00", label: {en: From, zh: 从}}
  to: {kind: time, default: "05:30", label: {en: Until, zh: 到}}
  tell: {kind: roles, default: [adults], label: {en: Tell, zh: 通知}}
scene:
  when: [{becomes: {"{{door}}.open": true}}]
  while: {between: ["{{from}}", "{{to}}"]}
  do:
    - set: {"{{lamps}}": {on: true}}
      for: 15min
    - notify:
        to: "{{tell}}"
        urgent: true
        text: {en: "{{door.name}} was opened at {{time}}.", zh: "{{door.name}} 在 {{time}} 被打开。"}
  tests:
    - given: {time: "{{from}}", "{{door}}.open": false}
      when: [{"{{door}}.open": true}, {after: 16min}]
      then: [{notify: "was opened"}, {of-each: lamps, "{{lamps}}": {on: true}}]
    - given: {time: "{{to}}", "{{door}}.open": false}
      when: [{"{{door}}.open": true}, {after: 16min}]
      then: [{nothing: true}]
`,
  `template: elder-too-cold
name: {en: Too cold or too warm for an elder, zh: 长辈房间过冷或过热}
description:
  en: Tells the family when the room is outside a comfortable range for long.
  zh: 房间长时间超出舒适范围时通知家人。
group: care
households: [elder]
slots:
  sensor: {kind: device, has: temperature, words: [bed, living, 卧, 客厅], label: {en: Thermometer, zh: 温度传感器}}
  cold: {kind: number, min: 5, max: 22, unit: °C, default: 17, label: {en: Cold below, zh: 低于}}
  warm: {kind: number, min: 23, max: 40, unit: °C, default: 30, label: {en: Warm above, zh: 高于}}
  after: {kind: duration, min: 5min, max: 12h, default: 45min, label: {en: For so long, zh: 持续}}
  to: {kind: roles, default: [adults], label: {en: Tell, zh: 通知}}
scene:
  when:
    - holds: {"{{sensor}}.temperature": {below: "{{cold}}"}}
      for: "{{after}}"
    - holds: {"{{sensor}}.temperature": {above: "{{warm}}"}}
      for: "{{after}}"
  do:
    - notify:
        to: "{{to}}"
        text: {en: "{{sensor.name}} says {{sensor.temperature}}.", zh: "{{sensor.name}} 显示 {{sensor.temperature}}。"}
  cooldown: 3h
  tests:
    - given: {"{{sensor}}.temperature": 22.5}
      when: [{"{{sensor}}.temperature": 4}, {after: "{{after}}"}, {after: 1min}]
      then: [{notify: "says"}]
`,
  `template: elder-help
name: {en: A button for help, zh: 求助按钮}
description:
  en: A long press calls the family until somebody has seen it, and turns the lights on.
  zh: 长按按钮反复通知家人直到有人确认，并打开灯。
group: care
households: [elder]
slots:
  button: {kind: device, presses: [long], words: [bed, 床, help, 求助], label: {en: Button, zh: 按钮}}
  lamps: {kind: devices, is: light, sets: [on], near: button, label: {en: Lamps, zh: 灯}}
scene:
  when: [{presses: {"{{button}}.button": long}}]
  do:
    - set: {"{{lamps}}": {on: true}}
    - notify:
        to: [adults]
        urgent: true
        text: {en: "Somebody asks for help at {{button.name}}.", zh: "{{button.name}} 处有人求助。"}
        until: acknowledged
        every: 2min
        times: 12
  priority: 80
  tests:
    - when: [{"{{button}}.button": long}]
      then: [{notify: "asks for help"}, {of-each: lamps, "{{lamps}}": {on: true}}]
`,
  `template: child-home
name: {en: A child is home from school, zh: 孩子放学到家}
description:
  en: Tells you when the child is home, and also when it is not home by a time.
  zh: 孩子到家时告诉你；到点还没到家也会提醒。
group: care
households: [child, family]
slots:
  child: {kind: person, label: {en: Child, zh: 孩子}}
  by: {kind: time, default: "17:30", label: {en: Home by, zh: 应到家时间}}
  days: {kind: days, default: [mon, tue, wed, thu, fri], label: {en: On these days, zh: 在这些天}}
  to: {kind: roles, default: [adults], label: {en: Tell, zh: 通知}}
scene:
  when:
    - {arrives: "{{child}}", id: home}
    - {at: "{{by}}", on: "{{days}}", id: late}
  while: {any: [{triggered-by: home}, {not: {is: {"person.{{child}}": home}}}]}
  do:
    - if: {triggered-by: home}
      then:
        - notify: {to: "{{to}}", text: {en: "{{child}} is home.", zh: "{{child}} 到家了。"}}
      else:
        - notify: {to: "{{to}}", urgent: true, text: {en: "{{child}} is not home yet.", zh: "{{child}} 还没有到家。"}}
  tests:
    - given: {"person.{{child}}": away}
      when: [{"person.{{child}}": home}]
      then: [{notify: "is home"}]
    - given: {"person.{{child}}": away}
      when: [{time: "{{by}}"}]
      then: [{notify: "not home yet"}]
    - given: {"person.{{child}}": home}
      when: [{time: "{{by}}"}]
      then: [{nothing: true}]
`,
  `template: child-bedtime
name: {en: Bedtime for children, zh: 孩子就寝}
description:
  en: The light in the child's room goes down little by little, and then off; screens go off too.
  zh: 孩子房间的灯逐渐变暗直至关闭，同时关闭电视等。
group: care
households: [child, family]
slots:
  at: {kind: time, default: "20:15", label: {en: Begin at, zh: 开始时间}}
  days: {kind: days, default: [sun, mon, tue, wed, thu], label: {en: On these days, zh: 在这些天}}
  lamp: {kind: device, is: light, sets: [on, brightness], words: [child, kid, nursery, 孩, 儿],
      label: {en: Lamp, zh: 灯}}
  screens: {kind: devices, is: [plug, switch], sets: [on], optional: true, words: [tv, screen, game, 电视, 游戏],
      label: {en: Screens to turn off, zh: 要关闭的电视等}}
  over: {kind: duration, min: 1min, max: 1h, default: 15min, label: {en: For how long, zh: 用时}}
scene:
  when: [{at: "{{at}}", on: "{{days}}"}]
  do:
    - set: {"{{screens}}": {on: false}}
    - if: {is: {"{{lamp}}.on": true}}
      then:
        - ramp: {"{{lamp}}.brightness": {to: 1}}
          over: "{{over}}"
        - set: {"{{lamp}}": {on: false}}
  yield: 30min
  tests:
    - given: {"{{lamp}}.on": true, "{{lamp}}.brightness": 60}
      when: [{time: "{{at}}"}, {after: "{{over}}"}, {after: 1min}]
      then: [{is: {"{{lamp}}.on": false}}]
`,
  `template: child-window
name: {en: The window of the child's room, zh: 儿童房窗户}
description:
  en: Tells you at once when the window of a child's room is opened.
  zh: 儿童房窗户一被打开就通知你。
group: care
households: [child]
slots:
  windows: {kind: devices, is: contact, has: open, words: [child, kid, nursery, window, 孩, 儿, 窗],
      label: {en: Windows, zh: 窗户}}
  to: {kind: roles, default: [adults], label: {en: Tell, zh: 通知}}
scene:
  when: [{becomes: {"{{windows}}.open": true}}]
  do:
    - notify:
        to: "{{to}}"
        urgent: true
        text: {en: "{{cause.device.name}} was opened.", zh: "{{cause.device.name}} 被打开。"}
  again: per device
  cooldown: 1min
  tests:
    - given: {"{{windows}}.open": false}
      when: [{"{{windows}}.open": true}]
      then: [{notify: "was opened"}]
`,
  `template: pet-too-warm
name: {en: Too warm for the pet, zh: 宠物独处时过热}
description:
  en: While only the pet is at home and it gets too warm, the fan runs and you are told.
  zh: 只有宠物在家而温度过高时，打开风扇并通知你。
group: care
households: [pet]
slots:
  sensor: {kind: device, has: temperature, words: [living, 客厅], label: {en: Thermometer, zh: 温度传感器}}
  warm: {kind: number, min: 20, max: 40, unit: °C, default: 28, label: {en: Warm above, zh: 高于}}
  fan: {kind: device, is: [fan, plug, switch], sets: [on], near: sensor, words: [fan, air, 风, 空调], optional: true,
      label: {en: Fan, zh: 风扇}}
  to: {kind: roles, default: [adults], label: {en: Tell, zh: 通知}}
scene:
  when: [{holds: {"{{sensor}}.temperature": {above: "{{warm}}"}}, for: 10min}]
  while: {is: {home.mode: away}}
  do:
    - set: {"{{fan}}": {on: true}}
    - notify:
        to: "{{to}}"
        urgent: true
        text: {en: "{{sensor.name}} says {{sensor.temperature}}, and the pet is alone.",
            zh: "{{sensor.name}} 显示 {{sensor.temperature}}，宠物独自在家。"}
  cooldown: 1h
  tests:
    - given: {home.mode: away, "{{sensor}}.temperature": 18}
      when: [{"{{sensor}}.temperature": 45}, {after: 11min}]
      then: [{notify: "the pet is alone"}, {"{{fan}}": {on: true}}]
    - given: {home.mode: home, "{{sensor}}.temperature": 18}
      when: [{"{{sensor}}.temperature": 45}, {after: 11min}]
      then: [{nothing: true}]
`,
  `template: pet-evening-light
name: {en: Light for the pet in the evening, zh: 傍晚给宠物留灯}
description:
  en: While nobody is at home after dark, a lamp is on, and it goes off late or when you are back.
  zh: 天黑后家中无人时为宠物留一盏灯，晚些时候或你回家后关闭。
group: care
households: [pet]
slots:
  lamp: {kind: device, is: light, sets: [on, brightness], words: [living, 客厅], label: {en: Lamp, zh: 灯}}
  level: {kind: number, min: 1, max: 100, unit: '%', default: 30, label: {en: Brightness, zh: 亮度}}
  from: {kind: time, default: "18:00", label: {en: From, zh: 从}}
  most: {kind: duration, min: 30min, max: 12h, default: 5h, label: {en: At most for, zh: 最长}}
scene:
  when: [{at: "{{from}}"}]
  while: {is: {home.mode: away}}
  do:
    - set: {"{{lamp}}": {on: true, brightness: "{{level}}"}}
    - wait: {until: {not: {is: {home.mode: away}}}}
      timeout: "{{most}}"
    - restore: "{{lamp}}"
  tests:
    - given: {home.mode: away, "{{lamp}}.on": false}
      when: [{time: "{{from}}"}, {after: "{{most}}"}, {after: 1s}]
      then: [{"{{lamp}}": {on: true, brightness: "{{level}}"}}, {is: {"{{lamp}}.on": false}}]
`,
];
