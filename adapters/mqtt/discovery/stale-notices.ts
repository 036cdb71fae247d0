// What a household is told of values that have expired while their device goes on: whose they are, and that the last
// one is still what is shown.
import type { AdapterNotice } from '../../../hub/model/adapter-port.ts';
import { findProperty, type PropertyDescriptor } from '../../../hub/model/properties.ts';
import type { DiscoveredDevice } from './device.ts';

/** More than these are told as a number. */
const DEVICES_MAX = 5;

export function staleNotices(devices: Iterable<DiscoveredDevice>): readonly AdapterNotice[] {
  const stale = [...devices].filter((device) => device.stale.length > 0);
  const notices = stale.slice(0, DEVICES_MAX).map(({ name, stale }): AdapterNotice => {
    const labels = (language: 'en' | 'zh') => stale.map((each) => labelOf(each, language));
    return {
      severity: 'warning',
      text: {
        en: `${name} has not told ${labels('en').join(', ')} for longer than that holds: what is shown is the last value. Look at the sensor or its bridge.`,
        zh: `${name} 已超过有效时间没有上报：${labels('zh').join('、')}。显示的是最后一个值。请检查传感器或它的网桥。`,
      },
    };
  });
  const more = stale.length - DEVICES_MAX;
  if (more <= 0) return notices;
  const others: AdapterNotice = {
    severity: 'warning',
    text: {
      en: `${more} more devices have values that hold no longer.`,
      zh: `还有 ${more} 个设备的值已过期。`,
    },
  };
  return [...notices, others];
}

function labelOf({ name, key, label }: PropertyDescriptor, language: 'en' | 'zh'): string {
  const known = label ?? findProperty(name)?.label;
  return known === undefined ? key : known[language];
}
