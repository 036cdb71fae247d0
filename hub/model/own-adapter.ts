// The adapters that come with the hub and that a person switches on and off while it runs: what each asks for, what it
// takes, and where that is set so firmly that nobody can change it from here.
import { HubError } from './errors.ts';
import type { Actor, AdapterHealth } from './hub-port.ts';
import type { AdapterId } from './identifiers.ts';
import type { Words } from './words.ts';

/** A setting of such an adapter, by a name that only it knows. */
export interface OwnAdapterSetting {
  readonly name: string;
  readonly type: 'text' | 'number';
  readonly label: Words;
  readonly value: string | number | null;
  /** What it can be on this machine; absent: anything of its type. */
  readonly choices?: readonly string[];
}

/** Where a setting stands that the page cannot win against. */
export type FixedBy = 'flag' | 'environment' | 'file' | 'demo';

export interface OwnAdapterView {
  readonly id: AdapterId;
  readonly isOn: boolean;
  /** Null while it is off. */
  readonly health: AdapterHealth | null;
  readonly settings: readonly OwnAdapterSetting[];
  /** Null: it can be switched and set here. */
  readonly fixedBy: FixedBy | null;
  /** About what it adds to the memory of the hub while it is on, as measured. */
  readonly needsBytes: number;
}

export interface OwnAdapterChange {
  readonly enabled?: boolean | undefined;
  readonly values?: Readonly<Record<string, string | number | boolean | null>> | undefined;
}

export interface OwnAdapters {
  list(): readonly OwnAdapterView[];
  /**
   * Switches one on or off, or sets what it asks for; it begins anew where anything changed. What is set is kept.
   * @throws NotFoundError, ValidationError, or HubError `unsupported` where it is set elsewhere
   */
  change(id: string, change: OwnAdapterChange, actor: Actor): Promise<OwnAdapterView>;
}

const OFF: Readonly<Record<string, Words & { readonly command: string }>> = {
  matter: {
    en: 'Matter is switched off on this hub',
    zh: '这个中枢没有打开 Matter',
    command: 'ingle matter on',
  },
  mqtt: {
    en: 'The MQTT broker of this hub is switched off',
    zh: '这个中枢没有打开 MQTT 服务器',
    command: 'ingle adapter enable mqtt',
  },
};

/** What is said to whoever asks for an adapter that a person can switch on; null for any other. */
export function switchedOff(id: string): HubError | null {
  const words = Object.hasOwn(OFF, id) ? OFF[id] : undefined;
  if (words === undefined) return null;
  const { en, zh, command } = words;
  return new HubError('unsupported', en, {
    hint: `Switch it on first: ${command}, or House › Adapters.`,
    zh: { message: zh, hint: `请先打开：${command}，或“全屋 › 适配器”。` },
  });
}

/** What is said to whoever asks for an adapter that this hub does not run. */
export function notConfigured(id: string): HubError {
  const off = switchedOff(id);
  if (off !== null) return off;
  return new HubError('unreachable', `The ${id} adapter is not configured`, {
    hint: 'For Zigbee choose the coordinator (ingle coordinator use PORT, or House › Zigbee network) and start the hub again.',
    zh: {
      message: `没有设置 ${id} 适配器`,
      hint: 'Zigbee 请选择网关（ingle coordinator use PORT，或“全屋 › Zigbee 网络”），然后重新启动中枢。',
    },
  });
}
