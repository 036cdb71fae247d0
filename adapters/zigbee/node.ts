// One node as the adapter knows it: its definition, how its values are converted, what its converters remember
// between messages, and how the hub describes it.
import type * as zhc from 'zigbee-herdsman-converters';
import type { FailedInterview, NodeDescription, PowerSource } from '../../hub/model/device.ts';
import { kindFromProperties } from '../../hub/model/device-kind.ts';
import { type AdapterId, type NodeAddress, nodeAddress } from '../../hub/model/identifiers.ts';
import type { PropertyKey, PropertyValue } from '../../hub/model/properties.ts';
import type { Device, Endpoint } from './coordinator/herdsman.ts';
import type { Binding } from './definitions/binding.ts';
import type { Conversion } from './definitions/convert.ts';
import {
  type Definitions,
  type FromZigbee,
  type Known,
  readDefinition,
} from './definitions/definitions.ts';
import type { JoinKey } from './joining/install-codes.ts';

/** What converters keep between messages, by their own keys. */
export type WireState = Record<string, unknown>;

export type ToZigbee = zhc.Definition['toZigbee'][number];

/** A report that a command may wait for. */
interface Seen {
  readonly value: PropertyValue;
  readonly atMs: number;
}

export class Node {
  readonly address: NodeAddress;
  readonly device: Device;
  /** Converters take per-device options; the hub sets none. They get this same object each time. */
  readonly options: WireState = {};
  readonly state: WireState;
  readonly seen = new Map<PropertyKey, Seen>();
  /** What the hub was last told; null before the first word. */
  isOnline: boolean | null = null;
  /** Reads that go on because the adapter has just connected: their answers are no changes. */
  reconnectReads = 0;
  linkQuality: { readonly value: number; readonly atMs: number } | null = null;
  hasStarted = false;
  /** Between its joining and the end of its interview others set it up. */
  isJoining = false;
  /** Its firmware is being asked for or sent: its questions about images are answered by that. */
  isUpdating = false;
  isConfiguring = false;
  /** What it did not say when it was asked, and when it is asked again; null: nothing. */
  failedInterview: FailedInterview | null = null;
  configureAttempts = 0;
  /** Why the last attempt failed; null after one that did not. */
  configureProblem: string | null = null;
  configureAtMs = 0;
  readonly #definitions: Definitions;
  #known: Known | null = null;
  #loading: Promise<void> | null = null;

  /** @param state what converters remembered of it before the last reconnection */
  constructor(device: Device, state: WireState, definitions: Definitions) {
    this.device = device;
    this.#definitions = definitions;
    this.state = state;
    this.address = nodeAddress(device.ieeeAddr);
  }

  get isInterviewed(): boolean {
    const state: string = this.device.interviewState;
    return state === 'SUCCESSFUL' || state === 'FAILED';
  }

  /** Whether it has said all that it was asked when it joined. */
  get isWhole(): boolean {
    const state: string = this.device.interviewState;
    return state === 'SUCCESSFUL' || this.device.type === 'GreenPower';
  }

  /** Whether a message can be converted at once. */
  get isCurrent(): boolean {
    return this.#known !== null && this.#known.modelId === this.device.modelID;
  }

  /** Reads the definition when it has none yet or the model id has become another. */
  load(isForced = false): Promise<void> {
    if (!this.isInterviewed || (this.isCurrent && !isForced)) return Promise.resolve();
    this.#loading ??= this.#load().finally(() => {
      this.#loading = null;
    });
    return this.#loading;
  }

  async #load(): Promise<void> {
    this.#known = (await this.#definitions.find(this.device, this.options)) ?? this.#known;
  }

  /** A converter says that the exposes have changed. */
  readAgain(): void {
    if (this.#known === null) return;
    const { definition, modelId } = this.#known;
    this.#known = readDefinition(definition, this.device, this.options, modelId);
  }

  get definition(): zhc.Definition | null {
    return this.#known?.definition ?? null;
  }

  get conversion(): Conversion | null {
    return this.#known?.conversion ?? null;
  }

  converters(cluster: string | number, type: string): readonly FromZigbee[] {
    return this.#known?.converters.get(`${cluster}|${type}`) ?? [];
  }

  binding(key: PropertyKey): Binding | undefined {
    return this.#known?.conversion.byKey.get(key);
  }

  /** The converter of a key that can set or get it; the first in the definition's order wins. */
  toZigbee(
    key: string,
    endpointName: string | undefined,
    verb: 'convertSet' | 'convertGet',
  ): ToZigbee | undefined {
    return this.#known?.definition.toZigbee.find(
      (converter) =>
        converter[verb] !== undefined &&
        (converter.key === undefined || converter.key.includes(key)) &&
        (converter.endpoints === undefined ||
          (endpointName !== undefined && converter.endpoints.includes(endpointName))),
    );
  }

  /** The endpoint of a name that the definition gives; without a name its default, else the first. */
  endpoint(name: string | undefined): Endpoint | undefined {
    const id = this.#known?.endpointNames[name ?? 'default'] ?? Number(name);
    const named = Number.isInteger(id) ? this.device.getEndpoint(id) : undefined;
    return named ?? (name === undefined ? this.device.endpoints[0] : undefined);
  }

  /** A mains-powered node listens always and can be asked whether it is there. */
  get isListening(): boolean {
    const { type, powerSource } = this.device;
    if (type === 'GreenPower') return false;
    if (type === 'Router') return true;
    return powerSource !== undefined && powerSource !== 'Unknown' && powerSource !== 'Battery';
  }

  /** An end device hears only when it asks its parent for what is kept for it. */
  get isSleepy(): boolean {
    return this.device.type === 'EndDevice' && !this.isListening;
  }

  describe(adapter: AdapterId): NodeDescription {
    const { device, definition, conversion } = this;
    const properties = conversion?.descriptors ?? [];
    const isUnsupported = properties.length <= 1 && this.#commands().length === 0;
    return {
      adapter,
      node: this.address,
      manufacturer: definition?.vendor ?? device.manufacturerName ?? 'Unknown',
      model: definition?.model ?? device.modelID ?? 'Unknown',
      title: this.#title(),
      kind: kindFromProperties(properties),
      power: this.#power(),
      tier:
        definition === null ||
        definition.generated === true ||
        definition.externalConverterName !== undefined
          ? 'community'
          : 'preferred',
      support: isUnsupported
        ? 'unsupported'
        : definition?.generated === true
          ? 'generated'
          : 'exact',
      ...this.#origin(),
      firmware: device.softwareBuildID || device.dateCode || null,
      properties,
      commands: this.#commands(),
    };
  }

  /** What a generated definition says of itself is no name for a thing. */
  #title(): string {
    const { definition, device } = this;
    const own = device.modelID ?? 'Zigbee device';
    return definition === null || definition.generated === true ? own : definition.description;
  }

  /** Who says what it is, how it came in, and what it has not said. */
  #origin(): Pick<NodeDescription, 'definedBy' | 'isWeakJoin' | 'interview'> {
    const definedBy = this.definition?.externalConverterName;
    const joinKey = this.joinKey;
    return {
      ...(definedBy === undefined ? {} : { definedBy }),
      ...(joinKey === null ? {} : { isWeakJoin: joinKey === 'well-known' }),
      ...(this.failedInterview === null ? {} : { interview: this.failedInterview }),
    };
  }

  /** With which key it got in, as the library keeps it with the node; null: it came in before anybody noted that. */
  get joinKey(): JoinKey | null {
    const key: unknown = this.device.meta.joinKey;
    return key === 'install-code' || key === 'well-known' ? key : null;
  }

  set joinKey(key: JoinKey | null) {
    if (key === null) delete this.device.meta.joinKey;
    else this.device.meta.joinKey = key;
    this.device.save();
  }

  #power(): PowerSource {
    const source = this.device.powerSource;
    if (source === 'Battery') return 'battery';
    if (source !== undefined && source !== 'Unknown') return 'mains';
    if (this.device.type === 'Router') return 'mains';
    return this.conversion?.byKey.has('battery' as PropertyKey) ? 'battery' : 'unknown';
  }

  /** The endpoint that can be made to blink. */
  get identifyEndpoint(): Endpoint | undefined {
    return this.device.endpoints.find((endpoint) => endpoint.supportsInputCluster('genIdentify'));
  }

  #commands(): string[] {
    const movements = Object.keys(this.conversion?.movements ?? {});
    const canStep =
      this.conversion?.byKey.has('brightness' as PropertyKey) === true ||
      this.conversion?.byKey.has('position' as PropertyKey) === true;
    const canStop = this.toZigbee('brightness_move', undefined, 'convertSet') !== undefined;
    return [
      ...(this.identifyEndpoint === undefined ? [] : ['identify']),
      ...(canStep ? ['step'] : []),
      ...(canStop && !movements.includes('stop') ? ['stop'] : []),
      ...movements,
    ];
  }
}
