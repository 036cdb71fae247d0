// A home for tests that adds Matter devices: the worker in the house's network under a scripted hub, and what a
// household does with it.
import { expect } from 'vitest';
import type { AdapterSettings } from '../../../hub/model/adapter-port.ts';
import type { NodeAddress } from '../../../hub/model/identifiers.ts';
import type { PropertyKey, PropertyValue } from '../../../hub/model/properties.ts';
import type { MatterPlacement } from '../../../scripts/virtual-home/matter/model.ts';
import { ScriptedHub } from '../../contract/scripted-hub.ts';
import type { TestHouse } from './test-house.ts';

const REACHED_MS = 20_000;

let last = 0;
/** A device as it comes out of its box, with a code of its own. */
export function placement(key: string, endpoints: MatterPlacement['endpoints']): MatterPlacement {
  last += 1;
  return {
    ...{ key, name: key, room: 'hall', product: `Product ${key}` },
    ...{ passcode: 20_203_040 + last, discriminator: ((last & 15) << 8) | last, endpoints },
  };
}

export class MatterHome implements AsyncDisposable {
  readonly hub: ScriptedHub;

  private constructor(hub: ScriptedHub) {
    this.hub = hub;
  }

  /** Starts the worker on the house's folder, where it finds the nodes of its last run. */
  static async start(house: TestHouse, settings: AdapterSettings = {}): Promise<MatterHome> {
    const hub = new ScriptedHub(house.open);
    hub.start({ dataFolder: house.folder, settings: { mdnsInterface: 'lo', ...settings } });
    await hub.connectCore();
    await hub.until('Matter', () => hub.state()?.kind === 'connected', 30_000);
    return new MatterHome(hub);
  }

  /** Adds a device by its code; what it is to be known by, or why it was not added. */
  async pair(
    code: string,
    seconds = 30,
  ): Promise<{ node: NodeAddress | null; problem: string | null }> {
    const { hub } = this;
    const from = hub.messages.length;
    const steps = () =>
      hub.messages.slice(from).flatMap((each) => (each.kind === 'pair' ? [each.progress] : []));
    await hub.call({ kind: 'pair', seconds, via: null, installCode: null, code });
    await hub.until(
      'the pairing to be over',
      () => steps().some(({ kind }) => kind === 'closed'),
      (seconds + 30) * 1_000,
    );
    const described = steps().findLast(({ kind }) => kind === 'described');
    const failed = steps().find(({ kind }) => kind === 'failed');
    return {
      node: described?.kind === 'described' ? described.description.node : null,
      problem: failed?.kind === 'failed' ? failed.problem.message : null,
    };
  }

  /** Adds a device and waits until it is online. */
  async add(code: string): Promise<NodeAddress> {
    const { node, problem } = await this.pair(code);
    if (node === null) throw new Error(`It was not added: ${problem}`);
    await this.online(node, true);
    return node;
  }

  async online(node: NodeAddress, isOnline: boolean, withinMs = REACHED_MS): Promise<void> {
    await this.hub.until(
      `${node} to be ${isOnline ? 'online' : 'offline'}`,
      () => this.hub.isOnline(node) === isOnline,
      withinMs,
    );
  }

  /** Why a node is offline, as it was last told. */
  reason(node: NodeAddress): string | null {
    const told = this.hub.items.findLast(
      (item) => item.kind === 'availability' && item.node === node,
    );
    return told?.kind === 'availability' ? told.reason : null;
  }

  value(node: NodeAddress, property: string): PropertyValue | undefined {
    return this.hub.values(node)[property as PropertyKey];
  }

  async becomes(node: NodeAddress, property: string, value: PropertyValue): Promise<void> {
    const wanted = JSON.stringify(value);
    await this.hub.until(
      `${property} to be ${wanted}, not ${JSON.stringify(this.value(node, property))}`,
      () => JSON.stringify(this.value(node, property)) === wanted,
      10_000,
    );
  }

  /** Sets a property, which the device has to agree to. */
  async set(node: NodeAddress, property: string, value: PropertyValue): Promise<void> {
    const body = { kind: 'set', property: property as PropertyKey, value } as const;
    const { state, problem } = await this.hub.settle(node, body);
    expect([property, state, problem]).toEqual([property, 'acknowledged', null]);
  }

  /** The names of what a device shows, and of what it does not. */
  told(node: NodeAddress): { readonly properties: readonly string[]; readonly notShown: string } {
    const description = this.hub.description(node);
    return {
      properties: (description?.properties ?? []).map(({ key }) => String(key)),
      notShown: (description?.notShown ?? []).map(({ what }) => what).join(', '),
    };
  }

  async stop(): Promise<void> {
    await this.hub.stop();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.hub[Symbol.asyncDispose]();
  }
}
