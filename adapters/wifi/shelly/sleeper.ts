// A Shelly that sleeps on its battery: it calls by itself when it wakes, so it is told once where; and only after it
// has missed its time twice does it count as gone.
import type { WebSocket } from 'ws';
import { toProblem } from '../../../hub/model/errors.ts';
import { nodeAddress } from '../../../hub/model/identifiers.ts';
import type { LanTools } from '../family.ts';
import { isJson, type Json, type Rpc } from './rpc.ts';
import { doorOf, doorPort } from './wake-door.ts';

const ASK_WITHIN_MS = 4_000;
const PERIODS = 2;
const MARGIN_MS = 600_000;
/** What a timer can be set for. */
const TIMER_MAX_MS = 2 ** 31 - 1;

/** Every how many seconds it wakes; null for a device that does not sleep. */
export function wakePeriodOf(status: Json): number | null {
  const period = isJson(status.sys) ? status.sys.wakeup_period : undefined;
  return typeof period === 'number' && period > 0 ? period : null;
}

export interface SleeperEvents {
  /** It has called, and this is what it began with. */
  called(socket: WebSocket, first: Json): void;
  /** It should have been heard again. */
  missed(reason: string): void;
}

export class Sleeper {
  readonly #tools: LanTools;
  readonly #id: string;
  readonly #events: SleeperEvents;
  #periodSeconds: number;
  #timer: NodeJS.Timeout | undefined;

  constructor(tools: LanTools, id: string, periodSeconds: number, events: SleeperEvents) {
    this.#tools = tools;
    this.#id = id;
    this.#periodSeconds = periodSeconds;
    this.#events = events;
  }

  start(): void {
    void doorOf(this.#tools).expect(this.#id, (socket, first) =>
      this.#events.called(socket, first),
    );
    this.heard(this.#periodSeconds);
  }

  stop(): void {
    clearTimeout(this.#timer);
    doorOf(this.#tools).forget(this.#id);
  }

  /** It was heard just now, and wakes again after so long. */
  heard(periodSeconds: number): void {
    this.#periodSeconds = periodSeconds;
    clearTimeout(this.#timer);
    const limitMs = Math.min(TIMER_MAX_MS, periodSeconds * 1_000 * PERIODS + MARGIN_MS);
    this.#timer = setTimeout(() => {
      const minutes = Math.round(limitMs / 60_000);
      const words = minutes < 120 ? `${minutes} minutes` : `${Math.round(minutes / 60)} hours`;
      this.#events.missed(`Nothing was heard of it for ${words}`);
    }, limitMs);
  }

  /** While it is awake: enters where it is to call, and starts it anew where it wants that. */
  async teach(rpc: Rpc, config: Json): Promise<void> {
    const { context } = this.#tools;
    if (doorPort(this.#tools) === null) {
      this.#note(NOWHERE_TO_CALL);
      return;
    }
    const door = doorOf(this.#tools);
    await door.expect(this.#id, (socket, first) => this.#events.called(socket, first));
    const server = rpc.localAddress === null ? null : door.urlFor(rpc.localAddress);
    const ws = isJson(config.ws) ? config.ws : {};
    if (server === null || (ws.enable === true && ws.server === server)) return;
    // A household may have another program that wants its calls.
    if (ws.enable === true && typeof ws.server === 'string' && !ws.server.endsWith('/shelly')) {
      this.#note(calledElsewhere(ws.server.slice(0, 80)));
      return;
    }
    try {
      const told = { config: { enable: true, server } };
      const { restart_required: wantsRestart } = await rpc.request(
        'Ws.SetConfig',
        told,
        ASK_WITHIN_MS,
      );
      if (wantsRestart === true) await rpc.request('Shelly.Reboot', {}, ASK_WITHIN_MS);
    } catch (error) {
      context.log('warn', `${this.#id} was not told where to call: ${toProblem(error).message}`);
    }
  }

  #note(text: { readonly en: string; readonly zh: string }): void {
    this.#tools.context.pairProgress({ kind: 'note', node: nodeAddress(this.#id), text });
  }
}

const NOWHERE_TO_CALL = {
  en: 'It sleeps, and is heard only while somebody keeps it awake. To have it call the hub by itself, set shelly.callPort (INGLE_SHELLY_CALL_PORT) and add it again.',
  zh: '它会休眠，只有在有人唤醒它时才能收到数据。要让它自己联系中枢，请设置 shelly.callPort（INGLE_SHELLY_CALL_PORT）后重新添加它。',
};

function calledElsewhere(server: string) {
  return {
    en: `It sleeps, and calls ${server} when it wakes. To have it call the hub instead, switch its outbound WebSocket off on its own page and add it again.`,
    zh: `它会休眠，醒来时会联系 ${server}。要让它联系中枢，请在它自己的页面上关闭 Outbound WebSocket，再重新添加它。`,
  };
}
