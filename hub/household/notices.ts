// What is wrong, in words that a household understands, with what to do, in both languages. Pages and the command
// line show these as they are.

import type { AdapterHealth, HealthReport, PartHealth } from '../model/hub-port.ts';
import { LAN_FAMILIES } from '../model/lan-families.ts';
import { problemInChinese } from '../model/problem-words.ts';
import type { StoreStatistics } from '../model/store-port.ts';
import type { VendorAdapterView } from '../model/vendor-adapter.ts';

export type Notice = HealthReport['notices'][number];

/** A commit that takes longer than this is worth a word. */
const SLOW_COMMIT_MS = 1_000;

const RADIO_NAMES: Readonly<Record<string, { en: string; zh: string }>> = {
  zigbee: { en: 'Zigbee coordinator', zh: 'Zigbee 网关（协调器）' },
  matter: { en: 'network of the Matter devices', zh: 'Matter 设备所在的网络' },
  mqtt: { en: 'MQTT broker', zh: 'MQTT 服务器' },
  ...Object.fromEntries(
    LAN_FAMILIES.map(({ protocol, title }) => [
      protocol,
      { en: `connection to the ${title} devices`, zh: `${title} 设备的连接` },
    ]),
  ),
  open: { en: 'open interface', zh: '开放接口' },
};

const PART_NAMES: Readonly<Record<string, { en: string; zh: string }>> = {
  core: { en: 'The core', zh: '核心' },
  storage: { en: 'Storage', zh: '存储' },
  zigbee: { en: 'Zigbee', zh: 'Zigbee' },
  matter: { en: 'Matter', zh: 'Matter' },
  mqtt: { en: 'MQTT', zh: 'MQTT' },
  ...Object.fromEntries(
    LAN_FAMILIES.map(({ protocol, title }) => [protocol, { en: title, zh: title }]),
  ),
  open: { en: 'The open interface', zh: '开放接口' },
};

function ofAdapter(adapter: AdapterHealth, address: string): Notice | null {
  if (adapter.state.kind !== 'fault') return null;
  const { problem } = adapter.state;
  const radio = RADIO_NAMES[adapter.id] ?? { en: adapter.id, zh: adapter.id };
  const at = address ? ` (${address})` : '';
  const text = (en: string, zh: string): Notice => ({
    severity: 'fault',
    about: adapter.id,
    text: { en, zh },
  });
  const place = adapter.id === 'matter' ? '网络接口' : '端口和驱动';
  switch (problem.code) {
    case 'unreachable':
      return text(
        `The ${radio.en}${at} cannot be reached. Check that it is plugged in and powered; the hub connects again by itself.`,
        `连不上 ${radio.zh}${at}。请检查它是否插好并已通电；中枢会自动重新连接。`,
      );
    case 'timed-out':
      return text(
        `The ${radio.en}${at} does not answer. Unplug it, wait ten seconds and plug it in again; the hub connects again by itself.`,
        `${radio.zh}${at} 没有应答。请拔下它，等 10 秒再插上；中枢会自动重新连接。`,
      );
    case 'invalid-input':
    case 'conflict':
    case 'forbidden':
    case 'unsupported':
      return text(
        `The ${radio.en}${at} cannot be used: ${problem.message}. ${problem.hint ?? ''}`.trim(),
        `无法使用 ${radio.zh}${at}：设置不对。请在“全屋 › 设置项”中检查${place}。（${problemInChinese(problem).message}）`,
      );
    default:
      return text(
        `The ${radio.en}${at} has a fault and is being started again: ${problem.message}`,
        `${radio.zh}${at} 出了故障，正在重新启动。（${problemInChinese(problem).message}）`,
      );
  }
}

function ofPart(part: PartHealth): Notice | null {
  const name = PART_NAMES[part.name] ?? { en: part.name, zh: part.name };
  // A name in Latin letters stands apart from the Chinese that follows it.
  const zh = /[a-z]$/i.test(name.zh) ? `${name.zh} ` : name.zh;
  const text = (en: string, inChinese: string): Notice => ({
    severity: 'fault',
    about: part.name,
    text: { en, zh: inChinese },
  });
  switch (part.state) {
    case 'hanging':
      return text(
        `${name.en} does not answer. If it stays silent, it is started again by itself within seconds; all else goes on.`,
        `${zh}没有应答。如果一直没有应答，几秒后会自动重新启动；其他一切照常。`,
      );
    case 'restarting':
    case 'failed':
      return text(
        `${name.en} stopped and is being started again. Nothing needs to be done; if it happens often, look at the log.`,
        `${zh}停止了，正在重新启动。不需要你做什么；如果经常发生，请查看日志。`,
      );
    default:
      return null;
  }
}

/** What cannot be written waits; what must be on disk first is not done meanwhile, and nothing else stops. */
function ofFullDisk(problem: string): Notice {
  const isFull = /disk is full/.test(problem);
  return {
    severity: 'fault',
    about: 'storage',
    text: {
      en: `${isFull ? 'The disk of the hub is full: free some space.' : `The disk of the hub cannot be written: ${problem}`} Lamps and scenes go on. Until there is space nothing is changed in the settings, and messages, calls and whatever must not be done twice are left out; what happens is kept in memory and written once it can be.`,
      zh: `${isFull ? '中枢的磁盘已满：请清理空间。' : '中枢的磁盘无法写入：请检查磁盘。'}灯和场景照常工作。在能够写入之前，设置不能更改，消息、外部调用和不能重复的操作不会执行；期间发生的事情保存在内存中，能写入后再写入。`,
    },
  };
}

function ofStorage(statistics: StoreStatistics | null): Notice | null {
  if (statistics?.problem) return ofFullDisk(statistics.problem);
  if (!statistics || statistics.commitMs < SLOW_COMMIT_MS) return null;
  const seconds = (statistics.commitMs / 1_000).toFixed(1);
  return {
    severity: 'warning',
    about: 'storage',
    text: {
      en: `The disk is slow: the last write took ${seconds} s. Lamps and scenes go on; messages may say "not recorded". Check the SD card.`,
      zh: `磁盘很慢：上次写入用了 ${seconds} 秒。灯和场景照常工作；消息可能显示“未记录”。请检查 SD 卡。`,
    },
  };
}

export interface NoticeSource {
  readonly adapters: readonly AdapterHealth[];
  readonly parts: readonly PartHealth[];
  readonly storage: StoreStatistics | null;
  readonly clock: HealthReport['clock'];
  /** Where an adapter's radio is, such as `tcp://…`. */
  addressOf(adapter: string): string;
  /** The adapters of others that are installed. */
  readonly vendors?: readonly Vendor[];
  readonly nowMs?: number;
}

/** An adapter that is not ours, as notices name it. */
export type Vendor = Pick<VendorAdapterView, 'manifest' | 'lastFault'>;

/** So long after its fault an adapter that is not ours is named, also while it runs again for the moment. */
const NAMED_MS = 10 * 60_000;

/** What the adapter itself says is wrong. */
function ofVendorFault({ id, state }: AdapterHealth, { manifest }: Vendor): Notice | null {
  if (state.kind !== 'fault') return null;
  const { message, hint } = state.problem;
  const zh = problemInChinese(state.problem);
  return {
    severity: 'fault',
    about: id,
    text: {
      en: `${manifest.title} of ${manifest.vendor} (community): ${message}. ${hint ?? ''}`.trim(),
      zh: `${manifest.vendor} 的 ${manifest.title}（社区）：${zh.message}。${zh.hint ?? ''}`,
    },
  };
}

/** Who is to blame, what becomes of it, and what can be done: one line for each that fell lately. */
function ofVendor({ manifest, lastFault }: Vendor, nowMs: number): Notice | null {
  if (lastFault === null || nowMs - lastFault.atMs > NAMED_MS) return null;
  const { id, title, vendor } = manifest;
  const { reason } = lastFault;
  return {
    severity: 'fault',
    about: id,
    text: {
      en: `The adapter ${title} of ${vendor} (community) had to be started again: ${reason.en.slice(0, 200)}. All else goes on. Look for a newer version, or switch it off under House › Adapters (ingle adapter disable ${id}).`,
      zh: `${vendor} 的适配器 ${title}（社区）被重新启动：${reason.zh.slice(0, 200)}。其他一切照常。请找更新的版本，或在“全屋 › 适配器”里关闭它（ingle adapter disable ${id}）。`,
    },
  };
}

/** All notices, worst first. */
export function noticesOf(source: NoticeSource): Notice[] {
  const notices: Notice[] = [];
  const add = (notice: Notice | null) => {
    if (notice) notices.push(notice);
  };
  const vendors = source.vendors ?? [];
  for (const vendor of vendors) add(ofVendor(vendor, source.nowMs ?? 0));
  const isNamed = (name: string) => notices.some((notice) => notice.about === name);
  // First the parts: while an adapter itself hangs or is gone, its radio is not to blame.
  for (const part of source.parts) if (!isNamed(part.name)) add(ofPart(part));
  const told = new Set(notices.map((notice) => notice.about));
  for (const adapter of source.adapters) {
    const vendor = vendors.find(({ manifest }) => manifest.id === adapter.id);
    if (vendor && !told.has(adapter.id)) add(ofVendorFault(adapter, vendor));
    else if (!told.has(adapter.id)) add(ofAdapter(adapter, source.addressOf(adapter.id)));
    for (const notice of adapter.notices ?? []) add({ ...notice, about: adapter.id });
  }
  add(ofStorage(source.storage));
  if (source.clock === 'unset') {
    notices.push({
      severity: 'warning',
      about: 'clock',
      text: {
        en: 'The hub does not know the time. Scenes that start at a time of day wait; take the time from this browser, or connect the hub to the internet once.',
        zh: '中枢不知道现在的时间。按时间触发的场景会等待；请使用此浏览器的时间，或让中枢联网一次。',
      },
    });
  }
  return notices.sort((a, b) => Number(b.severity === 'fault') - Number(a.severity === 'fault'));
}
