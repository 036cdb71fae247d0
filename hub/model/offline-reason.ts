// Why a device is offline, in the reader's language. Adapters give their reasons in plain English; those that the
// hub knows are said in Chinese too, and advice is left to whoever shows it.
import type { Language } from './property-row.ts';

const UNITS: Readonly<Record<string, string>> = {
  second: '秒',
  minute: '分钟',
  hour: '小时',
  day: '天',
};

const KNOWN: readonly (readonly [RegExp, (match: RegExpExecArray) => string])[] = [
  [/^It (does not|did not|no longer) answers?/, () => '它没有应答。'],
  [/^It has not answered since the hub started/, () => '中枢启动后它还没有应答。'],
  [/^(.+) cannot reach it\b/, ([, bridge]) => `${bridge} 联系不上它。`],
  [/^Nothing was heard of it ever/, () => '从来没有收到过它的消息。'],
  [
    /^Nothing was heard of it for (\d+) (minute|hour|day)/,
    ([, count, unit = '']) => `已经 ${count} ${UNITS[unit] ?? ''}没有收到它的消息了。`,
  ],
  [/^Nothing was heard of it for (\S+)/, () => '很久没有收到它的消息了。'],
  [
    /^It has told nothing for (\d+) (second|minute|hour)s?, and/,
    ([, count, unit = '']) =>
      `已经 ${count} ${UNITS[unit] ?? ''}没有上报，它的值只在这段时间内有效。`,
  ],
  [/^Not heard from yet/, () => '还没有收到它的消息。'],
  [/coordinator .*is not connected|Nothing listens at/, () => '网关（协调器）没有连接。'],
  [/^The (\S+) adapter stopped/, ([, id]) => `负责它的 ${id} 程序停止了，正在重新启动。`],
  [/^(.+) is switched off$/, ([, title]) => `${title} 已关闭。`],
  [/^(.+) was removed$/, ([, title]) => `${title} 已删除。`],
  [/^The broker lost the connection to it/, () => '它和 MQTT 服务器的连接断开了。'],
  [/^It has not connected to the broker/, () => '它还没有连接到 MQTT 服务器。'],
  [/^Its bridge has taken it away/, () => '它的网桥已经移除了它。'],
  [/^It has withdrawn its announcement/, () => '它撤回了自己的通告。'],
  [/^Its account was revoked/, () => '它的账号已被撤销。'],
  [/^Its vendor has removed it/, () => '它的厂商移除了它。'],
  [/^It says that it is not there/, () => '它自己报告不在线。'],
  [/MQTT broker .*(lost|not take|not connected)/, () => 'MQTT 服务器没有连接。'],
  [/is not a Shelly/, () => '这个地址上的设备不是 Shelly。'],
  [/is not a Hue bridge/, () => '这个地址上的设备不是 Hue 网桥。'],
  [/is not a WLED/, () => '这个地址上的设备不是 WLED。'],
  [/^The Hue bridge has no radio contact to it/, () => 'Hue 网桥联系不上它。'],
  [/^The Hue bridge is still looking for it/, () => 'Hue 网桥还在寻找它。'],
  [/does not know the hub any more/, () => 'Hue 网桥不再认识这个中枢了。'],
  [/another certificate than/, () => '它出示的证书和以前不同，已拒绝连接。'],
  [/has too much to do/, () => '它忙不过来。'],
  [/^\S+ did not answer/, () => '它没有应答。'],
  [/is not an ESPHome device/, () => '这个地址上的设备不是 ESPHome。'],
  [/^It sleeps to save its battery/, () => '它在休眠以节省电量，唤醒时会再联系它。'],
  [/ answers nonsense| says more than the hub takes/, () => '它发来的内容无法使用。'],
  [/ hung up$| hung up\. /, () => '它挂断了连接。'],
  [/does not encrypt/, () => '它没有加密，和添加时不一样。'],
  [/encryption key/, () => '加密密钥不对。'],
  [/^Another device answers/, () => '这个地址上现在是另一个设备。'],
  [/(^The connection to .* was lost|went silent)/, () => '和它的连接断开了。'],
  [/(cannot be reached|not reachable|unreachable)/i, () => '连不上它。'],
  [/refus\w+ .*password|password/i, () => '密码不对。'],
];

/** The cause alone, as one sentence; a reason that is not known stays as the adapter gave it. */
export function offlineReason(reason: string, language: Language): string {
  if (language === 'zh') {
    for (const [pattern, say] of KNOWN) {
      const match = pattern.exec(reason);
      if (match) return say(match);
    }
    return reason;
  }
  const end = reason.indexOf('. ');
  return end < 0 ? reason : reason.slice(0, end + 1);
}
