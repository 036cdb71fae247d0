// What the command says about packages of adapters as they go from hand to hand: keys, signatures, versions.

export const signingEn = {
  help: {
    key: 'Make a key for signing packages: the private one in a new file, which nobody else can read (works with the hub down)',
    sign: 'Sign a package that you have tried: hubs that trust your key then call it preferred',
    keyFile: 'file of your private key, as made by: ingle adapter key FILE',
    verify: 'Say who has signed a package as it is, and whether that makes it preferred',
    keys: 'public keys that are trusted: KEY, or 2 of KEY,KEY,KEY; else those of the project',
  },
  made: (file: string) => `${file} holds your private key now. Keep it to yourself, and a copy.`,
  publicKey: (key: string) => `Your public key, for whoever trusts you: ${key}`,
  exists: (file: string) => `${file} exists already, and may hold a key`,
  existsHint: 'Choose another file: a key that is lost cannot be made again.',
  signed: (key: string) =>
    `Signed. Hubs whose adapters.keys (INGLE_ADAPTER_KEYS) holds this key call it preferred: ${key}`,
  noKey: (file: string) => `${file} holds no private key that can sign`,
  noKeyHint: 'Make one with: ingle adapter key key.pem',
  instead: (version: string) => `It takes the place of ${version}; what was set stays.`,
  nobody: (whole: string) => `Nobody has signed ${whole} as it is.`,
  signers: (whole: string) => `${whole} is signed, exactly as it is, by:`,
  spoilt: 'Its ingle-adapter.sig holds signatures of something else: it was changed since.',
  preferred: 'That makes it preferred.',
  community: 'These keys are not among those that are trusted: it is community.',
  noneIssued:
    'This project has issued no key of its own yet. Give the keys that you trust with --keys; a hub has them in adapters.keys.',
};

export const signingZh: typeof signingEn = {
  help: {
    key: '生成用来签名的密钥：私钥写入一个新文件，别人无法读取（中枢停止时也能用）',
    sign: '为你试用过的包签名：信任你密钥的中枢会把它列为优选',
    keyFile: '你的私钥文件，可这样生成：ingle adapter key 文件',
    verify: '说明谁为这个包的现状签过名，以及它是否因此成为优选',
    keys: '信任的公钥：KEY，或 2 of KEY,KEY,KEY；不写则用本项目的公钥',
  },
  made: (file) => `私钥已写入 ${file}。请妥善保管，并留一份备份。`,
  publicKey: (key) => `你的公钥，交给信任你的人：${key}`,
  exists: (file) => `${file} 已经存在，里面可能有密钥`,
  existsHint: '请换一个文件：丢失的密钥无法再生成。',
  signed: (key) =>
    `已签名。adapters.keys（INGLE_ADAPTER_KEYS）里有这个密钥的中枢会把它列为优选：${key}`,
  noKey: (file) => `${file} 里没有可以签名的私钥`,
  noKeyHint: '可这样生成：ingle adapter key key.pem',
  instead: (version) => `它取代了 ${version}；已有的设置保留。`,
  nobody: (whole) => `还没有人为 ${whole} 的现状签名。`,
  signers: (whole) => `为 ${whole} 的现状签名的有：`,
  spoilt: '它的 ingle-adapter.sig 里的签名属于别的内容：签名之后它被改过。',
  preferred: '因此它是优选。',
  community: '这些密钥不在信任之列：它属于社区级。',
  noneIssued:
    '本项目还没有发布自己的密钥。请用 --keys 给出你信任的密钥；中枢里对应的设置是 adapters.keys。',
};
