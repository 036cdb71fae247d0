// WLED light strips: adding one by its address, and bringing back those of an earlier run.
import type { LanFamily, LanPeer, LanTools, OpenRequest } from '../family.ts';
import { calledOff } from '../lan-problems.ts';
import {
  type KnownWled,
  PORT_DEFAULT,
  readView,
  WLED_TIMINGS,
  WledDevice,
  type WledTimings,
} from './device.ts';
import { WledLink } from './link.ts';
import { isJson } from './messages.ts';

const DEVICES_MAX = 200;

/** The family with other timings than a household has; for tests. */
export function wledFamily(timings: WledTimings): LanFamily {
  return {
    title: 'WLED',
    services: ['wled'],
    portDefault: PORT_DEFAULT,
    peersMax: DEVICES_MAX,
    restore: (kept, tools) => {
      const known = parseKnown(kept);
      return known === undefined ? undefined : new WledDevice(known, tools, timings);
    },
    open: (request, tools) => open(request, tools, timings),
  };
}

export const wled: LanFamily = wledFamily(WLED_TIMINGS);

async function open(
  { address, signal }: OpenRequest,
  tools: LanTools,
  timings: WledTimings,
): Promise<LanPeer> {
  const link = await WledLink.to(address, timings.pulseEveryMs);
  try {
    const view = await readView(link, timings.answerWithinMs, signal);
    if (signal.aborted) throw calledOff(address.text);
    const { mac } = view.info;
    const device = new WledDevice({ mac, address: address.text }, tools, timings);
    device.learn(view);
    return device;
  } finally {
    link.close();
  }
}

function parseKnown(kept: unknown): KnownWled | undefined {
  if (!isJson(kept)) return undefined;
  const { mac, address, description } = kept;
  const isNamed = typeof mac === 'string' && /^[0-9a-f]{12}$/.test(mac);
  const isWhole =
    isJson(description) &&
    typeof description.node === 'string' &&
    Array.isArray(description.properties);
  return isNamed && typeof address === 'string' && isWhole
    ? (kept as unknown as KnownWled)
    : undefined;
}
