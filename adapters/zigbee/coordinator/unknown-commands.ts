// Commands that a Z-Stack coordinator does not know or does not answer. The library waits six seconds for each of them,
// three times over, holds all others up meanwhile, and in the end fails at something else. Here one that is not known
// fails at once, as the coordinator says it, and what a start has failed at is told by its name.
import { Subsystem, Type } from 'zigbee-herdsman/dist/adapter/z-stack/unpi/constants.js';
import definition from 'zigbee-herdsman/dist/adapter/z-stack/znp/definition.js';
import { Znp } from 'zigbee-herdsman/dist/adapter/z-stack/znp/znp.js';

/** Source: TI, Z-Stack Monitor and Test API, "RPC error": a code, and the two command bytes not understood. */
const RPC_ERROR = { subsystem: 0, command: 0 } as const;
const SUBSYSTEM_BITS = 0x1f;

/** A command that the coordinator did not answer as it should. */
export interface FailedCommand {
  /** As in "SYS osalNvLength". */
  readonly command: string;
  readonly how: 'unanswered' | 'unknown' | 'refused';
  /** What the driver made of it. */
  readonly message: string;
}

interface RawFrame {
  readonly type: number;
  readonly subsystem: number;
  readonly commandID: number;
  readonly data: Buffer;
}

/** The library's class, as far as it is reached. */
interface Line {
  readonly waitress: { reject(answer: object, message: string): boolean };
  onUnpiParsed(frame: RawFrame): void;
  request(...args: unknown[]): Promise<unknown>;
}

const mended = new WeakSet<object>();
let watching: ((error: unknown) => void) | null = null;

/** Puts it in place for every coordinator that is connected from now on. May be called twice. */
export function failUnknownCommands(): void {
  const prototype = Znp.prototype as unknown as Line;
  if (mended.has(prototype)) return;
  mended.add(prototype);
  const { onUnpiParsed, request } = prototype;
  prototype.onUnpiParsed = function (this: Line, frame) {
    if (frame.type === Type.SRSP && frame.subsystem === RPC_ERROR.subsystem) refuse(this, frame);
    else onUnpiParsed.call(this, frame);
  };
  prototype.request = function (this: Line, ...args) {
    const answering = request.apply(this, args);
    // Only while a start is watched: commands pay nothing for it.
    if (watching !== null) answering.catch((error: unknown) => watching?.(error));
    return answering;
  };
}

function refuse(line: Line, { commandID, data }: RawFrame): void {
  if (commandID !== RPC_ERROR.command) return;
  const [code = 0, control = 0, id = 0] = data;
  const subsystem = control & SUBSYSTEM_BITS;
  const commands = definition.default[subsystem as keyof typeof definition.default] ?? [];
  const name = commands.find(({ ID }) => ID === id)?.name;
  if (name === undefined) return;
  line.waitress.reject(
    { type: Type.SRSP, subsystem, command: { name }, payload: {} },
    `RPC error ${code}: ${Subsystem[subsystem]} - ${name} is not known`,
  );
}

const FAILURES: readonly (readonly [RegExp, FailedCommand['how']])[] = [
  [/^SRSP - (\w+) - (\w+) after/, 'unanswered'],
  [/^RPC error \d+: (\w+) - (\w+)/, 'unknown'],
  [/^--> 'SREQ: (\w+) - (\w+)\b.* failed with status/s, 'refused'],
];

/** Which command an error is about; null for none. */
export function failedCommand(error: unknown): FailedCommand | null {
  const message = error instanceof Error ? error.message : String(error);
  for (const [pattern, how] of FAILURES) {
    const [, subsystem, name] = pattern.exec(message) ?? [];
    if (name !== undefined) return { command: `${subsystem} ${name}`, how, message };
  }
  return null;
}

/** What is reached of the library's controller. */
interface LetsIn {
  readonly greenPower: { permitJoin(time: number, networkAddress?: number): Promise<void> };
}

/**
 * Green Power devices are let in by a message of their own. A coordinator that cannot send it lets all others in all
 * the same; `failed` is told why.
 */
export function joinWithoutGreenPower({ greenPower }: LetsIn, failed: (why: string) => void): void {
  const permitJoin = greenPower.permitJoin.bind(greenPower);
  let isLacking = false;
  greenPower.permitJoin = async (...args) => {
    if (isLacking) return;
    try {
      await permitJoin(...args);
    } catch (error) {
      const command = failedCommand(error);
      if (command === null) throw error;
      // One that is busy may take it the next time.
      isLacking = command.how !== 'refused';
      failed(command.message);
    }
  };
}

/** Watches the commands of a start; what it returns ends that, and gives the last one that failed. */
export function watchStart(): () => FailedCommand | null {
  let last: FailedCommand | null = null;
  watching = (error) => {
    last = failedCommand(error) ?? last;
  };
  return () => {
    watching = null;
    return last;
  };
}
