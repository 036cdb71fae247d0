// Reads over which devices steps are repeated, and what is known of the device of the round.

import type { DeviceRecord, NodeDescription } from '../../../hub/model/device.ts';
import { adapterId, type DeviceId, nodeAddress } from '../../../hub/model/identifiers.ts';
import { describeProperty, PROPERTIES } from '../../../hub/model/properties.ts';
import type { ReadContext } from '../context.ts';
import type { Path } from '../document.ts';
import { EACH, namesEach } from '../each.ts';
import { mistake } from '../mistakes.ts';
import type { RepeatBy, Step } from '../steps.ts';
import type { Reading } from './reading.ts';
import { readDevices, readSelection } from './targets.ts';

type Over = string | readonly string[] | Parameters<typeof readSelection>[1];

/** The devices of `for-each`: by name, or by room, label and kind. */
export function readEach({ context }: Reading, over: Over, path: Path): RepeatBy | null {
  if (typeof over === 'string' || isList(over)) {
    const devices = readDevices(context, over, path);
    return devices && { kind: 'each', devices: [...new Set(devices)] };
  }
  const select = readSelection(context, over, path);
  return select && { kind: 'each', devices: [], select };
}

function isList(over: Exclude<Over, string>): over is readonly string[] {
  return Array.isArray(over);
}

/** The steps of such a repeat; `by` is null where the devices could not be read. */
export function readEachSteps(
  { context }: Reading,
  by: RepeatBy | null,
  read: () => Step[],
  path: Path,
): Step[] | null {
  const devices = by?.kind === 'each' ? by.devices : [];
  const description = devices.length > 0 ? common(context, devices) : anything();
  const steps = context.withDevice(eachRecord(description), read);
  if (asksPastOfEach(steps)) {
    return context.refuse(
      [...path, 'do'],
      mistake(
        'What was with the device of a round is not known; `held` and `was` name a device of the home',
        '每一轮设备的过去是不知道的；`held` 和 `was` 要写明家里的设备',
      ),
    );
  }
  return steps;
}

function eachRecord(description: NodeDescription): DeviceRecord {
  const name = 'each of them';
  return { id: EACH, name, handle: EACH, room: null, description, version: 0, createdAtMs: 0 };
}

/** What all of the devices have. */
function common(context: ReadContext, devices: readonly DeviceId[]): NodeDescription {
  const descriptions = devices.flatMap((id) => context.names.device(id)?.description ?? []);
  const [first = anything(), ...others] = descriptions;
  return {
    ...first,
    properties: first.properties.filter(({ key, name, access }) =>
      others.every(({ properties }) =>
        properties.some((one) => one.key === key && one.name === name && one.access === access),
      ),
    ),
    commands: first.commands.filter((command) =>
      others.every(({ commands }) => commands.includes(command)),
    ),
  };
}

/** Which devices a selection finds is known when it is made: they may have any property. */
function anything(): NodeDescription {
  return {
    ...{
      adapter: adapterId('home'),
      node: nodeAddress('each'),
      manufacturer: '',
      model: '',
      title: '',
    },
    ...{ kind: 'other', power: 'mains', tier: 'core', support: 'exact', firmware: null },
    properties: PROPERTIES.map(({ name }) => describeProperty(name)),
    commands: ['identify', 'stop'],
  };
}

function asksPastOfEach(node: unknown): boolean {
  if (typeof node !== 'object' || node === null) return false;
  const isPast = 'kind' in node && (node.kind === 'held' || node.kind === 'was');
  return (isPast && namesEach(node)) || Object.values(node).some(asksPastOfEach);
}
