// The router that a person chose for devices to join through: whether anybody can join there is said before the network
// is opened, since nobody would hear why nothing comes.
import { UnreachableError, ValidationError } from '../../../hub/model/errors.ts';
import type { Device } from '../coordinator/herdsman.ts';
import type { Node } from '../node.ts';

/**
 * The device to join through.
 * @param name what the household calls it
 * @throws ValidationError for one that lets nobody join; UnreachableError for one that does not answer
 */
export function chosenRouter(node: Node, name: string): Device {
  const { device } = node;
  // One that has not said yet what it is may be a router.
  const type: string = device.type;
  if (type !== 'Router' && type !== 'Unknown') {
    throw new ValidationError(`Nothing can join through ${name}: it is no router`, {
      hint: 'Choose a lamp or a plug that is always powered, or none; `ingle mesh` shows which devices are routers.',
      zh: {
        message: `设备不能通过 ${name} 入网：它不是路由器`,
        hint: '请选择常通电的灯或插座，或者不指定；`ingle mesh` 会显示哪些设备是路由器。',
      },
      errors: [{ path: '/via', message: 'is no router', zh: '不是路由器' }],
    });
  }
  if (node.isOnline === false) throw silentRouter(name);
  return device;
}

/** It was told to let devices in, or would have been, and does not answer. */
export function silentRouter(name: string, cause?: unknown): UnreachableError {
  return new UnreachableError(`${name} does not answer, so nothing can join through it`, {
    hint: 'Give it power, or choose another router or none.',
    zh: {
      message: `${name} 没有应答，设备无法通过它入网`,
      hint: '请恢复它的供电，或者选择别的路由器，也可以不指定。',
    },
    cause,
  });
}
