// Pushing a message to a self-hosted ntfy server. Spec: ntfy "Publish as JSON" (docs.ntfy.sh/publish).
import { HubError, type Problem, TimeoutError, toProblem } from '../../model/errors.ts';
import type { PushChannel, PushMessage } from '../../model/outbound.ts';
import { exchange, type Resolve } from './http-call.ts';

const WITHIN_MS = 15_000;
/** ntfy makes a file of a longer text. */
const TEXT_BYTES_MAX = 4_000;
/** ntfy's priorities: 5 is the highest, 3 the default. */
const PRIORITY = { urgent: 5, normal: 3 };

export interface PushAttempt {
  readonly problem: Problem | null;
  /** Whether a later attempt may succeed. Of a message that may have arrived there is none. */
  readonly mayRetry: boolean;
}

/** Sends one message, once. Never throws. */
export async function pushToNtfy(
  { title, text, urgent }: PushMessage,
  { url, topic, token }: PushChannel,
  resolve?: Resolve,
): Promise<PushAttempt> {
  const deadline = AbortSignal.timeout(WITHIN_MS);
  const body = JSON.stringify({
    topic,
    title,
    message: shortened(text),
    priority: urgent ? PRIORITY.urgent : PRIORITY.normal,
  });
  const headers: Record<string, string> = { 'Content-Type': 'application/json' };
  if (token !== null) headers.Authorization = `Bearer ${token}`;
  try {
    const to = new URL(url);
    const answer = await exchange(to, { method: 'POST', headers, body }, deadline, resolve);
    if (answer.status >= 200 && answer.status < 300) return { problem: null, mayRetry: false };
    const problem = toProblem(refusal(to, answer.status, answer.text));
    return { problem, mayRetry: answer.status === 429 || answer.status >= 500 };
  } catch (error) {
    if (deadline.aborted) {
      const late = new TimeoutError(`ntfy did not answer within ${WITHIN_MS / 1_000} s`, {
        hint: 'Whether the message arrived is not known.',
        zh: { message: `ntfy 在 ${WITHIN_MS / 1_000} 秒内没有应答`, hint: '不知道消息是否送达。' },
      });
      return { problem: toProblem(late), mayRetry: false };
    }
    // Only where there was no connection at all did the message surely not arrive.
    const mayRetry = error instanceof HubError && error.code === 'unreachable';
    return { problem: toProblem(error), mayRetry };
  }
}

function refusal(url: URL, status: number, text: string): HubError {
  if (status === 401 || status === 403) {
    return new HubError('forbidden', `ntfy at ${url.host} does not take the token (${status})`, {
      hint: 'Give a token that may write to this topic.',
      zh: {
        message: `${url.host} 的 ntfy 不接受这个令牌（${status}）`,
        hint: '请填可以写入这个主题的令牌。',
      },
    });
  }
  const said = /"error"\s*:\s*"([^"]{1,200})"/.exec(text)?.[1] ?? text.trim().slice(0, 120);
  return new HubError(
    status === 429 ? 'busy' : 'rejected-by-device',
    `ntfy at ${url.host} answered ${status}`,
    {
      hint: said === '' ? 'Check the address.' : `It said: ${said}`,
      zh: {
        message: `${url.host} 的 ntfy 回答了 ${status}`,
        hint: said === '' ? '请检查地址。' : `它说：${said}`,
      },
    },
  );
}

function shortened(text: string): string {
  if (Buffer.byteLength(text) <= TEXT_BYTES_MAX) return text;
  const cut = Buffer.from(text)
    .subarray(0, TEXT_BYTES_MAX - 4)
    .toString('utf8');
  return `${cut.replace(/\uFFFD+$/, '')}…`;
}
