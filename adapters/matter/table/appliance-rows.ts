// Rows for appliances: how a programme goes, what is wrong, filters and tanks.
import type { ClusterView } from '../views.ts';
import { bit, type Enum, fixed, settable, told, value, wordsOf } from './own-row.ts';
import { type AttributeRow, type Choices, choicesOf, numberAt, structsOf } from './row.ts';

// Operational state of appliances. Spec: Matter 1.4 Application Clusters § 1.14, 7.4, 8.10.

const OPERATIONS: Enum = [
  [0, 'stopped', 'stopped', '已停止'],
  [1, 'running', 'running', '运行中'],
  [2, 'paused', 'paused', '已暂停'],
  [3, 'error', 'error', '出错'],
  [0x40, 'seekingCharger', 'on its way home', '返回充电中'],
  [0x41, 'charging', 'charging', '充电中'],
  [0x42, 'docked', 'docked', '已回座'],
  [0x43, 'emptyingDustBin', 'emptying its bin', '正在集尘'],
  [0x44, 'cleaningMop', 'cleaning its mop', '正在洗拖布'],
  [0x45, 'fillingWaterTank', 'filling its tank', '正在加水'],
  [0x46, 'updatingMaps', 'updating its maps', '正在更新地图'],
];

const OPERATION_ERRORS: Enum = [
  [0, 'none', 'no trouble', '无故障'],
  [1, 'unableToStart', 'unable to start or go on', '无法启动或继续'],
  [2, 'unableToComplete', 'unable to finish', '无法完成'],
  [3, 'notNow', 'not possible now', '当前状态不允许'],
  [0x40, 'noDock', 'dock not found', '找不到充电座'],
  [0x41, 'stuck', 'stuck', '被困住'],
  [0x42, 'noDustBin', 'dust bin missing', '尘盒缺失'],
  [0x43, 'dustBinFull', 'dust bin full', '尘盒已满'],
  [0x44, 'waterTankEmpty', 'water tank empty', '水箱已空'],
  [0x45, 'noWaterTank', 'water tank missing', '水箱缺失'],
  [0x46, 'waterTankOpen', 'water tank open', '水箱盖打开'],
  [0x47, 'noMop', 'mop missing', '拖布缺失'],
  [0x48, 'lowBattery', 'battery low', '电量低'],
  [0x49, 'areaOutOfReach', 'area out of reach', '无法到达区域'],
  [0x4a, 'dirtyTankFull', 'waste water tank full', '污水箱已满'],
  [0x4b, 'noDirtyTank', 'waste water tank missing', '污水箱缺失'],
  [0x4c, 'wheelsJammed', 'wheels jammed', '轮子卡住'],
  [0x4d, 'brushJammed', 'brush jammed', '刷子卡住'],
  [0x4e, 'sensorObscured', 'sensor covered', '传感器被遮挡'],
];

const OPERATION_LIST = 0x0003;
const OPERATION = 0x0004;

function operations(cluster: ClusterView): Choices {
  const names = new Map(OPERATIONS.map(([wire, value]) => [wire, value]));
  return choicesOf(
    structsOf(cluster, OPERATION_LIST).map(({ operationalStateId, operationalStateLabel }) => {
      const id = Number(operationalStateId);
      return [id, names.get(id) ?? String(operationalStateLabel ?? id)];
    }),
  );
}

const operationRows = (clusterId: number): AttributeRow[] => [
  {
    clusterId,
    attributeId: OPERATION,
    as: settable(['operation', 'Operation', '运行'], 'enum', { values: wordsOf(OPERATIONS) }),
    with: [OPERATION_LIST],
    choices: operations,
    set: {
      commands: ['pause', 'stop', 'start', 'resume', 'goHome'],
      isAnyEnough: true,
      request: (value, _wire, _tenths, cluster) => {
        const isPaused = numberAt(cluster, OPERATION) === 2;
        const wanted = {
          running: isPaused && cluster.commands.has('resume') ? 'resume' : 'start',
          paused: 'pause',
          stopped: 'stop',
          docked: 'goHome',
          seekingCharger: 'goHome',
        }[String(value)];
        const isResumed = wanted === 'start' && !cluster.commands.has('start');
        const command = isResumed ? 'resume' : wanted;
        return command !== undefined && cluster.commands.has(command) ? [command] : null;
      },
    },
  },
  {
    clusterId,
    attributeId: 0x0001,
    as: told(['phase', 'Step of the programme', '程序阶段'], 'enum'),
    with: [0x0000],
    choices: (cluster) => {
      const phases = cluster.attributes.get(0x0000)?.value;
      const all = Array.isArray(phases) ? phases.map(String) : [];
      return choicesOf(all.map((phase, index) => [index, phase]));
    },
  },
  {
    clusterId,
    attributeId: 0x0005,
    as: told(['operationError', 'Trouble', '故障'], 'enum', { values: wordsOf(OPERATION_ERRORS) }),
    field: 'errorStateId',
    choices: fixed(OPERATION_ERRORS),
  },
];

export const APPLIANCE_ROWS: readonly AttributeRow[] = [
  ...[0x0060, 0x0061, 0x0048].flatMap(operationRows),
  bit(0x0057, 0x0002, 0, ['doorAlarm', 'Door left open', '门未关好']),
  bit(0x005d, 0x0002, 0, ['inflowAlarm', 'Water does not come in', '进水异常']),
  bit(0x005d, 0x0002, 1, ['drainAlarm', 'Water does not drain', '排水异常']),
  bit(0x005d, 0x0002, 2, ['doorAlarm', 'Door trouble', '门异常']),
  bit(0x005d, 0x0002, 3, ['coldAlarm', 'Too cold', '温度过低']),
  bit(0x005d, 0x0002, 4, ['heatAlarm', 'Too hot', '温度过高']),
  bit(0x005d, 0x0002, 5, ['waterLevelAlarm', 'Wrong water level', '水位异常']),
  value(
    0x005f,
    0x0000,
    settable(['cookTime', 'Cooking time', '烹饪时间'], 'number', { unit: 's', min: 1, step: 1 }),
    {
      seen: [0x0001],
      limits: (cluster) => {
        const max = numberAt(cluster, 0x0001);
        return max === undefined ? {} : { max };
      },
      set: {
        commands: ['setCookingParameters'],
        request: (_, cookTime) => ['setCookingParameters', { cookTime }],
      },
    },
  ),
  value(
    0x005f,
    0x0002,
    settable(['cookPower', 'Cooking power', '烹饪火力'], 'number', { unit: '%', step: 1 }),
    {
      seen: [0x0003, 0x0004],
      limits: (cluster) => ({
        min: numberAt(cluster, 0x0003) ?? 10,
        max: numberAt(cluster, 0x0004) ?? 100,
      }),
      set: {
        commands: ['setCookingParameters'],
        request: (_, powerSetting) => ['setCookingParameters', { powerSetting }],
      },
    },
  ),
  value(
    0x0071,
    0x0000,
    told(['filterCondition', 'Filter left', '滤芯余量'], 'number', { unit: '%', step: 1 }),
  ),
  value(
    0x0072,
    0x0000,
    told(['carbonFilterCondition', 'Carbon filter left', '活性炭滤芯余量'], 'number', {
      ...{ unit: '%', step: 1 },
    }),
  ),
  value(
    0x0072,
    0x0002,
    told(['carbonFilterSpent', 'Carbon filter spent', '活性炭滤芯需更换'], 'boolean'),
    {
      convert: { kind: 'values', values: { '2': true, '0': false, '1': false } },
      isMeant: ({ clusters }) => clusters.some(({ id }) => id === 0x0071),
    },
  ),
  value(
    0x0079,
    0x0000,
    told(['waterTank', 'Water left', '水箱余量'], 'number', { unit: '%', step: 1 }),
  ),
  value(0x0079, 0x0002, told(['waterTankEmpty', 'Water tank empty', '水箱已空'], 'boolean'), {
    convert: { kind: 'values', values: { '2': true, '0': false, '1': false } },
  }),
];
