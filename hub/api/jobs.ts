// Long work: pairing, interviewing anew, setting up a home from a file.
import { NotFoundError, ValidationError } from '../model/errors.ts';
import type { HubPort } from '../model/hub-port.ts';
import { type AdapterId, deviceId, type JobId, jobId } from '../model/identifiers.ts';
import type { Job } from '../model/job.ts';
import { switchedOff } from '../model/own-adapter.ts';
import { authorize } from './authentication.ts';
import { type ApiParts, actorOf, type Handlers, inputId, listPart, pathId } from './context.ts';
import { deviceOf } from './devices.ts';
import { nearest } from './nearest.ts';
import { jobView } from './views.ts';

function jobOf(hub: HubPort, id: JobId): Job {
  const job = hub.jobs.get(id);
  if (job === undefined) throw new NotFoundError('job', id);
  return job;
}

export function jobRoutes({ hub }: ApiParts) {
  return {
    'GET /api/jobs': (c, { query }) => {
      const jobs = [...hub.jobs.list()].sort((a, b) => b.startedAtMs - a.startedAtMs);
      const { items, next } = listPart(jobs, query);
      return c.json({ items: items.map(jobView), next });
    },
    'POST /api/jobs': async (c, { body }) => {
      const job = await start();
      c.header('Location', `/api/jobs/${job.id}`);
      return c.json(jobView(job), 202);

      async function start(): Promise<Job> {
        if (body.kind === 'interview') {
          const { record } = deviceOf(hub, inputId(body.device, deviceId, '/device'));
          return hub.jobs.interview(record.id, actorOf(c));
        }
        if (body.kind === 'firmware') {
          const { record } = deviceOf(hub, inputId(body.device, deviceId, '/device'));
          const { image, downgrade: isDowngrade, anyway: isAnyway, at: atMs } = body;
          const request = { device: record.id, image, isDowngrade, isAnyway, atMs };
          return hub.firmware.update(request, actorOf(c));
        }
        if (body.kind === 'rollout') {
          const devices = body.devices?.map((one) => inputId(one, deviceId, '/devices')) ?? null;
          const request = { devices, isAnyway: body.anyway, isNow: body.now };
          return hub.firmware.rollOut(request, actorOf(c));
        }
        if (body.kind === 'provision') {
          return hub.provisioning.start(body.text, body.seconds, actorOf(c));
        }
        if (body.kind === 'zigbee2mqtt') return hub.movingIn.start(body.plan, actorOf(c));
        if (body.kind === 'backup') {
          authorize(c, 'owner', () => false);
          return hub.backups.start(actorOf(c));
        }
        const via =
          body.via === null ? null : deviceOf(hub, inputId(body.via, deviceId, '/via')).record.id;
        if (body.kind === 'replace') {
          const { kind: _, device, acceptGaps: acceptsGaps, ...how } = body;
          const { record } = deviceOf(hub, inputId(device, deviceId, '/device'));
          const { adapter } = record.description;
          const replaces = { device: record.id, acceptsGaps };
          return hub.jobs.pair({ ...how, adapter, via, replaces }, actorOf(c));
        }
        const { kind: _, protocol, ...how } = body;
        const adapter = knownAdapter(hub, protocol);
        return hub.jobs.pair({ ...how, adapter, via }, actorOf(c));
      }
    },
    'GET /api/jobs/:id': (c) => c.json(jobView(jobOf(hub, pathId(c, jobId, 'job')))),
    'DELETE /api/jobs/:id': async (c) => {
      const { id } = jobOf(hub, pathId(c, jobId, 'job'));
      return c.json(jobView(await hub.jobs.cancel(id, actorOf(c))));
    },
  } satisfies Partial<Handlers>;
}

/** Protocols that another adapter carries. */
const CARRIERS: Readonly<Record<string, string>> = { tasmota: 'mqtt' };

function knownAdapter(hub: HubPort, protocol: string): AdapterId {
  const ids = hub.health().adapters.map(({ id }) => id);
  const carrier = Object.hasOwn(CARRIERS, protocol) ? CARRIERS[protocol] : undefined;
  const id = ids.find((each) => each === (carrier ?? protocol));
  if (id !== undefined) return id;
  const off = switchedOff(carrier ?? protocol);
  if (off !== null) throw off;
  const like = nearest(protocol, ids);
  throw new ValidationError(`This hub speaks no "${protocol}"`, {
    hint: `${like === undefined ? '' : `Did you mean ${like}? `}${
      ids.length === 0 ? 'No adapter is set up.' : `It speaks: ${ids.join(', ')}.`
    }`,
    zh: {
      message: `这个中枢不支持“${protocol}”`,
      hint: `${like === undefined ? '' : `你是指 ${like} 吗？`}${
        ids.length === 0 ? '还没有设置适配器。' : `它支持：${ids.join('、')}。`
      }`,
    },
    errors: [
      { path: '/protocol', message: 'is not an adapter of this hub', zh: '这个中枢没有这个适配器' },
    ],
  });
}
