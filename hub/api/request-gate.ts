// What every request must pass before anything looks at it: a plain path, one Host that is ours, a method that
// exists, and no other site behind it. Paths are judged as they were sent, since every layer below tidies them.
import { networkInterfaces } from 'node:os';
import { HubError } from '../model/errors.ts';
import type { ApiContext } from './context.ts';
import { HttpError } from './errors.ts';

const TARGET_CHARACTERS_MAX = 4_096;
const METHODS = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE'];
const UNSAFE = new Set(['POST', 'PUT', 'PATCH', 'DELETE']);
/** How long a list of the machine's addresses is believed; DHCP changes them. */
const ADDRESSES_MS = 10_000;

/** Whether the method changes something. */
export function isUnsafe(method: string): boolean {
  return UNSAFE.has(method);
}

/** @throws HttpError 400 for a path with a second spelling: `//`, dots, `%2F`, a backslash, a control character. */
export function checkTarget(target: string): void {
  const path = target.split(/[?#]/, 1)[0] ?? '';
  const isPlain =
    path.startsWith('/') &&
    target.length <= TARGET_CHARACTERS_MAX &&
    !path.includes('//') &&
    !/(^|\/)\.{1,2}(\/|$)/.test(path) &&
    // Nothing that we serve needs an escape or such a character in its path.
    /^[A-Za-z0-9/._~@:+-]*$/.test(path);
  if (isPlain) return;
  throw new HttpError(
    400,
    'invalid-input',
    'The path of the request has a form that is not taken',
    {
      hint: 'Paths are plain: no escapes, no doubled slashes, no dot segments.',
    },
  );
}

/** @throws HttpError 405 for methods that nothing here answers. */
export function checkMethod(method: string): void {
  if (METHODS.includes(method)) return;
  throw new HttpError(405, 'unsupported', `The method ${method.slice(0, 20)} is not answered`, {
    headers: { Allow: METHODS.join(', ') },
  });
}

/** A Host without its port, in small letters; null where it has no proper form. */
export function hostName(host: string): string | null {
  const match = /^(\[[0-9a-fA-F:.]+\]|[A-Za-z0-9_-]+(?:\.[A-Za-z0-9_-]+)*)(?::(\d{1,5}))?$/.exec(
    host,
  );
  const [, name, port] = match ?? [];
  if (name === undefined || (port !== undefined && Number(port) > 65_535)) return null;
  return name.toLowerCase();
}

/** Decides which Host names the hub answers to: a foreign name is how another site's page reaches into a home. */
export function createHostCheck(configured: readonly string[]): (host: string) => boolean {
  const names = new Set(['localhost', '127.0.0.1', '[::1]', 'ingle.local']);
  for (const name of configured) names.add(name.toLowerCase());
  let addresses = new Set<string>();
  let readAtMs = -Infinity;

  function ownAddresses(): ReadonlySet<string> {
    const nowMs = performance.now();
    if (nowMs - readAtMs > ADDRESSES_MS) {
      readAtMs = nowMs;
      addresses = new Set(
        Object.values(networkInterfaces())
          .flatMap((each) => each ?? [])
          .map(({ address, family }) => (family === 'IPv6' ? `[${address}]` : address)),
      );
    }
    return addresses;
  }

  return (host) => {
    const name = hostName(host);
    return name !== null && (names.has(name) || ownAddresses().has(name));
  };
}

/** @throws HttpError 400 without exactly one Host, 421 for a Host that is not ours. */
export function checkHost(c: ApiContext, isOurs: (host: string) => boolean): void {
  const raw = c.env?.incoming?.rawHeaders ?? [];
  const count = raw.filter(
    (name, index) => index % 2 === 0 && name.toLowerCase() === 'host',
  ).length;
  if (count > 1) {
    throw new HttpError(400, 'invalid-input', 'The request names more than one Host');
  }
  const host = hostOf(c);
  if (isOurs(host)) return;
  throw new HttpError(
    421,
    'forbidden',
    `This hub does not answer to the name "${host.slice(0, 80)}"`,
    {
      hint: 'Use its address or ingle.local; further names are set with INGLE_NAMES.',
    },
  );
}

function hostOf(c: ApiContext): string {
  return c.req.header('Host') ?? new URL(c.req.url).host;
}

/**
 * Refuses requests that another site's page sends. `isProofNeeded`: the browser's own word that the page is ours
 * must be there, as it always is behind a session cookie. @throws HubError `forbidden`.
 */
export function checkSite(
  c: ApiContext,
  { isProofNeeded }: { readonly isProofNeeded: boolean },
): void {
  const site = c.req.header('Sec-Fetch-Site');
  const isTyped = site === 'none' && !isUnsafe(c.req.method);
  if (site !== undefined && site !== 'same-origin' && !isTyped) throw foreignSite();
  const origin = c.req.header('Origin');
  if (origin === undefined) {
    if (isProofNeeded && site !== 'same-origin') throw foreignSite();
    return;
  }
  const host = hostOf(c).toLowerCase();
  if (origin !== `http://${host}` && origin !== `https://${host}`) throw foreignSite();
}

function foreignSite(): HubError {
  return new HubError('forbidden', 'The request does not come from a page of this hub', {
    hint: 'Programs send "Authorization: Bearer TOKEN" and no Origin.',
  });
}

/** Whether the other end of the connection is a program on this machine. False where there is no socket. */
export function isFromLoopback(c: ApiContext): boolean {
  const address = remoteAddress(c);
  return address === '::1' || /^(::ffff:)?127\./.test(address);
}

/** Whether the other end is on this machine or on a network of private addresses. */
export function isFromHome(c: ApiContext): boolean {
  if (isFromLoopback(c)) return true;
  const address = remoteAddress(c).toLowerCase();
  const plain = address.replace(/^::ffff:/, '');
  return (
    /^(10\.|192\.168\.|169\.254\.|172\.(1[6-9]|2\d|3[01])\.)/.test(plain) ||
    /^(f[cd][0-9a-f]{2}:|fe[89ab][0-9a-f]:)/.test(address)
  );
}

function remoteAddress(c: ApiContext): string {
  return c.env?.incoming?.socket?.remoteAddress ?? '';
}
