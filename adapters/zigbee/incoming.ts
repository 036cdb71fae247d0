// What nodes say: each message through its definition's converters into reports and events. One converter that
// throws costs its own message and nothing else.
import type { Events } from 'zigbee-herdsman';
import type * as zhc from 'zigbee-herdsman-converters';
import type { ReportReason } from '../../hub/model/adapter-port.ts';
import { type PropertyKey, type PropertyValue, propertyKey } from '../../hub/model/properties.ts';
import type { AdapterContext } from '../contract/adapter.ts';
import type { Node, WireState } from './node.ts';

/** Link quality flutters with every frame; a small change is not worth a record. */
const LQI_STEP = 10;
const LQI_EVERY_MS = 60_000;
const LINK_QUALITY = propertyKey('linkQuality');
/** There is no newer image. Spec: ZCL 07-5123 r8 § 11.13.5, status NO_IMAGE_AVAILABLE. */
const NO_IMAGE_AVAILABLE = 0x98;

type Message = Events.MessagePayload;
/** The converters' own type of a message is generic over every cluster; here all are one. */
type AnyMessage = Parameters<zhc.Definition['fromZigbee'][number]['convert']>[1];

export class Incoming {
  readonly #context: AdapterContext;
  readonly #exposesChanged: (node: Node) => void;
  /** Called after the values of a node were told. */
  onValues: ((node: Node) => void) | null = null;

  /** @param exposesChanged called when a converter found out more about what its node can do */
  constructor(context: AdapterContext, exposesChanged: (node: Node) => void) {
    this.#context = context;
    this.#exposesChanged = exposesChanged;
  }

  /** Converts and reports a message of a node whose definition is loaded. */
  receive(node: Node, message: Message): void {
    this.#linkQuality(node, message.linkquality);
    const isQuery = message.type === 'commandQueryNextImageRequest';
    if (isQuery && !node.isUpdating) this.#answerImageQuery(node, message);
    const { definition } = node;
    const converters = node.converters(message.cluster, message.type);
    if (definition === null || converters.length === 0) return;
    const reason = reasonOf(node, message);
    const publish = (payload: WireState): void => this.publish(node, payload, 'report');
    const meta = {
      state: node.state,
      device: node.device,
      deviceExposesChanged: () => this.#exposesChanged(node),
    };
    let merged: WireState = {};
    for (const converter of converters) {
      try {
        const any = message as unknown as AnyMessage;
        const result = converter.convert(definition, any, publish, node.options, meta);
        if (result instanceof Promise) result.catch((error) => this.#failed(node, message, error));
        else if (result) merged = { ...merged, ...result };
      } catch (error) {
        this.#failed(node, message, error);
      }
    }
    this.publish(node, merged, reason);
  }

  /** Takes a converter's payload: its state is kept, and what the table knows of it is told. */
  publish(node: Node, payload: WireState, reason: ReportReason): void {
    const { conversion } = node;
    if (conversion === null) return;
    const values: Record<PropertyKey, PropertyValue> = {};
    let count = 0;
    const now = Date.now();
    for (const [wireKey, wire] of Object.entries(payload)) {
      if (wireKey === 'action') {
        this.#press(node, wire);
        continue;
      }
      node.state[wireKey] = wire;
      for (const binding of conversion.byWireKey.get(wireKey) ?? []) {
        const value = binding.read(wire);
        if (value === undefined) continue;
        const { key, access } = binding.descriptor;
        if (access === 'event') {
          this.#context.event(node.address, key, value);
          continue;
        }
        values[key] = value;
        node.seen.set(key, { value, atMs: now });
        count += 1;
      }
    }
    if (count === 0) return;
    this.#context.report(node.address, values, reason);
    this.onValues?.(node);
  }

  #press(node: Node, wire: unknown): void {
    if (typeof wire !== 'string' || wire === '') return;
    const press = node.conversion?.presses.get(wire);
    const key = press?.key ?? propertyKey('button');
    this.#context.event(node.address, key, press?.value ?? wire);
  }

  #linkQuality(node: Node, value: number): void {
    if (!Number.isFinite(value)) return;
    const last = node.linkQuality;
    const now = Date.now();
    if (last !== null) {
      if (now - last.atMs < LQI_EVERY_MS || Math.abs(value - last.value) < LQI_STEP) return;
    }
    node.linkQuality = { value, atMs: now };
    this.#context.report(node.address, { [LINK_QUALITY]: value }, 'report');
  }

  /** The library leaves this to the hub; a node without an answer asks again and again. */
  #answerImageQuery(node: Node, message: Message): void {
    message.endpoint
      .commandResponse(
        'genOta',
        'queryNextImageResponse',
        { status: NO_IMAGE_AVAILABLE },
        undefined,
        message.meta.zclTransactionSequenceNumber,
      )
      .catch((error: Error) =>
        this.#context.log('debug', `No answer to ${node.address}: ${error.message}`),
      );
  }

  #failed(node: Node, message: Message, error: unknown): void {
    const text = error instanceof Error ? error.message : String(error);
    const model = node.definition?.model ?? node.device.modelID;
    this.#context.log(
      'warn',
      `A message of ${node.address} (${model}) could not be read: ${message.cluster} ${message.type}: ${text}`,
    );
  }
}

function reasonOf(node: Node, message: Message): ReportReason {
  if (message.type !== 'readResponse') return 'report';
  return node.reconnectReads > 0 ? 'reconnect' : 'read';
}
