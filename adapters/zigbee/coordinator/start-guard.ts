// What the Z-Stack driver may do with a coordinator at its start. Left to itself it writes this home's network over
// whatever network it finds on a stick, without asking: somebody else's, too. Here that needs a person's word. And where
// a wiped stick cannot be given its network back, it is made anew with the same key, and the list of devices stays.
import { ZnpAdapterManager } from 'zigbee-herdsman/dist/adapter/z-stack/adapter/manager.js';
import { NvItemsIds } from 'zigbee-herdsman/dist/adapter/z-stack/constants/common.js';
import * as Structs from 'zigbee-herdsman/dist/adapter/z-stack/structs/index.js';
import { ConflictError } from '../../../hub/model/errors.ts';

type Strategy = 'startup' | 'restoreBackup' | 'startCommissioning';

/** The parts of the driver's manager that are looked at; it declares them private. */
interface Manager {
  readonly nv: {
    readItem(id: number, offset: number, struct: unknown): Promise<StoredNetwork | undefined>;
  };
  readonly nwkOptions: object;
  determineStrategy(): Promise<Strategy>;
  start(): Promise<'resumed' | 'reset' | 'restored'>;
  beginRestore(): Promise<void>;
  beginCommissioning(network: object): Promise<void>;
}
interface StoredNetwork {
  readonly nwkPanId: number;
  readonly nwkLogicalChannel: number;
}

/** What the next start may do; `asks`: a network on the stick that is not the home's is left alone. */
export interface StartWish {
  readonly overwrites: boolean;
  /** Writes the backup onto the stick, also where it has the home's network already. */
  readonly restores: boolean;
}

export const ASKS: StartWish = { overwrites: false, restores: false };

let wish: StartWish = ASKS;
let hasDevices = false;
let isMadeAnew = false;
let isInstalled = false;

/** What starts from now on may do. */
export function allow(next: StartWish): void {
  wish = next;
  if (isInstalled) return;
  isInstalled = true;
  const prototype = ZnpAdapterManager.prototype as unknown as Manager;
  keepDevices(prototype);
  const original = prototype.determineStrategy;
  prototype.determineStrategy = async function (this: Manager): Promise<Strategy> {
    const strategy = await original.call(this);
    if (wish.restores) return 'restoreBackup';
    if (strategy === 'startup' || wish.overwrites) return strategy;
    const network = await this.nv.readItem(NvItemsIds.NIB, 0, Structs.nib);
    const configured = await this.nv.readItem(
      NvItemsIds.ZNP_HAS_CONFIGURED_ZSTACK3,
      0,
      Structs.hasConfigured,
    );
    const isBlank =
      network === undefined || !(configured as unknown as Configured | undefined)?.isConfigured();
    if (isBlank) return strategy;
    throw otherNetwork(network);
  };
}

/** Tells whether the home has devices, before each start. */
export function startWith(devices: boolean): void {
  hasDevices = devices;
  isMadeAnew = false;
}

/** Whether the last start had to make the network of a home with devices anew. */
export function wasMadeAnew(): boolean {
  return isMadeAnew;
}

/**
 * Of a start with `reset` the library empties its list of devices. But they have the key still, and the network is the
 * same as before by all that they know of it.
 */
function keepDevices(manager: Manager): void {
  const { start, beginRestore } = manager;
  manager.start = async function (this: Manager) {
    const result = await start.call(this);
    if (result !== 'reset' || !hasDevices) return result;
    isMadeAnew = true;
    return 'restored';
  };
  manager.beginRestore = async function (this: Manager) {
    try {
      await beginRestore.call(this);
    } catch (error) {
      // Its tables, which the backup would be written to, are not there: nothing was written yet.
      if (!(error instanceof TypeError)) throw error;
      await this.beginCommissioning(this.nwkOptions);
      isMadeAnew = true;
    }
  };
}

interface Configured {
  isConfigured(): boolean;
}

function hexadecimal(panId: number): string {
  return `0x${panId.toString(16).padStart(4, '0')}`;
}

function otherNetwork({ nwkPanId, nwkLogicalChannel }: StoredNetwork): ConflictError {
  const where = `${hexadecimal(nwkPanId)}, channel ${nwkLogicalChannel}`;
  return new ConflictError(
    `This stick carries another Zigbee network (${where}), not this home's`,
    {
      hint: "Nothing was written to it. Plug in the home's own stick; or, if that network is of no use to anybody any more, take this stick into service with: ingle coordinator move PORT --overwrite. A home without devices can go on with that network: --keep",
      zh: {
        message: `这个 USB 网关上是另一个 Zigbee 网络（${hexadecimal(nwkPanId)}，信道 ${nwkLogicalChannel}），不是这个家的`,
        hint: '没有向它写入任何内容。请插上这个家自己的 USB 网关；如果那个网络已经没人使用，可用 ingle coordinator move 端口 --overwrite 启用这个网关。没有设备的家可以继续使用那个网络：--keep。',
      },
    },
  );
}
