// Setting and reading properties of one node through its converters: one message to one endpoint, within the
// limits of its command. What is queued, confirmed and told about it is in commands.ts.
import type { Controller } from 'zigbee-herdsman';
import type * as zhc from 'zigbee-herdsman-converters';
import { HubError } from '../../../hub/model/errors.ts';
import type { PropertyValue } from '../../../hub/model/properties.ts';
import { checkValue } from '../../../hub/model/property-value.ts';
import { type Sending, sendWithin } from '../coordinator/herdsman.ts';
import type { Binding } from '../definitions/binding.ts';
import type { Node, WireState } from '../node.ts';

type ToZigbeeMeta = zhc.Tz.Meta;

/** How long a listening node may take to answer one frame; three times the slowest usual answer. */
const FRAME_TIMEOUT_MS = 2_500;
/** A sleeping node's parent keeps a frame for 7.68 s. */
const SLEEPY_FRAME_TIMEOUT_MS = 10_000;

/** What a converter is to do: its key, its value and the endpoint. */
export interface WireRequest {
  readonly key: string;
  readonly value: unknown;
  readonly endpointName: string | undefined;
  readonly transitionMs?: number | undefined;
}

/** Who hears of a request's frames. */
export interface Watch {
  readonly controller: Controller;
  readonly deadlineMs: number;
  onLeave?(): void;
}

export function newSending(node: Node, { controller, deadlineMs, onLeave }: Watch): Sending {
  return {
    controller,
    deadlineMs,
    frameTimeoutMs: node.isSleepy ? SLEEPY_FRAME_TIMEOUT_MS : FRAME_TIMEOUT_MS,
    isSleepy: node.isSleepy,
    isCancelled: false,
    onLeave: () => onLeave?.(),
  };
}

/**
 * The wire request that sets a property.
 * @throws HubError `unsupported` or `invalid-input`, naming property and value
 */
export function setRequest(
  binding: Binding,
  value: PropertyValue,
  transitionMs: number | undefined,
): WireRequest {
  const { key, access } = binding.descriptor;
  if (access === 'r' || access === 'event') {
    throw new HubError('unsupported', `${key} can be read but not set`, {
      zh: { message: `${key} 只能读取，不能设置`, hint: null },
    });
  }
  const problem = checkValue(binding.spec, value);
  if (problem !== null) throw new HubError('invalid-input', problem.message, problem);
  const wire = binding.write(value);
  if (wire === undefined) {
    throw new HubError('invalid-input', `${key} cannot be ${JSON.stringify(value)}`, {
      zh: { message: `${key} 不能是 ${JSON.stringify(value)}`, hint: null },
    });
  }
  const { converterKey, endpointName } = binding;
  return { key: converterKey, value: wire, endpointName, transitionMs };
}

function metaOf(node: Node, definition: zhc.Definition, request: WireRequest): ToZigbeeMeta {
  const { key, value, transitionMs, endpointName } = request;
  return {
    message: {
      [key]: value,
      ...(transitionMs === undefined ? {} : { transition: transitionMs / 1_000 }),
    },
    device: node.device,
    mapped: definition,
    options: node.options,
    state: node.state,
    endpoint_name: endpointName,
    // What a converter expects the node to be is not what the node has said.
    publish: () => {},
    deviceExposesChanged: () => {},
  };
}

function partsOf(node: Node, request: WireRequest, verb: 'convertSet' | 'convertGet') {
  const { definition } = node;
  const endpoint = node.endpoint(request.endpointName);
  const converter = node.toZigbee(request.key, request.endpointName, verb);
  const convert = converter?.[verb];
  if (definition === null || endpoint === undefined || convert === undefined) {
    throw new HubError(
      'unsupported',
      `This device cannot ${verb === 'convertSet' ? 'set' : 'tell'} ${request.key}`,
      {
        zh: {
          message: `这个设备不能${verb === 'convertSet' ? '设置' : '读取'} ${request.key}`,
          hint: null,
        },
      },
    );
  }
  return { definition, endpoint, converter };
}

/**
 * Sends a request and waits for the node's answer to each of its frames.
 * @returns the wire state that the converter takes the node to be in now; the node has not said so
 */
export async function setWire(
  node: Node,
  request: WireRequest,
  sending: Sending,
): Promise<WireState> {
  const { definition, endpoint, converter } = partsOf(node, request, 'convertSet');
  const meta = metaOf(node, definition, request);
  const result = await sendWithin(sending, async () =>
    converter?.convertSet?.(endpoint, request.key, request.value, meta),
  );
  const state = result?.state ?? {};
  const { endpointName } = request;
  if (endpointName === undefined) return state;
  return Object.fromEntries(
    Object.entries(state).map(([key, value]) => [`${key}_${endpointName}`, value]),
  );
}

/** Asks a node for a property; the answer comes as a message like any report. */
export async function getWire(
  node: Node,
  request: Pick<WireRequest, 'key' | 'endpointName'>,
  sending: Sending,
): Promise<void> {
  const whole = { ...request, value: '' };
  const { definition, endpoint, converter } = partsOf(node, whole, 'convertGet');
  const meta = metaOf(node, definition, whole);
  await sendWithin(sending, async () => converter?.convertGet?.(endpoint, request.key, meta));
}

/** The distinct reads that bring all of a node's readable values; converters share one read for many keys. */
export function readsOf(node: Node): Pick<WireRequest, 'key' | 'endpointName'>[] {
  const reads = new Map<string, Pick<WireRequest, 'key' | 'endpointName'>>();
  const shared = new Set<unknown>();
  for (const { canGet, converterKey: key, endpointName } of node.conversion?.bindings ?? []) {
    if (!canGet) continue;
    const converter = node.toZigbee(key, endpointName, 'convertGet');
    if (converter === undefined) continue;
    const id = `${key} ${endpointName ?? ''}`;
    const sharesRead = key === 'color' || key === 'color_temp';
    if (sharesRead && shared.has(converter)) continue;
    if (sharesRead) shared.add(converter);
    reads.set(id, { key, endpointName });
  }
  return [...reads.values()];
}
