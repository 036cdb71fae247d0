// Matter nodes by the household's devices: in which homes each is, opening it to another one, and having it leave one.
import type { AdapterCall } from '../model/adapter-port.ts';
import type { DeviceRecord } from '../model/device.ts';
import { HubError, NotFoundError } from '../model/errors.ts';
import type { Actor } from '../model/hub-port.ts';
import { adapterId, type DeviceId, type NodeAddress } from '../model/identifiers.ts';
import type {
  MatterNodeCall,
  MatterNodeReport,
  MatterNodesPort,
  NodeWindow,
} from '../model/matter-node.ts';

const MATTER = adapterId('matter');

export interface MatterNodesOptions {
  devices(): readonly DeviceRecord[];
  callAdapter(adapter: typeof MATTER, call: AdapterCall): Promise<unknown>;
  audit(actor: Actor, action: string, subject: DeviceId, detail: string): Promise<void>;
}

export function createMatterNodes(options: MatterNodesOptions): MatterNodesPort {
  const { devices, audit } = options;
  const call = (body: MatterNodeCall) => options.callAdapter(MATTER, body);

  function deviceOf(id: DeviceId): DeviceRecord {
    const device = devices().find((each) => each.id === id);
    if (device === undefined) throw new NotFoundError('device', id);
    if (device.description.adapter === MATTER) return device;
    throw new HubError('unsupported', `${device.name} is no Matter device`, {
      hint: 'Only Matter devices are shared with other homes by a code. The Matter bridge shares the others.',
      zh: {
        message: `${device.name} 不是 Matter 设备`,
        hint: '只有 Matter 设备能用配对码共享给别的家。其他设备可以通过 Matter 网桥共享。',
      },
    });
  }

  return {
    async report(id) {
      const { node } = deviceOf(id).description;
      const report = (await call({ kind: 'matterNode', node })) as MatterNodeReport;
      const byNode = new Map<NodeAddress, DeviceId>(
        devices()
          .filter(({ description }) => description.adapter === MATTER)
          .map((device) => [device.description.node, device.id]),
      );
      const { bridge } = report;
      return {
        ...report,
        bridge: bridge === null ? null : (byNode.get(bridge) ?? null),
        bridged: report.bridged.flatMap((each) => byNode.get(each) ?? []),
      };
    },
    async share(id, seconds, actor) {
      const { description, name } = deviceOf(id);
      const { node } = description;
      const window = (await call({ kind: 'shareNode', node, seconds })) as NodeWindow;
      await audit(actor, 'device.share', id, `${name}, ${seconds} s`);
      return window;
    },
    async unshare(id, actor) {
      const { description, name } = deviceOf(id);
      await call({ kind: 'unshareNode', node: description.node });
      await audit(actor, 'device.unshare', id, name);
    },
    async removeFabric(id, index, actor) {
      const { description, name } = deviceOf(id);
      await call({ kind: 'removeFabric', node: description.node, index });
      await audit(actor, 'device.fabric.remove', id, `${name}, fabric ${index}`);
    },
  };
}
