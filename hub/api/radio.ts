// The radio network: its map, the coordinator and its backups. What holds the network's key, or writes it onto another
// stick, is for an owner who gives the password again.

import { toRfc3339 } from '../model/clock.ts';
import { COORDINATOR_DRIVERS } from '../model/coordinator-drivers.ts';
import { deviceId } from '../model/identifiers.ts';
import type { CoordinatorBackup } from '../model/mesh.ts';
import { propertyKey } from '../model/properties.ts';
import {
  type ApiContext,
  type ApiParts,
  actorOf,
  type Handlers,
  listPart,
  pathId,
} from './context.ts';
import { deviceOf } from './devices.ts';
import { problemView } from './errors.ts';
import { demandPassword } from './password-again.ts';
import type { CoordinatorBackupJson, MeshJson } from './radio-shapes.ts';
import { jobView } from './views.ts';

const BATTERY = propertyKey('battery');
const timeOrNull = (ms: number | null) => (ms === null ? null : toRfc3339(ms));

export function radioRoutes(parts: ApiParts) {
  const { hub } = parts;
  const care = hub.radioCare;

  return {
    'GET /api/mesh': async (c) => c.json(await meshView(parts)),
    'POST /api/mesh/survey': async (c) => accepted(c, await care.survey(actorOf(c))),
    'POST /api/devices/:id/release': async (c) => {
      const { record } = deviceOf(hub, pathId(c, deviceId, 'device'));
      await care.release(record.id);
      return c.body(null, 204);
    },
    'GET /api/coordinator': async (c) => {
      const { problem, ...view } = await care.coordinator();
      const drivers = COORDINATOR_DRIVERS.map((row) => ({ ...row }));
      return c.json({ ...view, problem: problem && problemView(problem), drivers });
    },
    'PUT /api/coordinator': async (c, { body }) => c.json(await care.use(body, actorOf(c))),
    'GET /api/coordinator/sticks': (c, { query }) => c.json(listPart(care.sticks(), query)),
    'POST /api/coordinator/check': async (c, { body }) =>
      c.json(await care.check(body.port, body.driver)),
    'POST /api/coordinator/channel': async (c, { body }) =>
      accepted(c, await care.setChannel(body.channel, actorOf(c))),
    'POST /api/coordinator/move': async (c, { body }) => {
      const { password, ...wish } = body;
      await demandPassword(parts, c, password);
      return accepted(c, await care.move(wish, actorOf(c)));
    },
    'GET /api/coordinator/backups': async (c, { query }) => {
      const { items, next } = listPart(await care.backups(), query);
      return c.json({ items: items.map(backupView), next });
    },
    'POST /api/coordinator/backups': async (c, { body }) => {
      const kept = body.text === null ? await care.backup() : await care.addBackup(body.text);
      return c.json(backupView(kept), 201);
    },
    'POST /api/coordinator/backups/:name/export': async (c, { body }) => {
      await demandPassword(parts, c, body.password);
      const name = c.req.param('name') ?? '';
      return c.json({ name, text: await care.readBackup(name) });
    },
    'POST /api/coordinator/backups/:name/restore': async (c, { body }) => {
      await demandPassword(parts, c, body.password);
      return accepted(c, await care.restore(c.req.param('name') ?? '', actorOf(c)));
    },
  } satisfies Partial<Handlers>;
}

function accepted(c: ApiContext, job: Parameters<typeof jobView>[0]): Response {
  c.header('Location', `/api/jobs/${job.id}`);
  return c.json(jobView(job), 202);
}

function backupView({ atMs, ...backup }: CoordinatorBackup): CoordinatorBackupJson {
  return { ...backup, at: toRfc3339(atMs) };
}

async function meshView({ hub }: ApiParts): Promise<MeshJson> {
  const mesh = await hub.radioCare.mesh();
  const flooding = new Set(hub.radioCare.flooding().map(({ node }) => node));
  const devices = new Map(
    hub
      .devices()
      .filter(({ record }) => record.description.adapter === 'zigbee')
      .map((view) => [view.record.description.node, view]),
  );
  return {
    takenAt: timeOrNull(mesh.takenAtMs),
    tookMs: mesh.tookMs,
    nodes: mesh.nodes.map((node) => {
      const view = devices.get(node.node);
      const battery = view?.live.properties[BATTERY]?.value;
      return {
        address: node.node,
        device: view?.record.id ?? null,
        name: view?.record.name ?? node.node,
        role: node.role,
        parent: node.parent,
        isParentKnown: node.isParentKnown,
        linkQuality: node.linkQuality,
        hops: node.hops,
        lastSeen: timeOrNull(node.lastSeenAtMs),
        online: node.isOnline,
        battery: typeof battery === 'number' ? battery : null,
        asked: node.asked,
        quarantined: flooding.has(node.node),
        history: node.history.map(({ atMs, parent, linkQuality }) => ({
          at: toRfc3339(atMs),
          parent,
          linkQuality,
        })),
      };
    }),
    links: mesh.links.map(({ from, to, linkQuality, routes }) => ({
      from,
      to,
      linkQuality,
      routes,
    })),
  };
}
