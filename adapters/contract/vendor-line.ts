// The line between main and a vendor's process: a plain pipe, and not Node's own channel between processes. Of that
// one `process.send({ cmd: 'NODE_HANDLE_ACK' })`, an unknown handle, or half a line was seen to end the parent, which
// reads as much as is sent; over this one come lines of JSON, which the parent counts before it reads them.
import { type ChildProcess, spawn } from 'node:child_process';
import net from 'node:net';
import type { AdapterToMain } from '../../hub/model/adapter-port.ts';
import { HubError, toProblem } from '../../hub/model/errors.ts';
import { VENDOR_LIMITS } from '../../hub/model/vendor-adapter.ts';
import { allowance } from './allowance.ts';
import type { MainLine } from './child-host.ts';
import type { MainToChildHost } from './shell-message.ts';
import { lineOver, NOT_READ } from './socket-port.ts';
import { countedDrops, type VendorGate, vendorGate } from './vendor-gate.ts';
import type { VendorProcess } from './vendor-process.ts';

/** Where the child finds its end. */
const LINE_FD = 3;
/** After its line the process is seen to be gone, where it is. */
const END_TOLD_WITHIN_MS = 500;

export interface VendorLineEvents {
  message(message: AdapterToMain): void;
  /** So many of its messages have been dropped so far; told of the first, and then once a minute. */
  dropped(count: number): void;
  /** It is beyond what it may, or its line is gone: it is to be ended. */
  broken(reason: string): void;
  /** What it wrote to its standard error. */
  wrote(text: string): void;
}

export interface StartedVendor {
  readonly child: ChildProcess;
  /** Lost once the line is gone. */
  post(message: MainToChildHost): void;
}

/** Starts a vendor's process and holds it to what it may say. @param how with which program; this one's by default */
export function startVendor(
  { entry, args, execArgv, env }: VendorProcess,
  events: VendorLineEvents,
  how: { readonly execPath: string; readonly execArgv: readonly string[] } = {
    execPath: process.execPath,
    execArgv,
  },
): StartedVendor {
  const child = spawn(how.execPath, [...how.execArgv, entry, ...args], {
    stdio: ['ignore', 'ignore', 'pipe', 'pipe'],
    env,
  });
  const nowMs = () => performance.now();
  const mayWrite = allowance(VENDOR_LIMITS.errorOutput, nowMs);
  let isBroken = false;
  function broken(reason: string): void {
    if (isBroken) return;
    isBroken = true;
    child.stderr?.destroy();
    pipe.destroy();
    events.broken(reason);
  }
  child.stderr?.on('data', (chunk: Buffer) => {
    const most = Math.round(VENDOR_LIMITS.errorOutput.perSecond / 1_024);
    if (mayWrite(chunk.length)) events.wrote(chunk.toString('utf8'));
    else broken(`it wrote more than ${most} KB a second to its standard error`);
  });
  child.stderr?.on('error', () => {});

  const drop = countedDrops(events.dropped, nowMs);
  // The border: a pipe of `spawn` is a socket.
  const pipe = child.stdio[LINE_FD] as net.Socket;
  const line = lineOver<unknown, MainToChildHost>(pipe, {
    ...VENDOR_LIMITS.line,
    malformed: drop,
    broken: (why) => broken(why === NOT_READ ? 'it does not read what the hub tells it' : why),
  });
  const gate: VendorGate = vendorGate(nowMs);
  line.onmessage = (given) => {
    const message = gate(given);
    if (message === null) drop();
    else events.message(message);
  };
  line.onclose = () => {
    // The end of the process ends its line as well, and says more.
    setTimeout(() => broken('it closed its line to the hub'), END_TOLD_WITHIN_MS).unref();
  };
  child.on('exit', () => {
    isBroken = true;
  });
  return { child, post: (message) => line.postMessage(message) };
}

/** The child's end. Made before a line of the vendor's code runs. */
export function vendorMainLine(): MainLine {
  const pipe = new net.Socket({ fd: LINE_FD });
  const line = lineOver<MainToChildHost, AdapterToMain>(pipe);
  let isOpen = true;
  const lost: (() => void)[] = [];
  line.onclose = () => {
    isOpen = false;
    for (const each of lost) each();
  };
  return {
    isOpen: () => isOpen,
    send(message, sent) {
      line.postMessage(fitting(message));
      if (sent) pipe.write('', () => sent());
    },
    listen(listener) {
      line.onmessage = listener;
    },
    onLost: (listener) => void lost.push(listener),
  };
}

/** An answer that is too long for the line is a failure that is told, not the end of the line. */
function fitting(message: AdapterToMain): AdapterToMain {
  const most = VENDOR_LIMITS.line.lineBytesMax;
  if (message.kind !== 'answer' || Buffer.byteLength(JSON.stringify(message)) < most) {
    return message;
  }
  const problem = toProblem(
    new HubError('internal', `The adapter's answer is longer than ${most / 1_024} KB`),
  );
  return { ...message, result: null, problem };
}
