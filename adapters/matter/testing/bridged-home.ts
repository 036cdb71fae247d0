// Main's side of the bridge for tests of the adapter alone: a home of devices that a test makes up, which takes every
// command and says so, unless a test says otherwise.

import type { CommandBody } from '../../../hub/model/command.ts';
import type { Problem } from '../../../hub/model/errors.ts';
import type { DeviceId, FabricId } from '../../../hub/model/identifiers.ts';
import type {
  BridgedDevice,
  BridgedNews,
  BridgeStatus,
  FabricRights,
  FromBridge,
} from '../../../hub/model/matter-bridge.ts';
import type {
  DeviceKind,
  PropertyConstraints,
  PropertyDescriptor,
  PropertyKey,
  PropertyValue,
} from '../../../hub/model/properties.ts';
import { describeProperty, type PropertyName } from '../../../hub/model/properties.ts';
import type { OpenLine } from '../../contract/scripted-hub.ts';
import { ScriptedHub } from '../../contract/scripted-hub.ts';

const STARTED_MS = 40_000;

type Own = PropertyConstraints &
  Pick<Partial<PropertyDescriptor>, 'endpoint' | 'label' | 'isNamed'>;

/** A property as a device has it; the second part names its endpoint, its own limits or its owner's name. */
export const has = (name: PropertyName, own: Own = {}): PropertyDescriptor =>
  describeProperty(name, own);

/** A device of the home, called by its own name. */
export function device(
  name: string,
  kind: DeviceKind,
  properties: readonly (PropertyName | PropertyDescriptor)[],
): BridgedDevice {
  return {
    id: `dev_${name}` as DeviceId,
    ...{ name, room: null, kind, manufacturer: 'Maker', model: `Model ${name}`, firmware: '1.0' },
    power: 'mains',
    properties: properties.map((one) => (typeof one === 'string' ? has(one) : one)),
    commands: ['identify', 'stop'],
  };
}

export class BridgedHome implements AsyncDisposable {
  readonly hub: ScriptedHub;
  readonly asked: { readonly device: DeviceId; readonly body: CommandBody }[] = [];
  /** Why nothing is done; null: everything is. */
  refuses: Problem | null = null;
  devices: readonly BridgedDevice[];
  #heard = 0;
  readonly #timer: NodeJS.Timeout;

  private constructor(hub: ScriptedHub, devices: readonly BridgedDevice[]) {
    this.hub = hub;
    this.devices = devices;
    this.#timer = setInterval(() => this.#hear(), 10);
  }

  /** Starts the adapter on the folder and has it offer the devices. */
  static async start(
    open: OpenLine,
    dataFolder: string,
    devices: readonly BridgedDevice[],
  ): Promise<BridgedHome> {
    const hub = new ScriptedHub(open);
    hub.start({ dataFolder, settings: { mdnsInterface: 'lo', bridgePort: 5540 } });
    await hub.connectCore();
    const home = new BridgedHome(hub, devices);
    await home.offer(devices);
    return home;
  }

  /** Offers these devices, and waits until they stand on the bridge. */
  async offer(
    devices: readonly BridgedDevice[],
    rights: Readonly<Record<FabricId, FabricRights>> = {},
  ): Promise<void> {
    this.devices = devices;
    const news = devices.map(({ id }) => ({ device: id, isOnline: true }));
    const { hub } = this;
    const from = hub.messages.length;
    const update = { kind: 'home', isOn: true, name: 'Home', devices, news, rights } as const;
    hub.line.toHost({ kind: 'bridge', update });
    await hub.until(
      'the bridge',
      () => hub.messages.length > from && this.status?.state === 'on',
      STARTED_MS,
    );
    await hub.until(
      'its devices',
      () => this.status?.devices.length === devices.length,
      STARTED_MS,
    );
  }

  tell(name: string, news: Omit<BridgedNews, 'device'>): void {
    const device = `dev_${name}` as DeviceId;
    this.hub.line.toHost({ kind: 'bridge', update: { kind: 'news', news: [{ device, ...news }] } });
  }

  /** New values of a device, by their keys. */
  values(name: string, values: Readonly<Record<string, PropertyValue>>): void {
    this.tell(name, { values: values as Readonly<Record<PropertyKey, PropertyValue>> });
  }

  get status(): BridgeStatus | undefined {
    return this.#said().findLast((said) => said.kind === 'status')?.status;
  }

  endpoint(name: string): number {
    const found = this.status?.devices.find(({ device: id }) => id === `dev_${name}`);
    if (found === undefined) throw new Error(`${name} is not on the bridge`);
    return found.endpoint;
  }

  async code(): Promise<string> {
    const ask = { kind: 'openWindow', seconds: 180 } as const;
    const { window } = (await this.hub.call({ kind: 'bridge', ask })) as BridgeStatus;
    return window?.manualCode ?? '';
  }

  async stop(): Promise<void> {
    clearInterval(this.#timer);
    await this.hub.stop();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    clearInterval(this.#timer);
    await this.hub[Symbol.asyncDispose]();
  }

  #said(): FromBridge[] {
    return this.hub.messages.flatMap((message) => (message.kind === 'bridge' ? message.said : []));
  }

  #hear(): void {
    const said = this.#said();
    for (const one of said.slice(this.#heard)) {
      if (one.kind !== 'command') continue;
      const { device: id, body, request } = one;
      this.asked.push({ device: id, body });
      const update = { kind: 'done', request, problem: this.refuses } as const;
      this.hub.line.toHost({ kind: 'bridge', update });
    }
    this.#heard = said.length;
  }
}
