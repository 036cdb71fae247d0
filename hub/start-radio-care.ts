// Care of the Zigbee network, put together from the hub's parts.
import type { LiveFeedSource } from './core/live-feed.ts';
import type { HouseholdHost } from './household/household.ts';
import type { JobsHost } from './household/jobs.ts';
import { createRadioCare, type RadioCareHost } from './household/radio-care.ts';
import type { AdapterCall, AdapterState } from './model/adapter-port.ts';
import type { AdapterId } from './model/identifiers.ts';
import { checkPageSetting, type Settings } from './settings.ts';

/** What it is put together from. */
export interface RadioCareParts {
  readonly household: HouseholdHost;
  readonly jobs: JobsHost;
  readonly feed: LiveFeedSource;
  nowMs(): number;
  /** The settings with what the page has set since the start. */
  settingsNow(): Settings;
  zigbeeState(): AdapterState | null;
  callAdapter(adapter: AdapterId, call: AdapterCall): Promise<unknown>;
}

/** Builds it; whoever changes something in the network has the page read its faults and devices again. */
export function startRadioCare(parts: RadioCareParts): RadioCareHost {
  const { household, jobs, feed } = parts;
  return createRadioCare({
    nowMs: parts.nowMs,
    zone: () => household.contents().home.zone,
    devices: () => household.contents().devices,
    callAdapter: parts.callAdapter,
    adapterState: parts.zigbeeState,
    openJob: (kind, step) => jobs.open(kind, step),
    setting(name) {
      const all = parts.settingsNow().list();
      return all.find((one) => one.name === name) ?? { value: '', from: 'default' };
    },
    checkSetting: checkPageSetting,
    putSetting: (name, value, actor) => household.putSetting(name, value, actor),
    changed() {
      for (const what of ['health', 'devices'] as const) {
        feed.publish([{ topic: 'home', body: { kind: 'home', what } }]);
      }
    },
  });
}
