// Templates of light: the way at night, light by motion, a home that looks lived in. A data table.

/** Template files, in the order in which they are shown. */
export const LIGHT_TEMPLATES: readonly string[] = [
  `template: night-path
name: {en: Light the way at night, zh: 夜间引路}
description:
  en: Dim light for the way when somebody gets up at night; afterwards all is as it was.
  zh: 夜里有人起身时亮起微光，走后恢复原状。
group: light
households: [anyone, family, elder]
slots:
  motion: {kind: device, has: occupancy, words: [hall, corridor, stairs, 走廊, 门厅, 过道],
      label: {en: Motion sensor, zh: 人体传感器}}
  lamps: {kind: devices, is: light, sets: [on, brightness], near: motion, max: 5, label: {en: Lamps, zh: 灯}}
  from: {kind: time, default: "22:00", label: {en: From, zh: 从}}
  to: {kind: time, default: "07:00", label: {en: Until, zh: 到}}
  level: {kind: number, min: 1, max: 100, unit: '%', default: 20, label: {en: Brightness, zh: 亮度}}
  after: {kind: duration, min: 10s, max: 30min, default: 3min, label: {en: Off after no motion for, zh: 无人移动后关闭}}
scene:
  when: [{becomes: {"{{motion}}.occupancy": true}}]
  while: {between: ["{{from}}", "{{to}}"]}
  do:
    - set: {"{{lamps}}": {on: true, brightness: "{{level}}"}}
      over: 2s
    - wait: {holds: {"{{motion}}.occupancy": false}, for: "{{after}}"}
      timeout: 1h
    - restore: "{{lamps}}"
  again: restart
  tests:
    - given: {time: "{{from}}", "{{motion}}.occupancy": false}
      when: [{"{{motion}}.occupancy": true}]
      then: [{of-each: lamps, "{{lamps}}": {on: true, brightness: "{{level}}"}}]
    - given: {time: "{{to}}", "{{motion}}.occupancy": false}
      when: [{"{{motion}}.occupancy": true}]
      then: [{nothing: true}]
`,
  `template: motion-light
name: {en: Light by motion, zh: 人来灯亮}
description:
  en: Light while somebody is there and it is dark, off some time after the last motion.
  zh: 天暗且有人时亮灯，最后一次移动后过一会儿关灯。
group: light
households: [anyone, family]
slots:
  motion: {kind: device, has: [occupancy, illuminance], label: {en: Motion sensor with light level, zh: 带光照的人体传感器}}
  lamps: {kind: devices, is: light, sets: [on], near: motion, label: {en: Lamps, zh: 灯}}
  dark: {kind: number, min: 1, max: 1000, unit: lx, default: 40, label: {en: Dark below, zh: 光照低于}}
  after: {kind: duration, min: 10s, max: 2h, default: 5min, label: {en: Off after no motion for, zh: 无人移动后关闭}}
scene:
  when: [{becomes: {"{{motion}}.occupancy": true}}]
  while: {below: {"{{motion}}.illuminance": "{{dark}}"}}
  do:
    - set: {"{{lamps}}": {on: true}}
    - wait: {holds: {"{{motion}}.occupancy": false}, for: "{{after}}"}
    - set: {"{{lamps}}": {on: false}}
  again: restart
  tests:
    - given: {"{{motion}}.illuminance": 0.5, "{{motion}}.occupancy": false}
      when: [{"{{motion}}.occupancy": true}, {"{{motion}}.occupancy": false}, {after: "{{after}}"}, {after: 1s}]
      then: [{of-each: lamps, "{{lamps}}": {on: true}}, {of-each: lamps, "{{lamps}}": {on: false}}]
    - given: {"{{motion}}.illuminance": 5000, "{{motion}}.occupancy": false}
      when: [{"{{motion}}.occupancy": true}]
      then: [{nothing: true}]
`,
  `template: presence-simulation
name: {en: As if somebody were at home, zh: 模拟有人在家}
description:
  en: While the home is away, lamps come on in turn in the evening, each for a while; it ends when you are back.
  zh: 离家期间的晚上，灯轮流亮起一段时间，像有人在家；你回家后结束。
group: light
households: [anyone, family, elder]
slots:
  mode: {kind: mode, default: away, label: {en: In this mode, zh: 在此模式下}}
  from: {kind: time, default: "18:30", label: {en: From, zh: 从}}
  to: {kind: time, default: "22:45", label: {en: Until, zh: 到}}
  lamps: {kind: devices, is: light, sets: [on], max: 8, label: {en: Lamps in turn, zh: 轮流亮的灯}}
  turn: {kind: duration, min: 5min, max: 3h, default: 35min, label: {en: Each for, zh: 每盏亮}}
scene:
  when: [{at: "{{from}}"}]
  while: {is: {home.mode: "{{mode}}"}}
  do:
    - repeat:
        while: {all: [{between: ["{{from}}", "{{to}}"]}, {is: {home.mode: "{{mode}}"}}]}
        do:
          - repeat:
              for-each: "{{lamps}}"
              do:
                - if: {all: [{between: ["{{from}}", "{{to}}"]}, {is: {home.mode: "{{mode}}"}}]}
                  then:
                    - set: {each: {on: true}}
                    - wait: {until: {not: {is: {home.mode: "{{mode}}"}}}}
                      timeout: "{{turn}}"
                    - set: {each: {on: false}}
  tests:
    - given: {home.mode: "{{mode}}"}
      when: [{time: "{{from}}"}, {after: "{{turn}}"}, {after: 1min}]
      then: [{of-each: lamps, "{{lamps}}": {on: true}}]
    - given: {home.mode: home}
      when: [{time: "{{from}}"}]
      then: [{nothing: true}]
`,
];
