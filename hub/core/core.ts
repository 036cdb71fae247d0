// The core: the live home and its scenes as one deterministic state machine. It takes numbered inputs with their
// time and gives effects; it owns no clock, timer, randomness or I/O, so living, replaying and simulating are the same.

import { dryRun } from '../../scenes/evaluator/dry-run.ts';
import { createEvaluator, type Evaluator, sceneTables } from '../../scenes/evaluator/evaluator.ts';
import type { KeptScenes } from '../../scenes/evaluator/kept-scenes.ts';
import type { Cause } from '../model/cause.ts';
import type { ClockState, Instant } from '../model/clock.ts';
import type { CommandRecord } from '../model/command.ts';
import type { AdapterEffect, CoreEffects, CoreInput } from '../model/core-port.ts';
import { NotFoundError, toProblem } from '../model/errors.ts';
import type { HubStart } from '../model/home-values.ts';
import type { DeviceId, NotificationId, OutboundId, SceneId } from '../model/identifiers.ts';
import type { SceneWorld } from '../model/scene-world.ts';
import type { Patch } from '../model/state-table.ts';
import type { LastValue } from '../model/store-port.ts';
import { createAlikeRuns } from './alike-runs.ts';
import { createCommandPath, isCommandKey } from './commands.ts';
import { armDeadline, createCoreState, emptyEffects } from './core-state.ts';
import { createDecidedValues } from './decided-values.ts';
import { createHomeDevices } from './home-devices.ts';
import { createHomeValues } from './home-values.ts';
import { createIntents, isIntentKey } from './intents.ts';
import { journalRecord } from './journal-record.ts';
import { AVAILABILITY, splitValueKey, VALUES } from './live-table.ts';
import { newestStates } from './newest-states.ts';
import { createSources } from './sources.ts';

/** What a core starts from: nothing, what storage recovered, or what main kept of the core that died. */
export interface CoreStart {
  readonly now: Instant;
  readonly bootId: string;
  /**
   * Small letters and digits that no other life of a core has, in the ids of its commands: a life that was killed gave
   * numbers to commands that never reached the disk, and the next one numbers from there again. Absent: numbers alone.
   */
  readonly life?: string;
  readonly clock: ClockState;
  readonly lastSeq: number;
  readonly lastRecord: number;
  readonly entries: readonly Patch[];
  readonly lastValues: readonly LastValue[];
  /** Wall time at which the home was last seen to live; absent or null: the newest value's. */
  readonly lastAliveMs?: number | null;
  /** How the hub came to run; absent: only the core was started anew, which scenes do not hear of. */
  readonly hubStart?: HubStart | null;
  /** Scenes that were read at an earlier start; absent: all are read. */
  readonly keptScenes?: KeptScenes;
}

/** A shorter stop, or a smaller step of the clock, is no gap that anybody would ask about. */
const OFF_MS = 30_000;
const CLOCK_STEP_MS = 30_000;

export interface Core {
  /** Numbers and works one input. Never throws for bad input: refusals are replies or effects. */
  apply(input: CoreInput, now: Instant): void;
  /** Called once after the settings (home, members, devices, scenes) have been given: picks up what was open. */
  resume(now: Instant): void;
  /** Takes the commands that adapters are to be sent; the other effects wait for `drain`. */
  takeCommands(): AdapterEffect[];
  /** Whether somebody waits for a record of what is to be drained: an act, or a request that a run came of. */
  readonly isAwaited: boolean;
  /** Whether a person is to hear at once: a command was taken, or the device has answered it. */
  readonly isAnswered: boolean;
  /** What the journal's next record has to hold: decisions that are promised to the disk, or what may wait for one. */
  readonly unrecorded: 'nothing' | 'notes' | 'decisions';
  /** The effects and touched state since the last call; with a record of what is not in the journal yet, if so asked. */
  drain(options?: { readonly isRecording?: boolean }): {
    seq: number;
    journal: number;
    patches: Patch[];
    effects: CoreEffects;
  };
  /** Number of the last input, and of the last journal record. */
  readonly seq: number;
  readonly journal: number;
  /** All entries of the durable tables, for a storage that lost the journal. */
  durableEntries(): Patch[];
  /** The scenes as they were read, for the next start; null where nothing has changed since they were asked for. */
  keptScenes(): string | null;
  /** Monotonic time at which `due` is wanted; undefined when nothing is waited for. */
  nextDueMonoMs(): number | undefined;
}

export function createCore(start: CoreStart): Core {
  const state = createCoreState(start);
  const scenes = sceneTables();
  const decided = createDecidedValues();
  const alike = createAlikeRuns();
  const homeValues = createHomeValues();
  const tables = [
    ...[state.intents, state.commands, state.cursors, homeValues.table],
    ...[...scenes.all, decided.table],
  ];
  const durable = tables.filter((table) => table.isDurable);
  let settledEdits = 0;
  let patches: Patch[] = [];

  const evaluator: Evaluator = createEvaluator(scenes, start.keptScenes);
  const intents = createIntents(state, {
    notified: (id, problem) => evaluator.notified(id, problem, world),
    delivered: (id, result) => evaluator.delivered(id, result, world),
    release: (command) => commands.release(command),
    refuse: (command, problem) => commands.refuse(command, problem),
  });
  const commands = createCommandPath(
    state,
    () => intents,
    (record) => told.push(record),
  );
  const devices = createHomeDevices(state, decided, () => ({
    ...{ evaluator, world, commands, sources },
  }));
  const sources = createSources(state, homeValues, () => ({ evaluator, world }));
  /** Outcomes are told to the scenes after the step that caused them, never inside it. */
  const told: Parameters<Evaluator['commandEnded']>[0][] = [];
  let notifications = 0;
  /** The time of the input before. */
  let before: Instant = start.now;

  const world: SceneWorld = {
    get now() {
      return state.now;
    },
    bootId: state.bootId,
    get clock() {
      return state.clock;
    },
    get seq() {
      return state.seq;
    },
    get home() {
      return state.home;
    },
    device: (id) => state.devices.get(id) ?? homeValues.device(id),
    live: (id) => state.live.get(id) ?? homeValues.live(id),
    devices: () => devices.ids,
    room: (id) => state.rooms.get(id),
    personOf: (member) => homeValues.personOf(member),
    command: (device, body, cause, author) =>
      askCommand({ device, body, cause, timeoutMs: 0 }, author).id,
    notify(message) {
      const suffix = notifications === 0 ? '' : `_${notifications}`;
      notifications += 1;
      const id = `ntf_${state.seq.toString(36)}${suffix}` as NotificationId;
      intents.notification({ ...message, id, atMs: state.now.wallMs, readAtMs: null });
      return id;
    },
    setValue: (key, value, cause) => sources.setValue(key, value, cause),
    outbound(call) {
      const suffix = notifications === 0 ? '' : `_${notifications}`;
      notifications += 1;
      const id = `out_${state.seq.toString(36)}${suffix}` as OutboundId;
      intents.outbound({ id, call });
      return id;
    },
    switchScene: (wish) => state.effects.wishes.push(wish),
    arm: (key, deadline) => armDeadline(state, key, deadline),
    disarm: (key) => state.deadlines.disarm(key),
    delicate() {
      state.isDelicate = true;
    },
    publish(trace) {
      state.effects.out.push({ kind: 'run', seq: state.seq, trace });
      if (trace.endedAtMs !== null) {
        state.effects.log.push({ kind: 'run', seq: state.seq, atMs: state.now.wallMs, trace });
      }
    },
  };

  /** The wall clock was set forward: what lies between was never lived. */
  function noteJump(): void {
    const sinceMs = before.wallMs + Math.max(0, state.now.monoMs - before.monoMs);
    if (state.now.wallMs - sinceMs >= CLOCK_STEP_MS) noteGap(sinceMs, 'clock');
  }

  function noteGap(sinceMs: number, what: 'off' | 'clock'): void {
    const { seq, now } = state;
    const why = what === 'off' ? 'the hub was off' : "the hub's clock was set forward";
    const gap = { kind: 'gap', seq, atMs: now.wallMs, lost: 0, why } as const;
    state.effects.log.push({ ...gap, unlived: { sinceMs, what } });
  }

  /** Runs of an earlier version of the program, which this one cannot go on with. */
  function noteDropped(lost: number): void {
    const { seq, now } = state;
    const why = 'The hub was updated; runs that were under way in a form of before were ended.';
    state.effects.log.push({ kind: 'gap', seq, atMs: now.wallMs, lost, why });
  }

  function number(now: Instant): void {
    before = state.now;
    state.now = now;
    state.seq += 1;
    notifications = 0;
  }

  /** Asks for a command; scenes that look for it are told where it is not refused. */
  function askCommand(...asked: Parameters<typeof commands.request>): CommandRecord {
    const record = commands.request(...asked);
    if (record.state !== 'refused') evaluator.commanded(record, world);
    return record;
  }

  /** Ends one numbered input: tells the scenes of commands' outcomes, and keeps what they decided by. */
  function settle(): void {
    for (let record = told.shift(); record; record = told.shift()) {
      evaluator.commandEnded(record, world);
    }
    let edits = 0;
    for (const table of scenes.all) edits += table.edits;
    decided.settle(edits !== settledEdits);
    settledEdits = edits;
  }

  /** One journal record for all that was decided since the last one; nothing where nothing was. */
  function writeRecord(): void {
    state.isDelicate = false;
    const changed: Patch[] = [];
    for (const table of durable) table.record(changed);
    if (changed.length === 0) return;
    state.lastRecord += 1;
    state.effects.records.push(journalRecord(state, changed));
  }

  function applyBatch(input: Extract<CoreInput, { kind: 'batch' }>, now: Instant): void {
    const cursor = state.cursors.get(input.adapter);
    const isSeen = cursor?.host === input.host && input.number <= cursor.number;
    if (!isSeen) {
      for (const item of input.items) {
        number(now);
        devices.take(input.adapter, item);
        settle();
      }
      state.cursors.set(input.adapter, { host: input.host, number: input.number });
    }
    state.effects.taken.push({
      adapter: input.adapter,
      message: { kind: 'taken', host: input.host, upTo: input.number },
    });
  }

  function runDue(now: Instant): void {
    for (
      let key = state.deadlines.takeDue(now.monoMs);
      key;
      key = state.deadlines.takeDue(now.monoMs)
    ) {
      number(now);
      if (isCommandKey(key)) commands.due(key);
      else if (isIntentKey(key)) intents.due(key);
      else evaluator.due(key, world);
      settle();
    }
  }

  function removeScene(id: SceneId): void {
    evaluator.removeScene(id, world);
    alike.forget(id);
  }

  function applyOne(input: Exclude<CoreInput, { kind: 'batch' | 'due' }>): void {
    switch (input.kind) {
      case 'home':
        homeValues.setHome(input.home);
        state.home = { ...input.home, mode: homeValues.mode };
        evaluator.homeChanged(world);
        return;
      case 'homeValues':
        sources.topicsChanged();
        homeValues.declare(input.values);
        evaluator.homeChanged(world);
        return;
      case 'source': {
        const problem = sources.take(input.source, input.cause);
        state.effects.replies.push({ request: input.request, ...(problem ? { problem } : {}) });
        return;
      }
      case 'rooms':
        state.rooms.clear();
        for (const room of input.rooms) state.rooms.set(room.id, room);
        evaluator.homeChanged(world);
        return;
      case 'members':
        state.members.clear();
        for (const member of input.members) state.members.set(member.id, member);
        return;
      case 'bridge':
        state.bridge = input.bridge;
        return;
      case 'device':
        devices.set(input.device);
        return;
      case 'deviceRemoved':
        devices.remove(input.id);
        return;
      case 'scene':
        sources.topicsChanged();
        evaluator.setScene(input.scene, world);
        return;
      case 'scenes':
        sources.topicsChanged();
        for (const id of input.removed) removeScene(id);
        for (const scene of input.scenes) evaluator.setScene(scene, world);
        return;
      case 'sceneRemoved':
        sources.topicsChanged();
        removeScene(input.id);
        return;
      case 'adapterDown':
        devices.adapterDown(input.adapter, input.reason);
        return;
      case 'command': {
        const { device, body, cause, timeoutMs, isPatient = false } = input;
        const command = askCommand({ device, body, cause, timeoutMs }, null);
        if (command.state !== 'refused' && command.body.kind === 'set') {
          const { property, value } = command.body;
          evaluator.handled({ device, property, value, cause }, world);
        }
        state.effects.replies.push({ request: input.request, command });
        if (!isPatient || command.state === 'refused') state.isAnswered = true;
        return;
      }
      case 'cancelCommand': {
        const { request, command: id, cause } = input;
        state.isAnswered = true;
        try {
          state.effects.replies.push({ request, command: commands.cancel(id, cause) });
        } catch (error) {
          state.effects.replies.push({ request, problem: toProblem(error) });
        }
        return;
      }
      case 'runScene':
        reply(input.request, () => {
          const { scene, checkWhile, cause } = input;
          if (!input.isDry) return evaluator.runNow(scene, checkWhile, cause, world);
          const record = (id: SceneId) => evaluator.record(id);
          return dryRun(scene, { checkWhile, cause, record }, world);
        });
        return;
      case 'cancelRun':
        reply(input.request, () => evaluator.cancel(input.run, input.cause, world));
        return;
      case 'answer':
        reply(input.request, () => {
          const { notification, action, cause } = input;
          const member = cause.kind === 'member' ? state.members.get(cause.id) : undefined;
          return evaluator.answered({ notification, action, cause, member }, world);
        });
        return;
      case 'undoRun':
        reply(input.request, () => evaluator.undo(input.run, input.cause, world));
        return;
      case 'outbound':
        intents.outcome(input.id, input.result);
        return;
      case 'notSwitched':
        evaluator.notSwitched(input.scene, input.problem, world);
        return;
      case 'durable':
        intents.durable(input.upTo);
        return;
      case 'clock':
        state.clock = input.state;
        noteJump();
        evaluator.tick(world);
        return;
      case 'tick':
        evaluator.tick(world);
        return;
      default:
        input satisfies never;
    }
  }

  function reply(request: number, work: () => ReturnType<Evaluator['runNow']>): void {
    try {
      const run = work();
      if (!run) throw new NotFoundError('scene or run', '');
      state.effects.replies.push({ request, run });
    } catch (error) {
      state.effects.replies.push({ request, problem: toProblem(error) });
    }
  }

  function restore(): void {
    const byName = new Map(tables.map((table) => [table.name, table]));
    for (const { table, key, value } of start.entries) {
      if (table === VALUES) {
        const { device, property } = splitValueKey(key);
        state.live.restoreValue(device, property, value as never);
      } else if (table === AVAILABILITY) {
        state.live.restoreAvailability(key as DeviceId, value as never);
      } else {
        // The entries come from this program's own tables, by way of main's memory or the journal.
        byName.get(table)?.restore(key, value as never);
      }
    }
    // Main does not know these yet: they go out as patches with the first tick.
    for (const { device, property, value, atMs } of start.lastValues) {
      state.live.add(device);
      state.live.setValue(device, property, { value, atMs, seq: 0 });
    }
    decided.restore(state.live);
  }

  /** What a run still waits for, and this core knows nothing of since the whole hub was down. */
  function askAgain(): void {
    for (const [, run] of scenes.runs.entries()) {
      const cause: Cause = { kind: 'scene', scene: run.scene, run: run.id };
      for (const act of run.open) {
        if (act.kind !== 'command' || state.commands.has(act.id)) continue;
        const { id, device, wants } = act;
        if (wants === null) commands.unheard({ id, device, cause });
        else commands.again({ id, device, cause, ...wants });
      }
    }
  }

  restore();

  return {
    apply(input, now) {
      if (input.kind === 'batch') {
        applyBatch(input, now);
      } else if (input.kind === 'due') {
        runDue(now);
      } else {
        number(now);
        applyOne(input);
        settle();
      }
    },
    resume(now) {
      for (const id of state.live.ids()) if (!state.devices.has(id)) state.live.remove(id);
      number(now);
      commands.restored();
      intents.restored();
      devices.isResumed = true;
      const aliveMs = start.lastAliveMs ?? null;
      const isStart = start.hubStart !== undefined && start.hubStart !== null;
      if (isStart && aliveMs !== null && now.wallMs - aliveMs >= OFF_MS) noteGap(aliveMs, 'off');
      const dropped = evaluator.restored(world, start.lastAliveMs ?? null);
      if (dropped > 0) noteDropped(dropped);
      askAgain();
      // Main may know nothing of the runs that go on.
      for (const trace of evaluator.activeRuns(world)) world.publish(trace);
      if (start.hubStart) sources.hubStarted(start.hubStart);
      settle();
    },
    takeCommands: () => state.effects.send.splice(0),
    get isAwaited() {
      return intents.isAwaited || state.effects.replies.some((reply) => !('command' in reply));
    },
    get isAnswered() {
      return state.isAnswered;
    },
    get unrecorded() {
      const waiting = durable.filter((table) => table.isUnrecorded);
      if (waiting.length === 0) return 'nothing';
      const isPatient = !state.isDelicate && waiting.every((table) => table.isPatient);
      return isPatient ? 'notes' : 'decisions';
    },
    drain({ isRecording = true } = {}) {
      if (devices.isResumed) sources.tellTopics();
      if (isRecording) writeRecord();
      for (const table of tables) table.drain(patches);
      state.live.drain(patches);
      const result = {
        seq: state.seq,
        journal: state.lastRecord,
        patches,
        effects: alike.thin(
          { ...state.effects, out: newestStates(state.effects.out) },
          state.now.monoMs,
        ),
      };
      patches = [];
      state.effects = emptyEffects();
      state.isAnswered = false;
      return result;
    },
    get seq() {
      return state.seq;
    },
    get journal() {
      return state.lastRecord;
    },
    durableEntries: () =>
      durable.flatMap((table) =>
        table.entries().map(([key, value]) => ({ table: table.name, key, value })),
      ),
    keptScenes: () => evaluator.keptScenes(world),
    nextDueMonoMs: () => state.deadlines.next(),
  };
}
