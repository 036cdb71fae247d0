// Does what a provisioning file says: home, rooms, devices, scenes, in this order, each through the same edits that a
// person makes. What is so already is left alone, so a run that was cut off is mended by doing it again.

import type { DeviceRecord } from '../../model/device.ts';
import { HubError, type InputProblem, type Problem, toProblem } from '../../model/errors.ts';
import type { Actor, Household, Jobs, PairRequest } from '../../model/hub-port.ts';
import type { DeviceId, JobId } from '../../model/identifiers.ts';
import type { Job, OpenJob } from '../../model/job.ts';
import { problemInChinese, problemLine } from '../../model/problem-words.ts';
import type { Words } from '../../model/words.ts';
import { firstFree } from '../names.ts';
import { pointer } from './document.ts';
import {
  deviceChange,
  knownDevice,
  type PlannedDevice,
  type PlannedScene,
  roomDiffers,
  sameName,
  type Work,
} from './plan.ts';
import { valueChange } from './values.ts';
import { jobWords } from './words.ts';

const LOOK_EVERY_MS = 100;
const STEPS = ['home', 'rooms', 'devices', 'scenes'] as const;

export interface ApplyParts {
  readonly household: Pick<
    Household,
    | 'contents'
    | 'setHome'
    | 'addRoom'
    | 'setRoom'
    | 'setDevice'
    | 'addHomeValue'
    | 'setHomeValueRecord'
    | 'saveScenes'
  >;
  readonly jobs: Pick<Jobs, 'pair' | 'get' | 'cancel'>;
  /** Asks an adapter to work a node out anew, which it may know although the home does not; may fail. */
  interview(device: PlannedDevice): Promise<unknown>;
}

/** What was done; the job's result. */
interface Done {
  added: number;
  changed: number;
  /** Names of devices that did not come. */
  readonly missing: string[];
}

export async function applyWork(
  work: Work,
  job: OpenJob,
  { household, jobs, interview }: ApplyParts,
  options: { readonly seconds: number; readonly actor: Actor },
): Promise<void> {
  const { actor, seconds } = options;
  const done: Done = { added: 0, changed: 0, missing: [] };
  const errors: InputProblem[] = [];
  const { contents } = household;
  const total =
    1 + work.rooms.length + work.values.length + work.devices.length + work.scenes.length;
  let finished = 0;
  const isMissing = (device: PlannedDevice) => knownDevice(device, contents().devices) === null;

  function step(name: (typeof STEPS)[number]): void {
    job.update({ step: { name, index: STEPS.indexOf(name) + 1, of: STEPS.length } });
  }
  function finish(line?: Words): void {
    finished += 1;
    job.update({ progress: Math.min(1, finished / total) }, line);
  }

  step('home');
  if (Object.keys(work.home).length > 0) {
    await household.setHome(work.home, null, actor);
    done.changed += 1;
    finish(jobWords.homeSet);
  } else finish();

  for (const value of work.values) {
    job.signal.throwIfAborted();
    const { id, name } = value.record;
    const change = valueChange(value);
    if (value.known === null) {
      await household.addHomeValue(value.given, actor);
      done.added += 1;
      finish(jobWords.deviceAdded(name));
    } else if (change !== null) {
      await household.setHomeValueRecord(id, change, null, actor);
      done.changed += 1;
      finish(jobWords.valueChanged(name));
    } else finish();
  }

  step('rooms');
  for (const room of work.rooms) {
    job.signal.throwIfAborted();
    const known = contents().rooms.find((one) => sameName(one.name, room.name));
    if (known === undefined) {
      await household.addRoom({ name: room.name, icon: room.icon ?? null }, actor);
      done.added += 1;
      finish(jobWords.roomAdded(room.name));
    } else if (roomDiffers(room, known)) {
      const icon = room.icon === undefined ? {} : { icon: room.icon };
      await household.setRoom(known.id, { name: room.name, ...icon }, null, actor);
      done.changed += 1;
      finish(jobWords.roomChanged(room.name));
    } else finish();
  }

  step('devices');
  const settled = new Set<PlannedDevice>();
  await settle();
  for (const protocol of ['zigbee', 'tasmota'] as const) {
    await letInTogether(work.devices.filter((one) => one.protocol === protocol && isMissing(one)));
  }
  for (const device of work.devices.filter(({ node }) => node === null)) {
    if (isMissing(device)) await letInOne(device);
  }
  await settle();
  for (const device of work.devices.filter(isMissing)) done.missing.push(device.name);

  step('scenes');
  job.signal.throwIfAborted();
  await saveScenes(work.scenes);
  job.update({ result: done });
  if (done.missing.length > 0 || errors.length > 0) throw unfinished(done, errors);

  /** Gives those devices that are there their names, handles and rooms. */
  async function settle(): Promise<void> {
    const waiting = work.devices.filter((device) => !settled.has(device) && !isMissing(device));
    while (waiting.length > 0) {
      job.signal.throwIfAborted();
      const free = waiting.findIndex((device) => holderOf(device) === null);
      const [device] = waiting.splice(Math.max(0, free), 1);
      if (device === undefined) return;
      // Two devices that swap their names: the one in the way steps aside for a moment.
      for (let holder = holderOf(device); holder !== null; holder = holderOf(device)) {
        await stepAside(holder);
      }
      await settleOne(device);
    }
  }

  function holderOf(device: PlannedDevice): DeviceRecord | null {
    const own = knownDevice(device, contents().devices);
    const holder = contents().devices.find(
      (one) =>
        one.id !== own?.id && (sameName(one.name, device.name) || one.handle === device.handle),
    );
    return holder ?? null;
  }

  async function stepAside(holder: DeviceRecord): Promise<void> {
    const { devices } = contents();
    const name = firstFree(`${holder.name.slice(0, 50)} (old)`, ' ', (text) =>
      devices.some((one) => sameName(one.name, text)),
    );
    const handle = firstFree(`${holder.handle.slice(0, 40)}-old`, '-', (text) =>
      devices.some((one) => one.handle === text),
    );
    await household.setDevice(holder.id, { name, handle }, null, actor);
  }

  async function settleOne(device: PlannedDevice): Promise<void> {
    const known = knownDevice(device, contents().devices);
    if (known === null) return;
    settled.add(device);
    const change = deviceChange(device, known, contents().rooms);
    if (device.known === null) done.added += 1;
    else if (change !== null) done.changed += 1;
    if (change !== null) await household.setDevice(known.id, change, null, actor);
    if (device.known === null) finish(jobWords.deviceAdded(device.name));
    else finish(change === null ? undefined : jobWords.deviceChanged(device.name));
  }

  /** Opens a network once for all devices whose addresses are known. */
  async function letInTogether(missing: readonly PlannedDevice[]): Promise<void> {
    const [first] = missing;
    if (first === undefined) return;
    const open = (installCode: string | null) =>
      whenReady(() =>
        jobs.pair({ adapter: first.adapter, seconds, via: null, installCode }, actor),
      );
    // The coordinator keeps each code; the last opening is the one that stays.
    for (const { how, name } of missing) {
      if (how.installCode === null) continue;
      await jobs.cancel((await open(how.installCode)).id, actor);
      job.update({}, jobWords.codeGiven(name));
    }
    const pair = await open(null);
    job.update({}, jobWords.open(missing.map(({ name }) => name)));
    for (const device of missing) void interview(device).catch(() => {});
    try {
      await until(pair.id, async () => {
        await settle();
        return !missing.some(isMissing);
      });
    } finally {
      if (jobs.get(pair.id)?.state === 'running') await jobs.cancel(pair.id, actor);
    }
  }

  async function letInOne(device: PlannedDevice): Promise<void> {
    job.signal.throwIfAborted();
    job.update({}, jobWords.lookingFor(device.name));
    const request: PairRequest = { adapter: device.adapter, seconds, via: null, ...device.how };
    let pair: Job;
    try {
      pair = await whenReady(() => jobs.pair(request, actor));
    } catch (error) {
      refuse(device.path, toProblem(error), jobWords.deviceRefused(device.name));
      return;
    }
    try {
      await until(pair.id, () => Promise.resolve(foundBy(pair.id) !== null));
    } finally {
      if (jobs.get(pair.id)?.state === 'running') await jobs.cancel(pair.id, actor);
    }
    const found = foundBy(pair.id);
    const problem = jobs.get(pair.id)?.problem;
    if (found === null) {
      if (problem) refuse(device.path, problem, jobWords.deviceRefused(device.name));
      return;
    }
    // Without an address of its own in the file it is known by its name from here on.
    const record = contents().devices.find(({ id }) => id === found);
    const holder = holderOf(device);
    if (holder !== null && holder.id !== found) await stepAside(holder);
    const change = record && deviceChange(device, record, contents().rooms);
    if (record && change) await household.setDevice(record.id, change, null, actor);
  }

  /** Does it once its adapter is there: after a start of the hub one may still be on its way. */
  async function whenReady(begin: () => Promise<Job>): Promise<Job> {
    const endsAtMs = performance.now() + seconds * 1_000;
    for (;;) {
      job.signal.throwIfAborted();
      try {
        return await begin();
      } catch (error) {
        const isLate = performance.now() > endsAtMs;
        if (isLate || toProblem(error).code !== 'unreachable') throw error;
      }
      await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS));
    }
  }

  function foundBy(pair: JobId): DeviceId | null {
    const result = jobs.get(pair)?.result as { devices?: { id: DeviceId }[] } | null | undefined;
    return result?.devices?.[0]?.id ?? null;
  }

  /** Looks until it is so, until the pairing has ended, or until the job is cancelled. */
  async function until(pair: JobId, isSo: () => Promise<boolean>): Promise<void> {
    let told = '';
    while (!(await isSo()) && jobs.get(pair)?.state === 'running') {
      job.signal.throwIfAborted();
      job.update({ etaSeconds: jobs.get(pair)?.etaSeconds ?? null });
      // Such as to press the button of a bridge: whoever gave the file may stand beside it.
      const { asks = null } = (jobs.get(pair)?.result ?? {}) as { asks?: Words | null };
      if (asks !== null && asks.en !== told) job.update({}, asks);
      told = asks?.en ?? told;
      await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS));
    }
    job.update({ etaSeconds: null });
  }

  /** Saves them in one go, since they may name each other; one that the home refuses keeps the others from nothing. */
  async function saveScenes(scenes: readonly PlannedScene[]): Promise<void> {
    let left = scenes.filter(({ isDone }) => !isDone);
    for (let count = left.length; count < scenes.length; count++) finish();
    while (left.length > 0) {
      const wishes = left.map(({ name, text, enabled }) => ({
        id: contents().scenes.find((one) => sameName(one.name, name))?.id ?? null,
        text,
        version: null,
        ...(enabled === undefined ? {} : { enabled }),
      }));
      try {
        await household.saveScenes(wishes, [], actor);
      } catch (error) {
        const index = left.length === 1 ? 0 : placeIn(error);
        const scene = left[index];
        if (scene === undefined) throw error;
        refuseScene(scene, toProblem(error), left.length === 1 ? '' : `/scenes/${index}`);
        left = left.filter((one) => one !== scene);
        continue;
      }
      for (const [index, { name }] of left.entries()) {
        if (wishes[index]?.id === null) done.added += 1;
        else done.changed += 1;
        finish(jobWords.sceneSaved(name));
      }
      return;
    }
  }

  function refuseScene(scene: PlannedScene, problem: Problem, prefix: string): void {
    for (const { line = 1, column = 1, ...error } of problem.errors ?? []) {
      const place = scene.position(line, column);
      const { path } = error;
      const inner = path.startsWith(prefix) ? path.slice(prefix.length) : path;
      errors.push({ ...error, path: `${pointer(scene.path)}${inner}`, ...place });
    }
    if (!problem.errors) refuse(scene.path, problem, jobWords.sceneRefused(scene.name));
    finish(jobWords.sceneNotSaved(scene.name));
  }

  function refuse(path: PlannedDevice['path'], problem: Problem, what: Words): void {
    const line = problemLine(problem);
    const zh = `${what.zh}：${problemInChinese(problem).message}`;
    errors.push({ path: pointer(path), message: `${what.en}: ${problem.message}`, zh });
    job.update({}, { en: `${what.en}: ${line.en}`, zh: `${what.zh}：${line.zh}` });
  }
}

/** Which of several scenes a mistake is in; -1 where that is not said. */
function placeIn(error: unknown): number {
  const [first] = toProblem(error).errors ?? [];
  const found = /^\/scenes\/(\d+)/.exec(first?.path ?? '');
  return found === null ? -1 : Number(found[1]);
}

/** What is left to do, as the job's problem. */
export class UnfinishedError extends HubError {
  readonly errors: readonly InputProblem[];

  constructor(what: Words, errors: readonly InputProblem[]) {
    super('timed-out', what.en, {
      hint: 'What was done stays. Put the missing devices into pairing mode, and do the same again.',
      zh: { message: what.zh, hint: '做完的部分会保留。请让缺少的设备进入配对模式，再做一次。' },
    });
    this.errors = errors;
  }
}

function unfinished({ missing }: Done, errors: readonly InputProblem[]): UnfinishedError {
  const [first] = errors;
  const parts = (came: string, wrong: string | undefined): string[] => [
    ...(missing.length === 0 ? [] : [came]),
    ...(wrong === undefined ? [] : [wrong]),
  ];
  const en = parts(`these devices did not come: ${missing.join(', ')}`, first?.message);
  const zh = parts(`这些设备没有出现：${missing.join('、')}`, first?.zh ?? first?.message);
  const what = {
    en: `Not everything was done; ${en.join('; ')}`,
    zh: `没有全部完成；${zh.join('；')}`,
  };
  return new UnfinishedError(what, errors);
}
