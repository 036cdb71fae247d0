// What Zigbee devices report and are bound to, by the household's devices in place of the adapter's nodes.
import type { AdapterCall } from '../model/adapter-port.ts';
import type { DeviceRecord } from '../model/device.ts';
import { HubError, NotFoundError } from '../model/errors.ts';
import { adapterId, type DeviceId, type NodeAddress } from '../model/identifiers.ts';
import type {
  BindingTarget,
  LinkChange,
  NodeBinding,
  NodeLinks,
  NodeLinksPort,
} from '../model/node-links.ts';

const ZIGBEE = adapterId('zigbee');

export interface NodeLinksOptions {
  devices(): readonly DeviceRecord[];
  callAdapter(adapter: typeof ZIGBEE, call: AdapterCall): Promise<unknown>;
}

export function createNodeLinks({ devices, callAdapter }: NodeLinksOptions): NodeLinksPort {
  function nodeOf(id: DeviceId): NodeAddress {
    const device = devices().find((each) => each.id === id);
    if (device === undefined) throw new NotFoundError('device', id);
    if (device.description.adapter === ZIGBEE) return device.description.node;
    throw new HubError('unsupported', `${device.name} is no Zigbee device`, {
      hint: 'Only Zigbee devices have reports and bindings that can be set.',
      zh: {
        message: `${device.name} 不是 Zigbee 设备`,
        hint: '只有 Zigbee 设备可以设置上报和绑定。',
      },
    });
  }

  /** A binding to a node that is no device of the home, such as one that was removed, is left out. */
  function toHome(links: NodeLinks): NodeLinks<DeviceId> {
    const byNode = new Map(
      devices()
        .filter(({ description }) => description.adapter === ZIGBEE)
        .map(({ id, description }) => [description.node, id]),
    );
    const bindings = links.bindings.flatMap(({ to, ...binding }): NodeBinding<DeviceId>[] => {
      if (to.kind !== 'device') return [{ ...binding, to }];
      const id = byNode.get(to.id);
      return id === undefined ? [] : [{ ...binding, to: { ...to, id } }];
    });
    return { ...links, bindings };
  }

  function toNode(to: BindingTarget<DeviceId>): BindingTarget<NodeAddress> {
    return to.kind === 'device' ? { ...to, id: nodeOf(to.id) } : to;
  }

  function nodeChange(change: LinkChange<DeviceId>): LinkChange {
    if (change.kind === 'report' || change.kind === 'configure') return change;
    const { binding } = change;
    return { kind: change.kind, binding: { ...binding, to: toNode(binding.to) } };
  }

  return {
    async links(device, isAsked) {
      const node = nodeOf(device);
      return toHome((await callAdapter(ZIGBEE, { kind: 'links', node, isAsked })) as NodeLinks);
    },
    async changeLinks(device, change) {
      const node = nodeOf(device);
      const call = { kind: 'changeLinks', node, change: nodeChange(change) } as const;
      return toHome((await callAdapter(ZIGBEE, call)) as NodeLinks);
    },
  };
}
