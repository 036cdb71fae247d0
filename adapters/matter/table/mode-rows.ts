// Rows for what is chosen from a list that the node itself brings: programmes and modes of appliances, inputs and
// outputs of media players, levels of temperature, spin speeds, chimes.
import type { Label } from '../../../hub/model/property-row.ts';
import type { ClusterView } from '../views.ts';
import { type AttributeRow, choicesOf, type Fields, structsOf } from './row.ts';

/** Spec: Matter 1.4 Application Clusters § 1.10, Mode Base, and the clusters derived from it. */
const MODE_CLUSTERS: readonly (readonly [clusterId: number, word: string, label: Label])[] = [
  [0x0049, 'ovenMode', { en: 'Oven programme', zh: '烤箱程序' }],
  [0x0051, 'laundryMode', { en: 'Laundry programme', zh: '洗衣程序' }],
  [0x0052, 'refrigeratorMode', { en: 'Cooling programme', zh: '制冷程序' }],
  [0x0054, 'runMode', { en: 'Cleaning run', zh: '清扫模式' }],
  [0x0055, 'cleanMode', { en: 'Way of cleaning', zh: '清洁方式' }],
  [0x0059, 'dishwasherMode', { en: 'Dishwashing programme', zh: '洗碗程序' }],
  [0x005e, 'microwaveMode', { en: 'Microwave programme', zh: '微波炉程序' }],
  [0x009d, 'chargingMode', { en: 'Charging mode', zh: '充电模式' }],
  [0x009e, 'waterHeaterMode', { en: 'Water heater mode', zh: '热水器模式' }],
  [0x009f, 'energyMode', { en: 'Energy management mode', zh: '能源管理模式' }],
];

const SUPPORTED_MODES = 0x0000;

const modeRow = ([clusterId, word, label]: (typeof MODE_CLUSTERS)[number]): AttributeRow => ({
  clusterId,
  attributeId: 0x0001,
  as: { word, label, type: 'enum' },
  with: [SUPPORTED_MODES],
  choices: (cluster) => listed(cluster, SUPPORTED_MODES, 'mode', 'label'),
  set: {
    commands: ['changeToMode'],
    request: (_, wire) => ['changeToMode', { newMode: wire }],
  },
});

function listed(cluster: ClusterView, attributeId: number, number: string, name: string) {
  return choicesOf(
    structsOf(cluster, attributeId).map((each: Fields): [number, string] => [
      Number(each[number]),
      String(each[name] ?? ''),
    ]),
  );
}

/** A list of plain texts, chosen by its index. */
function indexed(cluster: ClusterView, attributeId: number) {
  const value = cluster.attributes.get(attributeId)?.value;
  const texts = Array.isArray(value) ? value : [];
  return choicesOf(texts.map((text, index): [number, string] => [index, String(text)]));
}

/** Of an enum's words those that the node lists as supported. */
function supported(cluster: ClusterView, attributeId: number, listId: number) {
  const list = cluster.attributes.get(listId)?.value;
  const all = [...(cluster.attributes.get(attributeId)?.choices ?? [])];
  return choicesOf(
    Array.isArray(list) && list.length > 0 ? all.filter(([number]) => list.includes(number)) : all,
  );
}

export const MODE_ROWS: readonly AttributeRow[] = [
  ...MODE_CLUSTERS.map(modeRow),
  {
    clusterId: 0x0050, // Mode Select, whose list stands elsewhere
    attributeId: 0x0003,
    as: { word: 'modeSelect', label: { en: 'Choice', zh: '选项' }, type: 'enum' },
    with: [0x0002],
    choices: (cluster) => listed(cluster, 0x0002, 'mode', 'label'),
    set: {
      commands: ['changeToMode'],
      request: (_, wire) => ['changeToMode', { newMode: wire }],
    },
  },
  {
    clusterId: 0x0056, // Temperature Control by levels
    attributeId: 0x0004,
    as: {
      word: 'temperatureLevel',
      label: { en: 'Temperature level', zh: '温度档位' },
      type: 'enum',
    },
    with: [0x0005],
    choices: (cluster) => indexed(cluster, 0x0005),
    set: {
      commands: ['setTemperature'],
      request: (_, wire) => ['setTemperature', { targetTemperatureLevel: wire }],
    },
  },
  {
    clusterId: 0x0053, // Laundry Washer Controls
    attributeId: 0x0001,
    as: { word: 'spinSpeed', label: { en: 'Spin speed', zh: '脱水转速' }, type: 'enum' },
    with: [0x0000],
    choices: (cluster) => indexed(cluster, 0x0000),
  },
  {
    clusterId: 0x0053,
    attributeId: 0x0002,
    as: {
      word: 'rinses',
      label: { en: 'Rinsing', zh: '漂洗' },
      type: 'enum',
      values: {
        none: { en: 'none', zh: '不漂洗' },
        normal: { en: 'normal', zh: '标准' },
        extra: { en: 'extra', zh: '加强' },
        max: { en: 'most', zh: '最强' },
      },
    },
    with: [0x0003],
    choices: (cluster) => supported(cluster, 0x0002, 0x0003),
  },
  {
    clusterId: 0x004a, // Laundry Dryer Controls
    attributeId: 0x0001,
    as: {
      word: 'dryness',
      label: { en: 'Dryness', zh: '烘干程度' },
      type: 'enum',
      values: {
        low: { en: 'damp', zh: '微干' },
        normal: { en: 'normal', zh: '标准' },
        extra: { en: 'extra', zh: '强烘' },
        max: { en: 'most', zh: '最干' },
      },
    },
    with: [0x0000],
    choices: (cluster) => supported(cluster, 0x0001, 0x0000),
  },
  {
    clusterId: 0x0507, // Media Input
    attributeId: 0x0001,
    as: { word: 'input', label: { en: 'Input', zh: '输入源' }, type: 'enum' },
    with: [0x0000],
    choices: (cluster) => listed(cluster, 0x0000, 'index', 'name'),
    set: { commands: ['selectInput'], request: (_, wire) => ['selectInput', { index: wire }] },
  },
  {
    clusterId: 0x050b, // Audio Output
    attributeId: 0x0001,
    as: { word: 'output', label: { en: 'Sound output', zh: '声音输出' }, type: 'enum' },
    with: [0x0000],
    choices: (cluster) => listed(cluster, 0x0000, 'index', 'name'),
    set: { commands: ['selectOutput'], request: (_, wire) => ['selectOutput', { index: wire }] },
  },
  {
    clusterId: 0x0505, // Target Navigator
    attributeId: 0x0001,
    as: { word: 'target', label: { en: 'Shown now', zh: '当前画面' }, type: 'enum' },
    with: [0x0000],
    choices: (cluster) => listed(cluster, 0x0000, 'identifier', 'name'),
    set: {
      commands: ['navigateTarget'],
      request: (_, wire) => ['navigateTarget', { target: wire }],
    },
  },
  {
    clusterId: 0x0556, // Chime
    attributeId: 0x0001,
    as: { word: 'chime', label: { en: 'Chime', zh: '铃声' }, type: 'enum' },
    with: [0x0000],
    choices: (cluster) => listed(cluster, 0x0000, 'chimeId', 'name'),
  },
  {
    clusterId: 0x0150, // Service Area
    attributeId: 0x0003,
    as: { word: 'area', label: { en: 'Where it is', zh: '所在区域' }, type: 'enum', access: 'r' },
    with: [0x0000],
    choices: (cluster) =>
      choicesOf(
        structsOf(cluster, 0x0000).map((each): [number, string] => [
          Number(each.areaId),
          areaName(each),
        ]),
      ),
  },
];

/** An area is named within a struct; one without a name by its number. */
function areaName({ areaId, areaInfo }: Fields): string {
  const info = areaInfo as { locationInfo?: { locationName?: unknown } | null } | undefined;
  const name = info?.locationInfo?.locationName;
  return typeof name === 'string' && name !== '' ? name : String(areaId);
}
