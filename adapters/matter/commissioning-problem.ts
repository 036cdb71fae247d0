// Why a Matter device was not added, in words and with what to do, from what the library threw and how far it came.
// Pure: it looks at messages, since the library's classes stay behind the border.
import type { Problem } from '../../hub/model/errors.ts';
import { type Attestation, REFUSED, VERDICTS } from './attestation.ts';

export interface Attempted {
  /** A device of the code was found and took it. */
  readonly hasFound: boolean;
  readonly seconds: number;
  /** The step under way, by its name in the library; empty before the first. */
  readonly step: string;
  readonly attestation: Attestation | null;
}

type Reason = readonly [
  pattern: RegExp,
  code: Problem['code'],
  words: readonly [message: string, hint: string, zhMessage: string, zhHint: string],
];

/** The first that fits holds. */
const REASONS: readonly Reason[] = [
  [
    /key confirmation/i,
    'rejected-by-device',
    [
      'The device did not accept the code',
      'Compare it with the device and type it again. After several wrong codes a device closes itself; switch it off and on then.',
      '设备不接受这个配对码',
      '请与设备上的对照，重新输入。多次输错后设备会自行关闭添加，请关开电源再试。',
    ],
  ],
  [
    /TableFull|maximum number of fabrics|exceed supported fabrics|No more fabrics/i,
    'rejected-by-device',
    [
      'The device belongs to as many homes as it can hold',
      'Remove it from one of the other apps or controllers, or reset it, which removes it from all.',
      '设备所属的家已达到上限',
      '请在其他应用或控制器里移除它，或者重置它（会从所有的家移除）。',
    ],
  ],
  [
    /already commissioned|AlreadyCommissioned|FabricConflict|Commissionee is already/i,
    'conflict',
    [
      'The device belongs to this home already',
      'Look for it among the devices; to add it anew, remove it first or reset it.',
      '这个设备已经属于这个家',
      '请在设备列表里找它；要重新添加，请先移除或重置它。',
    ],
  ],
  [
    /credentials are not configured|CredentialsNotConfigured|NetworkSetupFailed|network (credentials|setup)/i,
    'unsupported',
    [
      'The device is not on the Wi-Fi or Thread network yet, and Ingle has no Bluetooth to bring it there',
      "Add it in your phone's own home app first, then share it from there and type the code that the app shows.",
      '设备还没有连上 Wi-Fi 或 Thread 网络，Ingle 没有蓝牙，无法帮它连网',
      '请先在手机自带的家庭应用里添加它，再从那里共享，并输入应用显示的配对码。',
    ],
  ],
  [
    /CSR signature|verification failed against DAC/i,
    'rejected-by-device',
    [
      'The device does not have the key that belongs to its certificate',
      'It is no genuine product, or its firmware is broken: ask its maker.',
      '设备没有与其证书对应的密钥',
      '它不是正品，或者固件已损坏：请联系厂商。',
    ],
  ],
  [
    /fail-?safe|exceeds the maximum timeframe/i,
    'timed-out',
    [
      'The device gave up because adding it took too long',
      'Try again; it must be near, and its battery not weak.',
      '添加用时太久，设备放弃了',
      '请再试一次；让它离得近一些，电池不要太弱。',
    ],
  ],
  [
    /Establishing PASE channel failed|BusyWithOtherAdmin|\bBusy\b/i,
    'rejected-by-device',
    [
      'The device does not take a new home now',
      'Its time for adding is over, or another app is adding it: open it for adding once more.',
      '设备现在不接受添加',
      '它的可添加时间已过，或另一个应用正在添加它：请再次开放添加。',
    ],
  ],
  [
    /Could not connect to device/i,
    'timed-out',
    [
      'A device with this code is there, but did not answer',
      'Another app may be adding it, or an attempt that was broken off still holds it, which ends within some minutes. Try again then, or switch it off and on first.',
      '有使用这个配对码的设备，但它没有应答',
      '可能另一个应用正在添加它，或还被之前中断的添加占用（几分钟后会结束）。请到时再试，或先关开它的电源。',
    ],
  ],
  [
    /operational|CASE|Reconnect/i,
    'unreachable',
    [
      'The device took the code and could then not be reached on the network',
      'Its network must be the one of the hub, with IPv6 and multicast between the two.',
      '设备接受了配对码，但之后无法在网络上连接',
      '它必须和中枢在同一网络，两者之间要允许 IPv6 和组播。',
    ],
  ],
  [
    /No response|Retransmission|timed? ?out|timeout|did not respond|Connection (lost|closed)/i,
    'timed-out',
    [
      'The device stopped answering while it was being added',
      'Is it powered and near enough? Try again; a reset helps where an earlier attempt was broken off.',
      '添加过程中设备没有应答',
      '它是否通电、距离够近？请再试；如果之前中断过，重置会有帮助。',
    ],
  ],
];

/** Why it was not added. */
export function commissioningProblem(error: unknown, attempted: Attempted): Problem {
  const text = chainOf(error);
  const { hasFound, seconds, attestation } = attempted;
  if (attestation !== null && text.includes(REFUSED)) return refused(attestation);
  if (!hasFound && /No commissionable device|timed out|cancell?ed|not found/i.test(text)) {
    if (!/attempt\(s\) failed/i.test(text)) return nobody(seconds);
  }
  for (const [pattern, code, [message, hint, zhMessage, zhHint]] of REASONS) {
    if (!pattern.test(text)) continue;
    return { code, message, hint, zh: { message: zhMessage, hint: zhHint } };
  }
  const at = attempted.step === '' ? '' : ` (${attempted.step})`;
  return {
    code: 'rejected-by-device',
    message: `The device could not be added${at}: ${text}`,
    hint: 'Switch it off and on and try again; a reset helps where an earlier attempt was broken off.',
    zh: {
      message: `无法添加这个设备${at}：${text}`,
      hint: '请关开电源再试；如果之前中断过，重置会有帮助。',
    },
  };
}

function nobody(seconds: number): Problem {
  return {
    code: 'timed-out',
    message: `No device with this code was found within ${seconds} s`,
    hint: 'Is it powered, on this network and ready to be added? A device is ready for some minutes after it was switched on. One that is used elsewhere must be opened for adding there, which gives a new code; a new one must first be on the Wi-Fi or by cable.',
    zh: {
      message: `${seconds} 秒内没有找到使用这个配对码的设备`,
      hint: '它是否通电、在同一网络、处于可添加状态？设备通电后只在几分钟内可以添加。已在别处使用的设备要先在那里开放添加，会得到新的配对码；新设备要先连上 Wi-Fi 或网线。',
    },
  };
}

function refused({ verdict }: Attestation): Problem {
  const { en, zh } = VERDICTS[verdict];
  return {
    code: 'forbidden',
    message: `The device was not added. ${en}`,
    hint: 'The household has asked for that: House, Settings, matter.attestation. With "warn" such a device is added and marked.',
    zh: {
      message: `没有添加这个设备。${zh}`,
      hint: '这是家里的设置：家 › 设置，matter.attestation。设为 warn 时会添加并注明。',
    },
  };
}

/** The messages of an error and of what caused it. */
function chainOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const inner = error instanceof AggregateError ? error.errors.map(chainOf) : [];
  const cause = error.cause === undefined ? [] : [chainOf(error.cause)];
  return [error.message, ...inner, ...cause].join(': ');
}
