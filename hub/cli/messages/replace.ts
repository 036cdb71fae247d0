// What the command says about replacing a dead device, and about where a device's definition comes from.
import { replacementEn, replacementZh } from '../../model/replacement-words.ts';

function times(count: number, one: string, many: string): string {
  return `${count} ${count === 1 ? one : many}`;
}

export const replaceEn = {
  help: 'Puts a new device in the place of a dead one: name, room, scenes, history and rights stay, bindings and groups are made again.',
  with: 'The new device, where it is in the home already; without it the next one that joins is taken.',
  undo: 'Takes the last replacing back, within 7 days: the old device is put back.',
  dryRun: 'Only says what would change (with --with).',
  yes: 'Does not ask, also where something would be missed.',
  askOnline: (device: string) => `${device} is within reach. Replace it all the same? [y/N] `,
  askGaps: (device: string) => `Replace ${device} all the same? [y/N] `,
  gaps: (fresh: string, device: string) => `${fresh} lacks what is used of ${device}:`,
  gapColumns: ['WHAT', 'USED BY'],
  ...replacementEn,
  links: (count: number) =>
    `${times(count, 'direct binding or group is', 'direct bindings and groups are')} made again; \`ingle status\` says which devices have to be woken for that.`,
  lost: (keys: string) => `Goes: ${keys}`,
  gained: (keys: string) => `Comes: ${keys}`,
  kept: 'Nothing was replaced.',
  keptFound: (fresh: string, device: string) =>
    `${fresh} stays a device of its own. To replace with it later: ingle replace ${device} --with ${fresh}`,
  needsYes: 'Nobody is there to ask, so nothing was replaced.',
  needsYesHint: 'Add --yes to replace it without being asked.',
  same: (device: string) => `${device} itself has joined again; there was nothing to replace.`,
  undone: (device: string, model: string) => `${device} is a ${model} again.`,
  title: (device: string, seconds: number) =>
    `The network is open for ${seconds} s. Start joining on the new device; it takes the place of ${device}.`,
  interview: 'Asks a device anew what it is and can do.',
  interviewTitle: (device: string) => `Asking ${device} what it is`,
  info: {
    definition: 'definition',
    library: 'of the library, for this model',
    generated: 'none for this model: made of what the device says of itself',
    none: 'none: it cannot be used yet',
    file: (name: string) => `your own file ${name}`,
    join: 'joined',
    weak: 'weakly, with the key that everybody knows (an install code is safer)',
    strong: 'with its install code',
    interview: 'interview',
    retry: (attempts: number, when: string | null) =>
      `${times(attempts, 'try', 'tries')} so far; ${
        when === null
          ? 'no further one by itself (ingle devices interview)'
          : `the next one at ${when}`
      }`,
    replaced: 'replaced',
    was: (model: string, when: string, until: string) =>
      `was a ${model} until ${when}; ingle replace --undo until ${until}`,
  },
};

export const replaceZh: typeof replaceEn = {
  help: '用新设备顶替坏掉的设备：名称、房间、场景、历史和权限都保留，绑定和组会重新建立。',
  with: '新设备（如果它已经在家里）；不写则用下一个加入的设备。',
  undo: '撤销上一次替换（7 天内）：换回旧设备。',
  dryRun: '只说明会有什么变化（与 --with 一起用）。',
  yes: '不询问，即使会缺少功能。',
  askOnline: (device) => `${device} 能连上。仍要替换吗？[y/N] `,
  askGaps: (device) => `仍要替换 ${device} 吗？[y/N] `,
  gaps: (fresh, device) => `${fresh} 缺少 ${device} 被用到的功能：`,
  gapColumns: ['功能', '使用者'],
  ...replacementZh,
  links: (count) => `会重新建立 ${count} 项直接绑定和组；\`ingle status\` 会显示需要唤醒的设备。`,
  lost: (keys) => `失去：${keys}`,
  gained: (keys) => `新增：${keys}`,
  kept: '没有替换。',
  keptFound: (fresh, device) =>
    `${fresh} 保留为单独的设备。以后要替换：ingle replace ${device} --with ${fresh}`,
  needsYes: '没有人可以询问，所以没有替换。',
  needsYesHint: '加上 --yes 就不再询问。',
  same: (device) => `${device} 自己重新加入了，不需要替换。`,
  undone: (device, model) => `${device} 又是 ${model} 了。`,
  title: (device, seconds) => `网络开放 ${seconds} 秒。请让新设备开始加入；它将代替 ${device}。`,
  interview: '重新询问设备是什么、能做什么。',
  interviewTitle: (device) => `正在询问 ${device}`,
  info: {
    definition: '定义',
    library: '库里有这个型号的定义',
    generated: '没有这个型号的定义：根据设备自己的说明生成',
    none: '没有：暂时无法使用',
    file: (name) => `你自己的文件 ${name}`,
    join: '加入方式',
    weak: '弱：使用公开的密钥（用安装码更安全）',
    strong: '使用安装码',
    interview: '询问',
    retry: (attempts, when) =>
      `已尝试 ${attempts} 次；${when === null ? '不再自动尝试（ingle devices interview）' : `下次在 ${when}`}`,
    replaced: '替换',
    was: (model, when, until) =>
      `${when} 之前是 ${model}；${until} 之前可用 ingle replace --undo 撤销`,
  },
};
