// What an adapter says of itself while it is connected, in the reader's language. Adapters say it in plain English;
// those that come with the hub are said in Chinese too.
import type { Language } from './property-row.ts';

const KNOWN: readonly (readonly [RegExp, (match: RegExpExecArray) => string])[] = [
  [/^(\d+) devices? of vendors$/, ([, count]) => `厂商的 ${count} 个设备`],
  [/^(\d+) devices?$/, ([, count]) => `${count} 个设备`],
  [/^(\d+) nodes?, on (.+)$/, ([, count, network]) => `${count} 个节点，网络 ${network}`],
  [/^listens on (.+), (\d+) devices?$/, ([, address, count]) => `监听 ${address}，${count} 个设备`],
  [
    /^is connected to (.+), (\d+) devices?$/,
    ([, address, count]) => `连接到 ${address}，${count} 个设备`,
  ],
  [/^(.+), channel (\d+)$/, ([, chip, channel]) => `${chip}，信道 ${channel}`],
];

/** The detail as it came in English; in Chinese where the hub knows it. */
export function adapterDetail(detail: string, language: Language): string {
  if (language === 'en') return detail;
  for (const [pattern, words] of KNOWN) {
    const match = pattern.exec(detail);
    if (match !== null) return words(match);
  }
  return detail;
}
