// The mistakes of a provisioning file in Chinese. Each is said once, in English, where it is found; here stands the
// same in Chinese by the form of its words, so that whoever reads a file's mistakes reads all of them in one language.
import type { InputProblem } from '../../model/errors.ts';

/** What a file's entries are called. */
const TERMS: Readonly<Record<string, string>> = {
  'a name': '名称',
  'a time zone': '时区',
  'a value': '值',
  'a unit': '单位',
  'a topic': '主题',
  'an address': '地址',
  'a password': '密码',
  'a key': '密钥',
  'a matter code': 'Matter 码',
  'an install code': '安装码',
  'a room': '房间',
  'a label': '标签',
  'a mode': '模式',
  'a handle': '代号',
  latitude: '纬度',
  longitude: '经度',
  rooms: 'rooms',
  values: 'values',
  devices: 'devices',
  scenes: 'scenes',
};
const term = (english: string): string => TERMS[english.toLowerCase()] ?? english;

type Say = (...parts: string[]) => string;

/** Forms of the English words; the first that fits counts. */
const FORMS: readonly (readonly [RegExp, Say])[] = [
  [/^a provisioning file has at most (\d+) KiB$/i, (max) => `配置文件最大 ${max} KiB`],
  [
    /^a provisioning file is a map with .+$/i,
    () => '配置文件是一个映射，包含 home、rooms、values、devices 和 scenes',
  ],
  [/^This is not well-formed: (.+)$/, (why) => `格式不正确（${why}）`],
  [/^The file is empty; .+$/, () => '文件是空的；它应包含 home、rooms、devices 和 scenes'],
  [/^Aliases \(\*name\) cannot be used here.+$/, () => '这里不能使用别名（*name）；请直接写出值'],
  [/^Anchors \(&name\) cannot be used here.+$/, () => '这里不能使用锚点（&name）；请去掉它'],
  [/^This is nested too deep$/, () => '嵌套太深'],
  [/^This cannot stand here$/, () => '这里不能这样写'],
  [/^A key is a plain word here$/, () => '这里的键应是一个普通的词'],
  [/^"(.+)" stands here twice; keep one of them$/, (key) => `“${key}”在这里写了两次；请保留一个`],
  [
    /^a scene is its file as text, or (?:the same as )?a map that begins with `scene`$/i,
    () => '场景应写成它的文件文本，或以 `scene` 开头的映射',
  ],
  [/^"(.*)" is not known beside text$/, (key) => `text 旁边不能有“${key}”`],
  [/^enabled is true or false$/i, () => 'enabled 应为 true 或 false'],
  [/^(\w+) is a list, each entry on a line.+$/, (key) => `${key} 应是列表，每项一行，以 - 开头`],
  [/^(\w+) has at most (\d+) entries$/, (key, max) => `${key} 最多有 ${max} 项`],
  [
    /^"(.*)" is not a time zone; .+$/,
    (zone) => `“${zone}”不是时区；例如 Asia/Shanghai 或 Europe/Berlin`,
  ],
  [
    /^How is "(.*)" found\? Give one of (.+)$/,
    (name, ways) => `“${name}”怎么查找？请给出其中之一：${ways}`,
  ],
  [
    /^A device has one protocol; (\S+) stands beside (\S+)$/,
    (other, first) => `一台设备只有一种协议；${first} 旁边还写了 ${other}`,
  ],
  [
    /^An install code goes with zigbee, not with (\S+)$/,
    (protocol) => `安装码只用于 zigbee，不能用于 ${protocol}`,
  ],
  [/^An install code has hexadecimal digits only.+$/, () => '安装码只含十六进制数字：0–9 和 A–F'],
  [
    /^An install code has 16, 20, 28 or 36 digits; this one has (\d+)$/,
    (count) => `安装码有 16、20、28 或 36 位；这个有 ${count} 位`,
  ],
  [/^The install code is mistyped: .+$/, () => '安装码抄错了：最后四位与其余各位对不上'],
  [
    /^The text of the QR code is not whole: .+$/,
    () => '二维码文本不完整：应为 MT: 加至少 19 个字母、数字、点或连字符',
  ],
  [/^A Matter code has digits only.+$/, () => 'Matter 码只含数字，或者是以 MT: 开头的二维码文本'],
  [
    /^A Matter code has 11 or 21 digits, this one (.+); here are (\d+)$/,
    (wanted, count) => `Matter 码有 11 或 21 位，这个应有 ${wanted} 位；这里有 ${count} 位`,
  ],
  [/^The Matter code is mistyped: .+$/, () => 'Matter 码抄错了：最后一位与其余各位对不上'],
  [/^(.+) devices have no (\w+)$/, (family, key) => `${family} 设备没有 ${key}`],
  [
    /^"(.*)" is not known here; did you mean (.+)\?$/,
    (key, nearest) => `这里没有“${key}”；是不是想写 ${nearest}？`,
  ],
  [
    /^"(.*)" is not known here; known are (.+)$/,
    (key, known) => `这里没有“${key}”；可以用：${known}`,
  ],
  [/^"(.*)" is missing here$/, (key) => `这里缺少“${key}”`],
  [/^this is not what is wanted here \((.+)\)$/i, (wanted) => `这里写的不对（应为 ${wanted}）`],
  [/^The room "(.*)" stands in the file twice$/, (name) => `房间“${name}”在文件里写了两次`],
  [/^The scene "(.*)" stands in the file twice$/, (name) => `场景“${name}”在文件里写了两次`],
  [/^The address (.+) stands in the file twice$/, (node) => `地址 ${node} 在文件里写了两次`],
  [
    /^The Matter code of "(.*)" stands in the file twice$/,
    (name) => `“${name}”的 Matter 码在文件里写了两次`,
  ],
  [/^(\S+) stands in the file twice$/, (key) => `${key} 在文件里写了两次`],
  [
    /^Another device of the file is called "(.*)" already$/,
    (name) => `文件里已有另一台设备叫“${name}”`,
  ],
  [
    /^Another device of the file has the handle "(.*)" already$/,
    (handle) => `文件里已有另一台设备的代号是“${handle}”`,
  ],
  [
    /^There is no room "(.*)"; add it under rooms$/,
    (name) => `没有房间“${name}”；请在 rooms 下添加`,
  ],
  [
    /^There is no room "(.*)"; did you mean (.+)\?$/,
    (name, nearest) => `没有房间“${name}”；是不是想写 ${nearest}？`,
  ],
  [/^This hub is not set up for (\S+)$/, (protocol) => `这个中枢没有设置 ${protocol}`],
  [
    /^The home has another device with this (name|handle), (.+)$/,
    (of, device) => `家里已有另一台设备用了这个${of === 'name' ? '名称' : '代号'}：${device}`,
  ],
  [
    /^What is it\? Give one of (.+) with its name$/,
    (kinds) => `这是什么？请写明其中之一和它的名称：${kinds}`,
  ],
  [
    /^A value is one thing; (\S+) stands beside (\S+)$/,
    (other, first) => `一个值只能是一种；${first} 旁边还写了 ${other}`,
  ],
  [
    /^"(.*)" goes with a variable or an input, not with a (\w+)$/,
    (key, kind) => `“${key}”只用于 variable 或 input，不能用于 ${kind}`,
  ],
  [/^"(.*)" cannot be a handle$/, (handle) => `“${handle}”不能作代号`],
  [/^(\S+) cannot be (.+)$/, (key, value) => `${key} 不能是 ${value}`],
  [/^An enum names its values, .+$/, () => 'enum 要列出它的值，例如 values: [low, high]'],
  [
    /^(\S+) is a (\w+) in the home and stays one; remove it there first$/,
    (key, type) => `${key} 在家里是 ${type}，不能改变类型；请先在那里移除它`,
  ],
  [/^a language is en or zh$/i, () => '语言应为 en 或 zh'],
  [/^a place is \{latitude, longitude\}$/i, () => '位置应写成 {latitude, longitude}'],
  [/^a holiday is a date .+$/i, () => '节假日是日期，例如 2026-12-24；每年都有的写 12-24'],
  [/^holidays is a list of dates$/i, () => 'holidays 应是日期列表'],
  [/^a home keeps at most (\d+) holidays$/i, (max) => `一个家最多有 ${max} 个节假日`],
  [/^a home has at most (\d+) modes of its own$/i, (max) => `一个家最多有 ${max} 个自己的模式`],
  [/^(\w+) is a list of words$/i, (key) => `${key.toLowerCase()} 应是词的列表`],
  [/^(\w+) is a list$/i, (key) => `${key.toLowerCase()} 应是列表`],
  [
    /^home is a map with .+$/i,
    () => 'home 应是映射，包含 name、language、zone、place、holidays 和 modes',
  ],
  [
    /^a type is boolean, number, string or enum$/i,
    () => '类型应为 boolean、number、string 或 enum',
  ],
  [/^initial is a value$/i, () => 'initial 应是一个值'],
  [
    /^a value is a map such as .+$/i,
    () => '值应是映射，例如 {person: Anna} 或 {variable: Guests, type: number}',
  ],
  [/^an icon is the name of an icon .+$/i, () => '图标应是 @mdi/js 的图标名，例如 mdiSofa'],
  [/^a room is its name, or \{name, icon\}$/i, () => '房间应写成名称，或 {name, icon}'],
  [/^a Zigbee address is 0x and .+$/i, () => 'Zigbee 地址是 0x 加 16 位十六进制数字，见设备标签'],
  [
    /^a device of the home.s network is .+$/i,
    () => '家庭网络里的设备应写成 {address, password}、{address, key} 或 {address}',
  ],
  [
    /^the address of a Tasmota device is .+$/i,
    () => 'Tasmota 设备的地址是它的 MAC：12 位十六进制数字',
  ],
  [
    /^a device is a map such as .+$/i,
    () => '设备应是映射，例如 {zigbee: 0x…, name: Hall lamp, room: Hall}',
  ],
  [/^(.+) is a text$/i, (what) => `${term(what)}应是文本`],
  [/^(.+) is not empty$/i, (what) => `${term(what)}不能为空`],
  [/^(.+) has at most (\d+) characters$/i, (what, max) => `${term(what)}最多 ${max} 个字符`],
  [/^(.+) is a number of degrees$/i, (what) => `${term(what)}应是度数`],
  [
    /^(.+) runs from (-?\d+) to (\d+)$/i,
    (what, min, max) => `${term(what)}在 ${min} 到 ${max} 之间`,
  ],
  [/^(\w+) is a number$/i, (key) => `${key.toLowerCase()} 应是数字`],
  [/^(.+) is a word$/i, (what) => `${term(what)}应是一个词`],
  [
    /^(.+) has letters, digits and hyphens and begins with a letter.*$/i,
    (what) => `${term(what)}由字母、数字和连字符组成，以字母开头`,
  ],
];

const HERE_STANDS = / \(here stands (.+)\)$/;

/** A mistake in Chinese; null for one whose words nobody has put here. */
export function mistakeInChinese(message: string): string | null {
  const stands = HERE_STANDS.exec(message);
  const plain = stands === null ? message : message.slice(0, stands.index);
  for (const [form, say] of FORMS) {
    const found = form.exec(plain);
    if (found === null) continue;
    const said = say(...found.slice(1).map((part) => part ?? ''));
    return stands === null ? said : `${said}（这里写的是 ${stands[1]}）`;
  }
  return null;
}

/** The mistakes with their words in Chinese, those of scenes with their own. */
export function inBothLanguages(problems: readonly InputProblem[]): InputProblem[] {
  return problems.map((problem) => {
    const zh = problem.zh ?? mistakeInChinese(problem.message);
    return zh === null ? problem : { ...problem, zh };
  });
}
