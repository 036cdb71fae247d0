// Philips Hue bridges: adding one by its address and the button on it, and bringing back those of an earlier run.
// Spec: CLIP API v2, "Getting started" (https://developers.meethue.com/develop/hue-api-v2/getting-started/).
import { HubError } from '../../../hub/model/errors.ts';
import type { LanFamily, LanPeer, LanTools, OpenRequest } from '../family.ts';
import { calledOff, notOne } from '../lan-problems.ts';
import { HUE_TIMINGS, HueBridge, type HueTimings } from './bridge.ts';
import { HUE, HueConnection, type SeenCertificate } from './connection.ts';
import { isBridgeId, PORT_DEFAULT, parseKnown } from './known-bridge.ts';
import { notItsCertificate, notPressed, pairingRefused, tooOld } from './problems.ts';
import { isJson } from './resources.ts';

const BRIDGES_MAX = 8;
const MEET_WITHIN_MS = 8_000;
/** Whoever ends the pairing ends the asking; this is for nobody doing so. */
const PRESS_WITHIN_MS = 600_000;
const FAILURES_MAX = 5;
const NOT_PRESSED = 101;
/** The first software with the newer interface. */
const SOFTWARE_MIN = 1_948_086_000;

/** What the hub is called in the list of apps of the Hue app. */
const OURSELVES = { devicetype: 'ingle#hub', generateclientkey: true };

interface Introduction {
  readonly id: string;
  readonly name: string;
}

/** The family with other timings than a household has; for tests. */
export function hueFamily(timings: HueTimings): LanFamily {
  return {
    title: 'Philips Hue',
    services: ['hue'],
    portDefault: PORT_DEFAULT,
    peersMax: BRIDGES_MAX,
    restore: (kept, tools) => {
      const known = parseKnown(kept);
      return known === undefined ? undefined : new HueBridge(known, tools, timings);
    },
    open: (request, tools) => open(request, tools, timings),
  };
}

export const hue: LanFamily = hueFamily(HUE_TIMINGS);

async function open(request: OpenRequest, tools: LanTools, timings: HueTimings): Promise<LanPeer> {
  const { address, secret } = request;
  const connection = await HueConnection.to({ address, pin: null, key: null });
  try {
    const { id, name } = await introduce(connection, request.signal);
    const seen = connection.seen;
    if (seen === null) throw notOne(address.text, HUE.en, HUE.zh);
    checkCertificate(seen, id, address.text);
    const key = secret ?? (await askForKey(connection, request, timings));
    const known = {
      ...{ id, name, address: address.text, key, fingerprint: seen.fingerprint },
      // Added again, all that hangs on it is back in its former place.
      ...{ descriptions: [], removed: [], places: parseKnown(tools.former(id))?.places ?? {} },
    };
    const bridge = new HueBridge(known, tools, timings);
    await bridge.learn();
    if (request.signal.aborted) throw calledOff(address.text);
    return bridge;
  } finally {
    connection.close();
  }
}

/** What the bridge says of itself to anybody. */
async function introduce(connection: HueConnection, signal: AbortSignal): Promise<Introduction> {
  const limits = { timeoutMs: MEET_WITHIN_MS, signal };
  const said = await connection.plain('GET', '/api/0/config', undefined, limits);
  const { bridgeid, name, modelid, swversion } = isJson(said) ? said : {};
  const id = typeof bridgeid === 'string' ? bridgeid.toLowerCase() : '';
  if (!isBridgeId(id)) throw notOne(connection.address.text, HUE.en, HUE.zh);
  const model = typeof modelid === 'string' ? modelid.slice(0, 20) : '';
  const software = typeof swversion === 'string' ? Number(swversion) : SOFTWARE_MIN;
  if (model === 'BSB001' || software < SOFTWARE_MIN) throw tooOld(model);
  return { id, name: typeof name === 'string' ? name.slice(0, 60) : 'Hue bridge' };
}

/** The bridge names itself in its certificate, so that nothing else can be taken for it by mistake. */
function checkCertificate({ name, fingerprint }: SeenCertificate, id: string, to: string): void {
  if (name !== id || fingerprint === '') throw notItsCertificate(to);
}

/** Asks until somebody has pressed the button. @throws HubError */
async function askForKey(
  connection: HueConnection,
  { signal, ask }: OpenRequest,
  { pressEveryMs }: HueTimings,
): Promise<string> {
  const untilMs = performance.now() + PRESS_WITHIN_MS;
  let hasAsked = false;
  let failures = 0;
  while (!signal.aborted && performance.now() < untilMs) {
    try {
      const limits = { timeoutMs: MEET_WITHIN_MS, signal };
      const key = keyOf(await connection.plain('POST', '/api', OURSELVES, limits));
      if (key !== null) return key;
      failures = 0;
      if (!hasAsked) ask(PRESS);
      hasAsked = true;
    } catch (error) {
      if (signal.aborted) break;
      failures += 1;
      const isPassing = error instanceof HubError && PASSING.includes(error.code);
      if (!isPassing || failures >= FAILURES_MAX) throw error;
    }
    await pause(pressEveryMs, signal);
  }
  throw notPressed();
}

const PASSING: readonly string[] = ['unreachable', 'timed-out'];
const PRESS = {
  en: 'Press the button on top of the Hue bridge now.',
  zh: '现在请按一下 Hue 网桥顶部的按钮。',
};

/** The key of an answer; null while the button has not been pressed. @throws HubError for any other answer */
function keyOf(answer: object): string | null {
  const first: unknown = Array.isArray(answer) ? answer[0] : null;
  const { success, error } = isJson(first) ? first : {};
  if (isJson(success) && typeof success.username === 'string') {
    const { username } = success;
    // It goes back as a header.
    if (/^[\w-]{10,128}$/.test(username)) return username;
  }
  if (isJson(error) && error.type === NOT_PRESSED) return null;
  const said = isJson(error) && typeof error.description === 'string' ? error.description : '?';
  throw pairingRefused(said);
}

async function pause(ms: number, signal: AbortSignal): Promise<void> {
  await new Promise<void>((resolve) => {
    const end = (): void => {
      clearTimeout(timer);
      signal.removeEventListener('abort', end);
      resolve();
    };
    const timer = setTimeout(end, ms);
    signal.addEventListener('abort', end);
  });
}
