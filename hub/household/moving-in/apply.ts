// Moves a home in from Zigbee2MQTT: network, rooms, devices with their names, and a look whether they answer. What is
// done already is left alone, so a run that was cut off is mended by doing it again.
import type { AdapterCall, AdapterState } from '../../model/adapter-port.ts';
import type { DeviceRecord } from '../../model/device.ts';
import { HubError } from '../../model/errors.ts';
import type { Actor, Async, Household } from '../../model/hub-port.ts';
import { adapterId } from '../../model/identifiers.ts';
import type { OpenJob } from '../../model/job.ts';
import type { MovingCalls, SourceDevice } from '../../model/moving-in.ts';
import { problemInChinese } from '../../model/problem-words.ts';
import type { Words } from '../../model/words.ts';
import { isUntouched, type PlannedDevice, type Work } from './plan.ts';
import { moveJobWords, notConnected } from './words.ts';

const ZIGBEE = adapterId('zigbee');
const STEPS = ['network', 'rooms', 'devices', 'answers'] as const;
const LOOK_EVERY_MS = 100;
/** A coordinator to which the network has to be restored takes some seconds; a change of channel 12. */
const CONNECT_LIMIT_MS = 130_000;
/** Whoever held the coordinator may need a moment to let go of it: a fault within this is waited out. */
const FAULT_PATIENCE_MS = 30_000;
const DESCRIBE_LIMIT_MS = 60_000;
const ASK_AT_ONCE = 4;
const ASK_LIMIT_MS = 60_000;

export interface ApplyParts {
  readonly household: Pick<Household, 'contents' | 'addRoom' | 'setDevice' | 'putSetting'>;
  readonly calls: Pick<Async<MovingCalls>, 'takeZigbee2Mqtt'>;
  callAdapter(call: AdapterCall): Promise<unknown>;
  /** Does it while the Zigbee adapter is away, then starts the adapter with the settings as they are by then. */
  withoutZigbee(work: () => Promise<void>): Promise<void>;
  zigbeeState(): AdapterState | null;
  /** The value that a setting has now. */
  setting(name: string): string;
}

/** What was done; the job's result. */
export interface Moved {
  readonly devices: { readonly id: string; readonly name: string }[];
  /** Devices that were not told of. */
  readonly missing: string[];
  /** With mains power, and without an answer. */
  readonly silent: string[];
}

export async function applyMove(
  work: Work,
  job: OpenJob,
  parts: ApplyParts,
  actor: Actor,
): Promise<Moved> {
  const { household } = parts;
  const moved: Moved = { devices: [], missing: [], silent: [] };
  const total = 4 + work.devices.length;
  let finished = 0;
  const step = (name: (typeof STEPS)[number]) =>
    job.update({ step: { name, index: STEPS.indexOf(name) + 1, of: STEPS.length } });
  const finish = (line?: Words) => {
    finished += 1;
    job.update({ progress: Math.min(1, finished / total) }, line);
  };
  const deviceOf = (source: SourceDevice): DeviceRecord | undefined =>
    household
      .contents()
      .devices.find(
        ({ description }) => description.adapter === ZIGBEE && description.node === source.node,
      );

  step('network');
  const isAsNeeded = Object.entries(work.settings).every(
    ([name, value]) => parts.setting(name) === value,
  );
  if (!work.isNetworkHere || !isAsNeeded || parts.zigbeeState()?.kind !== 'connected') {
    job.update({}, moveJobWords.connecting(work.port));
    await parts.withoutZigbee(async () => {
      await parts.calls.takeZigbee2Mqtt(work.files);
      for (const [name, value] of Object.entries(work.settings)) {
        if (parts.setting(name) !== value) await household.putSetting(name, value, actor);
      }
    });
    finish(moveJobWords.taken);
    await connected();
  } else finish();
  finish(moveJobWords.connected);

  step('rooms');
  for (const name of work.rooms) {
    job.signal.throwIfAborted();
    const { rooms } = household.contents();
    if (rooms.some((room) => room.name.toLowerCase() === name.toLowerCase())) continue;
    await household.addRoom({ name, icon: null }, actor);
    job.update({}, moveJobWords.roomAdded(name));
  }
  finish();

  step('devices');
  const described = work.all.filter(({ isInterviewed }) => isInterviewed);
  await until(() => described.every((source) => deviceOf(source) !== undefined), DESCRIBE_LIMIT_MS);
  for (const planned of work.devices) {
    job.signal.throwIfAborted();
    await settle(planned);
  }
  for (const source of described) {
    if (deviceOf(source) === undefined) moved.missing.push(source.name ?? source.node);
  }
  if (moved.missing.length > 0) job.update({}, moveJobWords.missing(moved.missing));

  step('answers');
  await askAll();
  finish();
  job.update({ result: moved });
  return moved;

  async function connected(): Promise<void> {
    const startedAtMs = performance.now();
    for (;;) {
      job.signal.throwIfAborted();
      const state = parts.zigbeeState();
      if (state?.kind === 'connected') return;
      const waitedMs = performance.now() - startedAtMs;
      const isFault = state?.kind === 'fault' && waitedMs > FAULT_PATIENCE_MS;
      if (isFault || waitedMs > CONNECT_LIMIT_MS) {
        const problem = state?.kind === 'fault' ? state.problem : null;
        const why = problem?.message ?? 'it does not answer in time';
        const whyZh = problem === null ? '没有及时应答' : problemInChinese(problem).message;
        const { message, hint, zh } = notConnected(why, whyZh);
        throw new HubError('unreachable', message, { hint: hint ?? undefined, zh });
      }
      await pause();
    }
  }

  async function until(isSo: () => boolean, limitMs: number): Promise<void> {
    const endAtMs = performance.now() + limitMs;
    while (!isSo() && performance.now() < endAtMs) {
      job.signal.throwIfAborted();
      await pause();
    }
  }

  async function settle({ source, name, handle, room, labels }: PlannedDevice): Promise<void> {
    const device = deviceOf(source);
    if (device === undefined) return finish();
    if (!isUntouched(device)) return finish();
    const { rooms } = household.contents();
    const roomId = rooms.find((one) => one.name.toLowerCase() === room?.toLowerCase())?.id ?? null;
    const change = {
      ...(name === undefined ? {} : { name }),
      ...(handle === undefined ? {} : { handle }),
      ...(roomId === null ? {} : { room: roomId }),
      ...(labels.length === 0 ? {} : { labels }),
    };
    const kept =
      Object.keys(change).length === 0
        ? device
        : await household.setDevice(device.id, change, null, actor);
    moved.devices.push({ id: kept.id, name: kept.name });
    finish(moveJobWords.deviceIn(kept.name));
  }

  /** Asks what is always listening whether it is there; what sleeps would keep everybody waiting. */
  async function askAll(): Promise<void> {
    const waiting = work.all.filter((source) => source.isRouter && deviceOf(source) !== undefined);
    const count = waiting.length;
    const endAtMs = performance.now() + ASK_LIMIT_MS;
    const ask = async (): Promise<void> => {
      for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
        if (job.signal.aborted || performance.now() > endAtMs) return;
        const name = deviceOf(next)?.name ?? next.node;
        await parts
          .callAdapter({ kind: 'refresh', node: next.node })
          .catch(() => moved.silent.push(name));
      }
    };
    await Promise.all(Array.from({ length: ASK_AT_ONCE }, ask));
    job.signal.throwIfAborted();
    if (count === 0) return;
    job.update({}, moveJobWords.answered(count - moved.silent.length - waiting.length, count));
    if (moved.silent.length > 0) job.update({}, moveJobWords.silent(moved.silent));
  }
}

function pause(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS));
}
