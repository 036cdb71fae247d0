// Calls between threads: numbered messages over a port, answered by number. comlink is not used for them: it has no
// deadlines, no limit on what is outstanding, and carries an error's message but not its code and hint.
import { fromProblem, HubError, TimeoutError, toProblem } from '../model/errors.ts';
import type { AnswerMessage, CallMessage } from '../model/store-port.ts';

/** What calls need of a MessagePort, a Worker, or the parent's port in a worker. */
export interface CallPort {
  postMessage(message: unknown): void;
  on(event: 'message', listener: (message: unknown) => void): unknown;
  off(event: 'message', listener: (message: unknown) => void): unknown;
}

/** Each method of `Calls`, answered later; it rejects with the HubError that the other side threw. */
export type Caller<Calls> = {
  readonly [Name in keyof Calls]: Calls[Name] extends (...args: infer Args) => infer Result
    ? (...args: Args) => Promise<Awaited<Result>>
    : never;
};

/** A method may answer at once or with a promise. */
export type Handlers<Calls> = {
  readonly [Name in keyof Calls]: Calls[Name] extends (...args: infer Args) => infer Result
    ? (...args: Args) => Result | Promise<Result>
    : never;
};

export interface CallerOptions {
  /** How long one call may take before it fails with `timed-out`; what it does may still happen. */
  readonly timeoutMs: number;
  /** Names the other side in errors, such as `storage`. */
  readonly to: string;
}

/** A call beyond this many unanswered ones fails with `busy`: the other side is stuck, and more would only wait. */
export const OUTSTANDING_CALLS_MAX = 1000;

interface Outstanding {
  readonly resolve: (result: unknown) => void;
  readonly reject: (error: HubError) => void;
  readonly timer: NodeJS.Timeout;
}

/** The calling side: `calls` are the methods, `close` rejects what is outstanding and all that comes later. */
export function createCaller<Calls extends object>(
  port: CallPort,
  options: CallerOptions,
): { readonly calls: Caller<Calls>; close(why: string): void } {
  const outstanding = new Map<number, Outstanding>();
  let lastCall = 0;
  let closedWhy: string | null = null;

  const listener = (message: unknown): void => {
    if (!isAnswer(message)) return;
    const waiting = outstanding.get(message.call);
    if (waiting === undefined) return;
    outstanding.delete(message.call);
    clearTimeout(waiting.timer);
    if (message.problem === null) waiting.resolve(message.result);
    else waiting.reject(fromProblem(message.problem));
  };
  port.on('message', listener);

  const call = (method: string, args: readonly unknown[]): Promise<unknown> => {
    if (closedWhy !== null) return Promise.reject(closedError(options.to, closedWhy));
    if (outstanding.size >= OUTSTANDING_CALLS_MAX) return Promise.reject(busyError(options.to));
    lastCall += 1;
    const number = lastCall;
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        outstanding.delete(number);
        reject(timeoutError(options, method));
      }, options.timeoutMs);
      outstanding.set(number, { resolve, reject, timer });
      try {
        port.postMessage({ kind: 'call', call: number, method, args } satisfies CallMessage);
      } catch (error) {
        outstanding.delete(number);
        clearTimeout(timer);
        reject(
          new HubError('internal', `${method} cannot be sent to ${options.to}`, { cause: error }),
        );
      }
    });
  };

  const methods = new Map<string, (...args: unknown[]) => Promise<unknown>>();
  const calls = new Proxy(Object.create(null), {
    get: (_target, name) => {
      // A proxy with a `then` would be taken for a promise when an async function returns it.
      if (typeof name !== 'string' || name === 'then') return undefined;
      const known = methods.get(name);
      if (known !== undefined) return known;
      const method = (...args: unknown[]): Promise<unknown> => call(name, args);
      methods.set(name, method);
      return method;
    },
  }) as Caller<Calls>;

  const close = (why: string): void => {
    if (closedWhy !== null) return;
    closedWhy = why;
    port.off('message', listener);
    for (const waiting of outstanding.values()) {
      clearTimeout(waiting.timer);
      waiting.reject(closedError(options.to, why));
    }
    outstanding.clear();
  };
  return { calls, close };
}

/**
 * The answering side: runs the named handler for each call and answers it, with the problem when it throws.
 * Messages that are not calls are left to other listeners.
 * @returns a function that ends it
 */
export function answerCalls<Calls extends object>(
  port: CallPort,
  handlers: Handlers<Calls>,
): () => void {
  const byName = new Map<string, (...args: unknown[]) => unknown>();
  for (const [name, handler] of Object.entries(handlers)) {
    if (typeof handler === 'function') byName.set(name, (...args) => handler.apply(handlers, args));
  }
  const listener = (message: unknown): void => {
    if (!isCall(message)) return;
    void answer(port, message, byName.get(message.method));
  };
  port.on('message', listener);
  return () => {
    port.off('message', listener);
  };
}

async function answer(
  port: CallPort,
  message: CallMessage,
  handler: ((...args: unknown[]) => unknown) | undefined,
): Promise<void> {
  let reply: AnswerMessage;
  try {
    if (handler === undefined) {
      throw new HubError('unsupported', `There is no call "${message.method}"`);
    }
    // A handler that answers at once is not made to wait for a turn: its effects are whole before the next message.
    const result = handler(...message.args);
    const settled = result instanceof Promise ? await result : result;
    reply = { kind: 'answer', call: message.call, result: settled, problem: null };
  } catch (error) {
    reply = { kind: 'answer', call: message.call, result: null, problem: toProblem(error) };
  }
  try {
    port.postMessage(reply);
  } catch (error) {
    port.postMessage({ ...reply, result: null, problem: toProblem(error) } satisfies AnswerMessage);
  }
}

function isObject(message: unknown): message is Record<string, unknown> {
  return typeof message === 'object' && message !== null;
}

function isCall(message: unknown): message is CallMessage {
  return (
    isObject(message) &&
    message.kind === 'call' &&
    typeof message.call === 'number' &&
    typeof message.method === 'string' &&
    Array.isArray(message.args)
  );
}

function isAnswer(message: unknown): message is AnswerMessage {
  return isObject(message) && message.kind === 'answer' && typeof message.call === 'number';
}

function closedError(to: string, why: string): HubError {
  return new HubError('unreachable', `${to} does not answer: ${why}`, {
    hint: 'It is restarted by itself; try again in a moment.',
    zh: { message: `${to} 没有应答：${why}`, hint: '它会自动重新启动，请稍后再试。' },
  });
}

function busyError(to: string): HubError {
  return new HubError('busy', `${to} has ${OUTSTANDING_CALLS_MAX} calls to answer already`, {
    hint: 'Try again in a moment.',
    zh: { message: `${to} 已有 ${OUTSTANDING_CALLS_MAX} 个调用要应答`, hint: '请稍后再试。' },
  });
}

function timeoutError(options: CallerOptions, method: string): TimeoutError {
  return new TimeoutError(
    `${options.to} did not answer "${method}" within ${options.timeoutMs} ms`,
    {
      hint: 'The disk may be slow; look at what is there now before you try again.',
      zh: {
        message: `${options.to} 在 ${options.timeoutMs} 毫秒内没有应答“${method}”`,
        hint: '磁盘可能很慢；再试之前，请先看看现在的内容。',
      },
    },
  );
}
