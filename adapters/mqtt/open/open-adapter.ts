// The open interface as an adapter: devices of vendors that describe themselves, report, and take commands over HTTP or
// over MQTT. What they say is judged here, the same for both ways in.
import path from 'node:path';
import type { AdapterCall } from '../../../hub/model/adapter-port.ts';
import type { NodeDescription } from '../../../hub/model/device.ts';
import { HubError, NotFoundError, toProblem, ValidationError } from '../../../hub/model/errors.ts';
import { type NodeAddress, nodeAddress } from '../../../hub/model/identifiers.ts';
import {
  type OpenAsk,
  type OpenCommand,
  type OpenDeviceView,
  VENDOR_DEVICE,
  VENDOR_LIMITS,
  type VendorAccount,
} from '../../../hub/model/open-interface.ts';
import {
  type PropertyDescriptor,
  type PropertyKey,
  type PropertyValue,
  specOf,
} from '../../../hub/model/properties.ts';
import { checkValue } from '../../../hub/model/property-value.ts';
import type { Adapter, AdapterCommand, AdapterContext } from '../../contract/adapter.ts';
import { readPrivateList, writePrivateJson } from '../../contract/private-file.ts';
import { parseDescription } from './description.ts';
import type { OpenDoor } from './door.ts';

const FILE = 'devices.json';
/** Commands that wait for one account's program to take them. */
const COMMANDS_MAX = 64;
const WAIT_MAX_MS = 30_000;
/** Programs of one account that wait for commands at once. */
const WAITERS_MAX = 8;
const MINUTE_MS = 60_000;
const REASON_CHARACTERS_MAX = 120;

interface OpenDevice {
  readonly account: string;
  readonly device: string;
  readonly description: NodeDescription;
  isOnline: boolean | null;
}

interface UnderWay {
  readonly account: string;
  readonly command: AdapterCommand;
  readonly timer: NodeJS.Timeout;
}

/** What an adapter's worker starts. `door` is where MQTT comes in; over HTTP main calls. */
export function createOpenAdapter(door: OpenDoor): (context: AdapterContext) => Adapter {
  return (context) => new OpenAdapter(context, door);
}

class OpenAdapter implements Adapter {
  readonly #context: AdapterContext;
  readonly #door: OpenDoor;
  readonly #devices = new Map<NodeAddress, OpenDevice>();
  readonly #underWay = new Map<string, UnderWay>();
  readonly #queues = new Map<string, OpenCommand[]>();
  readonly #waiters = new Map<string, Set<() => void>>();
  readonly #counts = new Map<string, { count: number; sinceMs: number }>();
  #accounts: readonly VendorAccount[] | null = null;

  constructor(context: AdapterContext, door: OpenDoor) {
    this.#context = context;
    this.#door = door;
  }

  async start(): Promise<void> {
    for (const device of this.#load()) {
      const node = nodeAddress(device.description.node);
      this.#devices.set(node, device);
      this.#context.described(device.description);
      this.#context.availability(node, false, 'Not heard from yet');
    }
    this.#door.open((account, ask) => this.#answer(account, ask));
    this.#tellState();
  }

  async stop(): Promise<void> {
    this.#door.close();
    for (const wake of [...this.#waiters.values()].flatMap((each) => [...each])) wake();
    for (const [id, { timer, command }] of this.#underWay) {
      clearTimeout(timer);
      this.#underWay.delete(id);
      const problem = {
        code: 'cancelled',
        message: 'The open interface stops',
        hint: null,
      } as const;
      this.#context.outcome(command.id, 'failed', problem);
    }
  }

  send(command: AdapterCommand): void {
    const device = this.#device(command.node);
    const { account } = device;
    checkCommand(device, command.body);
    if (device.isOnline === false) {
      throw new HubError('unreachable', `${this.#nameOf(device)} is offline`, {
        hint: `Look at the program of "${account}".`,
        zh: { message: `${this.#nameOf(device)} 离线`, hint: `请检查“${account}”的程序。` },
      });
    }
    const queue = this.#queues.get(account) ?? [];
    if (queue.length >= COMMANDS_MAX) {
      throw new HubError('busy', `${COMMANDS_MAX} commands wait for the program of "${account}"`);
    }
    const { id, body, timeoutMs } = command;
    const open = { id, device: device.device, body, withinMs: timeoutMs };
    const timer = setTimeout(() => this.#expire(id), timeoutMs);
    this.#underWay.set(id, { account, command, timer });
    if (this.#door.tell(account, open)) {
      this.#context.outcome(id, 'sent', null);
      return;
    }
    this.#queues.set(account, [...queue, open]);
    for (const wake of this.#waiters.get(account) ?? []) wake();
  }

  async call(body: AdapterCall): Promise<unknown> {
    switch (body.kind) {
      case 'open':
        return this.#answer(body.account, body.ask);
      case 'vendors':
        this.#vendors(body.accounts);
        return null;
      case 'remove':
        this.#device(body.node);
        this.#devices.delete(body.node);
        this.#save();
        this.#context.left(body.node);
        this.#tellState();
        return null;
      case 'rename':
        return null;
      case 'refresh':
        this.#device(body.node);
        return null;
      case 'interview':
        this.#context.described(this.#device(body.node).description);
        return null;
      case 'describe':
        for (const { description } of this.#devices.values()) this.#context.described(description);
        return null;
      case 'statistics':
        return { nodes: [...this.#devices.values()].map(view) };
      default:
        throw new HubError('unsupported', `The open interface knows no "${body.kind}"`);
    }
  }

  #vendors(accounts: readonly VendorAccount[]): void {
    this.#accounts = accounts;
    this.#door.know(accounts);
    for (const [node, device] of this.#devices) {
      if (this.#isGranted(device.account)) continue;
      this.#setOnline(node, device, false, 'Its account was revoked');
    }
    for (const account of this.#queues.keys()) {
      if (!this.#isGranted(account)) this.#queues.delete(account);
    }
    for (const [account, waiters] of this.#waiters) {
      if (!this.#isGranted(account)) for (const wake of waiters) wake();
    }
    for (const [id, { account, command, timer }] of this.#underWay) {
      if (this.#isGranted(account)) continue;
      clearTimeout(timer);
      this.#underWay.delete(id);
      this.#context.outcome(command.id, 'failed', {
        code: 'unreachable',
        message: `The account "${account}" was revoked`,
        hint: 'Grant it again, with a new token for its program.',
        zh: {
          message: `账号“${account}”已被撤销`,
          hint: '请重新授予账号，并把新令牌交给它的程序。',
        },
      });
    }
  }

  #isGranted(account: string): boolean {
    return this.#accounts === null || this.#accounts.some(({ name }) => name === account);
  }

  /** @throws HubError `forbidden` */
  #mustBeGranted(account: string): void {
    if (this.#isGranted(account)) return;
    const shown = account.slice(0, 40);
    throw new HubError('forbidden', `The account "${shown}" was revoked`, {
      zh: { message: `账号“${shown}”已被撤销`, hint: null },
    });
  }

  async #answer(account: string, ask: OpenAsk): Promise<unknown> {
    this.#mustBeGranted(account);
    if (ask.kind !== 'commands') this.#count(account);
    switch (ask.kind) {
      case 'describe':
        return this.#describe(account, ask.device, ask.description);
      case 'report':
        return this.#report(account, ask);
      case 'event':
        return this.#event(account, ask);
      case 'availability': {
        const device = this.#own(account, ask.device);
        const reason = ask.online ? null : (ask.reason ?? 'It says that it is not there');
        const said = reason?.slice(0, REASON_CHARACTERS_MAX) ?? null;
        this.#setOnline(device.description.node, device, ask.online, said);
        return null;
      }
      case 'outcome':
        return this.#outcome(account, ask);
      case 'commands':
        return this.#take(account, Math.min(Math.max(0, ask.waitMs), WAIT_MAX_MS));
      case 'list':
        return this.#of(account).map(view);
      case 'remove': {
        const { description } = this.#own(account, ask.device);
        this.#setOnline(
          description.node,
          this.#own(account, ask.device),
          false,
          'Its vendor has removed it',
        );
        return null;
      }
      default:
        return ask satisfies never;
    }
  }

  #describe(account: string, id: string, content: unknown): OpenDeviceView {
    const node = this.#address(account, id);
    const description = parseDescription(this.#context.id, node, content);
    const before = this.#devices.get(node);
    if (before === undefined && this.#of(account).length >= VENDOR_LIMITS.devices) {
      throw new HubError(
        'busy',
        `The account "${account}" has ${VENDOR_LIMITS.devices} devices, the most it may`,
      );
    }
    const device: OpenDevice = {
      account,
      device: id,
      description,
      isOnline: before?.isOnline ?? null,
    };
    this.#devices.set(node, device);
    if (JSON.stringify(before?.description) !== JSON.stringify(description)) {
      this.#save();
      this.#context.described(description);
      this.#tellState();
    }
    this.#setOnline(node, device, true, null);
    return view(device);
  }

  #report(account: string, { device: id, values }: Extract<OpenAsk, { kind: 'report' }>): null {
    const device = this.#own(account, id);
    const known: Record<PropertyKey, PropertyValue> = {};
    for (const [key, value] of Object.entries(values)) {
      const descriptor = propertyOf(device, key, ['r', 'rw']);
      check(descriptor, value, `/values/${key}`);
      known[descriptor.key] = value;
    }
    const { node } = device.description;
    this.#setOnline(node, device, true, null);
    this.#context.report(node, known, 'report');
    return null;
  }

  #event(account: string, ask: Extract<OpenAsk, { kind: 'event' }>): null {
    const device = this.#own(account, ask.device);
    const descriptor = propertyOf(device, ask.property, ['event']);
    check(descriptor, ask.value, '/value');
    this.#setOnline(device.description.node, device, true, null);
    this.#context.event(device.description.node, descriptor.key, ask.value);
    return null;
  }

  #outcome(account: string, { id, state, message }: Extract<OpenAsk, { kind: 'outcome' }>): null {
    const underWay = this.#underWay.get(id);
    if (underWay?.account !== account)
      throw new NotFoundError('command under way', id.slice(0, 60));
    clearTimeout(underWay.timer);
    this.#underWay.delete(id);
    const text = message?.slice(0, 200) ?? 'The device refused it';
    const problem =
      state === 'failed'
        ? ({ code: 'rejected-by-device', message: text, hint: null } as const)
        : null;
    this.#context.outcome(underWay.command.id, state, problem);
    return null;
  }

  /** Commands for the account, as soon as there are any. Who takes them answers each with its outcome. */
  async #take(account: string, waitMs: number): Promise<readonly OpenCommand[]> {
    if ((this.#queues.get(account)?.length ?? 0) === 0 && waitMs > 0) {
      const waiters = this.#waiters.get(account) ?? new Set();
      this.#waiters.set(account, waiters);
      if (waiters.size >= WAITERS_MAX) {
        throw new HubError(
          'busy',
          `${WAITERS_MAX} programs of "${account}" wait for commands already`,
        );
      }
      await new Promise<void>((resolve) => {
        const done = (): void => {
          clearTimeout(timer);
          waiters.delete(done);
          resolve();
        };
        const timer = setTimeout(done, waitMs);
        waiters.add(done);
      });
      this.#mustBeGranted(account);
    }
    const commands = (this.#queues.get(account) ?? []).filter(({ id }) => this.#underWay.has(id));
    this.#queues.delete(account);
    for (const { id } of commands) {
      const underWay = this.#underWay.get(id);
      if (underWay !== undefined) this.#context.outcome(underWay.command.id, 'sent', null);
    }
    return commands;
  }

  #expire(id: string): void {
    const underWay = this.#underWay.get(id);
    if (underWay === undefined) return;
    this.#underWay.delete(id);
    const device = this.#devices.get(underWay.command.node);
    const name = device === undefined ? underWay.account : this.#nameOf(device);
    this.#context.outcome(underWay.command.id, 'timedOut', {
      code: 'timed-out',
      message: `${name} did not answer`,
      hint: `Look at the program of "${underWay.account}".`,
      zh: { message: `${name} 没有应答`, hint: `请检查“${underWay.account}”的程序。` },
    });
  }

  #setOnline(node: NodeAddress, device: OpenDevice, online: boolean, reason: string | null): void {
    if (device.isOnline === online) return;
    device.isOnline = online;
    this.#context.availability(node, online, reason);
  }

  #count(account: string): void {
    const nowMs = performance.now();
    const known = this.#counts.get(account);
    const isSame = known !== undefined && nowMs - known.sinceMs < MINUTE_MS;
    const count = isSame ? known.count + 1 : 1;
    this.#counts.set(account, { count, sinceMs: isSame ? known.sinceMs : nowMs });
    if (count <= VENDOR_LIMITS.perMinute) return;
    throw new HubError(
      'too-many-attempts',
      `"${account}" says more than ${VENDOR_LIMITS.perMinute} things a minute`,
      {
        hint: 'Put several values into one report.',
      },
    );
  }

  #address(account: string, device: string): NodeAddress {
    if (VENDOR_DEVICE.test(device)) return nodeAddress(`${account}/${device}`);
    throw new ValidationError(`"${device.slice(0, 48)}" cannot be the name of a device`, {
      hint: 'It has 1 to 48 letters, digits, hyphens or underscores, such as kitchen-1.',
    });
  }

  #own(account: string, id: string): OpenDevice {
    const device = this.#devices.get(this.#address(account, id));
    if (device !== undefined) return device;
    throw new NotFoundError('device', id.slice(0, 48), { hint: 'Send its description first.' });
  }

  #of(account: string): OpenDevice[] {
    return [...this.#devices.values()].filter((device) => device.account === account);
  }

  #device(node: NodeAddress): OpenDevice {
    const device = this.#devices.get(node);
    if (device === undefined) throw new NotFoundError('device of a vendor', node);
    return device;
  }

  #nameOf({ description }: OpenDevice): string {
    return this.#context.nameOf(description.node) ?? description.title;
  }

  #tellState(): void {
    const count = this.#devices.size;
    const detail = `${count} device${count === 1 ? '' : 's'} of vendors`;
    this.#context.state({ kind: 'connected', detail });
  }

  #save(): void {
    const devices = [...this.#devices.values()].map(({ account, device, description }) => ({
      ...{ account, device, description },
    }));
    try {
      writePrivateJson(path.join(this.#context.dataFolder, FILE), { version: 1, devices });
    } catch (error) {
      this.#context.log('error', `The vendors' devices were not kept: ${toProblem(error).message}`);
    }
  }

  /** @throws HubError `storage` when the file is damaged */
  #load(): OpenDevice[] {
    const file = path.join(this.#context.dataFolder, FILE);
    return readPrivateList(file, 'devices', readDevice, {
      en: 'start again; the devices describe themselves',
      zh: '重新启动，设备会重新描述自己',
    });
  }
}

function readDevice(entry: unknown): OpenDevice | undefined {
  const { account, device, description } = Object(entry) as Partial<OpenDevice>;
  const isWhole = typeof account === 'string' && typeof device === 'string';
  const isDescribed = typeof description?.node === 'string';
  if (!isWhole || !isDescribed) return undefined;
  return { account, device, description, isOnline: null };
}

function view({ device, description, isOnline }: OpenDevice): OpenDeviceView {
  return {
    device,
    node: description.node,
    name: description.title,
    isOnline: isOnline === true,
    properties: description.properties.map(({ key }) => key),
  };
}

/** @throws HubError `unsupported`, ValidationError for a value that the property cannot have */
function checkCommand({ description }: OpenDevice, body: AdapterCommand['body']): void {
  if (body.kind === 'invoke') {
    if (description.commands.includes(body.name)) return;
    throw new HubError('unsupported', `This device cannot "${body.name}"`);
  }
  const found = description.properties.find(({ key }) => key === body.property);
  if (found === undefined || (found.access !== 'rw' && found.access !== 'w')) {
    throw new HubError('unsupported', `This device has no "${body.property}" that could be set`);
  }
  check(found, body.value, '/value');
}

function propertyOf(
  { description }: OpenDevice,
  key: string,
  access: readonly string[],
): PropertyDescriptor {
  const found = description.properties.find((each) => each.key === key);
  if (found !== undefined && access.includes(found.access)) return found;
  throw new ValidationError(`"${key.slice(0, 60)}" is nothing that this device tells`, {
    hint: `It has: ${description.properties.map((each) => each.key).join(', ')}.`,
  });
}

function check(descriptor: PropertyDescriptor, value: PropertyValue, at: string): void {
  const problem = checkValue(specOf(descriptor), value);
  if (problem === null) return;
  throw new ValidationError(problem.message, {
    hint: problem.hint,
    errors: [{ path: at, message: problem.hint }],
  });
}
