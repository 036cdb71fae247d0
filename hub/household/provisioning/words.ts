// What a provisioning file would do, and what its job did, in plain words, English and Chinese.
import type { HomeRecord } from '../../model/home.ts';
import { LAN_FAMILIES } from '../../model/lan-families.ts';
import type { Words } from '../../model/words.ts';

const THINGS = {
  room: { one: 'room', many: 'rooms', zh: '个房间' },
  value: { one: 'value of the home', many: 'values of the home', zh: '个家庭变量' },
  device: { one: 'device', many: 'devices', zh: '个设备' },
  scene: { one: 'scene', many: 'scenes', zh: '个场景' },
} as const;

const PROTOCOL_NAMES: Readonly<Record<string, string>> = {
  zigbee: 'Zigbee',
  matter: 'Matter',
  ...Object.fromEntries(LAN_FAMILIES.map(({ protocol, title }) => [protocol, title])),
  tasmota: 'Tasmota',
};

const HOME_PARTS: Readonly<Record<string, Words>> = {
  name: { en: 'name', zh: '名称' },
  language: { en: 'language', zh: '语言' },
  zone: { en: 'time zone', zh: '时区' },
  place: { en: 'place', zh: '位置' },
  holidays: { en: 'holidays', zh: '节假日' },
  modes: { en: 'modes', zh: '模式' },
};

function shown(value: unknown): string {
  if (typeof value === 'string') return value;
  if (Array.isArray(value)) return value.join(', ');
  const place = value as NonNullable<HomeRecord['place']>;
  return `${place.latitude}, ${place.longitude}`;
}

export const planWords = {
  home(change: Readonly<Record<string, unknown>>): Words {
    const parts = Object.entries(change);
    const join = (language: keyof Words, separator: string) =>
      parts
        .map(([key, value]) => `${HOME_PARTS[key]?.[language] ?? key} “${shown(value)}”`)
        .join(separator);
    return { en: `The home gets the ${join('en', ', the ')}`, zh: `家改为：${join('zh', '，')}` };
  },
  addRoom: (name: string): Words => ({ en: `Add the room ${name}`, zh: `添加房间“${name}”` }),
  changeRoom: (name: string): Words => ({ en: `Change the room ${name}`, zh: `修改房间“${name}”` }),
  addValue: (key: string, name: string): Words => ({
    en: `Add ${name} (${key})`,
    zh: `添加“${name}”（${key}）`,
  }),
  changeValue: (key: string, name: string): Words => ({
    en: `Change ${name} (${key})`,
    zh: `修改“${name}”（${key}）`,
  }),
  addDevice(name: string, protocol: string, how: string | null, room: string | null): Words {
    const title = PROTOCOL_NAMES[protocol] ?? protocol;
    const at = how === null ? '' : ` ${how}`;
    return {
      en: `Add ${name} (${title}${at})${room === null ? '' : ` in ${room}`}`,
      zh: `添加“${name}”（${title}${at}）${room === null ? '' : `，放在“${room}”`}`,
    };
  },
  changeDevice(
    former: string,
    change: {
      name?: string;
      handle?: string;
      room?: string | null | undefined;
      labels?: readonly string[];
    },
  ): Words {
    const en: string[] = [];
    const zh: string[] = [];
    if (change.name !== undefined) {
      en.push(`is called ${change.name}`);
      zh.push(`改名为“${change.name}”`);
    }
    if (change.handle !== undefined) {
      en.push(`gets the handle ${change.handle}`);
      zh.push(`代号改为 ${change.handle}`);
    }
    if (change.room !== undefined) {
      en.push(change.room === null ? 'leaves its room' : `moves to ${change.room}`);
      zh.push(change.room === null ? '移出房间' : `移到“${change.room}”`);
    }
    if (change.labels !== undefined) {
      const labels = change.labels.join(', ');
      en.push(labels === '' ? 'loses its labels' : `gets the labels ${labels}`);
      zh.push(labels === '' ? '去掉标签' : `标签改为 ${labels}`);
    }
    return { en: `${former} ${en.join(', ')}`, zh: `“${former}”${zh.join('，')}` };
  },
  addScene: (name: string): Words => ({ en: `Add the scene ${name}`, zh: `添加场景“${name}”` }),
  changeScene: (name: string): Words => ({
    en: `Save a new version of the scene ${name}`,
    zh: `保存场景“${name}”的新版本`,
  }),
  kept(what: keyof typeof THINGS, count: number): Words {
    const { one, many, zh } = THINGS[what];
    return {
      en: count === 1 ? `1 ${one} is as the file says` : `${count} ${many} are as the file says`,
      zh: `${count} ${zh}与文件一致`,
    };
  },
  left(what: keyof typeof THINGS, count: number): Words {
    const { one, many, zh } = THINGS[what];
    return {
      en:
        count === 1
          ? `1 ${one} that the file does not name stays as it is`
          : `${count} ${many} that the file does not name stay as they are`,
      zh: `文件没有提到的 ${count} ${zh}保持不变`,
    };
  },
};

/** Lines of the job that does what the file says. */
export const jobWords = {
  done: { en: 'Everything is as the file says.', zh: '一切都与文件一致。' },
  stopped: { en: 'Stopped; what was done stays.', zh: '已停止；做完的部分会保留。' },
  homeSet: { en: 'The home is set.', zh: '家已设置好。' },
  roomAdded: (name: string): Words => ({
    en: `The room ${name} was added.`,
    zh: `添加了房间“${name}”。`,
  }),
  roomChanged: (name: string): Words => ({
    en: `The room ${name} was changed.`,
    zh: `修改了房间“${name}”。`,
  }),
  valueChanged: (name: string): Words => ({ en: `${name} was changed.`, zh: `修改了“${name}”。` }),
  deviceAdded: (name: string): Words => ({ en: `${name} was added.`, zh: `添加了“${name}”。` }),
  deviceChanged: (name: string): Words => ({ en: `${name} was changed.`, zh: `修改了“${name}”。` }),
  deviceRefused: (name: string): Words => ({
    en: `${name} could not be added`,
    zh: `无法添加“${name}”`,
  }),
  codeGiven: (name: string): Words => ({
    en: `The install code of ${name} was given to the coordinator.`,
    zh: `已把“${name}”的安装码交给网关（协调器）。`,
  }),
  open: (names: readonly string[]): Words => ({
    en: `The network is open for ${names.length === 1 ? '1 device' : `${names.length} devices`}. Put them into pairing mode now: ${names.join(', ')}.`,
    zh: `网络已为 ${names.length} 个设备开放。现在请让它们进入配对模式：${names.join('、')}。`,
  }),
  lookingFor: (name: string): Words => ({ en: `Looking for ${name}.`, zh: `正在寻找“${name}”。` }),
  sceneSaved: (name: string): Words => ({
    en: `The scene ${name} was saved.`,
    zh: `保存了场景“${name}”。`,
  }),
  sceneNotSaved: (name: string): Words => ({
    en: `The scene ${name} was not saved.`,
    zh: `场景“${name}”没有保存。`,
  }),
  sceneRefused: (name: string): Words => ({
    en: `${name} was not saved`,
    zh: `“${name}”没有保存`,
  }),
};
