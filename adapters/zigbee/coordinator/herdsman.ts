// The border with zigbee-herdsman, where its types and its private parts end: making and closing a controller,
// asking the coordinator how it is, and watching what a command really sends and what is answered to it.
import { AsyncLocalStorage } from 'node:async_hooks';
import { Controller, type Models, setLogger, Zcl, Zdo } from 'zigbee-herdsman';
import * as zhc from 'zigbee-herdsman-converters';
import type { LogLevel } from '../../../hub/model/adapter-port.ts';
import { HubError, TimeoutError } from '../../../hub/model/errors.ts';
import { within } from '../../contract/host.ts';
import { standOddFrames } from '../odd-frames.ts';
import { RejectedByDeviceError } from '../problems.ts';
import type { ZigbeeSettings } from '../settings.ts';
import { type CalmSaves, calmSaves, type SavedList } from './calm-saves.ts';
import type { NetworkParameters, ZigbeeFiles } from './network-file.ts';
import { askOnOpenLine } from './tcp-start.ts';
import { spareUnheardLines } from './unheard-lines.ts';
import { failUnknownCommands } from './unknown-commands.ts';
import { installParser } from './unpi-parser.ts';

export type Device = Models.Device;
export type Endpoint = Models.Endpoint;

/** The answer to a frame; the parts that are looked at. */
interface ZclPayload {
  readonly clusterID: number;
  readonly header?: Zcl.Header;
  readonly data: Buffer;
}

interface SendOptions {
  readonly timeout: number;
  readonly disableResponse: boolean;
  readonly disableRecovery: boolean;
  readonly srcEndpoint?: number;
  readonly profileId?: number;
  readonly sendPolicy?: string;
}

/** The parts of the Z-Stack driver's serial protocol that a probe needs. */
interface Znp {
  requestWithReply(
    subsystem: number,
    command: string,
    payload: object,
  ): Promise<{
    readonly payload: Readonly<Record<string, unknown>>;
  }>;
  on(event: 'received', listener: (frame: ZnpFrame) => void): void;
  requestZdo(cluster: Zdo.ClusterId, payload: Buffer, waiter: number): Promise<void>;
  waitFor(
    type: number,
    subsystem: number,
    command: string,
    networkAddress: number,
    transaction: undefined,
    state: undefined,
    limitMs: number,
  ): {
    readonly ID: number;
    start(): { readonly promise: Promise<{ readonly payload: { readonly zdo: ZdoAnswer } }> };
  };
  readonly socketPort?: { destroy(): void };
}
/** A status of the device profile and what came with it. */
type ZdoAnswer = readonly [status: number, payload: unknown];

interface ZnpFrame {
  readonly type: number;
  readonly subsystem: number;
  readonly command: { readonly name: string };
}

/** herdsman's "adapter": the coordinator driver. */
interface Driver {
  readonly hasZdoMessageOverhead: boolean;
  readonly znp?: Znp;
  stop(): Promise<void>;
  getNetworkParameters(): Promise<unknown>;
  sendZdo(
    ieeeAddress: string,
    networkAddress: number,
    clusterId: number,
    payload: Buffer,
    disableResponse: false,
  ): Promise<ZdoAnswer>;
  sendZclFrameToEndpoint(
    ieeeAddress: string,
    networkAddress: number,
    endpoint: number,
    frame: Zcl.Frame,
    timeout: number,
    disableResponse: boolean,
    disableRecovery: boolean,
    sourceEndpoint?: number,
    profileId?: number,
  ): Promise<ZclPayload | undefined>;
  on(event: 'zdoResponse', listener: (cluster: number, response: ZdoAnswer) => void): void;
}

interface Insides {
  adapter?: Driver;
  changeChannel(from: number, to: number, updateId: number): Promise<void>;
  onDeviceJoined(node: { ieeeAddr: string; networkAddress: number }): Promise<void>;
  adapterDisconnected: boolean;
  readonly database: SavedList;
  databaseSaveTimer: NodeJS.Timeout | undefined;
  databaseSave(): void;
}

/** herdsman's classes declare these parts private. */
function insides(controller: Controller): Insides {
  return controller as unknown as Insides;
}

/** How often the whole list of devices is written for the sake of its times alone. */
const SAVE_EVERY_MS = 3_600_000;

/** What the list of devices and its writing come to: at once, but calmly; see calm-saves.ts. */
export function saveCalmly(controller: Controller, failed: (error: unknown) => void): CalmSaves {
  const own = insides(controller);
  const saves = calmSaves(own.database, failed);
  const saveAll = own.databaseSave.bind(own);
  // What is saved as a whole, as at the end, is on the disk when that has returned.
  own.databaseSave = () => {
    saveAll();
    saves.now();
  };
  return saves;
}

/**
 * Has the list of devices written once an hour in place of every five minutes: what joins, leaves or changes is
 * written when it happens, and what is left is when each was last heard, which an SD card need not wear out for.
 */
export function saveHourly(controller: Controller): void {
  const own = insides(controller);
  clearInterval(own.databaseSaveTimer);
  own.databaseSaveTimer = setInterval(() => own.databaseSave(), SAVE_EVERY_MS);
}

/** The coordinator's driver. @throws HubError `unreachable` before it was connected */
export function driverOf(controller: Controller): Driver {
  const driver = insides(controller).adapter;
  if (driver === undefined) {
    throw new HubError('unreachable', 'The coordinator is not connected', {
      hint: 'Check its stick, cable or network; it is tried again by itself.',
      zh: { message: '协调器没有连接', hint: '请检查它的适配器、线缆或网络；会自动重试。' },
    });
  }
  return driver;
}

/** A controller for this network; nothing is opened yet. Only one may live in a process at a time. */
export function createController(options: {
  readonly settings: ZigbeeSettings;
  readonly network: NetworkParameters;
  readonly files: ZigbeeFiles;
  /** Whether an unknown node may join now. */
  accepts(ieeeAddress: string): boolean;
}): Controller {
  const { settings, network, files } = options;
  installParser();
  spareUnheardLines();
  askOnOpenLine();
  failUnknownCommands();
  standOddFrames();
  const controller: Controller = new Controller({
    network: {
      panID: network.panId,
      extendedPanID: [...network.extendedPanId],
      networkKey: [...network.networkKey],
      channelList: [network.channel],
    },
    serialPort: {
      path: settings.port,
      ...(settings.driver === undefined ? {} : { adapter: settings.driver }),
      ...(settings.baudRate === undefined ? {} : { baudRate: settings.baudRate }),
      ...(settings.rtscts === undefined ? {} : { rtscts: settings.rtscts }),
    },
    databasePath: files.database,
    databaseBackupPath: files.databaseBackup,
    backupPath: files.coordinatorBackup,
    adapter: { disableLED: false },
    // A known node that comes back is never refused, also while the start is still going on.
    acceptJoiningDeviceHandler: async (ieeeAddress) =>
      controller.getDeviceByIeeeAddr(ieeeAddress) !== undefined || options.accepts(ieeeAddress),
  });
  return controller;
}

/**
 * Has the network start although its coordinator gives no backup: the library would not start it. From the end of the
 * start on, which the returned function says, whoever asks for a backup is told why there is none.
 */
export function startWithoutBackup(
  controller: Controller,
  failed: (why: string) => void,
): () => void {
  const backup = controller.backup.bind(controller);
  controller.backup = async () => {
    await backup().catch((error: unknown) =>
      failed(error instanceof Error ? error.message : String(error)),
    );
  };
  return () => {
    controller.backup = backup;
  };
}

/** Both libraries' log lines, which otherwise go to the console; debug lines are dropped. */
export function listenToLogs(log: (level: LogLevel, text: string) => void): void {
  const line = (level: LogLevel) => (message: string | (() => string), namespace: string) =>
    log(level, `${namespace}: ${typeof message === 'function' ? message() : message}`);
  const logger = {
    debug: () => {},
    // What the library tells of each join and interview, the hub tells in its own words.
    info: line('debug'),
    warning: line('warn'),
    error: line('warn'),
  };
  setLogger(logger);
  zhc.setLogger(logger);
}

/** Closes the port without a word to the coordinator, for one that does not answer. */
export async function closePort(controller: Controller): Promise<void> {
  const own = insides(controller);
  own.adapterDisconnected = true;
  try {
    await own.adapter?.stop();
  } finally {
    own.adapter?.znp?.socketPort?.destroy();
  }
}

const ZDO = 5;
const AREQ = 2;

/** What an interview asks a node about. */
export type InterviewStep = 'node' | 'endpoints' | 'endpoint';

/** Calls back for each ZDO answer of a node: the steps of an interview. */
export function onZdoAnswer(
  controller: Controller,
  listener: (step: InterviewStep, networkAddress: number) => void,
): void {
  const steps = new Map<number, InterviewStep>([
    [Zdo.ClusterId.NODE_DESCRIPTOR_RESPONSE, 'node'],
    [Zdo.ClusterId.ACTIVE_ENDPOINTS_RESPONSE, 'endpoints'],
    [Zdo.ClusterId.SIMPLE_DESCRIPTOR_RESPONSE, 'endpoint'],
  ]);
  driverOf(controller).on('zdoResponse', (cluster, [, payload]) => {
    const step = steps.get(cluster);
    const address = (payload as { nwkAddress?: unknown } | undefined)?.nwkAddress;
    if (step !== undefined && typeof address === 'number') listener(step, address);
  });
}

/** A node that was told of by its own announcement alone is waited for so long. */
const TOLD_WITHIN_MS = 500;

/**
 * Takes in nodes that announce themselves and that the hub's list lacks, while nodes may join: those of a network that
 * was there before the hub, and those of a coordinator that tells of no joining. The library passes them by.
 */
export function takeInAnnounced(controller: Controller, isOpen: () => boolean): void {
  const isKnown = (ieeeAddr: string): boolean =>
    controller.getDeviceByIeeeAddr(ieeeAddr) !== undefined;
  driverOf(controller).on('zdoResponse', (cluster, [status, payload]) => {
    if (cluster !== Zdo.ClusterId.END_DEVICE_ANNOUNCE || status !== Zdo.Status.SUCCESS) return;
    const { eui64: ieeeAddr, nwkAddress: networkAddress } = payload as Announcement;
    if (!isOpen() || isKnown(ieeeAddr)) return;
    // Where the coordinator tells of the joining itself, a moment before or after, that counts.
    setTimeout(() => {
      if (!isOpen() || isKnown(ieeeAddr) || insides(controller).adapterDisconnected) return;
      void insides(controller).onDeviceJoined({ ieeeAddr, networkAddress });
    }, TOLD_WITHIN_MS).unref();
  });
}

interface Announcement {
  readonly eui64: string;
  readonly nwkAddress: number;
}

/** The two tables of a node that can be asked for page by page. */
export type TableCluster = Zdo.ClusterId.LQI_TABLE_REQUEST | Zdo.ClusterId.ROUTING_TABLE_REQUEST;
const TABLE_ANSWER_MS = 5_000;

/**
 * Asks a node for a page of a table. With Z-Stack it goes past the driver's queue, in which the commands to the same
 * node would wait for the answer.
 * @throws when there is no answer within 5 s
 */
export async function askForPage(
  controller: Controller,
  device: Device,
  cluster: TableCluster,
  start: number,
): Promise<ZdoAnswer> {
  const { networkAddress, ieeeAddr } = device;
  const driver = driverOf(controller);
  const request = Zdo.Buffalo.buildRequest(driver.hasZdoMessageOverhead, cluster, start);
  if (driver.znp === undefined) {
    return driver.sendZdo(ieeeAddr, networkAddress, cluster, request, false);
  }
  const name = cluster === Zdo.ClusterId.LQI_TABLE_REQUEST ? 'mgmtLqiRsp' : 'mgmtRtgRsp';
  const from = [AREQ, ZDO, name, networkAddress] as const;
  const waiter = driver.znp.waitFor(...from, undefined, undefined, TABLE_ANSWER_MS);
  const payload = Buffer.alloc(2 + request.length);
  payload.writeUInt16LE(networkAddress);
  payload.set(request, 2);
  await driver.znp.requestZdo(cluster, payload, waiter.ID);
  const answer = await waiter.start().promise;
  return answer.payload.zdo;
}

/** Tells all nodes and the coordinator to go to another channel; resolves once the coordinator had time to. */
export async function changeChannel(controller: Controller, channel: number): Promise<void> {
  const { channel: from, nwkUpdateID } = await controller.getNetworkParameters();
  await insides(controller).changeChannel(from, channel, nwkUpdateID ?? 0);
}

/** One command on its way: what its frames must keep to, and who hears of them. */
export interface Sending {
  readonly controller: Controller;
  /** Wall milliseconds after which nothing of it may leave any more. */
  readonly deadlineMs: number;
  /** How long one frame may wait for its answer. */
  readonly frameTimeoutMs: number;
  /** A node that sleeps: frames are kept until it wakes, at most until the deadline. */
  readonly isSleepy: boolean;
  isCancelled: boolean;
  /** A frame leaves: is given to the radio, or, towards a sleepy node, was taken by it. */
  onLeave(): void;
}

const current = new AsyncLocalStorage<Sending>();

/**
 * Runs a converter, or anything else that talks to endpoints, as part of one command: its frames keep to the
 * command's limits, skip the driver's recovery (17 s for a node that is switched off), and a node's refusal is
 * thrown, which the library does not do for commands.
 * @throws RejectedByDeviceError, TimeoutError past the deadline, or the driver's error
 */
export function sendWithin<Result>(sending: Sending, act: () => Promise<Result>): Promise<Result> {
  watchEndpoints(sending.controller);
  return current.run(sending, act);
}

type SendFrame = (
  this: Endpoint,
  frame: Zcl.Frame,
  options: SendOptions,
  send?: () => Promise<ZclPayload | undefined>,
) => Promise<ZclPayload | undefined>;

/** Controllers and the prototypes of their endpoints. */
const watched = new WeakSet<object>();

/** Puts the watch into the class of all endpoints, once: converters reach endpoints in many ways. */
function watchEndpoints(controller: Controller): void {
  // Asked for each command: to look for the coordinator again would go through all devices.
  if (watched.has(controller)) return;
  const endpoint = controller.getDevicesByType('Coordinator')[0]?.endpoints[0];
  if (endpoint === undefined) return;
  watched.add(controller);
  const prototype = Object.getPrototypeOf(endpoint) as { sendRequest: SendFrame };
  if (watched.has(prototype)) return;
  watched.add(prototype);
  const original = prototype.sendRequest;
  prototype.sendRequest = function (frame, options, send) {
    const sending = current.getStore();
    return sending === undefined
      ? original.call(this, frame, options, send)
      : sendWatched(this, original, sending, { frame, options, send });
  };
}

async function sendWatched(
  endpoint: Endpoint,
  original: SendFrame,
  sending: Sending,
  {
    frame,
    options,
    send,
  }: {
    frame: Zcl.Frame;
    options: SendOptions;
    send: (() => Promise<ZclPayload | undefined>) | undefined;
  },
): Promise<ZclPayload | undefined> {
  const leftMs = sending.deadlineMs - Date.now();
  if (sending.isCancelled || leftMs <= 0) {
    throw inOwnWords(
      new TimeoutError('The command has expired', { zh: { message: '命令已过期', hint: null } }),
    );
  }
  const own = {
    ...options,
    timeout: Math.min(options.timeout, sending.frameTimeoutMs, leftMs),
    disableRecovery: true,
    // By default the library would not keep some commands for a sleeping node.
    ...(sending.isSleepy && frame.header.isSpecific ? { sendPolicy: 'queue' } : {}),
  };
  const transmit = send ?? (() => transmitFrame(endpoint, sending.controller, frame, own));
  const guarded = async (): Promise<ZclPayload | undefined> => {
    if (sending.isCancelled || Date.now() > sending.deadlineMs) return undefined;
    const answering = transmit();
    if (!sending.isSleepy) sending.onLeave();
    const answer = await answering;
    if (sending.isSleepy) sending.onLeave();
    return answer;
  };
  // The library reads how long a request may wait for its node from the device, before its first await.
  const device = endpoint.getDevice();
  const usualMs = device.pendingRequestTimeout;
  if (sending.isSleepy) device.pendingRequestTimeout = Math.max(usualMs, leftMs);
  const answering = withoutStacks(() => original.call(endpoint, frame, own, guarded));
  device.pendingRequestTimeout = usualMs;
  // The library would reject what it keeps for a sleeping node only at the next sign of life.
  const answer = await (sending.isSleepy
    ? within(answering, leftMs, 'Waiting for the device to wake up').catch(asleep)
    : answering);
  if (answer !== undefined) throwIfRefused(answer, device);
  return answer;
}

/**
 * The library makes three errors beforehand for each frame that it sends, in case it fails; their stacks, which nobody
 * sees, were a tenth of this thread's work for a command.
 */
function withoutStacks<Result>(act: () => Result): Result {
  const { stackTraceLimit } = Error;
  Error.stackTraceLimit = 0;
  try {
    return act();
  } finally {
    Error.stackTraceLimit = stackTraceLimit;
  }
}

function transmitFrame(
  endpoint: Endpoint,
  controller: Controller,
  frame: Zcl.Frame,
  options: SendOptions,
): Promise<ZclPayload | undefined> {
  return driverOf(controller).sendZclFrameToEndpoint(
    endpoint.deviceIeeeAddress,
    endpoint.deviceNetworkAddress,
    endpoint.ID,
    frame,
    options.timeout,
    options.disableResponse,
    options.disableRecovery,
    options.srcEndpoint,
    options.profileId,
  );
}

/** The library writes the frame in front of the message of each error that passes through it. */
function inOwnWords<Failure extends Error>(error: Failure): Failure {
  const { message } = error;
  return Object.defineProperty(error, 'message', { get: () => message, set: () => {} });
}

function asleep(error: unknown): never {
  if (!(error instanceof TimeoutError)) throw error;
  throw inOwnWords(
    new TimeoutError('It did not wake up in time', {
      hint: 'It sleeps to save its battery. Press a button on it to wake it, then try again.',
      zh: {
        message: '它没有及时唤醒',
        hint: '它为了省电正在休眠。请按一下它的按键唤醒它，然后重试。',
      },
    }),
  );
}

const DEFAULT_RESPONSE = 0x0b;
const DOOR_LOCK = 0x0101;

/** A default response ends with the status. Spec: ZCL 07-5123 r8 § 2.5.12. Door locks answer with their own. */
function throwIfRefused({ clusterID, header, data }: ZclPayload, device: Device): void {
  if (header === undefined) return;
  let status: unknown = Zcl.Status.SUCCESS;
  if (header.isGlobal) {
    if (header.commandIdentifier === DEFAULT_RESPONSE) status = data.at(-1);
  } else if (clusterID === DOOR_LOCK) {
    const answer = Zcl.Frame.fromBuffer(clusterID, header, data, device.customClusters);
    status = (answer.payload as { status?: unknown }).status ?? Zcl.Status.SUCCESS;
  }
  if (typeof status === 'number' && status !== Zcl.Status.SUCCESS) {
    const name = Zcl.Status[status] ?? `0x${status.toString(16)}`;
    throw inOwnWords(new RejectedByDeviceError(name));
  }
}
