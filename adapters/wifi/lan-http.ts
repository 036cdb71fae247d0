// One HTTP request to a device of the home's network: to the very address that was checked, followed nowhere, with a
// limit on its time and on the bytes of the answer.
import { type Agent, request as requestPlain } from 'node:http';
import { request as requestSecure } from 'node:https';
import { HubError } from '../../hub/model/errors.ts';
import { calledOff, notOne, silent, unreachable } from './lan-problems.ts';

/** What is asked, and how long and how much at most. */
export interface LanAsk {
  /** As it is shown in problems. */
  readonly address: string;
  /** As `resolveLanAddress` gave it. */
  readonly ip: string;
  readonly port: number;
  /** Makes the connections. One of `node:https` is spoken to with TLS. */
  readonly agent: Agent;
  readonly isSecure: boolean;
  readonly method: 'GET' | 'POST' | 'PUT';
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** Sent as JSON. */
  readonly body?: unknown;
  readonly timeoutMs: number;
  readonly bytesMax: number;
  readonly signal?: AbortSignal;
}

/** A whole answer, whatever its status. */
export interface LanAnswer {
  readonly status: number;
  readonly text: string;
}

/** What is spoken to, for the words when something else answers. */
export interface LanKind {
  /** With its article: `a Hue bridge`. */
  readonly en: string;
  readonly zh: string;
}

/**
 * Asks, and gives the whole answer.
 * @throws HubError `unreachable`, `timed-out`, `cancelled`, `rejected-by-device` for what is no HTTP or too much of it,
 * and what the agent itself found wrong with the connection
 */
export function askLan(ask: LanAsk, kind: LanKind): Promise<LanAnswer> {
  const { address, ip, port, agent, method, path, bytesMax } = ask;
  const payload = ask.body === undefined ? null : Buffer.from(JSON.stringify(ask.body));
  const headers: Record<string, string> = { accept: 'application/json', ...ask.headers };
  if (payload !== null) {
    headers['content-type'] = 'application/json';
    headers['content-length'] = String(payload.length);
  }
  return new Promise((resolve, reject) => {
    let isOver = false;
    const end = (then: () => void): void => {
      if (isOver) return;
      isOver = true;
      clearTimeout(timer);
      then();
    };
    const fail = (error: HubError): void =>
      end(() => {
        request.destroy();
        reject(error);
      });
    const make = ask.isSecure ? requestSecure : requestPlain;
    const options = { host: ip, port, method, path, agent, headers };
    const signal = ask.signal === undefined ? {} : { signal: ask.signal };
    const request = make({ ...options, ...signal }, (response) => {
      const parts: Buffer[] = [];
      let bytes = 0;
      response.on('data', (part: Buffer) => {
        bytes += part.length;
        if (bytes > bytesMax) fail(notOne(address, kind.en, kind.zh));
        else parts.push(part);
      });
      response.on('end', () => {
        const text = Buffer.concat(parts).toString('utf8');
        if (response.complete) end(() => resolve({ status: response.statusCode ?? 0, text }));
        else fail(unreachable(address));
      });
      // An answer that breaks off in the middle.
      response.on('error', (error) => fail(unreachable(address, error)));
      response.on('close', () => fail(unreachable(address)));
    });
    request.on('error', (error) => fail(connectProblem(address, kind, error)));
    const timer = setTimeout(() => fail(silent(address)), ask.timeoutMs);
    request.end(payload ?? undefined);
  });
}

/** A failed connection in words. */
export function connectProblem(address: string, kind: LanKind, error: unknown): HubError {
  if (error instanceof HubError) return error;
  const { code, name } = error as { readonly code?: unknown; readonly name?: unknown };
  if (name === 'AbortError') return calledOff(address);
  // What speaks no HTTP, or no TLS where it is asked for.
  if (/^(?:HPE_|WS_ERR|ERR_SSL|EPROTO)/.test(String(code))) {
    return notOne(address, kind.en, kind.zh);
  }
  return unreachable(address, error);
}

/** JSON that holds an object or a list; null for anything else. */
export function parseLanJson(text: string): object | null {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' ? value : null;
  } catch {
    return null;
  }
}
