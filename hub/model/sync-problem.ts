// Why records wait, in the reader's language. The sending side tells it as its transport or the receiver said it.
import type { Language } from './property-row.ts';

interface Cause {
  readonly says: RegExp;
  readonly en: string;
  readonly zh: string;
}

const CAUSES: readonly Cause[] = [
  {
    says: /ENOTFOUND|EAI_AGAIN/,
    en: 'The name of the receiver is not known',
    zh: '找不到接收方的地址',
  },
  {
    says: /E[A-Z]+REFUSED|ECONNRESET|E[A-Z]+UNREACH|ETIMEDOUT|fetch failed|closed|socket/,
    en: 'The receiver cannot be reached',
    zh: '无法连接接收方',
  },
  {
    says: /aborted|timed? ?out/i,
    en: 'The receiver did not answer in time',
    zh: '接收方没有及时回答',
  },
  {
    says: /certificate|self-signed/i,
    en: 'The certificate of the receiver is not trusted',
    zh: '接收方的证书不可信',
  },
  {
    says: /not a receiver/,
    en: 'What answers at its address is no receiver',
    zh: '这个地址上的不是接收方',
  },
];

/** As a sentence, with what was said in brackets; and that it goes on by itself, unless it was refused. */
export function syncProblem(said: string, isRefused: boolean, language: Language): string {
  const cause = CAUSES.find(({ says }) => says.test(said));
  if (language === 'zh') {
    const again = isRefused ? '' : '会自动重试。';
    return `${cause?.zh ?? '接收方没有收下'}（${said}）。${again}`;
  }
  const again = isRefused ? '' : ' It is tried again by itself.';
  return `${cause?.en ?? 'The receiver did not take it'} (${said}).${again}`;
}
