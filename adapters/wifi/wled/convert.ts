// The border between a WLED and the table of properties: what a strip and each of its segments have, what they say, and
// which body of the JSON API sets what.
// Spec: WLED JSON API (https://kno.wled.ge/interfaces/json-api/).
import type { CommandBody } from '../../../hub/model/command.ts';
import type { NodeDescription } from '../../../hub/model/device.ts';
import { HubError, ValidationError } from '../../../hub/model/errors.ts';
import type { AdapterId, NodeAddress } from '../../../hub/model/identifiers.ts';
import {
  type PropertyDescriptor,
  type PropertyKey,
  type PropertyValue,
  specOf,
} from '../../../hub/model/properties.ts';
import type { PropertySpec } from '../../../hub/model/property-row.ts';
import { checkValue } from '../../../hub/model/property-value.ts';
import { type LeftOut, notShownOf } from '../../contract/not-shown.ts';
import { channelNamed, toldApart } from '../../contract/own-names.ts';
import { accessOf, descriptorOf, type PropertyDraft } from '../../contract/property-draft.ts';
import type { Json } from '../known-devices.ts';
import type { Segment, View } from './messages.ts';
import { type Row, SEGMENT_ROWS, STRIP_ROWS, SWITCH_ROWS } from './rows.ts';

interface Binding {
  readonly descriptor: PropertyDescriptor;
  /** What a report of it may be. */
  readonly spec: PropertySpec;
  readonly row: Row;
  /** Id of the segment that it belongs to; null: the whole strip. */
  readonly segment: number | null;
}

export type Bindings = ReadonlyMap<PropertyKey, Binding>;

/** Segments that get properties of their own; those of one more are listed as not shown. */
export const SEGMENTS_SHOWN_MAX = 32;

/** What a strip has. The first segment is the strip itself; each further one has an endpoint of its own. */
export function bind(view: View): Map<PropertyKey, Binding> {
  const found: [SegmentDraft, place: number][] = [];
  const segments = view.state.segments.slice(0, SEGMENTS_SHOWN_MAX);
  const add = (rows: readonly Row[], segment: Segment | null, endpoint = 0): void => {
    for (const row of rows) {
      const seen = { ...view, segment: segment ?? NO_SEGMENT };
      if (!(row.has?.(seen) ?? true)) continue;
      const named = channelNamed(segment?.name ?? null, row.name, row.vendor?.label);
      const of = segment?.id ?? null;
      const draft = { name: row.name, ...row.vendor, ...row.own?.(seen), ...named };
      found.push([{ ...draft, row, segment: of }, endpoint]);
    }
  };
  add(STRIP_ROWS, null);
  for (const [place, segment] of segments.entries()) {
    const endpoint = segment.id + 1;
    add(SEGMENT_ROWS, segment, place === 0 ? 0 : endpoint);
    if (segments.length > 1) add(SWITCH_ROWS, segment, endpoint);
  }
  const bindings = new Map<PropertyKey, Binding>();
  for (const [{ row, segment, ...draft }, endpoint] of toldApart(found)) {
    const access = accessOf({ read: row.read, set: row.write });
    const descriptor = descriptorOf({ ...draft, access }, endpoint);
    const { min: _, max: __, values: ___, ...spec } = specOf(descriptor);
    bindings.set(descriptor.key, { descriptor, spec, row, segment });
  }
  return bindings;
}

interface SegmentDraft extends PropertyDraft {
  readonly row: Row;
  readonly segment: number | null;
}

/** Stands where a row looks at no segment. */
const NO_SEGMENT: Segment = {
  id: 0,
  name: null,
  on: null,
  brightnessRaw: null,
  temperatureRaw: null,
  channels: null,
  effect: null,
  palette: null,
  speedRaw: null,
  intensityRaw: null,
  capabilities: null,
};

/** The values of a view, each checked against its property. */
export function valuesOf(bindings: Bindings, view: View): Record<PropertyKey, PropertyValue> {
  const byId = new Map(view.state.segments.map((segment) => [segment.id, segment]));
  const values: Record<PropertyKey, PropertyValue> = {};
  for (const [key, { row, segment, spec }] of bindings) {
    const own = segment === null ? NO_SEGMENT : byId.get(segment);
    const value = own === undefined ? undefined : row.read?.({ ...view, segment: own });
    if (value !== undefined && checkValue(spec, value) === null) values[key] = value;
  }
  return values;
}

/**
 * The body that carries a command.
 * @throws HubError `unsupported`, ValidationError for a value that the property cannot have
 */
export function bodyOf(bindings: Bindings, view: View, body: CommandBody): Json {
  if (body.kind === 'invoke') {
    if (body.name === 'restart') return { rb: true };
    throw cannot(`This device cannot "${body.name}"`, `这个设备不能“${body.name}”`);
  }
  const binding = bindings.get(body.property);
  if (binding?.row.write === undefined) {
    throw cannot(
      `This device has no "${body.property}" that could be set`,
      `这个设备没有可设置的“${body.property}”`,
    );
  }
  const problem = checkValue(specOf(binding.descriptor), body.value);
  if (problem !== null) {
    throw new ValidationError(problem.message, { hint: problem.hint, zh: problem.zh });
  }
  const own = view.state.segments.find(({ id }) => id === binding.segment) ?? NO_SEGMENT;
  const change = binding.row.write(body.value, { ...view, segment: own });
  const part = binding.segment === null ? change : { seg: [{ id: binding.segment, ...change }] };
  // For this change alone, in steps of 100 ms.
  const { transitionMs } = body;
  const tt =
    transitionMs === undefined ? {} : { tt: Math.min(65_535, Math.round(transitionMs / 100)) };
  return { ...part, ...tt };
}

function cannot(en: string, zh: string): HubError {
  return new HubError('unsupported', en, { zh: { message: zh, hint: null } });
}

/** Two bodies as one; what the later says holds. */
export function mergeBodies(earlier: Json, later: Json): Json {
  const merged: Record<string, unknown> = { ...earlier, ...later };
  for (const name of ['nl', 'udpn']) {
    if (name in earlier && name in later) {
      merged[name] = { ...(earlier[name] as Json), ...(later[name] as Json) };
    }
  }
  const segments = new Map<unknown, Json>();
  for (const segment of [...segmentsOf(earlier), ...segmentsOf(later)]) {
    segments.set(segment.id, { ...segments.get(segment.id), ...segment });
  }
  if (segments.size > 0) merged.seg = [...segments.values()];
  return merged;
}

function segmentsOf({ seg }: Json): readonly Json[] {
  return Array.isArray(seg) ? seg : [];
}

/** A segment that no property is made of, and why. */
function beyond({ id, name }: Segment): LeftOut {
  return {
    what: name === null ? `segment ${id}` : `segment ${id} (${name})`,
    why: {
      en: `the hub shows ${SEGMENTS_SHOWN_MAX} segments of a strip`,
      zh: `中枢最多显示一条灯带的 ${SEGMENTS_SHOWN_MAX} 段`,
    },
  };
}

/** How the hub describes the strip. */
export function describe(
  adapter: AdapterId,
  node: NodeAddress,
  { info, state }: View,
  bindings: Bindings,
): NodeDescription {
  return {
    adapter,
    node,
    manufacturer: info.brand,
    model: info.model,
    title: info.name,
    kind: 'light',
    power: 'mains',
    tier: 'core',
    support: 'exact',
    firmware: info.version,
    properties: [...bindings.values()].map(({ descriptor }) => descriptor),
    commands: ['restart'],
    ...notShownOf(state.segments.slice(SEGMENTS_SHOWN_MAX).map(beyond)),
  };
}
