// The page's words for firmware, in both languages.

const devices = (count: number) => (count === 1 ? '1 device' : `${count} devices`);
const minutes = (seconds: number) => Math.ceil(seconds / 60);

/** English. */
export const firmwareEn = {
  title: 'Firmware update',
  look: 'Look for new firmware',
  asking: 'Asking the device …',
  newest: 'The hub has nothing newer for it.',
  newer: (image: string) => `There is something newer: ${image}`,
  notes: 'What is new in it',
  update: 'Update now',
  tonight: 'Tonight at 3:00',
  anyway: 'Update all the same',
  held: (name: string) => `This firmware failed on ${name}.`,
  waiting: (place: number) =>
    place === 1
      ? 'Waiting for its turn: it is next.'
      : `Waiting for its turn: ${place - 1} before it.`,
  scheduled: (left: number) =>
    `It will be updated in about ${Math.max(1, Math.round(left / 3_600))} h.`,
  armed: 'Waiting for the device to ask for its image. A press of its button wakes it.',
  restarting: 'The device restarts with its new firmware.',
  verifying: 'Asking the device what it runs now.',
  sending: (percent: number) => `Sending new firmware: ${percent} %`,
  rate: (bytes: number) => `${bytes} bytes a second`,
  stalled: (seconds: number) =>
    `It has fetched nothing for ${seconds} s. Is it powered and within reach?`,
  left: (seconds: number) =>
    seconds < 60 ? 'less than a minute left' : `about ${minutes(seconds)} min left`,
  done: 'The last update is done.',
  all: {
    title: 'Firmware of devices',
    text: 'Updates come only from images that this hub was given. Nothing is fetched from the internet.',
    open: 'Images and updates',
    none: 'The hub has no images yet',
    noneText:
      'They are taken in on the hub itself, from a file or a folder: ingle firmware import PATH',
    images: 'Images',
    signed: (list: string) => `signed: ${list}`,
    unsigned: (who: string) => `unsigned, taken by ${who}`,
    forNone: 'no device needs it',
    forDevices: (names: string) => `for ${names}`,
    more: (count: number) => `${count} more`,
    held: (name: string, reason: string) =>
      `Goes to no device by itself: it failed on ${name}. ${reason}`,
    start: (count: number) => `Update ${devices(count)}`,
    ask: (count: number) => `Update ${devices(count)}?`,
    askText:
      'Of each kind one goes first; if it is well afterwards, the others follow one by one. Lamps may go dark for a moment.',
    running: 'Updates under way',
    last: 'The last updates',
    quiet: 'Waiting for the end of the quiet hours.',
    first: 'first of its kind',
    states: {
      waiting: 'waits',
      updating: 'is updated',
      watched: 'is watched',
      done: 'done',
      failed: 'failed',
      leftAlone: 'left alone',
    },
    stop: 'Stop',
  },
};

/** Chinese. */
export const firmwareZh: typeof firmwareEn = {
  title: '固件更新',
  look: '查找新固件',
  asking: '正在询问设备…',
  newest: '中枢没有更新的固件。',
  newer: (image) => `有更新的固件：${image}`,
  notes: '更新内容',
  update: '立即更新',
  tonight: '今晚 3:00',
  anyway: '仍要更新',
  held: (name) => `这个固件在 ${name} 上失败过。`,
  waiting: (place) =>
    place === 1 ? '正在排队：下一个就是它。' : `正在排队：前面还有 ${place - 1} 个。`,
  scheduled: (left) => `大约 ${Math.max(1, Math.round(left / 3_600))} 小时后更新。`,
  armed: '等待设备请求固件。按一下它的按键可以唤醒它。',
  restarting: '设备正在用新固件重启。',
  verifying: '正在确认设备现在运行的版本。',
  sending: (percent) => `正在发送新固件：${percent} %`,
  rate: (bytes) => `每秒 ${bytes} 字节`,
  stalled: (seconds) => `它已有 ${seconds} 秒没有取数据。它是否通电并在信号范围内？`,
  left: (seconds) => (seconds < 60 ? '不到一分钟' : `大约还需 ${minutes(seconds)} 分钟`),
  done: '上次更新已完成。',
  all: {
    title: '设备固件',
    text: '更新只来自交给这个中枢的固件，不会从互联网下载。',
    open: '固件与更新',
    none: '中枢还没有固件',
    noneText: '请在中枢上从文件或文件夹导入：ingle firmware import PATH',
    images: '固件',
    signed: (list) => `已签名：${list}`,
    unsigned: (who) => `未签名，由 ${who} 导入`,
    forNone: '没有设备需要',
    forDevices: (names) => `适用于 ${names}`,
    more: (count) => `另外 ${count} 个`,
    held: (name, reason) => `不会自动装到任何设备：它在 ${name} 上失败了。${reason}`,
    start: (count) => `更新 ${count} 个设备`,
    ask: (count) => `要更新 ${count} 个设备吗？`,
    askText: '每种先更新一个。它更新后正常，其余的才逐个更新。灯可能会熄灭片刻。',
    running: '正在更新',
    last: '最近的更新',
    quiet: '等待安静时段结束。',
    first: '同类中的第一个',
    states: {
      waiting: '等待',
      updating: '正在更新',
      watched: '正在观察',
      done: '完成',
      failed: '失败',
      leftAlone: '未更新',
    },
    stop: '停止',
  },
};
