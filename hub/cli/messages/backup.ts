// What the command says about backups of the home.

export const backupEn = {
  help: {
    backup: 'Backups of the whole home, encrypted to a recovery code that only you have.',
    make: 'Makes a backup now; the hub makes one each night by itself.',
    list: 'Lists the backups that the hub keeps, newest first.',
    code: 'Makes the recovery code that opens backups from now on, and shows it this once.',
    save: 'Copies a backup to a file: another disk, another machine.',
    remove: 'Removes a backup from the hub.',
    check:
      'Opens a backup file with the code, whole, and says what it holds (works with the hub down).',
    codeFile: 'file with the recovery code (default: asked for, or read from standard input)',
    restore:
      'Restores a home from a backup file into an empty folder (with the hub down). Then start the hub on it.',
    into: 'the folder to restore into (default: the data folder)',
  },
  making: 'Making a backup',
  made: (name: string, size: string) => `${name}  ${size}`,
  keepElsewhere: (name: string) =>
    `It is on the hub's own disk. Copy it elsewhere: ingle backup save ${name} FILE`,
  none: 'There are no backups yet. Make one: ingle backup',
  noneNoCode: 'There are no backups yet. Begin with the recovery code: ingle backup code',
  renew:
    'There is a recovery code already. A new one opens the backups from now on; keep the old one for those until now.',
  renewAsk: 'Make a new one? (y/N) ',
  renewYes: 'Give --yes to make a new one in place of it.',
  password: 'Your password:',
  code: 'This is your recovery code. It is shown this once, and nobody can make it again:',
  keep: 'Write it down or print it, and keep it away from the hub: whoever has it and a backup has your home, and without it no backup can be opened.',
  next: 'Now make the first backup: ingle backup',
  exists: (file: string) => `${file} exists already`,
  existsHint: 'Choose another file.',
  saved: (file: string, size: string) => `${file}  ${size}`,
  removed: (name: string) => `${name} is removed.`,
  askCode: 'Recovery code:',
  noCode: 'No recovery code was given',
  noCodeHint: 'Name its file with --code-file, or give it on standard input.',
  holds: (home: string, at: string, hub: string) =>
    `${home || 'A home'} as of ${at}, by Ingle ${hub}.`,
  files: (files: string, size: string) => `${files} files, ${size}. It is whole.`,
  restored: (folder: string) => `It is restored into ${folder}.`,
  start: (folder: string) =>
    `Start the hub on it: INGLE_DATA=${folder} npm start. Never run the old hub and this one at the same time.`,
};

export const backupZh: typeof backupEn = {
  help: {
    backup: '整个家的备份，用只有你持有的恢复码加密。',
    make: '现在做一个备份；中枢每晚也会自动做一个。',
    list: '列出中枢保存的备份，最新的在前。',
    code: '生成恢复码，之后的备份都用它打开；只显示这一次。',
    save: '把备份复制到文件：另一块磁盘、另一台机器。',
    remove: '从中枢删除一个备份。',
    check: '用恢复码完整地打开备份文件，并说明其中有什么（中枢停止时也能用）。',
    codeFile: '存有恢复码的文件（默认：询问，或从标准输入读取）',
    restore: '把备份文件恢复到空文件夹（中枢须停止），然后在该文件夹上启动中枢。',
    into: '恢复到哪个文件夹（默认：数据文件夹）',
  },
  making: '正在备份',
  made: (name, size) => `${name}  ${size}`,
  keepElsewhere: (name) => `它在中枢自己的磁盘上。请复制到别处：ingle backup save ${name} 文件`,
  none: '还没有备份。现在做一个：ingle backup',
  noneNoCode: '还没有备份。请先生成恢复码：ingle backup code',
  renew: '已经有恢复码了。新的恢复码打开之后的备份；之前的备份请保留旧的恢复码。',
  renewAsk: '要生成新的吗？(y/N) ',
  renewYes: '加上 --yes 即可生成新的。',
  password: '你的密码：',
  code: '这是你的恢复码。只显示这一次，谁也无法再生成它：',
  keep: '请抄下或打印出来，放在远离中枢的地方：谁有它和备份，谁就有你的家；没有它，任何备份都打不开。',
  next: '现在做第一个备份：ingle backup',
  exists: (file) => `${file} 已经存在`,
  existsHint: '请换一个文件。',
  saved: (file, size) => `${file}  ${size}`,
  removed: (name) => `已删除 ${name}。`,
  askCode: '恢复码：',
  noCode: '没有给出恢复码',
  noCodeHint: '请用 --code-file 指定文件，或从标准输入给出。',
  holds: (home, at, hub) => `${home || '一个家'}，${at} 的状态，由 Ingle ${hub} 写成。`,
  files: (files, size) => `${files} 个文件，${size}。备份完整。`,
  restored: (folder) => `已恢复到 ${folder}。`,
  start: (folder) =>
    `在该文件夹上启动中枢：INGLE_DATA=${folder} npm start。请勿同时运行旧中枢和这个中枢。`,
};
