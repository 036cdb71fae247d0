// How a live event changes a device as the page holds it. Pure: each gives a new device, or the same one
// where nothing changed, so that a tile is drawn again only when it must.
import type { EventDataJson } from '../../../api/event-shapes.ts';
import type { DeviceJson, DevicePropertyJson } from '../../../api/shapes.ts';

function withProperty(
  device: DeviceJson,
  key: string,
  change: (property: DevicePropertyJson) => DevicePropertyJson,
): DeviceJson {
  const property = device.properties[key];
  if (property === undefined) return device;
  const changed = change(property);
  return changed === property
    ? device
    : { ...device, properties: { ...device.properties, [key]: changed } };
}

/** A reported value; it ends what was wanted when both are the same. */
export function withChange(device: DeviceJson, change: EventDataJson['change']): DeviceJson {
  return withProperty(device, change.property, (property) => ({
    ...property,
    value: change.value,
    at: change.at,
  }));
}

/** A happening, such as a press: kept as the last one with its time. */
export function withEvent(device: DeviceJson, event: EventDataJson['event']): DeviceJson {
  return withProperty(device, event.property, (property) => ({
    ...property,
    value: event.value,
    at: event.at,
  }));
}

/** What the hub wants of a property; null once it is as wanted, or given up. */
export function withWanted(device: DeviceJson, event: EventDataJson['wanted']): DeviceJson {
  return withProperty(device, event.property, (property) => {
    const { wanted, wantedBy: _wantedBy, waitsUntil: _waitsUntil, ...rest } = property;
    if (event.wanted === null) return wanted === undefined ? property : rest;
    const { waitsUntil, wantedBy } = event;
    const waits = waitsUntil === undefined ? {} : { waitsUntil };
    return {
      ...rest,
      wanted: event.wanted,
      ...waits,
      ...(wantedBy === undefined ? {} : { wantedBy }),
    };
  });
}

/** Whether the device can be reached. */
export function withAvailability(
  device: DeviceJson,
  event: EventDataJson['availability'],
): DeviceJson {
  const { online, reason, at } = event;
  return { ...device, availability: { online, reason, since: at } };
}

/** One live event about a device, of any kind. */
export type DeviceEvent =
  | { readonly kind: 'change'; readonly data: EventDataJson['change'] }
  | { readonly kind: 'event'; readonly data: EventDataJson['event'] }
  | { readonly kind: 'wanted'; readonly data: EventDataJson['wanted'] }
  | { readonly kind: 'availability'; readonly data: EventDataJson['availability'] };

/** The device after one event. */
export function afterEvent(device: DeviceJson, event: DeviceEvent): DeviceJson {
  switch (event.kind) {
    case 'change':
      return withChange(device, event.data);
    case 'event':
      return withEvent(device, event.data);
    case 'wanted':
      return withWanted(device, event.data);
    case 'availability':
      return withAvailability(device, event.data);
    default:
      return event satisfies never;
  }
}
