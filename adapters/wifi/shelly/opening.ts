// Opens a connection to a Shelly and asks it all that it is, before anybody listens to what it says by itself.
import { HubError } from '../../../hub/model/errors.ts';
import type { LanAddress } from '../lan-address.ts';
import type { Whole } from './convert.ts';
import { type DeviceInfo, parseInfo } from './device-info.ts';
import { type Credential, Rpc, type RpcEvents } from './rpc.ts';
import { readWhole } from './whole.ts';

const ASK_WITHIN_MS = 5_000;

/** A connection with all that the device said of itself at its start. */
export interface Connection {
  readonly rpc: Rpc;
  readonly info: DeviceInfo;
  readonly whole: Whole;
  readonly listener: Listener;
}

/** Passes on what a connection says once somebody listens. A loss is told late rather than never. */
export class Listener implements RpcEvents {
  #events: RpcEvents | null = null;
  #lost: HubError | null = null;

  take(events: RpcEvents): void {
    this.#events = events;
    if (this.#lost !== null) events.lost(this.#lost);
  }

  notified(...said: Parameters<RpcEvents['notified']>): void {
    this.#events?.notified(...said);
  }

  lost(error: HubError): void {
    if (this.#events === null) this.#lost = error;
    else this.#events.lost(error);
  }
}

/**
 * Connects and asks a device what it is.
 * @throws HubError in words for the household, whatever goes wrong
 */
export async function connect(address: LanAddress, credential: Credential): Promise<Connection> {
  const listener = new Listener();
  const rpc = await Rpc.connect(address, credential, listener);
  try {
    const info = parseInfo(await rpc.request('Shelly.GetDeviceInfo', {}, ASK_WITHIN_MS));
    if (info.generation < 2) throw firstGeneration(address.text);
    return { rpc, info, whole: await readWhole(rpc), listener };
  } catch (error) {
    rpc.close();
    throw error;
  }
}

function firstGeneration(address: string): HubError {
  return new HubError('unsupported', `The Shelly at ${address} is of the first generation`, {
    hint: 'Only Shelly devices of the second generation and later can be added.',
    zh: {
      message: `${address} 上的 Shelly 是第一代设备`,
      hint: '只能添加第二代及以后的 Shelly 设备。',
    },
  });
}
