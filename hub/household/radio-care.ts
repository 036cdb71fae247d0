// Care of the Zigbee network: asks the adapter, follows its long work as jobs, and says what is wrong in words. The
// adapter is told what to do step by step, so that a job that ends early leaves the network whole.
import { setTimeout as delay } from 'node:timers/promises';
import type { AdapterCall, AdapterState } from '../model/adapter-port.ts';
import type { DeviceRecord } from '../model/device.ts';
import {
  ConflictError,
  fromProblem,
  HubError,
  NotFoundError,
  toProblem,
  ValidationError,
} from '../model/errors.ts';
import type { Actor } from '../model/hub-port.ts';
import { adapterId, type DeviceId, type NodeAddress } from '../model/identifiers.ts';
import type { Job, OpenJob } from '../model/job.ts';
import {
  type CoordinatorBackup,
  type Mesh,
  type MeshCare,
  NO_CARE,
  type ReachState,
  type StickCheck,
  type SurveyState,
} from '../model/mesh.ts';
import { problemLine } from '../model/problem-words.ts';
import type { MoveWish, RadioCare } from '../model/radio-care.ts';
import type { Words } from '../model/words.ts';
import {
  floodingNotice,
  lostRouterNotice,
  lostWithRouter,
  momentOf,
  waitingLinksNotice,
} from './mesh-words.ts';
import type { Notice } from './notices.ts';
import { findSticks } from './sticks.ts';

const ZIGBEE = adapterId('zigbee');
const LOOK_EVERY_MS = 400;
/** Where neither a person nor a stick's name says which. */
const USUAL_DRIVER = 'zstack';
/** Of silent devices more are counted, not named. */
const NAMED_MAX = 12;

type Setting = 'zigbee.port' | 'zigbee.driver' | 'zigbee.baudRate' | 'zigbee.channel';

export interface RadioCareOptions {
  nowMs(): number;
  /** The household's time zone. */
  zone(): string;
  devices(): readonly DeviceRecord[];
  callAdapter(adapter: typeof ZIGBEE, call: AdapterCall): Promise<unknown>;
  adapterState(): AdapterState | null;
  openJob(kind: string, step: Job['step']): OpenJob;
  setting(name: Setting): { readonly value: string; readonly from: string };
  /** @throws HubError `invalid-input` for what may not be put */
  checkSetting(name: Setting, value: string): void;
  putSetting(name: Setting, value: string | null, actor: Actor): Promise<void>;
  changed(): void;
}

export interface RadioCareHost extends RadioCare {
  /** What the adapter says is wrong in its mesh. */
  told(care: MeshCare): void;
  /** One for each lost router and each flooding device. */
  notices(): readonly Notice[];
  /** Why a device is gone, where its way through the mesh tells. */
  causeOf(device: DeviceRecord): { readonly router: DeviceId; readonly text: Words } | null;
}

/** What a part of a job does; it returns the job's last line. */
type Work = (job: OpenJob) => Promise<Words>;

export function createRadioCare(options: RadioCareOptions): RadioCareHost {
  let care: MeshCare = NO_CARE;
  let running: string | null = null;

  const call = (body: AdapterCall): Promise<unknown> => options.callAdapter(ZIGBEE, body);
  const deviceAt = (node: NodeAddress): DeviceRecord | undefined =>
    options.devices().find(({ description }) => {
      return description.adapter === ZIGBEE && description.node === node;
    });
  const nameOf = (node: NodeAddress): string => deviceAt(node)?.name ?? node;
  const since = (atMs: number): Words => momentOf(atMs, options.nowMs(), options.zone());

  function deviceOf(id: DeviceId): DeviceRecord {
    const device = options.devices().find((one) => one.id === id);
    if (device === undefined) throw new NotFoundError('device', id);
    return device;
  }

  /** Opens a job and does its work; one at a time, since all of it is about the same network. */
  function begin(kind: string, steps: number, first: string, work: Work): Job {
    if (running !== null) {
      throw new ConflictError('The Zigbee network is being worked on already', {
        hint: 'Wait until that job has ended.',
        zh: { message: '正在处理 Zigbee 网络', hint: '请等当前任务结束。' },
      });
    }
    running = kind;
    const job = options.openJob(kind, { name: first, index: 1, of: steps });
    void work(job)
      .then(
        (line) => job.end('done', null, line),
        (error: unknown) => {
          if (job.signal.aborted) {
            job.end('cancelled', null, { en: 'Stopped.', zh: '已停止。' });
            return;
          }
          const problem = toProblem(error);
          job.end('failed', problem, problemLine(problem));
        },
      )
      .finally(() => {
        running = null;
      });
    return job.record();
  }

  async function followSurvey(job: OpenJob): Promise<Words> {
    await call({ kind: 'meshSurvey' });
    for (;;) {
      if (job.signal.aborted) await call({ kind: 'meshSurveyStop' });
      job.signal.throwIfAborted();
      const state = (await call({ kind: 'meshSurveyState' })) as SurveyState;
      if (state.kind === 'failed') throw fromProblem(state.problem);
      if (state.kind === 'idle') throw new HubError('cancelled', 'The survey was ended');
      if (state.kind === 'done') {
        const silent = state.silent.map(nameOf);
        job.update({ result: { silent } });
        if (silent.length === 0) return { en: 'The map is up to date.', zh: '网络图已更新。' };
        const names = silent.slice(0, NAMED_MAX).join(', ');
        return {
          en: `The map is up to date; without: ${names}, which did not answer.`,
          zh: `网络图已更新；没有应答的设备：${names}。`,
        };
      }
      const part = { index: state.asked + 1, of: state.of };
      job.update({
        step: { name: 'ask', index: 1, of: 1, part },
        progress: state.of === 0 ? 0 : state.asked / state.of,
      });
      await delay(LOOK_EVERY_MS);
    }
  }

  /** Asks all that listen whether they are there, as the given step of a job. */
  async function followReach(job: OpenJob, index: number, of: number): Promise<ReachState> {
    await call({ kind: 'meshReach' });
    for (;;) {
      const state = (await call({ kind: 'meshReachState' })) as ReachState;
      const part = { index: state.asked, of: state.of };
      job.update({
        step: { name: 'devices', index, of, part },
        progress: (index - 1 + (state.of === 0 ? 1 : state.asked / state.of)) / of,
      });
      if (!state.isRunning) return state;
      await delay(LOOK_EVERY_MS);
    }
  }

  /** The last line of a job after which every device must be found again. */
  function reachLine(reach: ReachState, done: Words): Words {
    const sleeping = reach.sleeping.length;
    const later: Words =
      sleeping === 0
        ? { en: '', zh: '' }
        : {
            en: ` ${sleeping} sleeping devices are heard when they wake.`,
            zh: `${sleeping} 个休眠设备会在唤醒后重新连接。`,
          };
    if (reach.silent.length === 0) {
      return {
        en: `${done.en} All ${reach.of} listening devices answer.${later.en}`,
        zh: `${done.zh}全部 ${reach.of} 个常供电设备都有应答。${later.zh}`,
      };
    }
    const names = reach.silent.map(nameOf).slice(0, NAMED_MAX).join(', ');
    return {
      en: `${done.en} ${reach.silent.length} of ${reach.of} listening devices do not answer: ${names}. Take them off power for a moment; one that stays away has to be paired again.${later.en}`,
      zh: `${done.zh}${reach.of} 个常供电设备中有 ${reach.silent.length} 个没有应答：${names}。请将它们断电片刻；一直没有恢复的需要重新配对。${later.zh}`,
    };
  }

  function reachResult(reach: ReachState) {
    const idsOf = (nodes: readonly NodeAddress[]) =>
      nodes.map((node) => deviceAt(node)?.id ?? node);
    return { asked: reach.of, silent: idsOf(reach.silent), sleeping: idsOf(reach.sleeping) };
  }

  /** A setting that flag, environment or file fix would put things back at the next start. */
  function demandChangeable(name: Setting, wanted: string): void {
    const { value, from } = options.setting(name);
    if (value === wanted || from === 'page' || from === 'default') return;
    const where = { environment: '环境变量', flag: '命令行参数' }[from] ?? '配置文件';
    // One restart is enough: what the page keeps holds as soon as nothing stands before it.
    const { value: port } = options.setting('zigbee.port');
    const { value: driver } = options.setting('zigbee.driver');
    const keep = `ingle coordinator use ${port} --driver ${driver}`;
    throw new ConflictError(`${name} is set to "${value}" by the ${from}`, {
      hint: `At the next start that would undo this. Have the hub keep it itself (${keep}), take it out of the ${from}, start the hub again, and repeat this.`,
      zh: {
        message: `${name} 已由${where}设为“${value}”`,
        hint: `下次启动时它会撤销这次更改。请先让中枢自己保存（${keep}），再从${where}里去掉它，重新启动中枢，然后再试。`,
      },
    });
  }

  return {
    told(next) {
      care = next;
      options.changed();
    },
    notices() {
      const lost = care.lostRouters.map((one): Notice => {
        const names = one.nodes.map(nameOf);
        const text = lostRouterNotice(one, {
          router: nameOf(one.router),
          names,
          since: since(one.sinceMs),
        });
        return { severity: 'fault', about: ZIGBEE, text };
      });
      const flooding = care.flooding.map((one): Notice => {
        const text = floodingNotice(one, nameOf(one.node), since(one.sinceMs));
        return { severity: 'warning', about: ZIGBEE, text };
      });
      const links = care.links.map((one): Notice => {
        const names = { node: nameOf(one.node), of: nameOf(one.of) };
        return { severity: 'warning', about: ZIGBEE, text: waitingLinksNotice(one, names) };
      });
      return [...lost, ...flooding, ...links];
    },
    causeOf({ description }) {
      if (description.adapter !== ZIGBEE) return null;
      const lost = care.lostRouters.find(({ nodes }) => nodes.includes(description.node));
      const router = lost && deviceAt(lost.router);
      if (lost === undefined || router === undefined) return null;
      return { router: router.id, text: lostWithRouter(router.name, since(lost.sinceMs)) };
    },
    mesh: async () => (await call({ kind: 'mesh' })) as Mesh,
    async survey() {
      await call({ kind: 'meshSurveyState' });
      return begin('meshSurvey', 1, 'ask', followSurvey);
    },
    flooding: () =>
      care.flooding.map((one) => ({ ...one, device: deviceAt(one.node)?.id ?? null })),
    async release(id) {
      const { name, description } = deviceOf(id);
      if (!care.flooding.some(({ node }) => node === description.node)) {
        throw new ConflictError(`${name} is not in quarantine`, {
          zh: { message: `${name} 没有被隔离`, hint: null },
        });
      }
      await call({ kind: 'meshRelease', node: description.node });
    },
    async coordinator() {
      const state = options.adapterState();
      const view = {
        port: options.setting('zigbee.port').value,
        driver: options.setting('zigbee.driver').value,
        state: state?.kind ?? 'stopped',
        detail: state?.kind === 'connected' ? state.detail : null,
        problem: state?.kind === 'fault' ? state.problem : null,
      };
      if (state?.kind !== 'connected') return { ...view, channel: null, panId: null };
      const { network } = (await call({ kind: 'statistics' })) as {
        network: { channel: number; panId: number };
      };
      return { ...view, channel: network.channel, panId: network.panId };
    },
    sticks: () => findSticks(),
    async use({ port, driver }, actor) {
      const named = findSticks().find((stick) => stick.port === port)?.driver;
      const taken = driver ?? named ?? USUAL_DRIVER;
      const settings = [
        ['zigbee.driver', taken],
        ['zigbee.port', port],
      ] as const;
      for (const [name, value] of settings) options.checkSetting(name, value);
      for (const [name, value] of settings) await options.putSetting(name, value, actor);
      return { port, driver: taken };
    },
    check: async (port, driver) =>
      (await call({ kind: 'coordinatorCheck', port, driver })) as StickCheck,
    async setChannel(channel, actor) {
      if (!(Number.isInteger(channel) && channel >= 11 && channel <= 26)) {
        throw new ValidationError(`There is no Zigbee channel ${channel}`, {
          hint: 'Channels are 11 to 26. 15, 20 and 25 lie between those of Wi-Fi.',
          zh: { message: `没有 Zigbee 信道 ${channel}`, hint: '信道为 11 到 26。' },
        });
      }
      demandChangeable('zigbee.channel', String(channel));
      await call({ kind: 'meshSurveyState' });
      const steps = 3;
      return begin('channel', steps, 'backup', async (job) => {
        await call({ kind: 'coordinatorBackup' });
        job.signal.throwIfAborted();
        const telling = { name: 'channel', index: 2, of: steps };
        job.update(
          { step: telling, progress: 1 / steps, etaSeconds: 15 },
          {
            en: `Telling all devices to go to channel ${channel}.`,
            zh: `正在通知所有设备切换到信道 ${channel}。`,
          },
        );
        await call({ kind: 'channelSet', channel });
        // Unset means "where the network is"; one that a person has set in the page must say the same.
        const { from } = options.setting('zigbee.channel');
        if (from === 'page') await options.putSetting('zigbee.channel', String(channel), actor);
        job.update({ etaSeconds: null });
        const reach = await followReach(job, 3, steps);
        job.update({ result: { channel, ...reachResult(reach) } });
        return reachLine(reach, {
          en: `The network is on channel ${channel}.`,
          zh: `网络已切换到信道 ${channel}。`,
        });
      });
    },
    async move(wish, actor) {
      demandChangeable('zigbee.port', wish.port);
      demandChangeable('zigbee.driver', wish.driver);
      const check = (await call({
        kind: 'coordinatorCheck',
        port: wish.port,
        driver: wish.driver,
      })) as StickCheck;
      const isWanted = wish.overwrite || wish.keep === true;
      if (check.network === 'other' && !isWanted) throw otherNetwork(check);
      return begin('coordinatorMove', 3, 'write', (job) => moveTo(wish, actor, job, check));
    },
    backups: async () =>
      (await call({ kind: 'coordinatorBackups' })) as readonly CoordinatorBackup[],
    backup: async () => (await call({ kind: 'coordinatorBackup' })) as CoordinatorBackup,
    addBackup: async (text) =>
      (await call({ kind: 'coordinatorBackupAdd', text })) as CoordinatorBackup,
    readBackup: async (name) => (await call({ kind: 'coordinatorBackupRead', name })) as string,
    async restore(name) {
      await call({ kind: 'coordinatorBackupRead', name });
      const steps = 2;
      return begin('coordinatorRestore', steps, 'write', async (job) => {
        job.update(
          { etaSeconds: 20 },
          { en: 'Writing the backup onto the coordinator.', zh: '正在把备份写入网关（协调器）。' },
        );
        await call({ kind: 'coordinatorRestore', name });
        job.update({ etaSeconds: null });
        const reach = await followReach(job, 2, steps);
        job.update({ result: { backup: name, ...reachResult(reach) } });
        return reachLine(reach, {
          en: 'The coordinator has the network of the backup.',
          zh: '网关（协调器）已使用备份中的网络。',
        });
      });
    },
  };

  async function moveTo(
    { port, driver, baudRate, overwrite, keep = false }: MoveWish,
    actor: Actor,
    job: OpenJob,
    check: StickCheck,
  ): Promise<Words> {
    const steps = 3;
    const isSamePort = options.setting('zigbee.port').value === port;
    const writing = keep
      ? {
          en: `Taking over the network of the coordinator at ${port}.`,
          zh: `正在接管 ${port} 的网关（协调器）上的网络。`,
        }
      : {
          en: `Writing the network onto the coordinator at ${port}.`,
          zh: `正在把网络写入 ${port} 的网关（协调器）。`,
        };
    job.update({ etaSeconds: 20, result: { check } }, writing);
    await call({ kind: 'coordinatorMove', port, driver, baudRate, overwrite, keep });
    job.update({ step: { name: 'settings', index: 2, of: steps }, etaSeconds: null });
    await options.putSetting('zigbee.port', port, actor);
    await options.putSetting('zigbee.driver', driver, actor);
    if (baudRate !== null) await options.putSetting('zigbee.baudRate', String(baudRate), actor);
    const reach = await followReach(job, 3, steps);
    job.update({ result: { port, driver, check, ...reachResult(reach) } });
    if (keep) return keptWords(port);
    if (isSamePort) {
      const done = { en: `The network runs at ${port}.`, zh: `网络现在运行在 ${port}。` };
      return reachLine(reach, done);
    }
    return reachLine(reach, {
      en: `The network runs at ${port}. Do not plug the old coordinator in again: two of one network disturb one another.`,
      zh: `网络现在运行在 ${port}。请不要再插上旧的网关（协调器）：同一网络的两个网关会互相干扰。`,
    });
  }
}

/** The network that a stick had is this home's now, and its devices have still to be met. */
function keptWords(port: string): Words {
  return {
    en: `The network of the coordinator at ${port} is this home's now. Its devices come in without a reset: begin "Add a device", then switch each off and on, or press its button.`,
    zh: `${port} 的网关（协调器）上的网络现在属于这个家。其中的设备无需重置：点“添加设备”，然后把每个设备断电再通电，或按一下它的按键。`,
  };
}

function otherNetwork({ panId, channel }: StickCheck): ConflictError {
  const pan = `0x${(panId ?? 0).toString(16).padStart(4, '0')}`;
  const where = `${pan}, channel ${channel ?? '?'}`;
  return new ConflictError(`The new stick carries another Zigbee network (${where})`, {
    hint: 'Nothing was written. If that network is of no use to anybody any more, say so: --overwrite, or the box in the page. A home without devices can go on with it: --keep.',
    zh: {
      message: `新的 USB 网关上有另一个 Zigbee 网络（${pan}，信道 ${channel ?? '?'}）`,
      hint: '没有写入任何内容。如果那个网络已没人使用，请确认覆盖（--overwrite，或页面中的选项）。没有设备的家可以继续使用它：--keep。',
    },
  });
}
