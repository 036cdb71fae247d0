// Templates of safety: stove, water, smoke, burglars, batteries. A data table.

/** Template files, in the order in which they are shown. */
export const SAFETY_TEMPLATES: readonly string[] = [
  `template: forgotten-stove
name: {en: A stove left on, zh: 忘关炉灶}
description:
  en: When the stove is on and nobody has been near it for long, you are asked; without an answer it goes off.
  zh: 炉灶开着而很久没有人在旁边时询问你；无人回答就关掉。
group: safety
households: [anyone, family, elder]
slots:
  stove: {kind: device, has: power, sets: [on], words: [stove, cooker, oven, hob, kettle, 灶, 炉, 烤, 锅],
      label: {en: Plug of the stove, zh: 炉灶的插座}}
  motion: {kind: device, has: occupancy, near: stove, words: [kitchen, 厨],
      label: {en: Motion sensor beside it, zh: 旁边的人体传感器}}
  power: {kind: number, min: 5, max: 5000, unit: W, default: 50, label: {en: On above, zh: 开着时功率高于}}
  after: {kind: duration, min: 2min, max: 3h, default: 20min, label: {en: Nobody there for, zh: 无人超过}}
  wait: {kind: duration, min: 1min, max: 1h, default: 5min, label: {en: Wait for an answer, zh: 等待回答}}
  to: {kind: roles, default: [adults, elders], label: {en: Ask, zh: 询问}}
scene:
  when: [{holds: {"{{stove}}.power": {above: "{{power}}"}, "{{motion}}.occupancy": false}, for: "{{after}}"}]
  do:
    - notify:
        to: "{{to}}"
        urgent: true
        text: {en: "{{stove.name}} is on and nobody is there. It will be turned off.",
            zh: "{{stove.name}} 开着而旁边没有人，即将关闭。"}
        actions: {off: {en: Turn it off, zh: 关掉}, leave: {en: Leave it on, zh: 保持开启}}
        wait: "{{wait}}"
      answers: {off: [{set: {"{{stove}}": {on: false}}}]}
      else: [{set: {"{{stove}}": {on: false}}}]
  tests:
    - given: {"{{stove}}.power": 0, "{{motion}}.occupancy": false}
      when: [{"{{stove}}.power": 10000}, {after: "{{after}}"}, {after: "{{wait}}"}, {after: 1min}]
      then: [{notify: "is on and nobody is there"}, {"{{stove}}": {on: false}}]
    - given: {"{{stove}}.power": 0, "{{motion}}.occupancy": true}
      when: [{"{{stove}}.power": 10000}, {after: "{{after}}"}, {after: "{{wait}}"}]
      then: [{nothing: true}]
`,
  `template: water-leak
name: {en: Water where none should be, zh: 漏水报警}
description:
  en: Closes the main valve, turns the machines off and tells everybody until somebody has seen it.
  zh: 关闭总阀、断开电器，并反复通知直到有人确认。
group: safety
households: [anyone, family, elder]
slots:
  sensors: {kind: devices, has: waterLeak, label: {en: Leak sensors, zh: 漏水传感器}}
  valve: {kind: device, is: [valve, switch], sets: [on], optional: true, words: [valve, water, main, 阀, 水],
      label: {en: Main valve, zh: 总阀}}
  machines: {kind: devices, is: [plug, switch], sets: [on], optional: true, near: sensors, words: [wash, dish, 洗],
      label: {en: Machines to turn off, zh: 要断开的电器}}
  to: {kind: roles, default: [adults], label: {en: Tell, zh: 通知}}
scene:
  when: [{becomes: {"{{sensors}}.waterLeak": true}, also: reconnect}]
  do:
    - set: {"{{valve}}": {on: false}}
      retry: {times: 3, every: 5s, within: 1min}
    - set: {"{{machines}}": {on: false}}
    - notify:
        to: "{{to}}"
        urgent: true
        text: {en: "Water at {{cause.device.name}}.", zh: "{{cause.device.name}} 检测到漏水。"}
        until: acknowledged
  again: per device
  priority: 50
  tests:
    - given: {"{{sensors}}.waterLeak": false}
      when: [{"{{sensors}}.waterLeak": true}]
      then: [{notify: "Water at"}, {"{{valve}}": {on: false}}]
`,
  `template: smoke
name: {en: Smoke, zh: 烟雾报警}
description:
  en: Light on all ways, blinds up, fans off, and a message to everybody until somebody has seen it.
  zh: 打开所有灯和窗帘、停止风扇，并反复通知所有人直到有人确认。
group: safety
households: [anyone, family, elder]
slots:
  alarms: {kind: devices, is: smoke, has: smoke, label: {en: Smoke alarms, zh: 烟雾报警器}}
  blinds: {kind: devices, is: cover, sets: [position], optional: true, label: {en: Blinds to open, zh: 要打开的窗帘}}
  fans: {kind: devices, is: [fan, plug, switch], sets: [on], optional: true, words: [fan, vent, 风],
      label: {en: Fans to stop, zh: 要停的风扇}}
scene:
  when: [{becomes: {"{{alarms}}.smoke": true}, also: reconnect}]
  do:
    - parallel:
        - - set: {on: true}
            all: {kind: light}
          - set: {"{{blinds}}": {position: 100}}
          - set: {"{{fans}}": {on: false}}
        - - notify:
              to: everyone
              urgent: true
              text: {en: "Smoke at {{cause.device.name}}! Leave the house.", zh: "{{cause.device.name}} 检测到烟雾！请离开房屋。"}
              until: acknowledged
              every: 1min
              times: 10
  again: per device
  priority: 100
  tests:
    - given: {"{{alarms}}.smoke": false}
      when: [{"{{alarms}}.smoke": true}]
      then: [{notify: "Smoke at"}, {of-each: blinds, "{{blinds}}": {position: 100}}]
`,
  `template: away-alarm
name: {en: Alarm while away, zh: 离家警戒}
description:
  en: While the home is away, a door, a window or motion turns the lights on and tells you at once.
  zh: 离家时门窗被打开或有人移动，立即开灯并通知。
group: safety
households: [anyone, family]
slots:
  openings: {kind: devices, is: contact, has: open, label: {en: Doors and windows, zh: 门窗}}
  motions: {kind: devices, has: occupancy, label: {en: Motion sensors, zh: 人体传感器}}
  grace: {kind: duration, min: 0s, max: 5min, default: 30s, label: {en: Time to come home, zh: 回家缓冲时间}}
  siren: {kind: device, sets: [siren], optional: true, label: {en: Siren, zh: 警报器}}
  to: {kind: roles, default: [adults], label: {en: Tell, zh: 通知}}
scene:
  when:
    - becomes: {"{{openings}}.open": true}
    - becomes: {"{{motions}}.occupancy": true}
  while: {is: {home.mode: away}}
  do:
    - delay: "{{grace}}"
    - if: {not: {is: {home.mode: away}}}
      then: [{stop: done, why: {en: Somebody of the household came home, zh: 家人回来了}}]
    - set: {"{{siren}}": {siren: true}}
      for: 3min
    - set: {on: true}
      all: {kind: light}
    - notify:
        to: "{{to}}"
        urgent: true
        text: {en: "Alarm: {{cause.device.name}} while nobody is at home.", zh: "警报：家中无人时 {{cause.device.name}} 有动静。"}
        until: acknowledged
  tests:
    - given: {home.mode: away, "{{motions}}.occupancy": false, "{{openings}}.open": false}
      when: [{"{{motions}}.occupancy": true}, {after: "{{grace}}"}, {after: 5min}]
      then: [{notify: "Alarm"}]
    - given: {home.mode: home, "{{motions}}.occupancy": false, "{{openings}}.open": false}
      when: [{"{{motions}}.occupancy": true}, {"{{openings}}.open": true}, {after: "{{grace}}"}]
      then: [{nothing: true}]
`,
  `template: away-alarm-pet
name: {en: "Alarm while away, with a pet at home", zh: 离家警戒（家有宠物）}
description:
  en: A pet alone never sets it off. Motion counts only after a door or a window was opened.
  zh: 宠物单独活动不会触发；只有门窗先被打开后，移动才算数。
group: safety
households: [pet]
slots:
  openings: {kind: devices, is: contact, has: open, label: {en: Doors and windows, zh: 门窗}}
  motions: {kind: devices, has: occupancy, label: {en: Motion sensors, zh: 人体传感器}}
  within: {kind: duration, min: 30s, max: 30min, default: 5min, label: {en: Motion within, zh: 之后多久内的移动}}
  to: {kind: roles, default: [adults], label: {en: Tell, zh: 通知}}
scene:
  when:
    - sequence: [{becomes: {"{{openings}}.open": true}}, {becomes: {"{{motions}}.occupancy": true}}]
      within: "{{within}}"
  while: {is: {home.mode: away}}
  do:
    - delay: 30s
    - if: {not: {is: {home.mode: away}}}
      then: [{stop: done, why: {en: Somebody of the household came home, zh: 家人回来了}}]
    - set: {on: true}
      all: {kind: light}
    - notify:
        to: "{{to}}"
        urgent: true
        text: {en: "Alarm: a door or window was opened, and something moves at {{cause.device.name}}.",
            zh: "警报：门窗被打开，且 {{cause.device.name}} 检测到移动。"}
        until: acknowledged
  tests:
    - given: {home.mode: away, "{{motions}}.occupancy": false, "{{openings}}.open": false}
      when: [{"{{openings}}.open": true}, {"{{motions}}.occupancy": true}, {after: 1min}]
      then: [{notify: "Alarm"}]
    - given: {home.mode: away, "{{motions}}.occupancy": false, "{{openings}}.open": false}
      when: [{"{{motions}}.occupancy": true}, {after: 5min}]
      then: [{nothing: true}]
`,
  `template: low-battery
name: {en: A battery runs low, zh: 电量不足}
description:
  en: Tells you which device needs a new battery, before it falls silent.
  zh: 在设备失联之前告诉你哪个该换电池。
group: safety
households: [anyone, family, elder]
slots:
  to: {kind: roles, default: [adults], label: {en: Tell, zh: 通知}}
scene:
  when: [{device: {any: low-battery}}]
  do:
    - notify:
        to: "{{to}}"
        text: {en: "The battery of {{cause.device.name}} runs low.", zh: "{{cause.device.name}} 电量不足。"}
  again: per device
`,
];
