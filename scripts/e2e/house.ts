// A whole house for one test: a virtual home in the test's own process, and the real hub on its coordinator.
import { rmSync } from 'node:fs';
import { startVirtualHome, type VirtualHome } from '../virtual-home/home.ts';
import type { HomeOptions } from '../virtual-home/options.ts';
import { makeFolder, type RunningHub, startHub, waitFor } from './running-hub.ts';

export interface DeviceJson {
  readonly id: string;
  readonly name: string;
  readonly handle: string;
  readonly kind: string;
  readonly room: string | null;
  readonly availability: { readonly online: boolean; readonly reason: string | null };
  readonly properties: Readonly<Record<string, PropertyJson>>;
  readonly notShown: readonly { readonly what: string }[];
}

interface PropertyJson {
  readonly value: unknown;
  readonly at: string | null;
  readonly access: string;
  readonly wanted?: unknown;
  /** Where its owner has named it. */
  readonly label?: unknown;
}

export interface House extends AsyncDisposable {
  readonly home: VirtualHome;
  readonly data: string;
  hub: RunningHub;
  devices(): Promise<DeviceJson[]>;
  device(handle: string): Promise<DeviceJson>;
  /** Opens the network, lets these nodes in (by their names in the virtual home), and names the devices alike. */
  add(...names: string[]): Promise<void>;
  /** Saves a scene from its text; gives its id. */
  scene(text: string): Promise<string>;
  /** Starts the hub, which must be down; resolves once it is ready, whatever Zigbee is at. */
  start(environment?: Record<string, string>): Promise<void>;
  /** As start, and waits until Zigbee is connected. */
  restart(environment?: Record<string, string>): Promise<void>;
}

interface HouseOptions {
  readonly home?: Partial<HomeOptions>;
  readonly environment?: Record<string, string>;
  /** The coordinator as the hub is told of it; absent: the virtual home's TCP port. */
  readonly zigbee?: (home: VirtualHome) => string;
}

export const handleOf = (name: string): string => name.toLowerCase().replaceAll(' ', '-');

export async function openHouse(options: HouseOptions = {}): Promise<House> {
  const home = await startVirtualHome({
    autoJoin: false,
    residents: false,
    latency: { minMs: 1, maxMs: 4 },
    ...options.home,
  });
  const data = makeFolder();
  const zigbee = options.zigbee?.(home) ?? `tcp://127.0.0.1:${home.zigbeePort}`;
  const start = (environment: Record<string, string> = {}) =>
    startHub({ data, zigbee, environment: { ...options.environment, ...environment } });
  const house: House = {
    home,
    data,
    hub: await start(),
    async devices() {
      const { body } = await house.hub.call<{ items: DeviceJson[] }>('/api/devices?limit=200');
      return body.items;
    },
    async device(handle) {
      const found = (await house.devices()).find((device) => device.handle === handle);
      if (!found) throw new Error(`there is no device ${handle}`);
      return found;
    },
    async add(...names) {
      await connected(house);
      const job = await house.hub.call<{ id: string }>('/api/jobs', {
        body: { kind: 'pair', protocol: 'zigbee', seconds: 120, via: null, installCode: null },
      });
      if (job.status !== 202) throw new Error(`pairing: ${JSON.stringify(job.body)}`);
      const nodes = home.control.nodes().filter((node) => names.includes(node.name));
      for (const node of nodes) home.control.join(node.ieee);
      await waitFor(`${names.join(', ')} to join`, async () => {
        const { body } = await house.hub.call<{ result: { devices: unknown[] } | null }>(
          `/api/jobs/${job.body.id}`,
        );
        return (body.result?.devices.length ?? 0) >= names.length;
      });
      await house.hub.call(`/api/jobs/${job.body.id}`, { method: 'DELETE' });
      const { body } = await house.hub.call<{ items: (DeviceJson & { address: string })[] }>(
        '/api/devices?limit=200',
      );
      for (const node of nodes) {
        const device = body.items.find((one) => one.address === node.ieee);
        if (!device) throw new Error(`${node.name} is not among the devices`);
        await house.hub.call(`/api/devices/${device.id}`, {
          method: 'PATCH',
          body: { name: node.name, handle: handleOf(node.name) },
        });
      }
    },
    async scene(text) {
      const { status, body } = await house.hub.call<{ id: string }>('/api/scenes', {
        body: text,
        headers: { 'Content-Type': 'application/yaml' },
      });
      if (status !== 201) throw new Error(`the scene was not saved: ${JSON.stringify(body)}`);
      return body.id;
    },
    async start(environment) {
      house.hub = await start(environment);
    },
    async restart(environment) {
      await house.start(environment);
      await connected(house);
    },
    async [Symbol.asyncDispose]() {
      await house.hub[Symbol.asyncDispose]();
      await home.stop();
      rmSync(data, { recursive: true, force: true });
    },
  };
  return house;
}

/** Waits until an adapter of the hub is connected, by default its Zigbee. */
export function connected({ hub }: Pick<House, 'hub'>, adapter = 'zigbee'): Promise<boolean> {
  return waitFor(`${adapter} to be connected`, async () => {
    const { body } = await hub.call<{ adapters: { id: string; state: string }[] }>('/readyz');
    return body.adapters.some(({ id, state }) => id === adapter && state === 'connected');
  });
}

/** The virtual home's node of this name. */
export function nodeOf(house: House, name: string) {
  const node = house.home.control.nodes().find((one) => one.name === name);
  if (!node) throw new Error(`the virtual home has no ${name}`);
  return node;
}
