// What `ingle devices share`, `homes` and `leave` say, in both languages.

export const deviceSharingEn = {
  help: {
    share:
      "Opens a Matter device to another home's app or controller for a while and shows the code.",
    seconds: 'for how long, 180 to 900 s',
    close: 'close the way in again instead',
    homes: 'Which homes a Matter device belongs to, and what its certificate is worth.',
    leave: 'Has a Matter device leave another home, by the number that `homes` shows.',
    yes: 'do it without asking',
  },
  opened: (device: string, until: string) => `${device} can be added elsewhere until ${until}.`,
  code: (code: string) => `Code: ${code}`,
  qr: (text: string) => `QR text: ${text}`,
  closed: (device: string) => `${device} cannot be added elsewhere any more.`,
  foreign: (device: string) =>
    `${device} is open to another controller; whoever opened it has the code.`,
  homes: (device: string, count: number, max: number | null) =>
    `${device} belongs to ${count} ${count === 1 ? 'home' : 'homes'}${max === null ? '' : ` of at most ${max}`}:`,
  columns: ['NO.', 'NAME', 'CONTROLLER', 'FABRIC'],
  own: 'this hub',
  noName: 'without a name',
  vendor: (id: number) => `maker 0x${id.toString(16).padStart(4, '0')}`,
  onBridge: (bridge: string) => `It hangs on the bridge ${bridge}, which is shared as a whole.`,
  bridges: (count: number) => `${count} ${count === 1 ? 'device hangs' : 'devices hang'} on it.`,
  certificate: (words: string) => `Certificate: ${words}`,
  attestation: {
    official: "proved to be its maker's own",
    test: 'one for development',
    unknown: 'not proved; the list of makers is on the internet',
    revoked: 'withdrawn by its maker',
    expired: 'given out of its time',
    wrong: 'contradicts itself',
  } as Record<string, string>,
  sure: (device: string, home: string) =>
    `${device} leaves "${home}", whose apps lose it. Go on? [y/N] `,
  kept: 'Nothing was changed.',
  left: (device: string, home: string) => `${device} has left "${home}".`,
  noSuchHome: (device: string, number: string) => `${device} belongs to no home ${number}.`,
  notShown: 'not shown',
  saysRoom: (room: string) => `says that it stands in ${room}`,
  removesBridged: (count: number) =>
    `${count} ${count === 1 ? 'device that hangs' : 'devices that hang'} on it will be removed as well.`,
};

export const deviceSharingZh: typeof deviceSharingEn = {
  help: {
    share: '把一个 Matter 设备向别的家庭应用或控制器开放一会儿，并显示配对码。',
    seconds: '开放多久，180 到 900 秒',
    close: '改为关闭开放',
    homes: '一个 Matter 设备属于哪些家，以及它的证书如何。',
    leave: '让一个 Matter 设备离开另一个家，用 homes 显示的编号。',
    yes: '不再询问，直接执行',
  },
  opened: (device, until) => `在 ${until} 之前，可以在别处添加 ${device}。`,
  code: (code) => `配对码：${code}`,
  qr: (text) => `二维码内容：${text}`,
  closed: (device) => `${device} 不能再在别处添加了。`,
  foreign: (device) => `${device} 正向另一个控制器开放；配对码在打开它的人那里。`,
  homes: (device, count, max) =>
    `${device} 属于 ${count} 个家${max === null ? '' : `（最多 ${max} 个）`}：`,
  columns: ['编号', '名称', '控制器', 'Fabric'],
  own: '这个中枢',
  noName: '没有名称',
  vendor: (id) => `厂商 0x${id.toString(16).padStart(4, '0')}`,
  onBridge: (bridge) => `它挂在网桥 ${bridge} 上，网桥只能整体共享。`,
  bridges: (count) => `它下面有 ${count} 个设备。`,
  certificate: (words) => `证书：${words}`,
  attestation: {
    official: '已证实来自正规厂商',
    test: '开发用的测试证书',
    unknown: '无法证实；厂商名录在互联网上',
    revoked: '已被厂商吊销',
    expired: '不在有效期内签发',
    wrong: '自相矛盾',
  },
  sure: (device, home) => `${device} 将离开“${home}”，那里的应用会失去它。继续吗？[y/N] `,
  kept: '没有改动。',
  left: (device, home) => `${device} 已离开“${home}”。`,
  noSuchHome: (device, number) => `${device} 没有编号为 ${number} 的家。`,
  notShown: '未显示',
  saysRoom: (room) => `设备自述位于 ${room}`,
  removesBridged: (count) => `它下面的 ${count} 个设备也会一起移除。`,
};
