// Rows for heating, fans, pumps and valves beside what the home's table holds.
import { bit, choice, factor, settable, told, value } from './own-row.ts';
import type { AttributeRow } from './row.ts';

const percent = { unit: '%', min: 0, max: 100, step: 1 } as const;

export const COMFORT_ROWS: readonly AttributeRow[] = [
  value(
    0x0201,
    0x0001,
    told(['outdoorTemperature', 'Outdoors', '室外温度'], 'number', { unit: '°C', step: 0.1 }),
    { convert: factor(0.01) },
  ),
  value(
    0x0201,
    0x0014,
    settable(['awayHeating', 'Heating while away', '离家制热温度'], 'number', {
      ...{ unit: '°C', step: 0.1 },
    }),
    { convert: factor(0.01) },
  ),
  value(
    0x0201,
    0x0013,
    settable(['awayCooling', 'Cooling while away', '离家制冷温度'], 'number', {
      ...{ unit: '°C', step: 0.1 },
    }),
    { convert: factor(0.01) },
  ),
  choice(0x0202, 0x000a, (values) => settable(['wind', 'Wind', '风型'], 'enum', { values }), [
    [0, 'plain', 'plain', '普通'],
    [1, 'sleep', 'sleep', '睡眠风'],
    [2, 'natural', 'natural', '自然风'],
    [3, 'both', 'sleep and natural', '睡眠自然风'],
  ]),
  choice(0x0202, 0x000b, (values) => settable(['airflow', 'Airflow', '风向'], 'enum', { values }), [
    [0, 'forward', 'forward', '正转'],
    [1, 'reverse', 'reverse', '反转'],
  ]),
  choice(
    0x0200,
    0x0020,
    (values) => settable(['pumpMode', 'Pump', '水泵模式'], 'enum', { values }),
    [
      [0, 'normal', 'normal', '标准'],
      [1, 'minimum', 'least', '最小'],
      [2, 'maximum', 'most', '最大'],
      [3, 'local', 'as set at the pump', '本地设定'],
    ],
  ),
  choice(
    0x0200,
    0x0021,
    (values) => settable(['pumpControl', 'Pump keeps', '水泵控制'], 'enum', { values }),
    [
      [0, 'speed', 'its speed', '恒速'],
      [1, 'pressure', 'the pressure', '恒压'],
      [2, 'proportional', 'pressure by flow', '比例压力'],
      [3, 'flow', 'the flow', '恒流量'],
      [5, 'temperature', 'the temperature', '恒温'],
      [7, 'automatic', 'what is best', '自动'],
    ],
  ),
  bit(0x0200, 0x0010, 5, ['pumpRunning', 'Pump runs', '水泵运行']),
  value(
    0x0200,
    0x0014,
    told(['pumpSpeed', 'Pump speed', '水泵转速'], 'number', { unit: 'rpm', step: 1 }),
  ),
  value(
    0x0200,
    0x0015,
    told(['runningHours', 'Has run for', '累计运行'], 'number', { unit: 'h', step: 1 }),
  ),
  value(0x0008, 0x0000, settable(['level', 'Level', '输出'], 'number', percent), {
    convert: { kind: 'scale', from: [0, 254] },
    isMeant: ({ deviceTypes, clusters }) =>
      !deviceTypes.includes(0x0022) &&
      (deviceTypes.includes(0x0303) || !clusters.some(({ id }) => id === 0x0006)),
    set: {
      commands: ['moveToLevel'],
      request: (_, level, transitionTime) => [
        'moveToLevel',
        { level, transitionTime, optionsMask: {}, optionsOverride: {} },
      ],
    },
  }),
  value(
    0x0081,
    0x0001,
    settable(['openFor', 'Closes again after', '自动关闭时间'], 'number', {
      unit: 's',
      min: 1,
      step: 1,
    }),
  ),
];
