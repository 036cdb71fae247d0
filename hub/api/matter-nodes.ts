// A Matter device that others may use, too: told, opened to another controller, and taken out of another home.
import { NotFoundError } from '../model/errors.ts';
import { type DeviceId, deviceId } from '../model/identifiers.ts';
import { vendorName } from '../model/matter-bridge.ts';
import type { MatterNodeReport, NodeWindow } from '../model/matter-node.ts';
import { type ApiContext, type ApiParts, actorOf, type Handlers, pathId } from './context.ts';
import { deviceOf } from './devices.ts';
import { problemView } from './errors.ts';
import type { MatterNodeJson, MatterWindowJson } from './matter-nodes-shapes.ts';

export function matterNodeRoutes({ hub }: ApiParts) {
  const deviceIn = (c: ApiContext): DeviceId =>
    deviceOf(hub, pathId(c, deviceId, 'device')).record.id;
  return {
    'GET /api/devices/:id/matter': async (c) =>
      c.json(nodeView(await hub.matterNodes.report(deviceIn(c)))),
    'POST /api/devices/:id/matter/window': async (c, { body }) => {
      const window = await hub.matterNodes.share(deviceIn(c), body.seconds, actorOf(c));
      return c.json(windowView(window));
    },
    'DELETE /api/devices/:id/matter/window': async (c) => {
      await hub.matterNodes.unshare(deviceIn(c), actorOf(c));
      return c.body(null, 204);
    },
    'DELETE /api/devices/:id/matter/fabrics/:index': async (c) => {
      const id = deviceIn(c);
      const text = c.req.param('index') ?? '';
      if (!/^[1-9][0-9]{0,2}$/.test(text)) throw new NotFoundError('fabric', text.slice(0, 20));
      await hub.matterNodes.removeFabric(id, Number(text), actorOf(c));
      return c.body(null, 204);
    },
  } satisfies Partial<Handlers>;
}

function windowView({ manualCode, qrText, closesAtMs }: NodeWindow): MatterWindowJson {
  const closesAt = closesAtMs === null ? null : new Date(closesAtMs).toISOString();
  return { manualCode, qrText, closesAt };
}

function nodeView(report: MatterNodeReport<DeviceId>): MatterNodeJson {
  const { bridge, bridged, endpoints, attestation, fabrics, fabricsMax, window, problem } = report;
  return {
    bridge,
    bridged: [...bridged],
    endpoints: endpoints.map(({ number, deviceTypes }) => ({
      number,
      deviceTypes: [...deviceTypes],
    })),
    attestation,
    fabrics:
      fabrics?.map(({ index, isOwn, label, vendorId, fabricId }) => ({
        ...{ index, own: isOwn, label, vendor: vendorName(vendorId), vendorId, fabricId },
      })) ?? null,
    fabricsMax,
    window: window && windowView(window),
    problem: problem && problemView(problem),
  };
}
