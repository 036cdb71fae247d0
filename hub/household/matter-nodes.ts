// Matter nodes by the household's devices: in which homes each is, opening it to another one, and having it leave one.
import type { AdapterCall } from '../model/adapter-port.ts';
import type { DeviceRecord } from '../model/device.ts';
import { HubError, NotFoundError } from '../model/errors.ts';
import type { Actor, Async } from '../model/hub-port.ts';
import { adapterId, type DeviceId, type NodeAddress } from '../model/identifiers.ts';
import type {
  MatterNodeCall,
  MatterNodeReport,
  MatterNodesPort,
  NodeWindow,
} from '../model/matter-node.ts';
import type { StoreCalls } from '../model/store-port.ts';

const MATTER = adapterId('matter');

export interface MatterNodesOptions {
  devices(): readonly DeviceRecord[];
  callAdapter(adapter: typeof MATTER, call: AdapterCall): Promise<unknown>;
  nowMs(): number;
  readonly store: Pick<Async<StoreCalls>, 'audit'>;
}

export function createMatterNodes(options: MatterNodesOptions): MatterNodesPort {
  const { devices, store, nowMs } = options;
  const call = (body: MatterNodeCall) => options.callAdapter(MATTER, body);

  async function audit(
    actor: Actor,
    action: string,
    { id: subject, name }: DeviceRecord,
    what = '',
  ): Promise<void> {
    const member = actor.member?.id ?? null;
    await store.audit({ atMs: nowMs(), member, action, subject, detail: name + what });
  }

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
      const device = deviceOf(id);
      const { node } = device.description;
      const window = (await call({ kind: 'shareNode', node, seconds })) as NodeWindow;
      await audit(actor, 'device.share', device, `, ${seconds} s`);
      return window;
    },
    async unshare(id, actor) {
      const device = deviceOf(id);
      await call({ kind: 'unshareNode', node: device.description.node });
      await audit(actor, 'device.unshare', device);
    },
    async removeFabric(id, index, actor) {
      const device = deviceOf(id);
      await call({ kind: 'removeFabric', node: device.description.node, index });
      await audit(actor, 'device.fabric.remove', device, `, fabric ${index}`);
    },
  };
}
