// What can be wrong with a device of the home's network that is spoken to by its address, in words for the household.
// The families whose devices answer over HTTP share them.
import { HubError, TimeoutError, UnreachableError } from '../../hub/model/errors.ts';

const POWER = {
  en: 'Check that it has power and is connected to the home’s network.',
  zh: '请检查它是否通电、是否连着家里的网络。',
};

/** Nothing takes a connection there, or it broke off. */
export function unreachable(address: string, cause?: unknown): HubError {
  return new UnreachableError(`${address} cannot be reached`, {
    hint: POWER.en,
    zh: { message: `连不上 ${address}`, hint: POWER.zh },
    cause,
  });
}

/** A connection that stood has ended. */
export function lost(address: string): HubError {
  return new UnreachableError(`The connection to ${address} was lost`, {
    hint: POWER.en,
    zh: { message: `与 ${address} 的连接断开了`, hint: POWER.zh },
  });
}

/** A connection stands, and nothing comes back. */
export function silent(address: string): HubError {
  return new TimeoutError(`${address} did not answer`, {
    hint: POWER.en,
    zh: { message: `${address} 没有应答`, hint: POWER.zh },
  });
}

/**
 * What answers is not what was looked for.
 * @param what with its article: `a Hue bridge`
 * @param whatZh the same in Chinese
 */
export function notOne(address: string, what: string, whatZh: string): HubError {
  return new HubError('rejected-by-device', `What answers at ${address} is not ${what}`, {
    hint: 'Check the address: the router or the device’s own app shows it.',
    zh: {
      message: `${address} 上应答的不是${whatZh}`,
      hint: '请检查地址：路由器或设备自己的应用会显示它。',
    },
  });
}

/** Another device of the family has the address now. */
export function otherDevice(address: string): HubError {
  return new HubError('conflict', `Another device answers at ${address}`, {
    hint: 'The router may have given the address away: add the device again with its new address.',
    zh: {
      message: `${address} 上应答的是另一个设备`,
      hint: '路由器可能把地址给了别的设备：请用新地址重新添加。',
    },
  });
}

/** The person has called it off, or the time is over. */
export function calledOff(address: string): HubError {
  return new HubError('cancelled', `Adding the device at ${address} was called off`, {
    zh: { message: `已取消添加 ${address} 上的设备`, hint: null },
  });
}
