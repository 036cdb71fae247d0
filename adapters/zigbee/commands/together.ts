// One command to many lamps at once: which of the commands of one moment ask for the same of lamps that understand it
// the same way, and the group frame that tells them.
import * as zhc from 'zigbee-herdsman-converters';
import type { Binding } from '../definitions/binding.ts';
import type { Node, ToZigbee, WireState } from '../node.ts';
import type { Group } from './lamp-groups.ts';
import type { WireRequest } from './outgoing.ts';

const { light_onoff_brightness: SWITCHING, light_color_colortemp: COLORING } = zhc.toZigbee;

/** What lamps are set alike: the cluster that a lamp must have for it, and the standard converter for groups. */
const LAMP_PROPERTIES = new Map<string, { readonly cluster: string; readonly converter: ToZigbee }>(
  [
    ['on', { cluster: 'genOnOff', converter: SWITCHING }],
    ['brightness', { cluster: 'genLevelCtrl', converter: SWITCHING }],
    ['colorTemperature', { cluster: 'lightingColorCtrl', converter: COLORING }],
    ['color', { cluster: 'lightingColorCtrl', converter: COLORING }],
  ],
);
const FADING_CLUSTER = 'genLevelCtrl';
const GROUPS_CLUSTER = 'genGroups';

/** Equal for two settings of two lamps that one group frame can carry; null for one that goes alone. */
export function alikeKey(
  node: Node,
  { descriptor: { name, endpoint } }: Binding,
  { key, value, transitionMs, endpointName }: WireRequest,
): string | null {
  const how = LAMP_PROPERTIES.get(name);
  if (how === undefined || endpoint !== undefined || endpointName !== undefined) return null;
  const own = node.isListening ? node.endpoint(undefined) : undefined;
  // What speaks a vendor's own language has no such cluster.
  const clusters = [GROUPS_CLUSTER, how.cluster, ...(transitionMs ? [FADING_CLUSTER] : [])];
  if (own === undefined || !clusters.every((each) => own.supportsInputCluster(each))) return null;
  return `${name} ${key} ${JSON.stringify(value)} ${transitionMs ?? ''}`;
}

/**
 * Tells a whole group; nobody acknowledges that. Resolves some 200 ms after the frame has left.
 * @param nodes the group's members, in its order
 * @returns the state in which each member is taken to be now
 */
export async function setGroup(
  group: Group,
  nodes: readonly Node[],
  request: WireRequest,
): Promise<WireState> {
  const { key, value, transitionMs } = request;
  const converter = [SWITCHING, COLORING].find((each) => each.key?.includes(key));
  const meta = {
    message: {
      [key]: value,
      ...(transitionMs === undefined ? {} : { transition: transitionMs / 1_000 }),
    },
    device: undefined,
    // The converters' form of a group: one definition for each member, in its order.
    mapped: nodes.map(({ definition }) => definition),
    options: {},
    state: {},
    membersState: Object.fromEntries(nodes.map(({ address, state }) => [address, state])),
    endpoint_name: undefined,
    publish: () => {},
    deviceExposesChanged: () => {},
  } as unknown as zhc.Tz.Meta;
  const result = await converter?.convertSet?.(group, key, value, meta);
  return result?.state ?? {};
}
