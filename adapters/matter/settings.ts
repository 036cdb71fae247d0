// What the household sets about Matter, checked.
import { networkInterfaces } from 'node:os';
import type { AdapterSettings } from '../../hub/model/adapter-port.ts';
import { HubError, ValidationError } from '../../hub/model/errors.ts';

export interface MatterSettings {
  /** The one interface on which devices are looked for. */
  readonly networkInterface: string;
}

const HINT =
  'Set INGLE_MDNS_INTERFACE, or the interface in House, Settings, to the one at which your devices are, such as eth0 or wlan0.';

/**
 * @throws ValidationError without an interface, since mDNS would otherwise speak on all of them, and HubError
 *   `unreachable` when the machine has no such interface now
 */
export function readSettings(settings: AdapterSettings): MatterSettings {
  const name = String(settings.mdnsInterface ?? '').trim();
  if (name === '') {
    const message = 'No network interface is set for Matter';
    throw new ValidationError(message, {
      hint: HINT,
      errors: [{ path: '/mdnsInterface', message }],
    });
  }
  const addresses = networkInterfaces()[name];
  if (addresses === undefined) {
    throw new HubError('unreachable', `The network interface "${name}" is not there or is down`, {
      hint: `There are: ${Object.keys(networkInterfaces()).join(', ')}. ${HINT}`,
    });
  }
  if (!addresses.some(({ family }) => family === 'IPv6')) {
    throw new HubError('unsupported', `The network interface "${name}" has no IPv6 address`, {
      hint: 'Matter needs IPv6. Allow it on the interface; an address of its own is enough.',
    });
  }
  return { networkInterface: name };
}
