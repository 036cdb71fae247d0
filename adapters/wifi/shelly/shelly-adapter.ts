// Shelly devices of the second generation and later, over their own RPC: adding them by address or by mDNS, and the
// devices of the home.
import type { AdapterCall } from '../../../hub/model/adapter-port.ts';
import { HubError, NotFoundError, toProblem, ValidationError } from '../../../hub/model/errors.ts';
import type { NodeAddress } from '../../../hub/model/identifiers.ts';
import type { Adapter, AdapterCommand, AdapterContext } from '../../contract/adapter.ts';
import { parseLanAddress } from './address.ts';
import { type Listener, type Opened, openDevice, ShellyDevice } from './device.ts';
import type { Finder } from './finder.ts';
import { type KnownDevice, loadDevices, saveDevices } from './known-devices.ts';
import type { Credential } from './rpc.ts';

const DEVICES_MAX = 500;

/** What an adapter's worker starts. */
export function createShellyAdapter(context: AdapterContext): Adapter {
  return new ShellyAdapter(context);
}

class ShellyAdapter implements Adapter {
  readonly #context: AdapterContext;
  readonly #devices = new Map<NodeAddress, ShellyDevice>();
  #finder: Finder | null = null;
  #pairTimer: NodeJS.Timeout | undefined;
  #isPairing = false;
  #isStopped = false;

  constructor(context: AdapterContext) {
    this.#context = context;
  }

  async start(): Promise<void> {
    for (const known of loadDevices(this.#context.dataFolder)) this.#add(known).start();
    for (const device of this.#devices.values()) device.describe();
    this.#tellState();
  }

  async stop(): Promise<void> {
    this.#isStopped = true;
    this.#closePairing();
    for (const device of this.#devices.values()) device.stop();
    this.#devices.clear();
  }

  async send(command: AdapterCommand): Promise<void> {
    await this.#known(command.node).send(command);
  }

  async call(body: AdapterCall): Promise<unknown> {
    switch (body.kind) {
      case 'pair':
        await this.#pair(body);
        return null;
      case 'pairStop':
        if (this.#isPairing) this.#context.pairProgress({ kind: 'closed' });
        this.#closePairing();
        return null;
      case 'remove': {
        const device = this.#known(body.node);
        device.stop();
        this.#devices.delete(body.node);
        this.#save();
        this.#context.left(body.node);
        this.#tellState();
        return null;
      }
      case 'rename':
        return null;
      case 'interview':
      case 'refresh': {
        const device = this.#known(body.node);
        await device.refresh();
        if (body.kind === 'interview') device.describe();
        return null;
      }
      case 'describe':
        for (const device of this.#devices.values()) device.describe();
        return null;
      case 'statistics':
        return {
          nodes: [...this.#devices.values()].map(({ node, isOnline, known }) => ({
            node,
            address: known.address,
            isOnline,
          })),
        };
      default:
        throw new HubError('unsupported', `Shelly devices know no "${body.kind}"`);
    }
  }

  #add(known: KnownDevice): ShellyDevice {
    const device = new ShellyDevice(this.#context, known, () => this.#save());
    this.#devices.get(device.node)?.stop();
    this.#devices.set(device.node, device);
    return device;
  }

  #known(node: NodeAddress): ShellyDevice {
    const device = this.#devices.get(node);
    if (device === undefined) throw new NotFoundError('Shelly device', node);
    return device;
  }

  #save(): void {
    const devices = [...this.#devices.values()].map(({ known }) => known);
    try {
      saveDevices(this.#context.dataFolder, devices);
    } catch (error) {
      this.#context.log('error', `The Shelly devices were not kept: ${toProblem(error).message}`);
    }
  }

  #tellState(): void {
    const count = this.#devices.size;
    this.#context.state({ kind: 'connected', detail: `${count} device${count === 1 ? '' : 's'}` });
  }

  async #pair(body: Extract<AdapterCall, { kind: 'pair' }>): Promise<void> {
    const { address, password, seconds } = body;
    const mdnsInterface = this.#context.settings.mdnsInterface ?? null;
    if (address === undefined || address === null || address.trim() === '') {
      if (typeof mdnsInterface !== 'string') {
        throw new ValidationError('The address of the Shelly is needed', {
          hint: 'The router or the device’s own app shows it, such as 192.168.1.20. To have devices found by themselves, set mdns.interface (INGLE_MDNS_INTERFACE).',
          errors: [{ path: '/address', message: 'is needed' }],
        });
      }
      await this.#find(mdnsInterface, seconds, password ?? null);
      return;
    }
    const lan = parseLanAddress(address);
    const opening = this.#open(lan.text, password ?? null);
    this.#isPairing = true;
    this.#context.pairProgress({ kind: 'open', secondsLeft: seconds });
    // The answer to the call must not wait for a device that does not answer.
    void opening
      .catch((error: unknown) => this.#failed(error))
      .finally(() => {
        if (this.#isPairing) this.#context.pairProgress({ kind: 'closed' });
        this.#isPairing = false;
      });
  }

  async #find(interfaceName: string, seconds: number, password: string | null): Promise<void> {
    const failed = (error: unknown) => this.#failed(error);
    const { findShellies } = await import('./finder.ts');
    const finder = await findShellies(
      interfaceName,
      (address) => void this.#openFound(address, password).catch(failed),
      failed,
    );
    // A search that goes on already would be heard twice, and its socket stay open.
    this.#closePairing();
    if (this.#isStopped) {
      finder.stop();
      return;
    }
    this.#finder = finder;
    this.#isPairing = true;
    this.#context.pairProgress({ kind: 'open', secondsLeft: seconds });
    this.#pairTimer = setTimeout(() => {
      if (this.#isPairing) this.#context.pairProgress({ kind: 'closed' });
      this.#closePairing();
    }, seconds * 1_000);
  }

  /** Opens what was found, unless a device of the home answers there: that one would be added again, or want its password. */
  async #openFound(given: string, password: string | null): Promise<void> {
    const { host, port } = parseLanAddress(given);
    const isAtHome = [...this.#devices.values()].some(({ isOnline, known }) => {
      const lan = parseLanAddress(known.address);
      return isOnline && lan.host === host && lan.port === port;
    });
    if (!isAtHome) await this.#open(given, password);
  }

  #closePairing(): void {
    clearTimeout(this.#pairTimer);
    this.#finder?.stop();
    this.#finder = null;
    this.#isPairing = false;
  }

  #failed(error: unknown): void {
    this.#context.pairProgress({ kind: 'failed', node: null, problem: toProblem(error) });
  }

  async #open(given: string, password: string | null): Promise<void> {
    const address = parseLanAddress(given);
    const credential: Credential =
      password === null || password === '' ? { kind: 'none' } : { kind: 'password', password };
    const listener: Listener = { notified: () => {}, lost: () => {} };
    const opened = await openDevice(address, credential, listener);
    if (!this.#isPairing || this.#isStopped) {
      opened.rpc.close();
      return;
    }
    this.#adopt(address.text, opened, listener);
  }

  #adopt(address: string, opened: Opened, listener: Listener): void {
    const { info, status, config, rpc } = opened;
    if (this.#devices.size >= DEVICES_MAX) {
      rpc.close();
      throw new HubError('busy', `A hub has room for ${DEVICES_MAX} Shelly devices`);
    }
    const { passwordDigest } = rpc;
    const device = this.#add({ address, info, status, config, passwordDigest });
    this.#context.pairProgress({ kind: 'found', node: device.node });
    this.#save();
    const description = device.description();
    this.#context.described(description);
    this.#context.pairProgress({ kind: 'described', node: device.node, description });
    device.start(opened, listener);
    this.#tellState();
  }
}
