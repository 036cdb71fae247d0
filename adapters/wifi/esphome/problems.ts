// What goes wrong with an ESPHome device, in words for the household.
import {
  HubError,
  type HubErrorOptions,
  UnreachableError,
  ValidationError,
} from '../../../hub/model/errors.ts';
import type { Words } from '../../../hub/model/words.ts';
import { notOne } from '../lan-problems.ts';

const options = (hint: string, zh: readonly [message: string, hint: string]): HubErrorOptions => ({
  hint,
  zh: { message: zh[0], hint: zh[1] },
});

export function keyNeeded(address: string): HubError {
  return new HubError(
    'forbidden',
    `${address} asks for its encryption key`,
    options(
      'Add it with the key that stands in its ESPHome configuration under api: encryption: key, 44 characters.',
      [
        `${address} 需要加密密钥`,
        '请用它的 ESPHome 配置中 api: encryption: key 下的密钥（44 个字符）添加它。',
      ],
    ),
  );
}

/** It looks like a key and is none. */
export function keyMalformed(address: string, characters: number): HubError {
  return new ValidationError(`The encryption key for ${address} has ${characters} characters`, {
    ...options('A key has 44 characters, the last of which is =. Copy the whole of it.', [
      `${address} 的加密密钥有 ${characters} 个字符`,
      '密钥有 44 个字符，最后一个是 =。请完整复制。',
    ]),
    errors: [{ path: '/password', message: 'must be 44 characters' }],
  });
}

export function keyWrong(address: string): HubError {
  return new HubError(
    'forbidden',
    `${address} does not take the encryption key`,
    options('Add it again with the key that stands in its ESPHome configuration now.', [
      `${address} 不接受这个加密密钥`,
      '请用它现在的 ESPHome 配置中的密钥重新添加它。',
    ]),
  );
}

/** A key was given to a device that does not encrypt; without asking, nothing is sent in the clear. */
export function keyUnwanted(address: string): HubError {
  return new HubError(
    'forbidden',
    `${address} does not encrypt, so its encryption key is not asked for`,
    options(
      'Add it without a key; or give it one in its ESPHome configuration under api: encryption.',
      [
        `${address} 没有加密，不需要加密密钥`,
        '请不带密钥添加它；或在它的 ESPHome 配置的 api: encryption 下设置密钥。',
      ],
    ),
  );
}

export function passwordNeeded(address: string): HubError {
  return new HubError(
    'forbidden',
    `${address} asks for a password`,
    options('Add it with the password that stands in its ESPHome configuration under api:.', [
      `${address} 需要密码`,
      '请用它的 ESPHome 配置中 api: 下的密码添加它。',
    ]),
  );
}

export function passwordWrong(address: string): HubError {
  return new HubError(
    'forbidden',
    `${address} does not take the password`,
    options('Add it again with the password that stands in its ESPHome configuration now.', [
      `${address} 不接受这个密码`,
      '请用它现在的 ESPHome 配置中的密码重新添加它。',
    ]),
  );
}

/** What answers is something else. */
export const notEsphome = (address: string): HubError =>
  notOne(address, 'an ESPHome device', ' ESPHome 设备');

/** A connection stands, and nothing has come over it for long. */
export function wentSilent(address: string): HubError {
  return new UnreachableError(
    `${address} went silent`,
    options('It is tried again by itself.', [`${address} 不再应答`, '会自动重试。']),
  );
}

/** It took the connection and ended it without a word. */
export function hungUp(address: string): HubError {
  return new HubError(
    'rejected-by-device',
    `${address} hung up`,
    options(
      'It is not an ESPHome device, or as many programs are connected to it as it allows: close one of them.',
      [`${address} 挂断了连接`, '它不是 ESPHome 设备，或者已有太多程序连接着它：请关闭其中一个。'],
    ),
  );
}

export function tooOld(address: string, version: string): HubError {
  return new HubError(
    'unsupported',
    `The ESPHome of ${address} is too old: it speaks version ${version} of its API`,
    options('Install ESPHome 2021.8 or later on it, and add it again.', [
      `${address} 的 ESPHome 太旧：它的 API 版本是 ${version}`,
      '请给它安装 ESPHome 2021.8 或更高版本，然后重新添加。',
    ]),
  );
}

export function tooNew(address: string, version: string): HubError {
  return new HubError(
    'unsupported',
    `${address} speaks version ${version} of ESPHome's API, which Ingle does not know`,
    options('Update Ingle.', [
      `Ingle 不认识 ${address} 的 ESPHome API 版本 ${version}`,
      '请升级 Ingle。',
    ]),
  );
}

/** It says what no device says; the connection is given up. */
export function nonsense(address: string, cause: unknown): HubError {
  return new HubError('rejected-by-device', `${address} answers nonsense`, {
    cause,
    ...options('Restart the device; if that does not help, install its ESPHome anew.', [
      `${address} 的应答无法理解`,
      '请重启设备；如果没有用，请重新安装它的 ESPHome。',
    ]),
  });
}

/** It says more than a device can mean. */
export function flood(address: string): HubError {
  return new HubError(
    'rejected-by-device',
    `${address} says more than the hub takes from one device`,
    options('Give its sensors a longer update_interval or a filter in its ESPHome configuration.', [
      `${address} 发送的数据太多`,
      '请在它的 ESPHome 配置中延长传感器的 update_interval，或添加过滤器。',
    ]),
  );
}

/** Why a device that sleeps most of the time cannot be reached. */
export const ASLEEP: Words = {
  en: 'It sleeps to save its battery, and is asked when it wakes',
  zh: '它在休眠以节省电量，唤醒时会再联系它',
};
