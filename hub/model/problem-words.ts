// A problem in the reader's language: in the words that came with it, or in those of its kind.
import type { ErrorCode, InputProblem, Problem, ProblemWords } from './errors.ts';
import type { Language } from './property-row.ts';
import type { Words } from './words.ts';

const KINDS: Readonly<Record<ErrorCode, string>> = {
  'invalid-input': '内容有误，未被接受',
  'not-found': '找不到',
  conflict: '与其他更改冲突',
  'not-claimed': '中枢尚未认领',
  unauthenticated: '需要登录',
  forbidden: '没有权限',
  'too-many-attempts': '尝试次数过多',
  'too-large': '内容过大',
  unreachable: '无法连接设备',
  'timed-out': '设备未响应',
  'rejected-by-device': '设备拒绝了命令',
  unsupported: '不支持',
  'not-recorded': '未记录，因此没有执行',
  busy: '正忙',
  cancelled: '已取消',
  storage: '存储出错',
  internal: '结果未知',
};

/** What kind of problem it is, in Chinese. */
export function problemKind(code: ErrorCode): string {
  return KINDS[code];
}

/** Its words in Chinese. One that came without them is told by its kind, with the English behind it. */
export function problemInChinese(problem: Problem): ProblemWords {
  return problem.zh ?? { message: `${KINDS[problem.code]}（${problem.message}）`, hint: null };
}

/** What is wrong and what to do as one line: a message that ends without a full stop gets one before the hint. */
export function oneLine(message: string, hint: string | null): string {
  if (!hint) return message;
  const isChinese = /\p{Script=Han}/u.test(message);
  const stop = /[.!?:…。！？：]$/u.test(message) ? '' : isChinese ? '。' : '.';
  return `${message}${stop}${isChinese ? '' : ' '}${hint}`;
}

/** What is wrong and what to do as one line of a job's log, in both languages. */
export function problemLine(problem: Problem): Words {
  const zh = problemInChinese(problem);
  return { en: oneLine(problem.message, problem.hint), zh: oneLine(zh.message, zh.hint) };
}

/** A problem as the API tells it. */
interface ToldProblem {
  readonly detail: string;
  readonly hint: string | null;
  readonly zh?: { readonly detail: string; readonly hint: string | null } | undefined;
}

/** What a told problem says to its reader: what is wrong, and what to do. */
export function problemIn(
  told: ToldProblem,
  language: Language,
): { readonly detail: string; readonly hint: string | null } {
  return language === 'zh' && told.zh !== undefined ? told.zh : told;
}

/** Why a message did not leave the house, in the reader's language. */
export function deliveryWords(
  problem: ProblemWords & { readonly zh?: ProblemWords | undefined },
  language: Language,
): ProblemWords {
  return language === 'zh' && problem.zh !== undefined ? problem.zh : problem;
}

/** What is wrong with a part of an input, in the reader's language; in English where it was said in no other. */
export function inputProblemIn(
  { message, zh }: Pick<InputProblem, 'message'> & { readonly zh?: string | undefined },
  language: Language,
): string {
  return language === 'zh' ? (zh ?? message) : message;
}
