// The device that others are to join through: only one of the same protocol can let them in.
import type { DeviceRecord } from '../model/device.ts';
import { ValidationError } from '../model/errors.ts';
import type { AdapterId } from '../model/identifiers.ts';

/** @throws ValidationError for a device of another protocol than the one that is opened */
export function demandSameProtocol(router: DeviceRecord, adapter: AdapterId): void {
  if (router.description.adapter === adapter) return;
  throw new ValidationError(`Nothing can join through ${router.name}: it is no Zigbee device`, {
    hint: 'Choose a Zigbee lamp or plug that is always powered, or none.',
    zh: {
      message: `设备不能通过 ${router.name} 入网：它不是 Zigbee 设备`,
      hint: '请选择常通电的 Zigbee 灯或插座，或者不指定。',
    },
    errors: [{ path: '/via', message: 'is no Zigbee device', zh: '不是 Zigbee 设备' }],
  });
}
