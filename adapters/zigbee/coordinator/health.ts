// How the coordinator itself is. One that has restarted answers, and even sends, but has no endpoints any more and
// hears nothing; only Z-Stack says by itself that it did. Sticks differ in what they tell of themselves, so each is
// held against what it said when it had just been set up.
import { type Controller, Zdo } from 'zigbee-herdsman';
import { driverOf } from './herdsman.ts';

const AREQ = 2;
const SYS = 1;
const UTIL = 7;
/** Z-Stack's device state "started as coordinator". Spec: Z-Stack Monitor and Test API § 3.12.1. */
const STATE_COORDINATOR = 9;
/** The hub's own endpoint at the coordinator. */
const ENDPOINT = 1;

/** What a coordinator says of itself. */
export interface Health {
  readonly isStarted: boolean;
  readonly hasEndpoint: boolean;
}

/** Calls back when the coordinator says that it has restarted. Only Z-Stack says so. */
export function onCoordinatorReset(controller: Controller, listener: () => void): void {
  driverOf(controller).znp?.on('received', ({ type, subsystem, command }) => {
    if (type === AREQ && subsystem === SYS && command.name === 'resetInd') listener();
  });
}

/**
 * Asks the coordinator how it is. Of other families only that it answers is known.
 * @throws the driver's error when it does not answer
 */
export async function askHealth(controller: Controller): Promise<Health> {
  const driver = driverOf(controller);
  if (driver.znp === undefined) {
    await driver.getNetworkParameters();
    return { isStarted: true, hasEndpoint: true };
  }
  const { payload } = await driver.znp.requestWithReply(UTIL, 'getDeviceInfo', {});
  const cluster = Zdo.ClusterId.ACTIVE_ENDPOINTS_REQUEST;
  const request = Zdo.Buffalo.buildRequest(driver.hasZdoMessageOverhead, cluster, 0);
  const [, answer] = await driver.sendZdo(`0x${'0'.repeat(16)}`, 0, cluster, request, false);
  const endpoints = (answer as { endpointList?: readonly number[] } | undefined)?.endpointList;
  return {
    isStarted: payload.devicestate === STATE_COORDINATOR,
    hasEndpoint: endpoints?.includes(ENDPOINT) === true,
  };
}

/** What a coordinator has lost since; null for nothing. `best` is all that it ever said. */
export function lostSince(best: Health | null, now: Health): Error | null {
  if (best?.isStarted && !now.isStarted) return new Error('The coordinator lost its network');
  if (best?.hasEndpoint && !now.hasEndpoint) return new Error('The coordinator reset by itself');
  return null;
}

/** All that it ever said of itself. */
export function bestOf(best: Health | null, now: Health): Health {
  return {
    isStarted: now.isStarted || best?.isStarted === true,
    hasEndpoint: now.hasEndpoint || best?.hasEndpoint === true,
  };
}
