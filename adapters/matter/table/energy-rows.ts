// Rows for charging a car, heating water and taking part in energy management.
import { choice, factor, settable, told, value } from './own-row.ts';
import { type AttributeRow, numberAt } from './row.ts';

const watts = { unit: 'W', step: 0.1 } as const;
const kilowattHours = { unit: 'kWh', step: 0.01 } as const;
const amperes = { unit: 'A', step: 0.1 } as const;
const percent = { unit: '%', min: 0, max: 100, step: 1 } as const;

export const ENERGY_ROWS: readonly AttributeRow[] = [
  choice(
    0x0099,
    0x0000,
    (values) => told(['chargerState', 'Charger', '充电桩'], 'enum', { values }),
    [
      [0, 'notPluggedIn', 'not plugged in', '未插枪'],
      [1, 'pluggedInNoDemand', 'plugged in, full', '已插枪，无需充电'],
      [2, 'pluggedInDemand', 'plugged in, waits', '已插枪，等待充电'],
      [3, 'charging', 'charging', '充电中'],
      [4, 'discharging', 'discharging', '放电中'],
      [5, 'sessionEnding', 'ending', '正在结束'],
      [6, 'fault', 'fault', '故障'],
    ],
  ),
  value(0x0099, 0x0001, settable(['charging', 'Charging allowed', '允许充电'], 'boolean'), {
    convert: {
      kind: 'values',
      values: { '0': false, '1': true, '2': false, '3': false, '4': false, '5': true },
    },
    seen: [0x0006, 0x0007],
    set: {
      commands: ['enableCharging', 'disable'],
      request: (allowed, _wire, _tenths, cluster) =>
        allowed === true
          ? [
              'enableCharging',
              {
                chargingEnabledUntil: null,
                minimumChargeCurrent: numberAt(cluster, 0x0006) ?? 6_000,
                maximumChargeCurrent:
                  numberAt(cluster, 0x0005) ?? numberAt(cluster, 0x0007) ?? 16_000,
              },
            ]
          : ['disable'],
    },
  }),
  value(0x0099, 0x0002, told(['chargerFault', 'Charger fault', '充电桩故障'], 'enum')),
  value(0x0099, 0x0005, told(['circuitLimit', 'Circuit carries', '线路容量'], 'number', amperes), {
    convert: factor(0.001),
  }),
  value(
    0x0099,
    0x0009,
    settable(['chargingLimit', 'Charge with at most', '充电电流上限'], 'number', {
      ...amperes,
      min: 0,
    }),
    { convert: factor(0.001) },
  ),
  value(0x0099, 0x0030, told(['carCharge', 'Battery of the car', '车辆电量'], 'number', percent)),
  value(
    0x0099,
    0x0041,
    told(['chargingTime', 'Charged for', '已充时间'], 'number', { unit: 's', step: 1 }),
  ),
  value(0x0099, 0x0042, told(['chargedEnergy', 'Charged', '本次充电量'], 'number', kilowattHours), {
    convert: factor(1e-6),
  }),
  value(
    0x0099,
    0x0043,
    told(['dischargedEnergy', 'Given back', '本次放电量'], 'number', kilowattHours),
    { convert: factor(1e-6) },
  ),
  choice(
    0x0098,
    0x0002,
    (values) => told(['energyState', 'Energy management', '能源管理'], 'enum', { values }),
    [
      [0, 'offline', 'offline', '离线'],
      [1, 'online', 'online', '在线'],
      [2, 'fault', 'fault', '故障'],
      [3, 'adjusted', 'power adjusted', '功率调节中'],
      [4, 'paused', 'paused', '已暂停'],
    ],
  ),
  choice(
    0x0098,
    0x0007,
    (values) => told(['optOut', 'Does not take part', '退出能源管理'], 'enum', { values }),
    [
      [0, 'no', 'takes part', '参与'],
      [1, 'local', 'not for the house', '不参与家庭调节'],
      [2, 'grid', 'not for the grid', '不参与电网调节'],
      [3, 'all', 'not at all', '完全不参与'],
    ],
  ),
  value(0x0098, 0x0003, told(['powerLeast', 'Least power', '最小功率'], 'number', watts), {
    convert: factor(0.001),
  }),
  value(0x0098, 0x0004, told(['powerMost', 'Most power', '最大功率'], 'number', watts), {
    convert: factor(0.001),
  }),
  value(
    0x0094,
    0x0002,
    told(['tankVolume', 'Tank holds', '水箱容量'], 'number', { unit: 'l', step: 1 }),
  ),
  value(
    0x0094,
    0x0003,
    told(['heatRequired', 'Heat wanted', '所需热量'], 'number', kilowattHours),
    {
      convert: factor(1e-6),
    },
  ),
  value(0x0094, 0x0004, told(['hotWater', 'Hot water', '热水量'], 'number', percent)),
  value(
    0x002f,
    0x000f,
    told(['batteryReplace', 'Battery to be replaced', '需更换电池'], 'boolean'),
  ),
];
