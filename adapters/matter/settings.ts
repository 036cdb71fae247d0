// What the household sets about Matter, checked.
import { networkInterfaces } from 'node:os';
import type { AdapterSettings } from '../../hub/model/adapter-port.ts';
import { HubError, ValidationError } from '../../hub/model/errors.ts';
import type { AttestationPolicy } from '../../hub/model/matter-node.ts';

export interface MatterSettings {
  /** The one interface on which devices are looked for. */
  readonly networkInterface: string;
}

/** The standard's own port: Alexa looks for bridges there. */
const BRIDGE_PORT = 5540;

/** The UDP port of the bridge. */
export function bridgePortOf({ bridgePort }: AdapterSettings): number {
  return typeof bridgePort === 'number' ? bridgePort : BRIDGE_PORT;
}

/** What is done with a device whose certificates are not proved to be its maker's own. */
export function attestationPolicyOf({ attestation }: AdapterSettings): AttestationPolicy {
  return attestation === 'refuse' ? 'refuse' : 'warn';
}

const HINT =
  'Set INGLE_MDNS_INTERFACE, or the interface in House › Adapters, to the one at which your devices are, such as eth0 or wlan0.';

const HINT_ZH =
  '请把 INGLE_MDNS_INTERFACE（或“全屋 › 适配器”里 Matter 的网络接口）设为设备所在的接口，例如 eth0 或 wlan0。';

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
      zh: { message: '没有为 Matter 设置网络接口', hint: HINT_ZH },
    });
  }
  const addresses = networkInterfaces()[name];
  if (addresses === undefined) {
    throw new HubError('unreachable', `The network interface "${name}" is not there or is down`, {
      hint: `There are: ${Object.keys(networkInterfaces()).join(', ')}. ${HINT}`,
      zh: {
        message: `网络接口“${name}”不存在或没有启用`,
        hint: `现有：${Object.keys(networkInterfaces()).join('、')}。${HINT_ZH}`,
      },
    });
  }
  if (!addresses.some(({ family }) => family === 'IPv6')) {
    throw new HubError('unsupported', `The network interface "${name}" has no IPv6 address`, {
      hint: 'Matter needs IPv6. Allow it on the interface; an address of its own is enough.',
      zh: {
        message: `网络接口“${name}”没有 IPv6 地址`,
        hint: 'Matter 需要 IPv6。请在这个接口上启用它，有一个自己的地址就够了。',
      },
    });
  }
  return { networkInterface: name };
}
