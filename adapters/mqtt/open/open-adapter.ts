// The open interface as an adapter: devices of vendors that describe themselves, report, and take commands over HTTP or
// over MQTT. What they say is judged here, the same for both ways in.
import path from 'node:path';
import type { AdapterCall } from '../../../hub/model/adapter-port.ts';
import type { NodeDescription } from '../../../hub/model/device.ts';
import {
  HubError,
  type InputProblem,
  NotFoundError,
  toProblem,
  ValidationError,
} from '../../../hub/model/errors.ts';
import { type NodeAddress, nodeAddress } from '../../../hub/model/identifiers.ts';
import {
  type OpenAsk,
  type OpenDeviceView,
  VENDOR_DEVICE,
  VENDOR_LIMITS,
  type VendorAccount,
} from '../../../hub/model/open-interface.ts';
import type { PropertyKey, PropertyValue } from '../../../hub/model/properties.ts';
import type { Adapter, AdapterCommand, AdapterContext } from '../../contract/adapter.ts';
import { readPrivateList, writePrivateJson } from '../../contract/private-file.ts';
import { CommandDesk } from './command-desk.ts';
import { parseDescription } from './description.ts';
import type { OpenDoor } from './door.ts';
import { checkCommand, judge, notReported, tooOften } from './judgement.ts';

const FILE = 'devices.json';
const MINUTE_MS = 60_000;
const REASON_CHARACTERS_MAX = 120;

interface OpenDevice {
  readonly account: string;
  readonly device: string;
  readonly description: NodeDescription;
  isOnline: boolean | null;
}

/** What an account has said, or asked, since a minute began. */
interface Count {
  count: number;
  sinceMs: number;
}

/** What an adapter's worker starts. `door` is where MQTT comes in; over HTTP main calls. */
export function createOpenAdapter(door: OpenDoor): (context: AdapterContext) => Adapter {
  return (context) => new OpenAdapter(context, door);
}

class OpenAdapter implements Adapter {
  readonly #context: AdapterContext;
  readonly #door: OpenDoor;
  readonly #devices = new Map<NodeAddress, OpenDevice>();
  readonly #desk: CommandDesk;
  readonly #counts = { says: new Map<string, Count>(), takes: new Map<string, Count>() };
  #accounts: readonly VendorAccount[] | null = null;

  constructor(context: AdapterContext, door: OpenDoor) {
    this.#context = context;
    this.#door = door;
    this.#desk = new CommandDesk(context, door);
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
    this.#desk.stop();
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
    this.#desk.add(account, device.device, command);
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
    this.#desk.keepOnly((account) => this.#isGranted(account));
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
    if (ask.kind === 'stopWaiting') return this.#desk.stopWaiting(account, ask.waiter);
    this.#mustBeGranted(account);
    this.#count(account, ask.kind === 'commands' ? 'takes' : 'says');
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
        return this.#desk.outcome(account, ask);
      case 'commands': {
        const commands = await this.#desk.take(account, ask);
        this.#mustBeGranted(account);
        return commands;
      }
      case 'list':
        return this.#of(account).map(view);
      case 'remove': {
        const device = this.#own(account, ask.device);
        this.#setOnline(device.description.node, device, false, 'Its vendor has removed it');
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
        {
          hint: 'The household can remove one of them, or grant another account.',
          zh: {
            message: `账号“${account}”已有 ${VENDOR_LIMITS.devices} 个设备，不能再多`,
            hint: '可以移除其中一个，或再授予一个账号。',
          },
        },
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

  #report(account: string, ask: Extract<OpenAsk, { kind: 'report' }>): null {
    const device = this.#own(account, ask.device);
    const known: Record<PropertyKey, PropertyValue> = {};
    const errors: InputProblem[] = [];
    for (const [key, value] of Object.entries(ask.values)) {
      const { descriptor, problem } = judge(device, key, value, 'report');
      if (problem === null) known[descriptor.key] = value;
      else errors.push({ path: `/values/${key.slice(0, 60)}`, message: problem });
    }
    if (errors.length > 0) throw notReported(device, errors);
    const { node } = device.description;
    if (ask.isKept === true) {
      this.#context.report(node, known, 'reconnect');
      return null;
    }
    this.#setOnline(node, device, true, null);
    this.#context.report(node, known, 'report');
    return null;
  }

  #event(account: string, ask: Extract<OpenAsk, { kind: 'event' }>): null {
    const device = this.#own(account, ask.device);
    const { descriptor, problem } = judge(device, ask.property, ask.value, 'event');
    if (problem !== null) throw notReported(device, [{ path: '/value', message: problem }]);
    this.#setOnline(device.description.node, device, true, null);
    this.#context.event(device.description.node, descriptor.key, ask.value);
    return null;
  }

  #setOnline(node: NodeAddress, device: OpenDevice, online: boolean, reason: string | null): void {
    if (device.isOnline === online) return;
    device.isOnline = online;
    this.#context.availability(node, online, reason);
  }

  #count(account: string, what: 'says' | 'takes'): void {
    const counts = this.#counts[what];
    const nowMs = performance.now();
    const known = counts.get(account);
    const isSame = known !== undefined && nowMs - known.sinceMs < MINUTE_MS;
    const now = isSame ? known : { count: 0, sinceMs: nowMs };
    now.count += 1;
    counts.set(account, now);
    if (now.count <= VENDOR_LIMITS.perMinute) return;
    throw tooOften(account, what, Math.ceil((now.sinceMs + MINUTE_MS - nowMs) / 1_000));
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
    throw new NotFoundError('device', id.slice(0, 48), {
      hint: `It is none of "${account}". Send its description first: PUT /api/open/devices/${id.slice(0, 48)}.`,
    });
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
