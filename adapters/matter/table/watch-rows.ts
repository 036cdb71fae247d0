// Rows for what watches over the house: alarms, frost, locks, closures, and what is in the air; and media players.
import { CONCENTRATION_UNITS, isInTableUnit } from './home-rows.ts';
import { choice, type Enum, settable, told, value, type Words } from './own-row.ts';
import { type AttributeRow, numberAt } from './row.ts';

const SAFETY: readonly AttributeRow[] = [
  value(0x0045, 0x0000, told(['freeze', 'Frost', '结冰危险'], 'boolean'), {
    isMeant: ({ deviceTypes }) => deviceTypes.includes(0x0041),
  }),
  value(0x0045, 0x0000, told(['state', 'State', '状态'], 'boolean'), {
    isMeant: ({ deviceTypes }) =>
      ![0x0015, 0x0041, 0x0043, 0x0044].some((type) => deviceTypes.includes(type)),
  }),
  value(
    0x0080,
    0x0000,
    settable(['sensitivityLevel', 'Sensitivity', '灵敏度'], 'number', { min: 0, step: 1 }),
    {
      seen: [0x0001],
      limits: (cluster) => ({ max: Math.max(0, (numberAt(cluster, 0x0001) ?? 3) - 1) }),
    },
  ),
  choice(
    0x005c,
    0x0000,
    (values) => told(['alarmState', 'Tells', '报警状态'], 'enum', { values }),
    [
      [0, 'normal', 'all is well', '正常'],
      [1, 'smokeAlarm', 'smoke', '烟雾报警'],
      [2, 'coAlarm', 'carbon monoxide', '一氧化碳报警'],
      [3, 'batteryAlert', 'battery low', '电量低'],
      [4, 'testing', 'being tested', '自检中'],
      [5, 'hardwareFault', 'it is broken', '硬件故障'],
      [6, 'endOfService', 'too old', '已到使用年限'],
      [7, 'interconnectSmoke', 'smoke elsewhere', '联动烟雾报警'],
      [8, 'interconnectCo', 'carbon monoxide elsewhere', '联动一氧化碳报警'],
      [9, 'inoperative', 'out of order', '无法工作'],
    ],
  ),
  value(0x005c, 0x0007, told(['endOfService', 'Too old', '已到使用年限'], 'boolean'), {
    convert: { kind: 'values', values: { '0': false, '1': true } },
  }),
  choice(
    0x005c,
    0x000a,
    (values) => told(['contamination', 'Dirt in the sensor', '传感器积尘'], 'enum', { values }),
    [
      [0, 'normal', 'none', '正常'],
      [1, 'low', 'a little', '轻度'],
      [2, 'warning', 'much', '较多'],
      [3, 'critical', 'too much', '严重'],
    ],
  ),
  choice(
    0x005c,
    0x000b,
    (values) =>
      settable(['smokeSensitivity', 'Sensitivity to smoke', '烟雾灵敏度'], 'enum', { values }),
    [
      [0, 'high', 'high', '高'],
      [1, 'standard', 'standard', '标准'],
      [2, 'low', 'low', '低'],
    ],
  ),
  value(0x005c, 0x0008, told(['smokeElsewhere', 'Smoke elsewhere', '联动烟雾报警'], 'boolean'), {
    convert: { kind: 'values', values: { '0': false, '1': true, '2': true } },
  }),
  value(
    0x005c,
    0x0009,
    told(['coElsewhere', 'Carbon monoxide elsewhere', '联动一氧化碳报警'], 'boolean'),
    {
      convert: { kind: 'values', values: { '0': false, '1': true, '2': true } },
    },
  ),
  value(0x005c, 0x000d, told(['unmounted', 'Taken down', '已被取下'], 'boolean')),
  choice(
    0x0101,
    0x0025,
    (values) => settable(['lockMode', 'Lock mode', '门锁模式'], 'enum', { values }),
    [
      [0, 'normal', 'normal', '普通'],
      [1, 'vacation', 'holiday', '度假'],
      [2, 'privacy', 'privacy', '隐私'],
      [3, 'noRemote', 'no remote unlocking', '禁止远程'],
      [4, 'passage', 'stays unlocked', '常开'],
    ],
  ),
];

const CLOSURE_POSITIONS: Enum = [
  [0, 'closed', 'closed', '关闭'],
  [1, 'open', 'open', '打开'],
  [2, 'partlyOpen', 'partly open', '部分打开'],
  [3, 'pedestrian', 'open for people', '行人位'],
  [4, 'ventilation', 'open for air', '通风位'],
  [5, 'signature', 'at its own position', '预设位'],
];
/** A target has numbers of its own. Spec: Matter 1.5 Application Clusters § 5.4.6. */
const CLOSURE_TARGETS: Readonly<Record<string, number>> = {
  closed: 0,
  open: 1,
  pedestrian: 2,
  ventilation: 3,
  signature: 4,
};

const CLOSURES_AND_MEDIA: readonly AttributeRow[] = [
  choice(
    0x0104,
    0x0003,
    (values) => settable(['closure', 'Position', '位置'], 'enum', { values }),
    CLOSURE_POSITIONS,
    {
      field: 'position',
      set: {
        commands: ['moveTo'],
        request: (wanted) => {
          const position = CLOSURE_TARGETS[String(wanted)];
          return position === undefined ? null : ['moveTo', { position }];
        },
      },
    },
  ),
  value(0x0104, 0x0003, settable(['latched', 'Latched', '已锁紧'], 'boolean'), {
    field: 'latch',
    isMeant: (_, cluster) => ((numberAt(cluster, 0xfffc) ?? 0) & 2) !== 0,
    set: { commands: ['moveTo'], request: (latch) => ['moveTo', { latch }] },
  }),
  value(0x0104, 0x0003, told(['secured', 'Secure', '已关牢'], 'boolean'), { field: 'secureState' }),
  choice(
    0x0104,
    0x0001,
    (values) => told(['closureState', 'Movement', '运行状态'], 'enum', { values }),
    [
      [0, 'stopped', 'stopped', '停止'],
      [1, 'moving', 'moving', '运动中'],
      [2, 'waiting', 'waits', '等待中'],
      [3, 'error', 'error', '出错'],
      [4, 'calibrating', 'calibrating', '校准中'],
      [5, 'protected', 'protected', '保护状态'],
      [6, 'disengaged', 'moved by hand', '手动状态'],
      [7, 'setupRequired', 'not set up', '需要设置'],
    ],
  ),
  choice(
    0x0506,
    0x0000,
    (values) => settable(['playback', 'Playback', '播放'], 'enum', { values }),
    [
      [0, 'playing', 'playing', '播放中'],
      [1, 'paused', 'paused', '已暂停'],
      [2, 'stopped', 'stopped', '已停止'],
      [3, 'buffering', 'buffering', '缓冲中'],
    ],
    {
      set: {
        commands: ['play', 'pause', 'stop'],
        request: (wanted) => {
          const command = { playing: 'play', paused: 'pause', stopped: 'stop' }[String(wanted)];
          return command === undefined ? null : [command];
        },
      },
    },
  ),
  value(0x0556, 0x0002, settable(['chimeOn', 'Chime rings', '启用铃声'], 'boolean')),
];

/** All gases and dust in units that the home's table has no row for, and by their level alone. */
const CONCENTRATIONS: readonly (readonly [clusterId: number, ...Words])[] = [
  [0x040c, 'carbonMonoxide', 'Carbon monoxide', '一氧化碳'],
  [0x040d, 'carbonDioxide', 'Carbon dioxide', '二氧化碳'],
  [0x0413, 'nitrogenDioxide', 'Nitrogen dioxide', '二氧化氮'],
  [0x0415, 'ozone', 'Ozone', '臭氧'],
  [0x042a, 'pm25', 'PM2.5', 'PM2.5'],
  [0x042b, 'formaldehyde', 'Formaldehyde', '甲醛'],
  [0x042c, 'pm1', 'PM1', 'PM1'],
  [0x042d, 'pm10', 'PM10', 'PM10'],
  [0x042e, 'voc', 'Volatile organic compounds', '挥发性有机物'],
  [0x042f, 'radon', 'Radon', '氡气'],
];

const LEVELS: Enum = [
  [0, 'unknown', 'unknown', '未知'],
  [1, 'low', 'low', '低'],
  [2, 'medium', 'medium', '中'],
  [3, 'high', 'high', '高'],
  [4, 'critical', 'critical', '极高'],
];

const GASES = CONCENTRATIONS.flatMap(([clusterId, word, en, zh]) => [
  ...CONCENTRATION_UNITS.map(
    (unit, wire): AttributeRow => ({
      ...{ clusterId, attributeId: 0x0000, seen: [0x0008] },
      as: told([word, en, zh], 'number', { unit, min: 0 }),
      isMeant: (_, cluster) => (numberAt(cluster, 0x0008) ?? 0) === wire && !isInTableUnit(cluster),
    }),
  ),
  choice(
    clusterId,
    0x000a,
    (values) => told([`${word}Level`, `${en}: level`, `${zh}水平`], 'enum', { values }),
    LEVELS,
  ),
]);

export const WATCH_ROWS: readonly AttributeRow[] = [...SAFETY, ...CLOSURES_AND_MEDIA, ...GASES];
