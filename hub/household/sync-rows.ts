// What the hub knows that may leave it, as rows: how the devices are, and how often scenes ran. No name that a person
// gave is in them, no room, no address; which device it is, is told by the id that the hub drew for it.
import type { Instant } from '../model/clock.ts';
import type { PropertyState } from '../model/device.ts';
import type { Async, DeviceView } from '../model/hub-port.ts';
import { propertyKey } from '../model/properties.ts';
import type { JobCalls } from '../model/store-port.ts';
import type { SyncCategory, SyncRows } from '../model/sync-port.ts';

const BATTERY = propertyKey('battery');
const LINK_QUALITY = propertyKey('linkQuality');

export interface SyncRowsOptions {
  readonly reads: Pick<Async<JobCalls>, 'runCounts'>;
  now(): Instant;
  devices(): readonly DeviceView[];
  /** Brings what waits for the disk there, so that a count is whole. */
  flush(): Promise<void>;
}

/** @returns the rows of a category for a span of wall time that has passed */
export function createSyncRows(options: SyncRowsOptions) {
  return async (
    category: SyncCategory,
    fromMs: number,
    toMs: number,
    mark: number | null,
  ): Promise<SyncRows> => {
    if (category === 'telemetry') {
      const now = options.now();
      return { rows: options.devices().map((device) => healthOf(device, now)) };
    }
    await options.flush();
    const { counts, last } = await options.reads.runCounts(mark);
    const span = { from: Math.round(fromMs), to: Math.round(toMs) };
    return { rows: counts.map((count) => ({ ...span, ...count })), mark: last };
  };
}

function healthOf({ record, live }: DeviceView, { wallMs, monoMs }: Instant) {
  const { adapter, manufacturer, model, firmware } = record.description;
  return {
    at: Math.round(wallMs),
    mono: Math.round(monoMs),
    device: record.id,
    protocol: adapter,
    product: `${manufacturer} ${model}`.slice(0, 200),
    firmware: firmware?.slice(0, 100) ?? null,
    online: live.availability.online,
    since: Math.round(live.availability.sinceMs),
    battery: numberOf(live.properties[BATTERY]),
    linkQuality: numberOf(live.properties[LINK_QUALITY]),
  };
}

const numberOf = (state: PropertyState | undefined): number | null =>
  typeof state?.value === 'number' ? state.value : null;
