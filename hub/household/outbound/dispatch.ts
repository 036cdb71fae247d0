// Main's part in calls to the outside: takes those whose intent is on disk, has each done once and a few at a time, and
// tells the core what became of it, again should the core have been started anew meanwhile.
import { HubError, toProblem } from '../../model/errors.ts';
import type { Async } from '../../model/hub-port.ts';
import type { OutboundId } from '../../model/identifiers.ts';
import {
  OUTBOUND_LIMITS,
  type OutboundCall,
  type OutboundCalls,
  type OutboundRequest,
  type OutboundResult,
  type OutboundSettings,
} from '../../model/outbound.ts';
import { isTopicAllowed, notAllowed } from './allow-list.ts';

/** A call that has not had its turn by then is too late. */
const TURN_WITHIN_MS = 25_000;
/** Outcomes are told again to a core that was started anew within this time. */
const KEPT_MS = 120_000;

export interface DispatchOptions {
  readonly calls: Async<OutboundCalls>;
  settings(): OutboundSettings;
  /** @throws HubError where there is no broker, or it is not connected */
  publishMqtt(call: Extract<OutboundCall, { kind: 'mqtt' }>): Promise<void>;
  tellCore(id: OutboundId, result: OutboundResult): void;
  /** Monotonic milliseconds. */
  monoMs(): number;
}

export interface Dispatch {
  take(requests: readonly OutboundRequest[]): void;
  /** A core runs again: it may not have heard the last outcomes. */
  coreStarted(): void;
}

export function createDispatch(options: DispatchOptions): Dispatch {
  const waiting: { request: OutboundRequest; atMs: number }[] = [];
  const outcomes = new Map<OutboundId, { result: OutboundResult; atMs: number }>();
  let underWay = 0;

  function end(id: OutboundId, result: OutboundResult): void {
    const atMs = options.monoMs();
    for (const [old, kept] of outcomes) if (atMs - kept.atMs > KEPT_MS) outcomes.delete(old);
    outcomes.set(id, { result, atMs });
    options.tellCore(id, result);
  }

  function fail(id: OutboundId, error: unknown): void {
    end(id, { status: null, problem: toProblem(error) });
  }

  async function perform({ call }: OutboundRequest): Promise<OutboundResult> {
    const { allow } = options.settings();
    if (call.kind === 'http') return options.calls.http(call, allow);
    if (!isTopicAllowed(allow, call.topic)) {
      throw notAllowed(`The topic ${call.topic.slice(0, 80)}`, `mqtt:${call.topic.slice(0, 80)}`);
    }
    await options.publishMqtt(call);
    return { status: null, problem: null };
  }

  function next(): void {
    while (underWay < OUTBOUND_LIMITS.atOnce) {
      const turn = waiting.shift();
      if (turn === undefined) return;
      const { request, atMs } = turn;
      if (options.monoMs() - atMs > TURN_WITHIN_MS) {
        const late = 'Too many calls to the outside waited; it was too late for this one';
        const zh = { message: '等待的外部调用太多，轮到它时已经太晚', hint: '它没有执行。' };
        fail(request.id, new HubError('timed-out', late, { hint: 'It was not done.', zh }));
        continue;
      }
      underWay += 1;
      void perform(request)
        .then(
          (result) => end(request.id, result),
          (error: unknown) => fail(request.id, error),
        )
        .finally(() => {
          underWay -= 1;
          next();
        });
    }
  }

  return {
    take(requests) {
      for (const request of requests) {
        if (waiting.length >= OUTBOUND_LIMITS.waiting) {
          const message = `${OUTBOUND_LIMITS.waiting} calls to the outside are waiting already`;
          const said = `已有 ${OUTBOUND_LIMITS.waiting} 个外部调用在等待`;
          const zh = { message: said, hint: '它没有执行。' };
          fail(request.id, new HubError('busy', message, { hint: 'It was not done.', zh }));
        } else {
          waiting.push({ request, atMs: options.monoMs() });
        }
      }
      next();
    },
    coreStarted() {
      for (const [id, { result }] of outcomes) options.tellCore(id, result);
    },
  };
}
