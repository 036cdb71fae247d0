// The connection to the coordinator for as long as the adapter runs: it connects, watches, and connects again,
// with growing pauses and without ever giving up. What the network says is others' business.
import { copyFileSync, existsSync } from 'node:fs';
import { isMainThread } from 'node:worker_threads';
import type { Controller } from 'zigbee-herdsman';
import type { AdapterState, LogLevel } from '../../../hub/model/adapter-port.ts';
import { ConflictError, fromProblem, HubError, type Problem } from '../../../hub/model/errors.ts';
import { within } from '../../contract/host.ts';
import { mendNames } from '../odd-frames.ts';
import { commandFailed, coordinatorProblem, lookAt, redact, wrongDriver } from '../problems.ts';
import { isTcp, type ZigbeeSettings } from '../settings.ts';
import type { CalmSaves } from './calm-saves.ts';
import { askHealth, bestOf, type Health, lostSince, onCoordinatorReset } from './health.ts';
import {
  closePort,
  createController,
  saveCalmly,
  saveHourly,
  startWithoutBackup,
} from './herdsman.ts';
import {
  hasDevices,
  type NetworkParameters,
  protectFiles,
  saveNetwork,
  type ZigbeeFiles,
} from './network-file.ts';
import { ASKS, allow, type StartWish, startWith, wasMadeAnew } from './start-guard.ts';
import { familyAt, isZStackAt } from './stick-check.ts';
import { joinWithoutGreenPower, watchStart } from './unknown-commands.ts';

/** Forming a network takes up to 50 s and a change of channel 12 s. */
const START_LIMIT_MS = 120_000;
const CLOSE_LIMIT_MS = 3_000;
const PROBE_EVERY_MS = 5_000;
/** The driver itself waits 6 s for a lost answer, after which the next one works: that is no mute coordinator. */
const PROBE_LIMIT_MS = 8_000;
const PAUSE_MIN_MS = 1_000;
const PAUSE_MAX_MS = 60_000;
/** A connection that held this long was a good one: the next pause is short again. */
const GOOD_AFTER_MS = 20_000;
/** While a port is not there at all it is looked for, so that plugging it in is answered before the pause is over. */
const LOOK_EVERY_MS = 3_000;
/** A gateway that takes one connection at a time has let go of our look by then. */
const AFTER_LOOK_MS = 500;

/** A stick that does not answer to these answers to nothing. */
const ASKED_FIRST: ReadonlySet<string> = new Set(['SYS ping', 'SYS version']);

const MADE_ANEW =
  'The coordinator had lost its network, which could not be restored: it was made anew with the same key. Devices that do not answer now need pairing anew';

/** Why nodes are out of reach while the coordinator is closed for a change. */
const BEING_CHANGED: Problem = {
  code: 'unreachable',
  message: 'It is being set up anew',
  hint: 'This takes some seconds.',
  zh: { message: '正在重新设置', hint: '需要几秒钟。' },
};

export interface RadioOptions {
  readonly settings: ZigbeeSettings;
  readonly network: NetworkParameters;
  readonly files: ZigbeeFiles;
  /** Whether an unknown node may join now. */
  accepts(ieeeAddress: string): boolean;
  /** A fresh controller whose network is up; listeners go here, before anything else happens. */
  onConnected(controller: Controller): Promise<string>;
  /** The controller is of no use any more; its devices are about to be forgotten. */
  onLost(problem: Problem): void;
  state(state: AdapterState): void;
  log(level: LogLevel, text: string): void;
  abandon(reason: string): void;
}

/** What is another at the next opening. */
export interface Reopening {
  readonly settings?: ZigbeeSettings;
  /** Another network than before, which the coordinator there carries already. */
  readonly network?: NetworkParameters;
  readonly wish?: StartWish;
  /** Done while nothing is open, such as putting another backup in place. */
  prepare?(): void;
  /** Puts back what `prepare` did, where the coordinator could not be opened. */
  undo?(): void;
}

type Wanted = Reopening & { readonly done: PromiseWithResolvers<void> };

/** The pause before the n-th attempt in a row: 1, 2, 4 … 60 s, a quarter more or less. */
export function pauseMs(attempt: number, random: () => number = Math.random): number {
  const plain = Math.min(PAUSE_MAX_MS, PAUSE_MIN_MS * 2 ** Math.max(0, attempt - 1));
  return Math.round(plain * (0.75 + random() * 0.5));
}

/** Whether there is nothing at the port, so that looking at it disturbs nobody. */
function isAbsence(error: unknown): boolean {
  return error instanceof Error && /ECONNREFUSED|ENOENT|No such file/.test(error.message);
}

export class Radio {
  readonly #options: RadioOptions;
  readonly #stopped = new AbortController();
  #controller: Controller | null = null;
  #saves: CalmSaves | null = null;
  #running: Promise<void> | null = null;
  #settings: ZigbeeSettings;
  #network: NetworkParameters;
  /** Aborted when a change is wanted; whatever is open or waits then ends. */
  #cut = new AbortController();
  #wanted: Wanted | null = null;
  /** The driver and the port at which it has worked. */
  #provenDriver = '';

  constructor(options: RadioOptions) {
    this.#options = options;
    this.#settings = options.settings;
    this.#network = options.network;
  }

  /** Where and how the coordinator is reached now. */
  get settings(): ZigbeeSettings {
    return this.#settings;
  }

  get network(): NetworkParameters {
    return this.#network;
  }

  /** The network has gone to another channel: so it is at every start from now on. */
  keepChannel(channel: number): void {
    this.#network = { ...this.#network, channel };
    saveNetwork(this.#options.files, this.#network);
  }

  /**
   * Closes the coordinator and opens it again with a change, which stays. Resolves once its network is up.
   * @throws HubError with why it could not be opened; it is then opened as it was before. ConflictError during another
   */
  reopen(change: Reopening): Promise<void> {
    if (this.#wanted !== null || this.#isStopped) {
      throw new ConflictError('The coordinator is being changed already', {
        hint: 'Wait until that has ended.',
        zh: { message: '正在更换网关（协调器）', hint: '请等它结束。' },
      });
    }
    const done = Promise.withResolvers<void>();
    this.#wanted = { ...change, done };
    this.#cut.abort();
    return done.promise;
  }

  /** The live controller; null while there is none. */
  get controller(): Controller | null {
    return this.#controller;
  }

  /** @throws HubError when the port must not be opened in this thread */
  start(): void {
    if (!isTcp(this.#settings.port) && !isMainThread) {
      throw new HubError('unsupported', 'A serial coordinator must run in a child process', {
        hint: 'Its native binding aborts the whole hub when it is opened in a worker.',
      });
    }
    this.#running ??= this.#run();
  }

  /** Resolves once what has changed of the devices by now is on the disk, or the disk has refused it. */
  async saved(): Promise<void> {
    await this.#saves?.settled();
  }

  /** Closes the network's joining, backs up and closes the port; at most about 4 s. May be called twice. */
  async stop(): Promise<void> {
    this.#stopped.abort();
    await this.#running;
  }

  async #run(): Promise<void> {
    let told: Problem | null = null;
    for (let attempt = 1; !this.#isStopped; ) {
      const before = this.#settings;
      const networkBefore = this.#network;
      const change = this.#begin();
      // A mute coordinator takes 20 s to be given up: why it is gone stays to be read while it is tried again.
      this.#options.state(
        told === null ? { kind: 'connecting' } : { kind: 'fault', problem: told, retryAtMs: null },
      );
      const openedAtMs = Date.now();
      let error: unknown;
      let controller: Controller | null = null;
      try {
        change?.prepare?.();
        controller = await this.#open();
        allow(ASKS);
        error = await this.#use(controller, () => change?.done.resolve());
        // Lost again before it was of any use; once it was, this says nothing any more.
        change?.done.reject(fromProblem(coordinatorProblem(error, this.#settings)));
      } catch (caught) {
        error = caught;
      }
      if (change !== null && controller === null && !this.#isStopped) {
        const problem = coordinatorProblem(error, this.#settings);
        this.#options.log('warn', problem.message);
        this.#settings = before;
        this.#network = networkBefore;
        change.undo?.();
        change.done.reject(fromProblem(problem));
        told = null;
        attempt = 1;
        continue;
      }
      if (Date.now() - openedAtMs > GOOD_AFTER_MS && controller !== null) attempt = 1;
      if (this.#isStopped) {
        if (controller !== null) await this.#close(controller, true);
        return;
      }
      if (this.#wanted !== null) {
        if (controller !== null) {
          this.#options.onLost(BEING_CHANGED);
          await this.#close(controller, true);
        }
        told = null;
        attempt = 1;
        continue;
      }
      const problem = coordinatorProblem(error, this.#settings);
      told = problem;
      const delayMs = pauseMs(attempt);
      attempt += 1;
      this.#options.state({ kind: 'fault', problem, retryAtMs: Date.now() + delayMs });
      this.#options.log('warn', problem.message);
      if (controller !== null) {
        this.#options.onLost(problem);
        await this.#close(controller, false);
      }
      await this.#pauseUnlessBack(delayMs, controller === null && isAbsence(error));
    }
  }

  /** Takes up the change that is wanted, if any. */
  #begin(): Wanted | null {
    const change = this.#wanted;
    this.#wanted = null;
    this.#cut = new AbortController();
    allow(change?.wish ?? ASKS);
    if (change?.settings !== undefined) this.#settings = change.settings;
    if (change?.network !== undefined) this.#network = change.network;
    return change;
  }

  get #isCut(): boolean {
    return this.#isStopped || this.#cut.signal.aborted;
  }

  get #isStopped(): boolean {
    return this.#stopped.signal.aborted;
  }

  async #open(): Promise<Controller> {
    const { files } = this.#options;
    const settings = this.#settings;
    await this.#demandDriver();
    const controller = createController({ ...this.#options, settings, network: this.#network });
    const hadDevices = hasDevices(files.database);
    const isStarted = startWithoutBackup(controller, (why) =>
      this.#options.log(
        'warn',
        `The coordinator gives no backup (${why}): the network works, and could not be put onto another stick`,
      ),
    );
    const lastFailed = watchStart();
    startWith(hadDevices);
    try {
      const result = await this.#orStopped(
        within(controller.start(this.#stopped.signal), START_LIMIT_MS, 'Connecting'),
      );
      lastFailed();
      isStarted();
      if (result === 'reset' && hadDevices) this.#keepLostDevices();
      if (wasMadeAnew()) this.#options.log('error', MADE_ANEW);
      if (result === 'reset') await this.#followChannel(controller);
      saveNetwork(files, this.#network);
      protectFiles(files);
      mendNames(controller);
      joinWithoutGreenPower(controller, (why) =>
        this.#options.log('warn', `Green Power devices cannot join here: ${redact(why)}`),
      );
      this.#saves = saveCalmly(controller, (error) =>
        this.#options.log('error', `The list of devices could not be written: ${String(error)}`),
      );
      saveHourly(controller);
      this.#provenDriver = `${settings.driver} ${settings.port}`;
      this.#controller = controller;
      return controller;
    } catch (error) {
      const failed = lastFailed();
      await this.#bounded(closePort(controller), 'closing the port after a failed start');
      const text = error instanceof Error ? error.message : String(error);
      if (!hadDevices) this.#followPanId(text);
      // What the library made of an answer that it lacked says nothing to anybody.
      const isBlamed = failed?.message === text || error instanceof TypeError;
      if (failed !== null && isBlamed && !ASKED_FIRST.has(failed.command)) {
        throw commandFailed(settings, failed);
      }
      const isVague = /Error while opening socket|Opening serial|^Connecting took/.test(text);
      const found = isVague && !this.#isCut ? await lookAt(settings) : null;
      const isSlow = /^Connecting took/.test(text);
      const plain = isSlow ? new Error('The coordinator timed out', { cause: error }) : error;
      throw found ?? (await this.#wrongDriver(plain)) ?? plain;
    }
  }

  /**
   * With another driver than its own a Z-Stack coordinator is silent, which some drivers wait out for two minutes, and
   * one of them then throws where nobody listens. So it is asked first, until the driver has worked here once.
   */
  async #demandDriver(): Promise<void> {
    const { driver, port } = this.#settings;
    const isOther = driver !== undefined && driver !== 'zstack' && isTcp(port);
    if (!isOther || this.#provenDriver === `${driver} ${port}`) return;
    if (await isZStackAt(port)) throw wrongDriver(this.#settings, 'zstack');
    // A gateway that takes one connection at a time lets go of the question.
    await this.#pause(AFTER_LOOK_MS);
  }

  /** Something listens there and does not answer to this driver: what does it answer to? */
  async #wrongDriver(error: unknown): Promise<Error | null> {
    if (this.#isCut || error instanceof HubError) return null;
    const family = await familyAt(this.#settings.port);
    const { driver } = this.#settings;
    return family === null || family === driver ? null : wrongDriver(this.#settings, family);
  }

  /** A stick that forms its network on a channel of its own choice is not driven to another one at every start. */
  async #followChannel(controller: Controller): Promise<void> {
    const { channel } = await controller.getNetworkParameters();
    const asked = this.#network.channel;
    const isChannel = Number.isInteger(channel) && channel >= 11 && channel <= 26;
    if (this.#settings.channel !== undefined || channel === asked || !isChannel) return;
    this.#network = { ...this.#network, channel };
    this.#options.log(
      'warn',
      `The coordinator made the network on channel ${channel}, not on ${asked}: it stays there`,
    );
  }

  /** A stick that forms a network with another PAN id, as beside one of the same id: a new home takes that id. */
  #followPanId(failure: string): void {
    const chosen = Number(
      /panId collision detected \(expected=\d+, actual=(\d+)\)/.exec(failure)?.[1],
    );
    if (!(chosen >= 1 && chosen <= 0xfffe)) return;
    this.#network = { ...this.#network, panId: chosen };
    saveNetwork(this.#options.files, this.#network);
    this.#options.log('warn', 'The coordinator chose another PAN id, which the network has now');
  }

  /** A coordinator that was wiped, and no backup of it: the library has emptied its list of devices. */
  #keepLostDevices(): void {
    const { files, log } = this.#options;
    const kept = `${files.database}.lost-${Date.now()}`;
    if (existsSync(files.databaseBackup)) copyFileSync(files.databaseBackup, kept);
    log(
      'error',
      `The coordinator had lost its network and there was no backup of it: devices need pairing anew. Their list was kept as ${kept}`,
    );
  }

  /** Has the others work with the network until it is lost; resolves with why. */
  async #use(controller: Controller, isUp: () => void): Promise<Error> {
    const watching = this.#watch(controller);
    const connecting = this.#options.onConnected(controller).then((detail) => {
      if (this.#controller !== controller) return;
      this.#options.state({ kind: 'connected', detail });
      isUp();
    });
    const lost = await Promise.race([watching, connecting]);
    return lost ?? (await watching);
  }

  /** Resolves with the reason once the coordinator is of no use, or the adapter stops. */
  async #watch(controller: Controller): Promise<Error> {
    const ended = Promise.withResolvers<Error>();
    controller.once('adapterDisconnected', () => ended.resolve(new Error('disconnected')));
    onCoordinatorReset(controller, () =>
      ended.resolve(new Error('The coordinator reset by itself')),
    );
    const cut = AbortSignal.any([this.#stopped.signal, this.#cut.signal]);
    cut.addEventListener('abort', () => ended.resolve(new Error('stopped')), { once: true });
    if (cut.aborted) ended.resolve(new Error('stopped'));
    let isProbing = false;
    let best: Health | null = null;
    const look = async (): Promise<void> => {
      if (isProbing) return;
      isProbing = true;
      try {
        const asking = askHealth(controller);
        const now = await within(
          asking,
          PROBE_LIMIT_MS,
          'The answer of the coordinator timed out, it',
        );
        const lost = lostSince(best, now);
        if (lost !== null) ended.resolve(lost);
        best = bestOf(best, now);
      } catch (error) {
        ended.resolve(error instanceof Error ? new Error(error.message) : new Error(String(error)));
      }
      isProbing = false;
    };
    const timer = setInterval(() => void look(), PROBE_EVERY_MS);
    void look();
    try {
      return await ended.promise;
    } finally {
      clearInterval(timer);
    }
  }

  async #close(controller: Controller, isHealthy: boolean): Promise<void> {
    this.#controller = null;
    const { files } = this.#options;
    if (isHealthy && (await this.#bounded(controller.stop(), 'stopping the coordinator', true))) {
      protectFiles(files);
      return;
    }
    const isClosed = await this.#bounded(closePort(controller), 'closing the port');
    // With the port closed this only saves the database and forgets the devices.
    const isForgotten = await this.#bounded(controller.stop(), 'saving the devices');
    protectFiles(files);
    if (!isClosed || !isForgotten) {
      this.#options.abandon('zigbee-herdsman did not let go of the coordinator within 3 s');
    }
  }

  /** Whether it ended in time; a failure is in time. */
  async #bounded(act: Promise<unknown>, what: string, mustSucceed = false): Promise<boolean> {
    let isEnded = false;
    let hasFailed = false;
    const ending = act.then(
      () => {
        isEnded = true;
      },
      () => {
        isEnded = true;
        hasFailed = true;
      },
    );
    await within(ending, CLOSE_LIMIT_MS, what).catch((error: Error) =>
      this.#options.log('warn', error.message),
    );
    return isEnded && !(mustSucceed && hasFailed);
  }

  async #orStopped<Result>(act: Promise<Result>): Promise<Result> {
    const stopped = Promise.withResolvers<never>();
    const signal = AbortSignal.any([this.#stopped.signal, this.#cut.signal]);
    const abort = (): void => stopped.reject(new Error('stopped'));
    signal.addEventListener('abort', abort, { once: true });
    if (signal.aborted) abort();
    try {
      return await Promise.race([act, stopped.promise]);
    } finally {
      signal.removeEventListener('abort', abort);
    }
  }

  /** Waits, less when a port that was not there has come back. */
  async #pauseUnlessBack(delayMs: number, isAbsent: boolean): Promise<void> {
    const endAtMs = Date.now() + delayMs;
    while (isAbsent && !this.#isCut && endAtMs - Date.now() > 2 * LOOK_EVERY_MS) {
      await this.#pause(LOOK_EVERY_MS);
      if (this.#isCut || (await lookAt(this.#settings)) === null) {
        await this.#pause(AFTER_LOOK_MS);
        return;
      }
    }
    await this.#pause(endAtMs - Date.now());
  }

  async #pause(delayMs: number): Promise<void> {
    const signal = AbortSignal.any([this.#stopped.signal, this.#cut.signal]);
    if (signal.aborted) return;
    await new Promise<void>((resolve) => {
      const done = (): void => {
        clearTimeout(timer);
        signal.removeEventListener('abort', done);
        resolve();
      };
      const timer = setTimeout(done, delayMs);
      signal.addEventListener('abort', done, { once: true });
    });
  }
}
