// What moving in from Zigbee2MQTT would do, and what its job did, in plain words, English and Chinese.

import type { ProblemWords } from '../../model/errors.ts';
import type { Holder, SourceNetwork } from '../../model/moving-in.ts';
import type { Words } from '../../model/words.ts';

const hex = (value: number) => `0x${value.toString(16).padStart(4, '0')}`;

export const moveWords = {
  network(
    { panId, extendedPanId, channel, coordinator }: SourceNetwork,
    port: string,
    driver: string,
  ): Words {
    const from = coordinator === null ? '' : `, saved from coordinator ${coordinator}`;
    const fromZh = coordinator === null ? '' : `，备份自网关（协调器）${coordinator}`;
    return {
      en: `Run Zigbee2MQTT's network (PAN ${hex(panId)}, extended PAN ${extendedPanId}, channel ${channel}, with its own key${from}) with the coordinator ${port}, driver ${driver}`,
      zh: `用网关（协调器）${port}（驱动 ${driver}）运行 Zigbee2MQTT 的网络（PAN ${hex(panId)}，扩展 PAN ${extendedPanId}，信道 ${channel}，密钥不变${fromZh}）`,
    };
  },
  untried: (driver: string): Words => ({
    en: `The driver ${driver} was never run here with a coordinator: whether it takes the network over is not known. Keep the folder; Zigbee2MQTT goes on with it as before`,
    zh: `驱动 ${driver} 从未在这里与真实的网关（协调器）一起试过：能否接管网络尚不清楚。请保留文件夹，Zigbee2MQTT 可以照旧用它运行`,
  }),
  otherFamily: (former: string, driver: string): Words => ({
    en: `The network ran with the driver ${former}; going over to ${driver} was never tried here, and devices may have to be paired again. Keep the folder and the old coordinator`,
    zh: `这个网络原来用驱动 ${former} 运行；改用 ${driver} 从未在这里试过，设备可能需要重新配对。请保留文件夹和旧的网关（协调器）`,
  }),
  networkKept: (port: string): Words => ({
    en: `The hub runs this network already; its coordinator is ${port}`,
    zh: `中枢已经在运行这个网络；网关（协调器）是 ${port}`,
  }),
  replacesEmpty: {
    en: "The hub's own Zigbee network, which has no devices, is given up",
    zh: '中枢自己的 Zigbee 网络没有设备，将被放弃',
  },
  addRoom: (name: string): Words => ({ en: `Add the room ${name}`, zh: `添加房间“${name}”` }),
  addDevice(name: string | null, what: string, node: string, room: string | null): Words {
    const where = room === null ? '' : ` in ${room}`;
    const whereZh = room === null ? '' : `，放在“${room}”`;
    return name === null
      ? { en: `Bring in ${what} (${node})`, zh: `带来 ${what}（${node}）` }
      : {
          en: `Bring in ${name} (${what}, ${node})${where}`,
          zh: `带来“${name}”（${what}，${node}）${whereZh}`,
        };
  },
  changeDevice: (former: string, name: string, room: string | null): Words => ({
    en: `${former} is called ${name}${room === null ? '' : `, in ${room}`}`,
    zh: `“${former}”改名为“${name}”${room === null ? '' : `，放在“${room}”`}`,
  }),
  notInterviewed: (name: string): Words => ({
    en: `${name} was never known whole to Zigbee2MQTT; it comes in once it is heard`,
    zh: `Zigbee2MQTT 从未完整了解“${name}”；收到它的消息后才会加入`,
  }),
  kept: (count: number): Words => ({
    en:
      count === 1
        ? '1 device is here already and stays as it is'
        : `${count} devices are here already and stay as they are`,
    zh: `${count} 个设备已经在这里，保持不变`,
  }),
  groupAsRoom: (group: string, room: string, count: number): Words => ({
    en: `The group ${group} becomes the room ${room}, for ${count} of its devices`,
    zh: `群组“${group}”成为房间“${room}”，包含其中 ${count} 个设备`,
  }),
  groupAsLabel: (group: string, label: string, count: number): Words => ({
    en: `The group ${group} becomes the label ${label}, on ${count} ${count === 1 ? 'device' : 'devices'}`,
    zh: `群组“${group}”成为标签“${label}”，用于 ${count} 个设备`,
  }),
  groupEmpty: (group: string): Words => ({
    en: `The group ${group} has no devices here and is not taken`,
    zh: `群组“${group}”在这里没有设备，不带过来`,
  }),
  groupFull: (group: string): Words => ({
    en: `The group ${group} has devices with 10 labels, the most that one can have; those do not get its label`,
    zh: `群组“${group}”中有设备已有 10 个标签（上限），它们不会得到这个标签`,
  }),
  held({ pid, command }: Holder, port: string): Words {
    const isZigbee2Mqtt = /zigbee2mqtt/i.test(command);
    const who = isZigbee2Mqtt ? 'Zigbee2MQTT' : command === '' ? 'Another program' : `"${command}"`;
    const whoZh = isZigbee2Mqtt ? 'Zigbee2MQTT' : command === '' ? '另一个程序' : `“${command}”`;
    const process = pid === null ? '' : ` (process ${pid})`;
    return {
      en: `${who}${process} has the coordinator ${port} open. Two programs cannot share a coordinator`,
      zh: `${whoZh}${pid === null ? '' : `（进程 ${pid}）`}正在使用网关（协调器）${port}。两个程序不能共用一个网关`,
    };
  },
  heldHint: {
    en: 'Stop Zigbee2MQTT, and see that it does not start again by itself; then try again. Its folder stays as it is.',
    zh: '请停止 Zigbee2MQTT，并确认它不会自动启动，然后重试。它的文件夹保持不变。',
  },
  demo: {
    en: 'This is the demo home: start a home of your own first, with INGLE_DEMO=0 or with a coordinator',
    zh: '这是演示之家：请先用 INGLE_DEMO=0 或指定网关（协调器）启动自己的家',
  },
  otherNetwork: (devices: number): Words => ({
    en: `This hub runs a Zigbee network of its own with ${devices} ${devices === 1 ? 'device' : 'devices'}, and a hub has one: remove them first, or take a hub that has none`,
    zh: `中枢已有自己的 Zigbee 网络（${devices} 个设备），一个中枢只能有一个：请先移除它们，或使用没有设备的中枢`,
  }),
  noPort: {
    en: 'The configuration does not say where the coordinator is: give --port, as tcp://host:port or the path of the stick',
    zh: '配置里没有网关（协调器）的位置：请用 --port 给出，例如 tcp://主机:端口 或设备路径',
  },
  badPort: (port: string): Words => ({
    en: `The coordinator "${port}" is neither tcp://host:port nor the path of a device: give --port`,
    zh: `网关（协调器）“${port}”既不是 tcp://主机:端口，也不是设备路径：请用 --port 给出`,
  }),
  noDriver: {
    en: 'Neither the configuration nor the backup says which family the coordinator is of: give --driver',
    zh: '配置和备份都没有说明网关（协调器）的类型：请用 --driver 给出',
  },
  badDriver: (driver: string, known: readonly string[]): Words => ({
    en: `There is no coordinator driver "${driver}"; there are ${known.join(', ')}`,
    zh: `没有驱动“${driver}”；可用的有 ${known.join('、')}`,
  }),
  fixed: (setting: string, environment: string, has: string, wants: string): Words => ({
    en: `${setting} is fixed to ${has} where the hub was started (${environment}, a flag or its file), and this network needs ${wants}: start the hub without it, or with ${wants}`,
    zh: `${setting} 在启动中枢时固定为 ${has}（${environment}、命令行或配置文件），而这个网络需要 ${wants}：请去掉它，或改为 ${wants} 后再启动中枢`,
  }),
  full: (count: number, max: number): Words => ({
    en: `The home would have ${count} devices; it can hold ${max}`,
    zh: `家里将有 ${count} 个设备，上限是 ${max}`,
  }),
};

/** Lines of the job. */
export const moveJobWords = {
  taken: { en: 'The network was taken over.', zh: '已接管网络。' },
  connecting: (port: string): Words => ({
    en: `Connecting to the coordinator ${port}.`,
    zh: `正在连接网关（协调器）${port}。`,
  }),
  connected: { en: 'The network runs here now.', zh: '网络已在这里运行。' },
  roomAdded: (name: string): Words => ({
    en: `The room ${name} was added.`,
    zh: `添加了房间“${name}”。`,
  }),
  deviceIn: (name: string): Words => ({ en: `${name} has moved in.`, zh: `“${name}”已搬入。` }),
  missing: (names: readonly string[]): Words => ({
    en: `Not told of yet: ${names.join(', ')}.`,
    zh: `尚未收到：${names.join('、')}。`,
  }),
  answered: (count: number, of: number): Words => ({
    en: `${count} of ${of} devices with mains power answer.`,
    zh: `${of} 个供电设备中有 ${count} 个应答。`,
  }),
  silent: (names: readonly string[]): Words => ({
    en: `These do not answer now; they may be switched off: ${names.join(', ')}.`,
    zh: `这些设备现在没有应答，可能断电了：${names.join('、')}。`,
  }),
  done: (count: number): Words => ({
    en: count === 1 ? '1 device has moved in.' : `${count} devices have moved in.`,
    zh: `${count} 个设备已搬入。`,
  }),
  stopped: {
    en: 'Stopped; what was done stays. It may be done again.',
    zh: '已停止；做完的部分会保留，可以再次执行。',
  },
};

/** What to do when the coordinator does not come up. */
export const notConnected = (
  why: string,
  whyZh: string,
): ProblemWords & { readonly zh: ProblemWords } => ({
  message: `The network was taken over, but its coordinator does not connect: ${why}`,
  hint: 'Ingle keeps trying. See that Zigbee2MQTT is stopped and that the port is right, then do it again: nothing is lost.',
  zh: {
    message: `网络已接管，但网关（协调器）没有连上：${whyZh}`,
    hint: 'Ingle 会继续尝试。请确认 Zigbee2MQTT 已停止、端口正确，然后再执行一次：不会丢失任何东西。',
  },
});
