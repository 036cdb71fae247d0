// What goes wrong with a coordinator or a node, in plain words with what to do. The libraries' errors end here.
import { existsSync } from 'node:fs';
import net from 'node:net';
import {
  HubError,
  type Problem,
  TimeoutError,
  toProblem,
  UnreachableError,
} from '../../hub/model/errors.ts';
import { isTcp, type ZigbeeSettings } from './settings.ts';

/** How long a look at a coordinator's address may take. */
const LOOK_MS = 3_000;

function where({ port }: ZigbeeSettings): string {
  return isTcp(port) ? port.slice('tcp://'.length) : port;
}

interface Rule {
  readonly matches: RegExp;
  problem(settings: ZigbeeSettings): Omit<Problem, 'errors'>;
}

const RULES: readonly Rule[] = [
  {
    matches: /ECONNREFUSED/,
    problem: (settings) => ({
      code: 'unreachable',
      message: `Nothing listens at ${where(settings)} (ECONNREFUSED)`,
      hint: 'Check that the coordinator is switched on and that host and port are right. Ingle keeps trying.',
    }),
  },
  {
    matches: /ENOTFOUND|EAI_AGAIN/,
    problem: (settings) => ({
      code: 'unreachable',
      message: `The name of the coordinator at ${where(settings)} is not known`,
      hint: 'Check the spelling of the host, or use its IP address.',
    }),
  },
  {
    matches: /EHOSTUNREACH|ENETUNREACH|ETIMEDOUT|no answer within/,
    problem: (settings) => ({
      code: 'unreachable',
      message: `There is no way to the coordinator at ${where(settings)}`,
      hint: 'Check that it has power and is in the same network. Ingle keeps trying.',
    }),
  },
  {
    matches: /EACCES|EPERM|[Pp]ermission denied/,
    problem: (settings) => ({
      code: 'forbidden',
      message: `Ingle may not open ${where(settings)} (permission denied)`,
      hint: 'Add the user that runs Ingle to the group "dialout", log in again and restart Ingle.',
    }),
  },
  {
    matches: /ENOENT|No such file/,
    problem: (settings) => ({
      code: 'unreachable',
      message: `There is no device ${where(settings)}`,
      hint: 'Plug the stick in. Names under /dev/serial/by-id stay the same at every plug and port.',
    }),
  },
  {
    matches: /lock port|EBUSY|[Rr]esource temporarily unavailable/,
    problem: (settings) => ({
      code: 'busy',
      message: `${where(settings)} is in use by another program`,
      hint: 'Stop the other program, such as Zigbee2MQTT or ZHA, that holds the stick.',
    }),
  },
  {
    matches: /configuration-adapter mismatch/,
    problem: () => ({
      code: 'conflict',
      message: "The coordinator's network is not this home's network",
      hint: "This stick belongs to another network. Plug in the home's own stick, or restore the backup onto this one; pairing anew needs coordinator_backup.json moved away.",
    }),
  },
  {
    matches: /panId collision|same panId|cannot use pan id/,
    problem: () => ({
      code: 'conflict',
      message: 'Another Zigbee network nearby has the same identity',
      hint: 'Move network.json and coordinator_backup.json away, so that a new network is made; devices are then paired again.',
    }),
  },
  {
    matches: /BACKUP|backup is corrupted|Unexpected end of JSON/,
    problem: () => ({
      code: 'storage',
      message: "The coordinator's backup file is damaged",
      hint: 'Put coordinator_backup.json back from a backup of the hub.',
    }),
  },
  {
    matches: /No valid USB adapter|USB adapter discovery/,
    problem: (settings) => ({
      code: 'unsupported',
      message: `${where(settings)} is not a coordinator that can be recognised`,
      hint: "Set INGLE_ZIGBEE_DRIVER to the stick's driver, such as zstack or ember.",
    }),
  },
  {
    matches:
      /Failed to connect to the adapter|SRSP|HOST_FATAL_ERROR|[Tt]imeout|timed out|after \d+ ?ms/,
    problem: (settings) => ({
      code: 'timed-out',
      message: `The coordinator at ${where(settings)} does not answer`,
      hint: `Check that the driver "${settings.driver ?? 'automatic'}" and the baud rate are right for this coordinator, or unplug it and plug it in again. Ingle keeps trying.`,
    }),
  },
  {
    matches: /reset by itself|lost its network/,
    problem: () => ({
      code: 'unreachable',
      message: 'The coordinator has restarted by itself',
      hint: 'Ingle connects again. If it happens often, try another USB port or power supply.',
    }),
  },
  {
    matches: /disconnected|closed|ECONNRESET|EPIPE|[Pp]ort is not open/,
    problem: (settings) => ({
      code: 'unreachable',
      message: `The connection to the coordinator at ${where(settings)} was lost`,
      hint: 'Check its cable and power. Ingle keeps trying.',
    }),
  },
];

/** The plain words for why the coordinator cannot be used. */
export function coordinatorProblem(error: unknown, settings: ZigbeeSettings): Problem {
  if (error instanceof HubError) return toProblem(error);
  const text = error instanceof Error ? `${error.message} ${causeOf(error)}` : String(error);
  const rule = RULES.find(({ matches }) => matches.test(text));
  return (
    rule?.problem(settings) ?? {
      code: 'unreachable',
      message: `The coordinator at ${where(settings)} cannot be used: ${firstLine(text)}`,
      hint: 'Unplug it and plug it in again; check its driver. Ingle keeps trying.',
    }
  );
}

function causeOf(error: Error): string {
  return error.cause instanceof Error ? error.cause.message : '';
}

function firstLine(text: string): string {
  return redact(text.split('\n')[0] ?? text).slice(0, 200);
}

/** Keys are 32 hexadecimal digits or 16 numbers; none may reach a log. */
export function redact(text: string): string {
  return text
    .replaceAll(/(?<![0-9a-f])(?:0x)?[0-9a-f]{32,}(?![0-9a-f])/gi, '[hidden]')
    .replaceAll(/(?:\d{1,3}\s*,\s*){15,}\d{1,3}/g, '[hidden]')
    .replaceAll(/(?:[0-9a-f]{2}[ :]){15,}[0-9a-f]{2}/gi, '[hidden]');
}

/**
 * Why a port cannot be opened, in the system's words: the library says only "Error while opening socket". Looks
 * after a failure, never before, since many gateways take one connection at a time.
 */
export async function lookAt({ port }: ZigbeeSettings): Promise<Error | null> {
  if (!isTcp(port)) {
    return existsSync(port) ? null : new Error(`ENOENT ${port}`);
  }
  const { hostname, port: number } = new URL(port);
  const host = hostname.replace(/^\[(.*)\]$/, '$1');
  return new Promise((resolve) => {
    const socket = net.connect({ host, port: Number(number), timeout: LOOK_MS });
    const done = (error: Error | null): void => {
      socket.destroy();
      resolve(error);
    };
    socket.once('connect', () => done(null));
    socket.once('timeout', () => done(new Error(`no answer within ${LOOK_MS} ms`)));
    socket.once('error', done);
  });
}

/** ZCL statuses that a person may meet. Spec: ZCL 07-5123 r8 § 2.6.3. */
const STATUS_WORDS: Readonly<Record<string, string>> = {
  FAILURE: 'it failed',
  NOT_AUTHORIZED: 'it is not allowed',
  MALFORMED_COMMAND: 'it did not understand the command',
  UNSUP_CLUSTER_COMMAND: 'it does not know this command',
  UNSUP_COMMAND: 'it does not know this command',
  INVALID_FIELD: 'the value is not right for it',
  UNSUPPORTED_ATTRIBUTE: 'it does not have this property',
  INVALID_VALUE: 'the value is outside of what it takes',
  READ_ONLY: 'the property cannot be set',
  INSUFFICIENT_SPACE: 'its memory is full',
};

/** A node has answered with a refusal. */
export class RejectedByDeviceError extends HubError {
  constructor(status: string) {
    const words = STATUS_WORDS[status] ?? 'it gave no reason';
    super('rejected-by-device', `The device refused: ${words} (${status})`, {
      hint: 'Try again, or another value. If it stays so, the device has a fault or an old firmware.',
    });
  }
}

const MAC_WORDS =
  /MAC_NO_ACK|NWK_NO_ROUTE|MAC_TRANSACTION_EXPIRED|ROUTE_|NO_NETWORK_ROUTE|DELIVERY_FAILED|Data request failed|APS_NO_ACK|MAC_CHANNEL/;

/** The plain words for why a command did not reach its node, or was refused. */
export function nodeError(error: unknown, name: string): HubError {
  if (error instanceof HubError) return error;
  const text = error instanceof Error ? error.message : String(error);
  const status = /Status '(\w+)'/.exec(text)?.[1];
  if (status !== undefined && error instanceof Error) {
    return new RejectedByDeviceError(status);
  }
  if (/not been initialized|adapter.*(stopped|disconnected)|Port is not open/.test(text)) {
    return new UnreachableError('The Zigbee coordinator is not connected', { cause: error });
  }
  if (MAC_WORDS.test(text)) {
    return new UnreachableError(`${name} cannot be reached`, {
      hint: 'Check that it has power and is near enough to the coordinator or to a plug or lamp that relays.',
      cause: error,
    });
  }
  if (/timeout|timed out|after \d+ ?ms/i.test(text)) {
    return new TimeoutError(`${name} did not answer`, {
      hint: 'Check that it has power and is near enough to the coordinator or to a plug or lamp that relays.',
      cause: error,
    });
  }
  return new HubError('internal', `${name} could not be commanded: ${firstLine(text)}`, {
    cause: error,
  });
}
