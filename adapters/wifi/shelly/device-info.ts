// What a Shelly says of itself before anything else.
import { HubError } from '../../../hub/model/errors.ts';
import type { Json } from './rpc.ts';

/** What `Shelly.GetDeviceInfo` says of a device. */
export interface DeviceInfo {
  readonly id: string;
  readonly name: string | null;
  readonly model: string;
  readonly app: string;
  readonly generation: number;
  readonly firmware: string | null;
}

/** @throws HubError when this is not what a Shelly of the second generation or later says */
export function parseInfo(result: Json): DeviceInfo {
  const { id, name, model, app, gen, ver } = result;
  const isShelly =
    typeof id === 'string' && /^[a-z0-9][a-z0-9-]{2,60}$/i.test(id) && typeof model === 'string';
  if (!isShelly || typeof gen !== 'number') {
    throw new HubError('rejected-by-device', 'What answers there is not a Shelly', {
      hint: 'Check the address. Only Shelly devices of the second generation and later can be added.',
      zh: {
        message: '那里应答的不是 Shelly',
        hint: '请检查地址。只能添加第二代及以后的 Shelly 设备。',
      },
    });
  }
  return {
    id,
    name: typeof name === 'string' && name.trim() !== '' ? name.trim().slice(0, 60) : null,
    model: model.slice(0, 60),
    app: typeof app === 'string' ? app.slice(0, 60) : model.slice(0, 60),
    generation: gen,
    firmware: typeof ver === 'string' ? ver.slice(0, 40) : null,
  };
}
