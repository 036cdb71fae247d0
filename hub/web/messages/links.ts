// What the page says of what a Zigbee device reports and is bound to.

export const linksEn = {
  title: 'Reports and bindings',
  loading: 'Reading …',
  asking: 'Asking the device; one that sleeps answers when it wakes …',
  read: 'Read from the device',
  configure: 'Set it up again',
  setUp: {
    done: 'It is set up as its definition says.',
    none: 'Its definition sets nothing up.',
  },
  pending: (attempts: number, problem: string) =>
    `It is not set up yet (attempt ${attempts}): ${problem}. It is tried again when it is heard.`,
  notAsked: 'It did not answer; this is what it agreed to before.',
  asked: 'The device has just said so itself.',
  noReports: 'It is set to report nothing.',
  least: 'Earliest after (s)',
  longest: 'Latest after (s)',
  change: 'By at least',
  save: 'Save',
  saved: (name: string) => `${name} has agreed.`,
  bindings: 'Bound to',
  notBound: 'It is bound to nobody.',
  hub: 'the hub',
  group: (group: number) => `group ${group}`,
  device: (name: string, endpoint: number) => `${name}, endpoint ${endpoint}`,
  unbind: 'Unbind',
};

export const linksZh: typeof linksEn = {
  title: '上报与绑定',
  loading: '正在读取…',
  asking: '正在询问设备，休眠的设备唤醒后才应答…',
  read: '从设备读取',
  configure: '重新设置',
  setUp: { done: '已按它的定义设置。', none: '它的定义不需要设置。' },
  pending: (attempts, problem) =>
    `尚未设置（第 ${attempts} 次）：${problem}。收到它的消息后会再试。`,
  notAsked: '它没有应答，这里是它之前接受的设置。',
  asked: '设备刚刚亲自确认。',
  noReports: '没有设置它上报任何内容。',
  least: '最短间隔（秒）',
  longest: '最长间隔（秒）',
  change: '变化至少',
  save: '保存',
  saved: (name) => `${name} 已接受。`,
  bindings: '绑定到',
  notBound: '它没有绑定到任何对象。',
  hub: '中枢',
  group: (group) => `组 ${group}`,
  device: (name, endpoint) => `${name}，端点 ${endpoint}`,
  unbind: '取消绑定',
};
