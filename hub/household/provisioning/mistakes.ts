// What can be wrong with a provisioning file, each mistake once, in both languages: by the name under which whoever
// finds it tells it. Where the shape of an entry is wrong, the library that checks it gives back the English words
// alone, so those are kept with the Chinese ones.
import type { Words } from '../../model/words.ts';

/** Things of a file that are a text or a number, as they are called in a sentence. */
const THINGS = {
  name: { en: 'a name', zh: '名称' },
  zone: { en: 'a time zone', zh: '时区' },
  value: { en: 'a value', zh: '值' },
  unit: { en: 'a unit', zh: '单位' },
  topic: { en: 'a topic', zh: '主题' },
  address: { en: 'an address', zh: '地址' },
  password: { en: 'a password', zh: '密码' },
  key: { en: 'a key', zh: '密钥' },
  matterCode: { en: 'a Matter code', zh: 'Matter 码' },
  installCode: { en: 'an install code', zh: '安装码' },
  room: { en: 'a room', zh: '房间' },
  label: { en: 'a label', zh: '标签' },
  mode: { en: 'a mode', zh: '模式' },
  handle: { en: 'a handle', zh: '代号' },
  latitude: { en: 'latitude', zh: '纬度' },
  longitude: { en: 'longitude', zh: '经度' },
} as const satisfies Record<string, Words>;
export type Thing = keyof typeof THINGS;

const words = (en: string, zh: string): Words => ({ en, zh });
const known = (list: readonly string[]): Words => words(list.join(', '), list.join('、'));

/** Of the file as a text. */
export const textMistakes = {
  tooLarge: (kib: number) =>
    words(`A provisioning file has at most ${kib} KiB`, `配置文件最大 ${kib} KiB`),
  notWellFormed: (why: string) => words(`This is not well-formed: ${why}`, `格式不正确（${why}）`),
  empty: words(
    'The file is empty; it has home, rooms, devices and scenes',
    '文件是空的；它应包含 home、rooms、devices 和 scenes',
  ),
  alias: words(
    'Aliases (*name) cannot be used here; write the value itself',
    '这里不能使用别名（*name）；请直接写出值',
  ),
  anchor: words(
    'Anchors (&name) cannot be used here; leave it out',
    '这里不能使用锚点（&name）；请去掉它',
  ),
  tooDeep: words('This is nested too deep', '嵌套太深'),
  outOfPlace: words('This cannot stand here', '这里不能这样写'),
  noPlainKey: words('A key is a plain word here', '这里的键应是一个普通的词'),
  keyTwice: (key: string) =>
    words(`"${key}" stands here twice; keep one of them`, `“${key}”在这里写了两次；请保留一个`),
  noScene: words(
    'A scene is its file as text, or a map that begins with `scene`',
    '场景应写成它的文件文本，或以 `scene` 开头的映射',
  ),
  besideText: (key: string) =>
    words(`"${key}" is not known beside text`, `text 旁边不能有“${key}”`),
  notSwitch: words('enabled is true or false', 'enabled 应为 true 或 false'),
};

/** Of the shape of an entry. */
export const shapeMistakes = {
  file: words(
    'A provisioning file is a map with home, rooms, values, devices and scenes',
    '配置文件是一个映射，包含 home、rooms、values、devices 和 scenes',
  ),
  home: words(
    'home is a map with name, language, zone, place, holidays and modes',
    'home 应是映射，包含 name、language、zone、place、holidays 和 modes',
  ),
  language: words('a language is en or zh', '语言应为 en 或 zh'),
  place: words('a place is {latitude, longitude}', '位置应写成 {latitude, longitude}'),
  holiday: words(
    'a holiday is a date such as 2026-12-24, or 12-24 for every year',
    '节假日是日期，例如 2026-12-24；每年都有的写 12-24',
  ),
  holidays: words('holidays is a list of dates', 'holidays 应是日期列表'),
  manyHolidays: (max: number) =>
    words(`a home keeps at most ${max} holidays`, `一个家最多有 ${max} 个节假日`),
  manyModes: (max: number) =>
    words(`a home has at most ${max} modes of its own`, `一个家最多有 ${max} 个自己的模式`),
  room: words('a room is its name, or {name, icon}', '房间应写成名称，或 {name, icon}'),
  icon: words(
    'an icon is the name of an icon of @mdi/js, as mdiSofa',
    '图标应是 @mdi/js 的图标名，例如 mdiSofa',
  ),
  value: words(
    'a value is a map such as {person: Anna} or {variable: Guests, type: number}',
    '值应是映射，例如 {person: Anna} 或 {variable: Guests, type: number}',
  ),
  type: words(
    'a type is boolean, number, string or enum',
    '类型应为 boolean、number、string 或 enum',
  ),
  initial: words('initial is a value', 'initial 应是一个值'),
  device: words(
    'a device is a map such as {zigbee: 0x…, name: Hall lamp, room: Hall}',
    '设备应是映射，例如 {zigbee: 0x…, name: Hall lamp, room: Hall}',
  ),
  ieee: words(
    'a Zigbee address is 0x and 16 hexadecimal digits, as on the label of the device',
    'Zigbee 地址是 0x 加 16 位十六进制数字，见设备标签',
  ),
  lan: words(
    'a device of the home’s network is {address, password}, {address, key} or {address}',
    '家庭网络里的设备应写成 {address, password}、{address, key} 或 {address}',
  ),
  mac: words(
    'the address of a Tasmota device is its MAC, 12 hexadecimal digits',
    'Tasmota 设备的地址是它的 MAC：12 位十六进制数字',
  ),
  scene: words(
    'a scene is its file as text, or the same as a map that begins with `scene`',
    '场景应写成它的文件文本，或以 `scene` 开头的映射',
  ),
  words: (key: string) => words(`${key} is a list of words`, `${key} 应是词的列表`),
  list: (key: string) => words(`${key} is a list`, `${key} 应是列表`),
  listOfLines: (key: string) =>
    words(
      `${key} is a list, each entry on a line that begins with -`,
      `${key} 应是列表，每项一行，以 - 开头`,
    ),
  manyEntries: (key: string, max: number) =>
    words(`${key} has at most ${max} entries`, `${key} 最多有 ${max} 项`),
  number: (key: string) => words(`${key} is a number`, `${key} 应是数字`),
  text: (thing: Thing) => words(`${THINGS[thing].en} is a text`, `${THINGS[thing].zh}应是文本`),
  emptyText: (thing: Thing) =>
    words(`${THINGS[thing].en} is not empty`, `${THINGS[thing].zh}不能为空`),
  longText: (thing: Thing, max: number) =>
    words(
      `${THINGS[thing].en} has at most ${max} characters`,
      `${THINGS[thing].zh}最多 ${max} 个字符`,
    ),
  degrees: (thing: Thing) =>
    words(`${THINGS[thing].en} is a number of degrees`, `${THINGS[thing].zh}应是度数`),
  degreesRange: (thing: Thing, max: number) =>
    words(
      `${THINGS[thing].en} runs from -${max} to ${max}`,
      `${THINGS[thing].zh}在 -${max} 到 ${max} 之间`,
    ),
  word: (thing: Thing) => words(`${THINGS[thing].en} is a word`, `${THINGS[thing].zh}应是一个词`),
  wordLetters: (thing: Thing) =>
    words(
      `${THINGS[thing].en} has letters, digits and hyphens and begins with a letter, as hall-lamp`,
      `${THINGS[thing].zh}由字母、数字和连字符组成，以字母开头，例如 hall-lamp`,
    ),
  missing: (key: string) => words(`"${key}" is missing here`, `这里缺少“${key}”`),
  unwanted: (wanted: string) =>
    words(`this is not what is wanted here (${wanted})`, `这里写的不对（应为 ${wanted}）`),
  unknownKey: (key: string, nearest: string | undefined, all: readonly string[]) =>
    nearest === undefined
      ? words(
          `"${key}" is not known here; known are ${known(all).en}`,
          `这里没有“${key}”；可以用：${known(all).zh}`,
        )
      : words(
          `"${key}" is not known here; did you mean ${nearest}?`,
          `这里没有“${key}”；是不是想写 ${nearest}？`,
        ),
};

/** Of what an entry says: a device, a value. */
export const entryMistakes = {
  zone: (zone: string) =>
    words(
      `"${zone}" is not a time zone; one is Europe/Berlin or Asia/Shanghai`,
      `“${zone}”不是时区；例如 Asia/Shanghai 或 Europe/Berlin`,
    ),
  noWay: (name: string, ways: readonly string[]) =>
    words(
      `How is "${name}" found? Give one of ${known(ways).en}`,
      `“${name}”怎么查找？请给出其中之一：${known(ways).zh}`,
    ),
  twoProtocols: (other: string, first: string) =>
    words(
      `A device has one protocol; ${other} stands beside ${first}`,
      `一个设备只有一种协议；${first} 旁边还写了 ${other}`,
    ),
  strayInstallCode: (protocol: string) =>
    words(
      `An install code goes with zigbee, not with ${protocol}`,
      `安装码只用于 zigbee，不能用于 ${protocol}`,
    ),
  installCodeDigits: words(
    'An install code has hexadecimal digits only, 0–9 and A–F',
    '安装码只含十六进制数字：0–9 和 A–F',
  ),
  installCodeLength: (count: number) =>
    words(
      `An install code has 16, 20, 28 or 36 digits; this one has ${count}`,
      `安装码有 16、20、28 或 36 位；这个有 ${count} 位`,
    ),
  installCodeMistyped: words(
    'The install code is mistyped: its last four digits do not check the others',
    '安装码抄错了：最后四位与其余各位对不上',
  ),
  qrNotWhole: words(
    'The text of the QR code is not whole: MT: and at least 19 letters, digits, dots or hyphens',
    '二维码文本不完整：应为 MT: 加至少 19 个字母、数字、点或连字符',
  ),
  matterCodeDigits: words(
    'A Matter code has digits only, or it begins with MT: and is the text of the QR code',
    'Matter 码只含数字，或者是以 MT: 开头的二维码文本',
  ),
  matterCodeLength: (wanted: number, count: number) =>
    words(
      `A Matter code has 11 or 21 digits, this one ${wanted}; here are ${count}`,
      `Matter 码有 11 或 21 位，这个应有 ${wanted} 位；这里有 ${count} 位`,
    ),
  matterCodeMistyped: words(
    'The Matter code is mistyped: its last digit does not check the others',
    'Matter 码抄错了：最后一位与其余各位对不上',
  ),
  strayKey: (family: string, key: string) =>
    words(`${family} devices have no ${key}`, `${family} 设备没有 ${key}`),
  noKind: (kinds: readonly string[]) =>
    words(
      `What is it? Give one of ${known(kinds).en} with its name`,
      `这是什么？请写明其中之一和它的名称：${known(kinds).zh}`,
    ),
  twoKinds: (other: string, first: string) =>
    words(
      `A value is one thing; ${other} stands beside ${first}`,
      `一个值只能是一种；${first} 旁边还写了 ${other}`,
    ),
  strayShape: (key: string, kind: string) =>
    words(
      `"${key}" goes with a variable or an input, not with a ${kind}`,
      `“${key}”只用于 variable 或 input，不能用于 ${kind}`,
    ),
  noHandle: (handle: string) => words(`"${handle}" cannot be a handle`, `“${handle}”不能作代号`),
  enumWithoutValues: words(
    'An enum names its values, such as values: [low, high]',
    'enum 要列出它的值，例如 values: [low, high]',
  ),
};

/** Of what the file says beside what the home has, or beside what else the file says. */
export const homeMistakes = {
  roomTwice: (name: string) =>
    words(`The room "${name}" stands in the file twice`, `房间“${name}”在文件里写了两次`),
  sceneTwice: (name: string) =>
    words(`The scene "${name}" stands in the file twice`, `场景“${name}”在文件里写了两次`),
  valueTwice: (key: string) => words(`${key} stands in the file twice`, `${key} 在文件里写了两次`),
  addressTwice: (node: string) =>
    words(`The address ${node} stands in the file twice`, `地址 ${node} 在文件里写了两次`),
  matterCodeTwice: (name: string) =>
    words(
      `The Matter code of "${name}" stands in the file twice`,
      `“${name}”的 Matter 码在文件里写了两次`,
    ),
  nameTwice: (name: string) =>
    words(
      `Another device of the file is called "${name}" already`,
      `文件里已有另一个设备叫“${name}”`,
    ),
  handleTwice: (handle: string) =>
    words(
      `Another device of the file has the handle "${handle}" already`,
      `文件里已有另一个设备的代号是“${handle}”`,
    ),
  noRoom: (name: string, nearest: string | undefined) =>
    nearest === undefined
      ? words(
          `There is no room "${name}"; add it under rooms`,
          `没有房间“${name}”；请在 rooms 下添加`,
        )
      : words(
          `There is no room "${name}"; did you mean ${nearest}?`,
          `没有房间“${name}”；是不是想写 ${nearest}？`,
        ),
  notSetUp: (protocol: string) =>
    words(`This hub is not set up for ${protocol}`, `这个中枢没有设置 ${protocol}`),
  taken: (of: 'name' | 'handle', device: string) =>
    words(
      `The home has another device with this ${of}, ${device}`,
      `家里已有另一个设备用了这个${of === 'name' ? '名称' : '代号'}：${device}`,
    ),
  otherType: (key: string, type: string) =>
    words(
      `${key} is a ${type} in the home and stays one; remove it there first`,
      `${key} 在家里是 ${type}，不能改变类型；请先在那里移除它`,
    ),
};

const CHINESE = new Map<string, string>();

/** The English words for a library that takes a text; it is said in Chinese by `inBoth`. */
export function english({ en, zh }: Words): string {
  CHINESE.set(en, zh);
  return en;
}

/** The words of a mistake that such a library tells; null for one of its own. */
export function inBoth(en: string): Words | null {
  const zh = CHINESE.get(en);
  return zh === undefined ? null : { en, zh };
}

/** With what stands there. */
export function standing({ en, zh }: Words, shown: string): Words {
  return { en: `${en} (here stands ${shown})`, zh: `${zh}（这里写的是 ${shown}）` };
}
