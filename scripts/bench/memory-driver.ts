// A coordinator driver for zigbee-herdsman with the radio in memory: no serial line, no process between. It answers
// as 50 thermometers and 50 plugs that were paired before would, with real ZCL bytes, and carries the load's clock.
import type { EventEmitter } from 'node:events';
import { answerBench, type RadioNetwork, type RadioNode } from './radio/line.ts';
import { ReportLoad } from './radio/load.ts';

/** As much of zigbee-herdsman's frame as a node looks at. */
interface ZclFrame {
  readonly header: {
    readonly isGlobal: boolean;
    readonly transactionSequenceNumber: number;
    readonly commandIdentifier: number;
    readonly frameControl: { readonly disableDefaultResponse: boolean };
  };
  readonly cluster: { readonly ID: number };
  readonly payload: unknown;
}

/** The parts of zigbee-herdsman that the driver is built on: of the copy that it runs in. */
export interface HerdsmanParts {
  readonly Adapter: new (...options: unknown[]) => EventEmitter;
  readonly parseHeader: (data: Buffer) => unknown;
}

const Cluster = { onOff: 0x0006, temperature: 0x0402 } as const;
// Spec: ZCL 07-5123 r8 § 2.5, commands of all clusters, and § 2.6.2, data types.
const Command = {
  read: 0x00,
  readResponse: 0x01,
  write: 0x02,
  writeResponse: 0x04,
  configureReporting: 0x06,
  configureReportingResponse: 0x07,
  report: 0x0a,
  defaultResponse: 0x0b,
} as const;
const Type = { boolean: 0x10, int16: 0x29 } as const;
const UNSUPPORTED_ATTRIBUTE = 0x86;
/** A global command from a server that wants no answer. */
const FRAME_CONTROL = 0x18;
const LINK_QUALITY = 150;

function readResponse(frame: ZclFrame): number[] {
  const asked = Array.isArray(frame.payload) ? frame.payload : [];
  return asked.flatMap((item: unknown) => {
    const id = (item as { attrId?: number }).attrId ?? 0;
    return [id & 0xff, id >> 8, UNSUPPORTED_ATTRIBUTE];
  });
}

/** The command and its content with which a node answers; undefined for no answer. */
function answerTo({ header, payload }: ZclFrame): readonly [number, number[]] | undefined {
  if (header.isGlobal) {
    if (header.commandIdentifier === Command.read) {
      return [Command.readResponse, readResponse({ header, payload } as ZclFrame)];
    }
    if (header.commandIdentifier === Command.write) return [Command.writeResponse, [0]];
    if (header.commandIdentifier === Command.configureReporting) {
      return [Command.configureReportingResponse, [0]];
    }
  }
  if (header.frameControl.disableDefaultResponse) return undefined;
  return [Command.defaultResponse, [header.commandIdentifier, 0]];
}

/** The class that stands in for herdsman's driver of Z-Stack coordinators. */
export function memoryDriver({ Adapter, parseHeader }: HerdsmanParts): unknown {
  return class MemoryDriver extends Adapter {
    #network: RadioNetwork | undefined;
    readonly #plugs = new Map<string, number>();
    #sequence = 0;
    readonly #load = new ReportLoad((pair, temperature) => {
      const node = this.#network?.thermometers[pair];
      const raw = Math.round(temperature * 100);
      if (node) this.#report(node, Cluster.temperature, [Type.int16, raw & 0xff, raw >> 8]);
    });

    /** The network is as it was when its nodes were paired with this host over the emulated coordinator. */
    start(): Promise<string> {
      return new Promise((resolve) => {
        answerBench((request) => {
          if (request.kind === 'load') return this.#load.run(request.spec);
          if (request.kind === 'describe') throw new Error('a radio in memory has no port');
          this.#network = request.network;
          for (const [index, { ieee }] of request.network.plugs.entries()) {
            this.#plugs.set(ieee, index);
          }
          resolve('resumed');
          return null;
        });
      });
    }

    #payload(node: RadioNode, cluster: number, command: number, content: readonly number[]) {
      this.#sequence = (this.#sequence + 1) & 0xff;
      return this.#incoming(node, cluster, [FRAME_CONTROL, this.#sequence, command, ...content]);
    }

    #incoming(node: RadioNode, clusterID: number, bytes: readonly number[]) {
      const data = Buffer.from(bytes);
      return {
        clusterID,
        data,
        header: parseHeader(data),
        address: node.networkAddress,
        endpoint: 1,
        linkquality: LINK_QUALITY,
        groupID: 0,
        wasBroadcast: false,
        destinationEndpoint: 1,
      };
    }

    #report(node: RadioNode, cluster: number, value: readonly number[]): void {
      this.emit('zclPayload', this.#payload(node, cluster, Command.report, [0, 0, ...value]));
    }

    async sendZclFrameToEndpoint(
      ieee: string,
      networkAddress: number,
      _endpoint: number,
      frame: ZclFrame,
    ): Promise<unknown> {
      const node = { ieee, networkAddress };
      const { header, cluster } = frame;
      const plug = this.#plugs.get(ieee);
      const isSwitch = cluster.ID === Cluster.onOff && !header.isGlobal && plug !== undefined;
      if (isSwitch && header.commandIdentifier <= 1) {
        const isOn = header.commandIdentifier;
        this.#load.commandSeen(plug, isOn === 1);
        // A plug reports what it was switched to, after its answer.
        setImmediate(() => this.#report(node, Cluster.onOff, [Type.boolean, isOn]));
      }
      const answer = answerTo(frame);
      if (answer === undefined) return undefined;
      const [command, content] = answer;
      const start = [FRAME_CONTROL, header.transactionSequenceNumber, command];
      return this.#incoming(node, cluster.ID, [...start, ...content]);
    }

    async stop(): Promise<void> {}
    async getCoordinatorIEEE(): Promise<string> {
      return this.#network?.coordinatorIeee ?? '';
    }
    async getCoordinatorVersion(): Promise<object> {
      return { type: 'memory', meta: { revision: 1 } };
    }
    async reset(): Promise<void> {}
    async supportsBackup(): Promise<boolean> {
      return false;
    }
    async getNetworkParameters(): Promise<object> {
      return { panID: 0x1a63, extendedPanID: '0x0102030405060708', channel: 15, nwkUpdateID: 0 };
    }
    async sendZdo(): Promise<unknown> {
      return [0, {}];
    }
    async permitJoin(): Promise<void> {}
    async sendZclFrameToGroup(): Promise<void> {}
    async sendZclFrameToAll(): Promise<void> {}
    waitFor(): object {
      return { promise: new Promise(() => undefined), cancel: () => undefined };
    }
  };
}
