// Pushes the inbox to the household's own ntfy server: each message once, tried again while it surely did not arrive,
// and with what became of it in the inbox.
import { toProblem } from '../../model/errors.ts';
import type { NotificationDelivery, NotificationRecord } from '../../model/home.ts';
import type { Async } from '../../model/hub-port.ts';
import type { NotificationId } from '../../model/identifiers.ts';
import type { OutboundCalls, OutboundSettings, PushMessage } from '../../model/outbound.ts';
import type { StoreCalls } from '../../model/store-port.ts';

/** How long after an attempt that failed the next is made: five attempts in all. */
export const PUSH_RETRY_MS: readonly number[] = [5_000, 30_000, 120_000, 600_000];
/** Messages on their way at once; what comes beyond stays in the inbox and says so. */
const ON_THEIR_WAY_MAX = 100;
/** After a start of the hub what is older is not pushed any more. */
const LATE_MS = 3_600_000;
const LOOKED_AT = 100;

export interface PushOptions {
  readonly calls: Async<Pick<OutboundCalls, 'push'>>;
  readonly store: Pick<Async<StoreCalls>, 'notifications' | 'setNotification'>;
  settings(): OutboundSettings;
  /** The home's name: what a phone shows above the text. */
  title(): string;
  wallMs(): number;
  /** A message of the inbox is another now. */
  changed(notification: NotificationRecord): void;
  log(level: 'warn' | 'error', text: string): void;
  readonly retryMs?: readonly number[];
}

export interface Push {
  /** A new message is in the inbox. */
  pushed(notification: NotificationRecord): void;
  /** Takes up what was in the inbox when the hub stopped. */
  start(): Promise<void>;
  /** Sends a test message, once. */
  test(language: 'en' | 'zh'): Promise<NotificationDelivery>;
  stop(): void;
}

export function createPush(options: PushOptions): Push {
  const retryMs = options.retryMs ?? PUSH_RETRY_MS;
  const onTheirWay = new Map<NotificationId, NodeJS.Timeout | null>();
  let isStopped = false;

  async function note(
    notification: NotificationRecord,
    delivery: NotificationDelivery,
  ): Promise<void> {
    await options.store.setNotification(notification.id, { delivery });
    options.changed({ ...notification, delivery });
  }

  function delivery(
    state: NotificationDelivery['state'],
    attempts: number,
    problem: NotificationDelivery['problem'],
  ): NotificationDelivery {
    return { channel: 'ntfy', state, attempts, atMs: options.wallMs(), problem };
  }

  async function attempt(notification: NotificationRecord, attempts: number): Promise<void> {
    const { push } = options.settings();
    const { id } = notification;
    if (push === null) {
      onTheirWay.delete(id);
      return;
    }
    // On disk before it leaves: after a crash in between nobody knows, and it is not sent twice.
    await note(notification, delivery('sending', attempts, null));
    const message = {
      title: options.title(),
      text: notification.text,
      urgent: notification.urgent,
    };
    const { problem, mayRetry } = await once(message);
    const waitMs = retryMs[attempts - 1];
    if (problem === null || !mayRetry || waitMs === undefined) {
      onTheirWay.delete(id);
      await note(notification, delivery(problem === null ? 'sent' : 'failed', attempts, problem));
      return;
    }
    await note(notification, delivery('waiting', attempts, problem));
    if (isStopped) return;
    const timer = setTimeout(() => begin(notification, attempts + 1), waitMs);
    onTheirWay.set(id, timer);
  }

  async function once(message: PushMessage) {
    const { push } = options.settings();
    if (push === null) throw new Error('No channel is set');
    try {
      return await options.calls.push(message, push);
    } catch (error) {
      return { problem: toProblem(error), mayRetry: false };
    }
  }

  function begin(notification: NotificationRecord, attempts: number): void {
    onTheirWay.set(notification.id, null);
    attempt(notification, attempts).catch((error: unknown) => {
      onTheirWay.delete(notification.id);
      options.log('error', `A message could not be pushed: ${String(error)}`);
    });
  }

  function pushed(notification: NotificationRecord): void {
    if (options.settings().push === null || isStopped || onTheirWay.has(notification.id)) return;
    if (onTheirWay.size < ON_THEIR_WAY_MAX) {
      begin(notification, 1);
      return;
    }
    const problem = {
      code: 'busy' as const,
      message: `${ON_THEIR_WAY_MAX} messages are on their way to ntfy already`,
      hint: 'It stands in the inbox alone.',
      zh: {
        message: `已有 ${ON_THEIR_WAY_MAX} 条消息正在发往 ntfy`,
        hint: '它只留在收件箱里。',
      },
    };
    note(notification, delivery('failed', 0, problem)).catch((error: unknown) =>
      options.log('error', `The inbox could not be written: ${String(error)}`),
    );
  }

  return {
    pushed,
    async start() {
      const { push } = options.settings();
      if (push === null) return;
      const sinceMs = Math.max(push.sinceMs, options.wallMs() - LATE_MS);
      const { items } = await options.store.notifications(null, LOOKED_AT);
      for (const notification of [...items].reverse()) {
        const known = notification.delivery;
        if (known?.state === 'sending') {
          await note(notification, { ...delivery('unknown', known.attempts, UNHEARD) });
        } else if (notification.atMs >= sinceMs && known?.state === 'waiting') {
          begin(notification, known.attempts + 1);
        } else if (notification.atMs >= sinceMs && known === undefined) {
          pushed(notification);
        }
      }
    },
    async test(language) {
      const title = options.title();
      const { problem } = await once({ title, text: TEST_TEXTS[language], urgent: false });
      return delivery(problem === null ? 'sent' : 'failed', 1, problem);
    },
    stop() {
      isStopped = true;
      for (const timer of onTheirWay.values()) if (timer !== null) clearTimeout(timer);
      onTheirWay.clear();
    },
  };
}

const UNHEARD = {
  code: 'internal' as const,
  message: 'The hub stopped before it heard whether this was pushed; it was not sent again',
  hint: 'Look at the phone.',
  zh: { message: '中枢在得知是否送达之前停止了；没有再次发送', hint: '请看一下手机。' },
};

const TEST_TEXTS = {
  en: 'This is a test message of your home. Messages of scenes arrive like this.',
  zh: '这是你家的测试消息，场景的消息会这样到达。',
};
