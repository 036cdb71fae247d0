// What goes wrong with a coordinator or a node, in plain words with what to do. The libraries' errors end here.
import { existsSync } from 'node:fs';
import net from 'node:net';
import {
  HubError,
  type Problem,
  TimeoutError,
  toProblem,
  UnreachableError,
} from '../../hub/model/errors.ts';
import type { Words } from '../../hub/model/words.ts';
import type { FailedCommand } from './coordinator/unknown-commands.ts';
import { isTcp, type ZigbeeSettings } from './settings.ts';

/** How long a look at a coordinator's address may take. */
const LOOK_MS = 3_000;

function where({ port }: Pick<ZigbeeSettings, 'port'>): string {
  return isTcp(port) ? port.slice('tcp://'.length) : port;
}

interface Rule {
  readonly matches: RegExp;
  problem(settings: ZigbeeSettings): Omit<Problem, 'errors'>;
}

const RULES: readonly Rule[] = [
  {
    matches: /ECONNREFUSED/,
    problem: (settings) => ({
      code: 'unreachable',
      message: `Nothing listens at ${where(settings)} (ECONNREFUSED)`,
      hint: 'Check that the coordinator is switched on and that host and port are right. Ingle keeps trying.',
      zh: {
        message: `${where(settings)} 没有程序在监听（ECONNREFUSED）`,
        hint: '请检查网关（协调器）是否已开机，地址和端口是否正确。Ingle 会继续尝试。',
      },
    }),
  },
  {
    matches: /ENOTFOUND|EAI_AGAIN/,
    problem: (settings) => ({
      code: 'unreachable',
      message: `The name of the coordinator at ${where(settings)} is not known`,
      hint: 'Check the spelling of the host, or use its IP address.',
      zh: {
        message: `找不到网关（协调器）的主机名 ${where(settings)}`,
        hint: '请检查主机名的拼写，或改用 IP 地址。',
      },
    }),
  },
  {
    matches: /EHOSTUNREACH|ENETUNREACH|ETIMEDOUT|no answer within/,
    problem: (settings) => ({
      code: 'unreachable',
      message: `There is no way to the coordinator at ${where(settings)}`,
      hint: 'Check that it has power and is in the same network. Ingle keeps trying.',
      zh: {
        message: `无法到达网关（协调器）${where(settings)}`,
        hint: '请检查它是否通电、是否在同一网络中。Ingle 会继续尝试。',
      },
    }),
  },
  {
    matches: /EACCES|EPERM|[Pp]ermission denied/,
    problem: (settings) => ({
      code: 'forbidden',
      message: `Ingle may not open ${where(settings)} (permission denied)`,
      hint: 'Add the user that runs Ingle to the group "dialout", log in again and restart Ingle.',
      zh: {
        message: `Ingle 没有权限打开 ${where(settings)}`,
        hint: '请把运行 Ingle 的用户加入 dialout 组，重新登录并重启 Ingle。',
      },
    }),
  },
  {
    matches: /ENOENT|No such file/,
    problem: (settings) => ({
      code: 'unreachable',
      message: `There is no device ${where(settings)}`,
      hint: 'Plug the stick in. Names under /dev/serial/by-id stay the same at every plug and port.',
      zh: {
        message: `没有设备 ${where(settings)}`,
        hint: '请插上 USB 网关。/dev/serial/by-id 下的名称不会因插口而改变。',
      },
    }),
  },
  {
    matches: /lock port|EBUSY|[Rr]esource temporarily unavailable/,
    problem: (settings) => ({
      code: 'busy',
      message: `${where(settings)} is in use by another program`,
      hint: 'Stop the other program, such as Zigbee2MQTT or ZHA, that holds the stick.',
      zh: {
        message: `${where(settings)} 正被另一个程序使用`,
        hint: '请停止占用它的程序，例如 Zigbee2MQTT 或 ZHA。',
      },
    }),
  },
  {
    matches: /configuration-adapter mismatch/,
    problem: () => ({
      code: 'conflict',
      message: "The coordinator's network is not this home's network",
      hint: "This stick belongs to another network. Plug in the home's own stick, or restore the backup onto this one; pairing anew needs coordinator_backup.json moved away.",
      zh: {
        message: '网关（协调器）上的网络不是这个家的网络',
        hint: '这个 USB 网关属于另一个网络。请插上这个家自己的，或把备份恢复到它上面；要重新配对，请先移走 coordinator_backup.json。',
      },
    }),
  },
  {
    matches: /panId collision|same panId|cannot use pan id/,
    problem: () => ({
      code: 'conflict',
      message: 'Another Zigbee network nearby has the same identity',
      hint: 'Move network.json and coordinator_backup.json away, so that a new network is made; devices are then paired again.',
      zh: {
        message: '附近有另一个 Zigbee 网络使用相同的标识',
        hint: '请移走 network.json 和 coordinator_backup.json 以建立新网络；之后要重新配对设备。',
      },
    }),
  },
  {
    matches: /BACKUP|backup is corrupted|Unexpected end of JSON/,
    problem: () => ({
      code: 'storage',
      message: "The coordinator's backup file is damaged",
      hint: 'Put coordinator_backup.json back from a backup of the hub.',
      zh: {
        message: '网关（协调器）的备份文件已损坏',
        hint: '请从中枢的备份中恢复 coordinator_backup.json。',
      },
    }),
  },
  {
    matches: /No valid USB adapter|USB adapter discovery/,
    problem: (settings) => ({
      code: 'unsupported',
      message: `${where(settings)} is not a coordinator that can be recognised`,
      hint: "Set INGLE_ZIGBEE_DRIVER to the stick's driver, such as zstack or ember.",
      zh: {
        message: `无法识别 ${where(settings)} 是哪种网关（协调器）`,
        hint: '请把 INGLE_ZIGBEE_DRIVER 设为它的驱动，例如 zstack 或 ember。',
      },
    }),
  },
  {
    matches:
      /Failed to connect to the adapter|SRSP|HOST_FATAL_ERROR|[Tt]imeout|timed out|after \d+ ?ms/,
    problem: (settings) => ({
      code: 'timed-out',
      message: `The coordinator at ${where(settings)} does not answer`,
      hint: `Check that the driver "${settings.driver ?? 'automatic'}" and the baud rate are right for this coordinator, or unplug it and plug it in again. Ingle keeps trying.`,
      zh: {
        message: `网关（协调器）${where(settings)} 没有应答`,
        hint: `请检查驱动“${settings.driver ?? '自动'}”和波特率是否正确，或拔下再插上。Ingle 会继续尝试。`,
      },
    }),
  },
  {
    matches: /reset by itself|lost its network/,
    problem: () => ({
      code: 'unreachable',
      message: 'The coordinator has restarted by itself',
      hint: 'Ingle connects again. If it happens often, try another USB port or power supply.',
      zh: {
        message: '网关（协调器）自己重启了',
        hint: 'Ingle 会重新连接。如果经常发生，请换一个 USB 口或电源。',
      },
    }),
  },
  {
    matches: /disconnected|closed|ECONNRESET|EPIPE|[Pp]ort is not open/,
    problem: (settings) => ({
      code: 'unreachable',
      message: `The connection to the coordinator at ${where(settings)} was lost`,
      hint: 'Check its cable and power. Ingle keeps trying.',
      zh: {
        message: `与网关（协调器）${where(settings)} 的连接断开了`,
        hint: '请检查线缆和电源。Ingle 会继续尝试。',
      },
    }),
  },
];

/** A coordinator of another family than the driver is for. */
export function wrongDriver({ port, driver }: ZigbeeSettings, family: string): HubError {
  const at = where({ port });
  return new HubError(
    'unsupported',
    `The coordinator at ${at} answers to the driver "${family}", not to "${driver ?? 'automatic'}"`,
    {
      hint: `Set zigbee.driver (INGLE_ZIGBEE_DRIVER) to ${family} and start the hub again.`,
      zh: {
        message: `${at} 的网关（协调器）使用的驱动是“${family}”，而不是“${driver ?? '自动'}”`,
        hint: `请把 zigbee.driver（INGLE_ZIGBEE_DRIVER）设为 ${family}，然后重新启动中枢。`,
      },
    },
  );
}

const COMMAND_WORDS: Readonly<Record<FailedCommand['how'], Words>> = {
  unanswered: { en: 'does not answer the command', zh: '没有应答命令' },
  unknown: { en: 'does not know the command', zh: '不认识命令' },
  refused: { en: 'refuses the command', zh: '拒绝了命令' },
};

/** A coordinator that answers, and fails at a command that its driver needs. */
export function commandFailed({ port }: ZigbeeSettings, failed: FailedCommand): HubError {
  const { en, zh } = COMMAND_WORDS[failed.how];
  const at = where({ port });
  return new HubError('unsupported', `The coordinator at ${at} ${en} "${failed.command}"`, {
    hint: 'Its driver cannot start it without. Update the firmware of the coordinator; a gateway or an emulated coordinator must pass this command on. Ingle keeps trying.',
    zh: {
      message: `${at} 的网关（协调器）${zh}“${failed.command}”`,
      hint: '没有它，驱动无法启动。请更新网关（协调器）的固件；网络网关或模拟的协调器必须支持这个命令。Ingle 会继续尝试。',
    },
  });
}

/** The plain words for why the coordinator cannot be used. */
export function coordinatorProblem(error: unknown, settings: ZigbeeSettings): Problem {
  if (error instanceof HubError) return toProblem(error);
  const text = error instanceof Error ? `${error.message} ${causeOf(error)}` : String(error);
  const rule = RULES.find(({ matches }) => matches.test(text));
  return (
    rule?.problem(settings) ?? {
      code: 'unreachable',
      message: `The coordinator at ${where(settings)} cannot be used: ${firstLine(text)}`,
      hint: 'Unplug it and plug it in again; check its driver. Ingle keeps trying.',
      zh: {
        message: `网关（协调器）${where(settings)} 无法使用：${firstLine(text)}`,
        hint: '请拔下再插上，并检查驱动。Ingle 会继续尝试。',
      },
    }
  );
}

function causeOf(error: Error): string {
  return error.cause instanceof Error ? error.cause.message : '';
}

function firstLine(text: string): string {
  return redact(text.split('\n')[0] ?? text).slice(0, 200);
}

/** Keys are 32 hexadecimal digits or 16 numbers; none may reach a log. */
export function redact(text: string): string {
  return text
    .replaceAll(/(?<![0-9a-f])(?:0x)?[0-9a-f]{32,}(?![0-9a-f])/gi, '[hidden]')
    .replaceAll(/(?:\d{1,3}\s*,\s*){15,}\d{1,3}/g, '[hidden]')
    .replaceAll(/(?:[0-9a-f]{2}[ :]){15,}[0-9a-f]{2}/gi, '[hidden]');
}

/**
 * Why a port cannot be opened, in the system's words: the library says only "Error while opening socket". Looks
 * after a failure, never before, since many gateways take one connection at a time.
 */
export async function lookAt({ port }: ZigbeeSettings): Promise<Error | null> {
  if (!isTcp(port)) {
    return existsSync(port) ? null : new Error(`ENOENT ${port}`);
  }
  const { hostname, port: number } = new URL(port);
  const host = hostname.replace(/^\[(.*)\]$/, '$1');
  return new Promise((resolve) => {
    const socket = net.connect({ host, port: Number(number), timeout: LOOK_MS });
    const done = (error: Error | null): void => {
      socket.destroy();
      resolve(error);
    };
    socket.once('connect', () => done(null));
    socket.once('timeout', () => done(new Error(`no answer within ${LOOK_MS} ms`)));
    socket.once('error', done);
  });
}

/** ZCL statuses that a person may meet. Spec: ZCL 07-5123 r8 § 2.6.3. */
const STATUS_WORDS: Readonly<Record<string, Words>> = {
  FAILURE: { en: 'it failed', zh: '它没有成功' },
  NOT_AUTHORIZED: { en: 'it is not allowed', zh: '不允许这样做' },
  MALFORMED_COMMAND: { en: 'it did not understand the command', zh: '它没有看懂命令' },
  UNSUP_CLUSTER_COMMAND: { en: 'it does not know this command', zh: '它不认识这个命令' },
  UNSUP_COMMAND: { en: 'it does not know this command', zh: '它不认识这个命令' },
  INVALID_FIELD: { en: 'the value is not right for it', zh: '这个值不适合它' },
  UNSUPPORTED_ATTRIBUTE: { en: 'it does not have this property', zh: '它没有这个属性' },
  INVALID_VALUE: { en: 'the value is outside of what it takes', zh: '这个值超出了它的范围' },
  READ_ONLY: { en: 'the property cannot be set', zh: '这个属性不能设置' },
  INSUFFICIENT_SPACE: { en: 'its memory is full', zh: '它的存储已满' },
};
const NO_REASON: Words = { en: 'it gave no reason', zh: '没有说明原因' };

/** A node has answered with a refusal. */
export class RejectedByDeviceError extends HubError {
  constructor(status: string) {
    const words = STATUS_WORDS[status] ?? NO_REASON;
    super('rejected-by-device', `The device refused: ${words.en} (${status})`, {
      hint: 'Try again, or another value. If it stays so, the device has a fault or an old firmware.',
      zh: {
        message: `设备拒绝了：${words.zh}（${status}）`,
        hint: '请重试或换一个值。如果一直这样，可能是设备故障或固件太旧。',
      },
    });
  }
}

const MAC_WORDS =
  /MAC_NO_ACK|NWK_NO_ROUTE|MAC_TRANSACTION_EXPIRED|ROUTE_|NO_NETWORK_ROUTE|DELIVERY_FAILED|Data request failed|APS_NO_ACK|MAC_CHANNEL/;

/** A node that did not answer in time. */
export function silent(name: string, cause: unknown): TimeoutError {
  return new TimeoutError(`${name} did not answer`, {
    hint: 'Check that it has power and is near enough to the coordinator or to a plug or lamp that relays.',
    zh: {
      message: `${name} 没有应答`,
      hint: '请检查它是否有电、离网关（协调器）或能中继的插座、灯是否够近。',
    },
    cause,
  });
}

/** The plain words for why a command did not reach its node, or was refused. */
export function nodeError(error: unknown, name: string): HubError {
  if (error instanceof HubError) return error;
  const text = error instanceof Error ? error.message : String(error);
  const status = /Status '(\w+)'/.exec(text)?.[1];
  if (status !== undefined && error instanceof Error) {
    return new RejectedByDeviceError(status);
  }
  if (/not been initialized|adapter.*(stopped|disconnected)|Port is not open/.test(text)) {
    return new UnreachableError('The Zigbee coordinator is not connected', {
      zh: { message: 'Zigbee 网关（协调器）没有连接', hint: null },
      cause: error,
    });
  }
  if (MAC_WORDS.test(text)) {
    return new UnreachableError(`${name} cannot be reached`, {
      hint: 'Check that it has power and is near enough to the coordinator or to a plug or lamp that relays.',
      zh: {
        message: `连不上 ${name}`,
        hint: '请检查它是否有电、离网关（协调器）或能中继的插座、灯是否够近。',
      },
      cause: error,
    });
  }
  if (/timeout|timed out|after \d+ ?ms/i.test(text)) {
    return silent(name, error);
  }
  return new HubError('internal', `${name} could not be commanded: ${firstLine(text)}`, {
    zh: { message: `无法控制 ${name}：${firstLine(text)}`, hint: null },
    cause: error,
  });
}

/** A node that answered only some of the questions about what it is; `cause` is why, where it was asked again. */
export function interviewFailed(address: string, cause?: HubError): HubError {
  const isNew = cause === undefined;
  const message = `${address} ${isNew ? 'has joined but ' : ''}did not answer all questions`;
  const hint = isNew
    ? 'Bring it nearer, keep it awake by pressing its button, and ask it again from its page.'
    : 'Keep it awake by pressing its button, bring it nearer, and try again.';
  const zh = {
    message: isNew ? `${address} 已加入，但没有回答所有问题` : `${address} 没有回答所有问题`,
    hint: isNew
      ? '请把它拿近一些，按它的按键让它保持唤醒，再从它的页面重新询问。'
      : '请按它的按键让它保持唤醒，拿近一些再试。',
  };
  return new HubError(cause?.code ?? 'timed-out', message, { hint, zh, cause });
}
