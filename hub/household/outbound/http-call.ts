// One HTTP call to the outside: only to what is on the list, only to an address that was checked before, with limits
// on time and size. Names are resolved here and the socket goes to the very address that was looked at.
import { lookup as dnsLookup } from 'node:dns/promises';
import { type IncomingMessage, type RequestOptions, request as requestHttp } from 'node:http';
import { request as requestHttps } from 'node:https';
import { isIP, type LookupFunction } from 'node:net';
import { HubError, TimeoutError, toProblem, UnreachableError } from '../../model/errors.ts';
import { OUTBOUND_LIMITS, type OutboundCall, type OutboundResult } from '../../model/outbound.ts';
import { isPublicAddress } from './addresses.ts';
import { isUrlAllowed, notAllowed } from './allow-list.ts';

type HttpCall = Extract<OutboundCall, { kind: 'http' }>;

export interface Resolved {
  readonly address: string;
  readonly family: number;
}
/** All addresses of a name. */
export type Resolve = (host: string) => Promise<readonly Resolved[]>;

/** An answer with what was read of it. */
export interface HttpAnswer {
  readonly status: number;
  readonly text: string;
  readonly location: string | null;
}

const REDIRECTS: ReadonlySet<number> = new Set([301, 302, 303, 307, 308]);
/** These are this module's own to set, or change what a connection means. */
export const HEADERS_REFUSED: ReadonlySet<string> = new Set([
  'connection',
  'content-length',
  'expect',
  'host',
  'keep-alive',
  'proxy-authorization',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
]);

const UNKNOWN_ZH = '不知道它是否做了所要求的事。';

const resolveByDns: Resolve = (host) => dnsLookup(host, { all: true, verbatim: true });

/** Does the call. Never throws: what went wrong is the result's problem. */
export async function callHttp(
  call: HttpCall,
  allow: readonly string[],
  resolve: Resolve = resolveByDns,
): Promise<OutboundResult> {
  const deadline = AbortSignal.timeout(call.timeoutMs);
  try {
    let url = new URL(call.url);
    for (let redirects = 0; ; redirects++) {
      if (!isUrlAllowed(allow, url)) throw notAllowed(url.origin + url.pathname, url.origin);
      const answer = await exchange(url, call, deadline, resolve);
      if (REDIRECTS.has(answer.status)) {
        url = redirected(url, call, answer, redirects);
        continue;
      }
      return { status: answer.status, problem: statusProblem(url, answer) };
    }
  } catch (error) {
    return { status: null, problem: toProblem(deadline.aborted ? tooLong(call) : error) };
  }
}

function tooLong(call: HttpCall): TimeoutError {
  const [host, seconds] = [hostOf(call.url), call.timeoutMs / 1_000];
  return new TimeoutError(`${host} did not answer within ${seconds} s`, {
    hint: 'Whether it did what was asked is not known.',
    zh: { message: `${host} 在 ${seconds} 秒内没有应答`, hint: UNKNOWN_ZH },
  });
}

function hostOf(url: string): string {
  return URL.canParse(url) ? new URL(url).host : url.slice(0, 80);
}

/** Only reading follows a redirect, and only to what is on the list too. */
function redirected(from: URL, call: HttpCall, answer: HttpAnswer, redirects: number): URL {
  const { location } = answer;
  const to =
    location !== null && URL.canParse(location, from.href) ? new URL(location, from) : null;
  if (to === null || call.method !== 'GET' || redirects >= OUTBOUND_LIMITS.redirects) {
    throw new HubError(
      'rejected-by-device',
      `${from.host} sent the call on to ${to?.host ?? 'nowhere'} (${answer.status})`,
      {
        hint: 'Call the address itself; only a GET follows, at most 3 times.',
        zh: {
          message: `${from.host} 把调用转到了 ${to?.host ?? '不明地址'}（${answer.status}）`,
          hint: '请直接调用那个地址；只有 GET 会跟随跳转，最多 3 次。',
        },
      },
    );
  }
  if (to.origin !== from.origin && Object.keys(call.headers).length > 0) {
    throw new HubError('forbidden', `${from.host} sent the call on to ${to.host}`, {
      hint: 'Its headers were meant for the first address only, so it was not followed.',
      zh: {
        message: `${from.host} 把调用转到了 ${to.host}`,
        hint: '请求头只是给第一个地址的，所以没有跟随。',
      },
    });
  }
  return to;
}

function statusProblem(url: URL, { status, text }: HttpAnswer) {
  if (status >= 200 && status < 300) return null;
  const code = status === 429 || status === 503 ? 'busy' : 'rejected-by-device';
  const said = text.trim().slice(0, 200);
  return toProblem(
    new HubError(code, `${url.host} answered ${status}`, {
      hint: said === '' ? 'It said no more.' : `It said: ${said}`,
      zh: {
        message: `${url.host} 返回了 ${status}`,
        hint: said === '' ? '它没有说明原因。' : `它说：${said}`,
      },
    }),
  );
}

/** The address to connect to. @throws HubError `forbidden` where a name leads into a home or a machine */
async function checkedAddress(url: URL, resolve: Resolve): Promise<Resolved> {
  const host = url.hostname.replace(/^\[|\]$/g, '');
  const family = isIP(host);
  // An address that stands in the list as it is was meant, wherever it lies.
  if (family !== 0) return { address: host, family };
  let found: readonly Resolved[];
  try {
    found = await resolve(host);
  } catch (error) {
    throw new UnreachableError(`${host} is not known to the name server`, {
      hint: 'Check the name, and whether the house is online.',
      zh: { message: `域名服务器不认识 ${host}`, hint: '请检查名称，以及家里是否联网。' },
      cause: error,
    });
  }
  const inside = found.find(({ address }) => !isPublicAddress(address));
  if (inside) {
    throw new HubError('forbidden', `${host} leads to ${inside.address}, inside the house`, {
      hint: 'Allow and call that address itself if it is meant.',
      zh: {
        message: `${host} 指向家里的 ${inside.address}`,
        hint: '如果确实要调用它，请允许并直接调用那个地址。',
      },
    });
  }
  const [first] = found;
  if (first === undefined) {
    const zh = { message: `${host} 没有地址`, hint: null };
    throw new UnreachableError(`${host} has no address`, { zh });
  }
  return first;
}

/** One request and its answer. @throws HubError; the signal ends it */
export async function exchange(
  url: URL,
  call: Pick<HttpCall, 'method' | 'headers' | 'body'>,
  deadline: AbortSignal,
  resolve: Resolve = resolveByDns,
): Promise<HttpAnswer> {
  const { address, family } = await checkedAddress(url, resolve);
  deadline.throwIfAborted();
  const lookup: LookupFunction = (_host, options, done) => {
    if (options.all === true) done(null, [{ address, family }]);
    else done(null, address, family);
  };
  const body = call.body === null ? null : Buffer.from(call.body, 'utf8');
  const headers: Record<string, string> = { 'User-Agent': 'Ingle', Accept: '*/*' };
  for (const [name, value] of Object.entries(call.headers)) {
    if (!HEADERS_REFUSED.has(name.toLowerCase())) headers[name] = value;
  }
  if (body !== null) headers['Content-Length'] = String(body.length);
  const options: RequestOptions = {
    method: call.method,
    headers,
    lookup,
    agent: false,
    signal: deadline,
    maxHeaderSize: 16 * 1024,
  };
  return new Promise((done, fail) => {
    const send = url.protocol === 'https:' ? requestHttps : requestHttp;
    const outgoing = send(url, options, (answer) => {
      readAnswer(url, answer).then(done, (error: unknown) => {
        outgoing.destroy();
        fail(error);
      });
    });
    outgoing.on('error', (error: NodeJS.ErrnoException) => fail(connectionError(url, error)));
    outgoing.end(body ?? undefined);
  });
}

async function readAnswer(url: URL, answer: IncomingMessage): Promise<HttpAnswer> {
  const parts: Buffer[] = [];
  let bytes = 0;
  try {
    for await (const part of answer) {
      bytes += (part as Buffer).length;
      if (bytes > OUTBOUND_LIMITS.answerBytes) break;
      parts.push(part as Buffer);
    }
  } catch (error) {
    throw connectionError(url, error as NodeJS.ErrnoException);
  }
  if (bytes > OUTBOUND_LIMITS.answerBytes) {
    throw new HubError(
      'too-large',
      `The answer of ${url.host} is over ${OUTBOUND_LIMITS.answerBytes / 1024} kB`,
      {
        hint: 'It was not read to its end.',
        zh: {
          message: `${url.host} 的应答超过 ${OUTBOUND_LIMITS.answerBytes / 1024} kB`,
          hint: '没有读完。',
        },
      },
    );
  }
  return {
    status: answer.statusCode ?? 0,
    text: Buffer.concat(parts).toString('utf8'),
    location: answer.headers.location ?? null,
  };
}

/** There was no connection, so nothing can have been done. */
const UNSENT =
  /^(?:ECONNREFUSED|EHOSTUNREACH|ENETUNREACH|ENETDOWN|ENOTFOUND|EAI_AGAIN|ETIMEDOUT|CERT_.*|ERR_TLS_.*|DEPTH_ZERO.*|UNABLE_TO_.*|SELF_SIGNED.*)$/;

function connectionError(url: URL, error: NodeJS.ErrnoException): HubError {
  if (error instanceof HubError) return error;
  const why = error.code ?? error.message;
  if (UNSENT.test(why)) {
    return new UnreachableError(`${url.host} cannot be reached (${why})`, {
      hint: 'Check that it runs, and whether the house is online.',
      zh: {
        message: `连不上 ${url.host}（${why}）`,
        hint: '请检查它是否在运行，以及家里是否联网。',
      },
      cause: error,
    });
  }
  return new HubError('internal', `${url.host} broke off before it had answered (${why})`, {
    hint: 'Whether it did what was asked is not known.',
    zh: { message: `${url.host} 还没应答就断开了（${why}）`, hint: UNKNOWN_ZH },
    cause: error,
  });
}
