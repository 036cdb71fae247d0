// What an adapter that is not ours can do wrong while it runs, as the household reads it and as the log has it.
import type { AdapterNotice } from '../../hub/model/adapter-port.ts';

/**
 * A kind of fault: its code throws, it tells too much, it tells what is wrong, it wants to reach what it may not, its
 * process sends what no adapter says.
 */
export type Complaint = 'failure' | 'flood' | 'wrong' | 'undeclared' | 'malformed';

interface ComplaintWords {
  readonly severity: AdapterNotice['severity'];
  /** How the line of the log begins, which the kit for vendors looks for. */
  readonly log: string;
  en(said: string): string;
  zh(said: string): string;
}

const WHAT_TO_DO = {
  en: 'Look for a newer version, or switch it off under House › Adapters.',
  zh: '请找更新的版本，或在“全屋 › 适配器”里关闭它。',
};

export const WORDS: Readonly<Record<Complaint, ComplaintWords>> = {
  failure: {
    severity: 'fault',
    log: 'Its code fails',
    en: (said) => `It fails at what it is asked (${said}). ${WHAT_TO_DO.en}`,
    zh: (said) => `它处理命令时不断出错（${said}）。${WHAT_TO_DO.zh}`,
  },
  flood: {
    severity: 'warning',
    log: 'What is more is dropped',
    en: (said) => `${said}; what is more is dropped. ${WHAT_TO_DO.en}`,
    zh: () => `它上报得太快，多出的被丢弃。${WHAT_TO_DO.zh}`,
  },
  wrong: {
    severity: 'fault',
    log: 'What it told is not passed on',
    en: (said) => `It tells what cannot be, which is not passed on (${said}). ${WHAT_TO_DO.en}`,
    zh: (said) => `它上报的内容有误，未被采用（${said}）。${WHAT_TO_DO.zh}`,
  },
  undeclared: {
    severity: 'warning',
    log: 'It was kept from a host that it has not declared',
    en: (said) =>
      `It wanted to reach ${said}, which its package does not declare, and was kept from it. ${WHAT_TO_DO.en}`,
    zh: (said) => `它想连接 ${said}，但它的包没有声明这个地址，因此被阻止。${WHAT_TO_DO.zh}`,
  },
  malformed: {
    severity: 'fault',
    log: 'It sends the hub what an adapter cannot say, which is dropped',
    en: (said) =>
      `It sends the hub what an adapter cannot say, which is dropped (so far ${said} of its messages). ${WHAT_TO_DO.en}`,
    zh: (said) => `它发给中枢的内容不是适配器能说的，已丢弃（至今 ${said} 条）。${WHAT_TO_DO.zh}`,
  },
};
