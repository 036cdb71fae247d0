import { MessageChannel } from 'node:worker_threads';
import { afterEach, describe, expect, it } from 'vitest';
import { ConflictError, HubError, ValidationError } from '../model/errors.ts';
import { answerCalls, type Caller, createCaller, OUTSTANDING_CALLS_MAX } from './calls.ts';

interface Calls {
  add(a: number, b: number): number;
  slow(): string;
  refuse(kind: 'conflict' | 'input' | 'crash'): void;
  unsendable(): unknown;
}

const closers: (() => void)[] = [];
afterEach(() => {
  for (const close of closers.splice(0)) close();
});

function connect(options: { timeoutMs?: number; answers?: boolean } = {}): {
  calls: Caller<Calls>;
  close: (why: string) => void;
} {
  const { port1, port2 } = new MessageChannel();
  if (options.answers !== false) {
    answerCalls<Calls>(port2, {
      add: (a, b) => a + b,
      slow: async () => await Promise.resolve('later'),
      refuse: (kind) => {
        if (kind === 'conflict') throw new ConflictError('taken', { hint: 'choose another' });
        if (kind === 'crash') throw new TypeError('not a function');
        throw new ValidationError('wrong', { errors: [{ path: '/name', message: 'is empty' }] });
      },
      unsendable: () => () => 0,
    });
  }
  const caller = createCaller<Calls>(port1, {
    timeoutMs: options.timeoutMs ?? 5000,
    to: 'storage',
  });
  closers.push(() => {
    caller.close('the test is over');
    port1.close();
  });
  return caller;
}

async function errorOf(promise: Promise<unknown>): Promise<HubError> {
  try {
    await promise;
  } catch (error) {
    if (error instanceof HubError) return error;
    throw error;
  }
  throw new Error('It did not fail');
}

describe('calls between threads', () => {
  it('answer with the result, at once or later, in any order', async () => {
    const { calls } = connect();
    expect(await Promise.all([calls.slow(), calls.add(1, 2), calls.add(3, 4)])).toEqual([
      'later',
      3,
      7,
    ]);
  });

  it('carry an error whole: code, hint and the places of the faults', async () => {
    const { calls } = connect();
    const conflict = await errorOf(calls.refuse('conflict'));
    expect([conflict.code, conflict.message, conflict.hint]).toEqual([
      'conflict',
      'taken',
      'choose another',
    ]);
    const invalid = await errorOf(calls.refuse('input'));
    expect(invalid).toBeInstanceOf(ValidationError);
    expect(invalid).toMatchObject({ errors: [{ path: '/name', message: 'is empty' }] });
    expect((await errorOf(calls.refuse('crash'))).code).toBe('internal');
  });

  it('answer with a problem when there is no such call or its result cannot cross', async () => {
    const { calls } = connect();
    expect((await errorOf(calls.unsendable())).message).toContain('could not be cloned');
    const wrong = calls as unknown as { missing(): Promise<void>; toString(): Promise<void> };
    expect((await errorOf(wrong.missing())).code).toBe('unsupported');
  });

  it('refuse an argument that cannot cross, and go on', async () => {
    const { calls } = connect();
    const wrong = (() => 0) as unknown as number;
    expect((await errorOf(calls.add(wrong, 1))).message).toContain('cannot be sent');
    expect(await calls.add(1, 1)).toBe(2);
  });

  it('time out when the other side is silent', async () => {
    const { calls } = connect({ timeoutMs: 20, answers: false });
    const error = await errorOf(calls.add(1, 2));
    expect([error.code, error.message]).toEqual([
      'timed-out',
      'storage did not answer "add" within 20 ms',
    ]);
  });

  it('are refused as busy beyond a thousand unanswered ones', async () => {
    const caller = connect({ answers: false });
    const waiting = Array.from({ length: OUTSTANDING_CALLS_MAX }, () => caller.calls.slow());
    const all = Promise.allSettled(waiting);
    expect((await errorOf(caller.calls.slow())).code).toBe('busy');
    caller.close('stop');
    expect((await all).every((one) => one.status === 'rejected')).toBe(true);
  });

  it('fail when the other side is gone, those that wait and those that come later', async () => {
    const { calls, close } = connect({ answers: false });
    const waiting = errorOf(calls.slow());
    close('it was restarted');
    expect((await waiting).message).toBe('storage does not answer: it was restarted');
    expect((await errorOf(calls.slow())).code).toBe('unreachable');
  });
});
