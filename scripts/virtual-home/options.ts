// The options of the virtual home's Zigbee part, and how its command line gives them.

import { parseArgs } from 'node:util';
import type { DeviceModel, Placement } from './devices/model.ts';
import type { Latency } from './radio/network.ts';
import type { StickTraits } from './znp/traits.ts';

/** A device that a test brings along. */
export interface Guest {
  placement: Placement;
  /** Absent: the file that the placement names. */
  model?: DeviceModel;
}

/** What a virtual home can be told. Every field has a default. */
export interface HomeOptions {
  /** TCP port of the coordinator on 127.0.0.1; 0 takes a free one. */
  port: number;
  /** HTTP port of the control interface on 127.0.0.1; 0 takes a free one. */
  controlPort: number;
  /** All chance comes from this. */
  seed: number;
  /** How much faster than the wall clock the residents live. The radio is never faster. */
  speed: number;
  /** Time in the air, each way. */
  latency: Latency;
  /** Folder that keeps the network between runs; undefined: memory only. */
  data: string | undefined;
  /** Whether people live in it. */
  residents: boolean;
  /** Whether nodes join by themselves when the host opens the network. */
  autoJoin: boolean;
  /** Time between two nodes that join by themselves. */
  joinStaggerMs: number;
  /** This many thermometers and plugs in place of the demo home; undefined: the demo home. */
  nodes: number | undefined;
  /** These devices in place of the demo home's; undefined: the demo home's. */
  devices: readonly Placement[] | undefined;
  /** Further devices, of models of their own or of the folder's; undefined: none. */
  guests?: readonly Guest[];
  /** How its stick differs from the usual one; undefined: not at all. */
  traits?: StickTraits;
  /** Hour of the residents' day at which they start, 0 to 24. */
  startHour: number;
}

export const DEFAULT_OPTIONS: HomeOptions = {
  port: 0,
  controlPort: 0,
  seed: 7,
  speed: 60,
  latency: { minMs: 2, maxMs: 20 },
  data: undefined,
  residents: true,
  autoJoin: true,
  joinStaggerMs: 150,
  nodes: undefined,
  devices: undefined,
  startHour: 7,
};

/** A command line that cannot be understood; the message says which option. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

function inRange(name: string, value: string, min: number, max: number): number {
  const number = Number(value);
  if (value.trim() === '' || !Number.isFinite(number) || number < min || number > max) {
    throw new UsageError(`--${name} ${value}: a number from ${min} to ${max} is wanted`);
  }
  return number;
}

function latency(value: string): Latency {
  const [min, max = min, ...rest] = value.split('-');
  if (min === undefined || max === undefined || rest.length > 0) {
    throw new UsageError(`--latency ${value}: milliseconds are wanted, as 5 or 2-20`);
  }
  const minMs = inRange('latency', min, 0, 10_000);
  const maxMs = inRange('latency', max, minMs, 10_000);
  return { minMs, maxMs };
}

/** Reads a command line. Throws UsageError. */
export function parseOptions(args: readonly string[]): HomeOptions & { withParent: boolean } {
  const parse = () =>
    parseArgs({
      args: [...args],
      strict: true,
      options: {
        port: { type: 'string', default: String(DEFAULT_OPTIONS.port) },
        'control-port': { type: 'string', default: String(DEFAULT_OPTIONS.controlPort) },
        seed: { type: 'string', default: String(DEFAULT_OPTIONS.seed) },
        speed: { type: 'string', default: String(DEFAULT_OPTIONS.speed) },
        latency: { type: 'string', default: '2-20' },
        data: { type: 'string' },
        nodes: { type: 'string' },
        'start-hour': { type: 'string', default: String(DEFAULT_OPTIONS.startHour) },
        'join-stagger': { type: 'string', default: String(DEFAULT_OPTIONS.joinStaggerMs) },
        'no-residents': { type: 'boolean', default: false },
        'no-auto-join': { type: 'boolean', default: false },
        'with-parent': { type: 'boolean', default: false },
      },
    }).values;
  let values: ReturnType<typeof parse>;
  try {
    values = parse();
  } catch (cause) {
    throw new UsageError(cause instanceof Error ? cause.message : String(cause), { cause });
  }
  return {
    port: inRange('port', values.port, 0, 65_535),
    controlPort: inRange('control-port', values['control-port'], 0, 65_535),
    seed: inRange('seed', values.seed, 0, 0xffff_ffff),
    speed: inRange('speed', values.speed, 0, 10_000),
    latency: latency(values.latency),
    data: values.data,
    residents: !values['no-residents'] && values.nodes === undefined,
    autoJoin: !values['no-auto-join'],
    joinStaggerMs: inRange('join-stagger', values['join-stagger'], 0, 60_000),
    nodes: values.nodes === undefined ? undefined : inRange('nodes', values.nodes, 1, 5_000),
    devices: undefined,
    startHour: inRange('start-hour', values['start-hour'], 0, 24),
    withParent: values['with-parent'],
  };
}
