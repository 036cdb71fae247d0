// What an adapter that is not ours can do wrong while it runs, as the household reads it and as the log has it.
import type { AdapterNotice } from '../../hub/model/adapter-port.ts';
import { VENDOR_LIMITS } from '../../hub/model/vendor-adapter.ts';

/**
 * A kind of fault: its code throws, it tells too much, it tells what is wrong, it wants to reach what it may not, its
 * process sends what no adapter says, it computes more than its share.
 */
export type Complaint = 'failure' | 'flood' | 'wrong' | 'undeclared' | 'malformed' | 'busy';

interface ComplaintWords {
  readonly severity: AdapterNotice['severity'];
  /** How the line of the log begins, which the kit for vendors looks for. */
  readonly log: string;
  en(said: string): string;
  zh(said: string): string;
}

const BUSY_PERCENT = VENDOR_LIMITS.computes.perSecond / 10;

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
  busy: {
    severity: 'warning',
    log: 'It computes more than its share of the processor and is held to it',
    en: () =>
      `It computes without a pause and is held to ${BUSY_PERCENT} % of one processor core, so its devices answer late. ${WHAT_TO_DO.en}`,
    zh: () =>
      `它不停地占用处理器，已被限制在一个核心的 ${BUSY_PERCENT}%，因此它的设备响应较慢。${WHAT_TO_DO.zh}`,
  },
};
