// A Matter node for tests of the API: it is in this home and in another one, and may be opened to a third.
import { createMatterNodes } from '../household/matter-nodes.ts';
import type { DeviceRecord } from '../model/device.ts';
import { NotFoundError } from '../model/errors.ts';
import type {
  MatterNodeCall,
  MatterNodeReport,
  MatterNodesPort,
  NodeFabric,
  NodeWindow,
} from '../model/matter-node.ts';

let fabrics: readonly NodeFabric[] = [
  { index: 1, isOwn: true, label: 'Ingle', vendorId: 0xfff1, fabricId: '0000000000000001' },
  { index: 2, isOwn: false, label: 'Flat', vendorId: 4937, fabricId: '2906c908d115d362' },
];
let window: NodeWindow | null = null;

/** Answers the calls about Matter nodes as the Matter adapter does. */
function testMatterNode(call: MatterNodeCall): unknown {
  switch (call.kind) {
    case 'shareNode': {
      const closesAtMs = Date.now() + call.seconds * 1_000;
      window = { manualCode: '34970112332', qrText: 'MT:Y.K9042C00KA0648G00', closesAtMs };
      return window;
    }
    case 'unshareNode':
      window = null;
      return null;
    case 'removeFabric':
      if (fabrics.every(({ index }) => index !== call.index)) {
        throw new NotFoundError('fabric of the lamp', String(call.index));
      }
      fabrics = fabrics.filter(({ index }) => index !== call.index);
      return null;
    case 'matterNode': {
      const report: MatterNodeReport = {
        ...{ bridge: null, bridged: [], endpoints: [{ number: 1, deviceTypes: [0x0100] }] },
        ...{ attestation: 'test', fabrics, fabricsMax: 5, window, problem: null },
      };
      return report;
    }
  }
}

/** The Matter devices' other homes, as such a node has them. */
export function testMatterNodes(devices: () => readonly DeviceRecord[]): MatterNodesPort {
  return createMatterNodes({
    devices,
    callAdapter: async (_, call) => testMatterNode(call as MatterNodeCall),
    nowMs: Date.now,
    store: { audit: async () => {} },
  });
}
