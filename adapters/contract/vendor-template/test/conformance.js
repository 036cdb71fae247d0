// @ts-check
// What `ingle adapter test` needs to know: an emulated device, and how it is touched and taken away.
import { startLamp } from './emulator.js';

export async function plan() {
  const lamp = await startLamp();
  return {
    settings: { address: '127.0.0.1', port: lamp.port },
    subject: { node: 'lamp-1', property: 'on', values: [true, false] },
    touch: (/** @type {boolean} */ value) => lamp.press(value),
    reach: (/** @type {boolean} */ isInReach) => lamp.reach(isInReach),
    stop: () => lamp.stop(),
  };
}
