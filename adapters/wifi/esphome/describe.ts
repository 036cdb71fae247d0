// How the hub describes an ESPHome device or a part of it.
import type { NodeDescription } from '../../../hub/model/device.ts';
import type { AdapterId, NodeAddress } from '../../../hub/model/identifiers.ts';
import type { Conversion } from './convert.ts';
import type { NodeInfo } from './session.ts';

/** What is described: a part of a device, or the whole. */
interface Described {
  readonly node: NodeAddress;
  readonly title: string;
  readonly conversion: Conversion;
}

/** The description of one part. */
export function describe(
  adapter: AdapterId,
  info: NodeInfo,
  { node, title, conversion }: Described,
): NodeDescription {
  const { bindings, commands, kind } = conversion;
  const properties = [...bindings.values()].map(({ descriptor }) => descriptor);
  const hasBattery = properties.some(({ name }) => name === 'battery' || name === 'batteryLow');
  return {
    adapter,
    node,
    manufacturer: info.manufacturer,
    model: info.model,
    title,
    kind,
    power: info.hasDeepSleep || hasBattery ? 'battery' : 'mains',
    tier: 'core',
    support: properties.length === 0 && commands.length === 0 ? 'unsupported' : 'generated',
    firmware: info.firmware === '' ? null : info.firmware,
    properties,
    commands: [...new Set(commands.map(({ name }) => name))],
  };
}
