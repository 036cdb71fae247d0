// Commands of one device that were sent and whose end is not known yet. Each stands in the lane of what it sets: a
// newer one takes the place of the one before, and each ends once, in whichever way comes first.
import type { Problem } from '../../hub/model/errors.ts';
import type { AdapterCommand, AdapterContext } from '../contract/adapter.ts';
import { SUPERSEDED } from '../contract/waiting-problems.ts';

const COMMANDS_MAX = 32;

/** How a command ends. */
export type CommandEnd = 'acknowledged' | 'failed' | 'timedOut';

interface Sent<Note> {
  readonly command: AdapterCommand;
  readonly note: Note;
  readonly timer: NodeJS.Timeout;
}

/** @typeParam Note what the device wants to know of a command later, such as what its answer says */
export class CommandsUnderWay<Note> {
  readonly #context: AdapterContext;
  readonly #nameOfDevice: () => string;
  readonly #sent = new Map<string, Sent<Note>>();

  constructor(context: AdapterContext, nameOfDevice: () => string) {
    this.#context = context;
    this.#nameOfDevice = nameOfDevice;
  }

  /** Makes room in a lane. False where there is none: the command has failed then, and must not be sent. */
  admits(lane: string, command: AdapterCommand): boolean {
    this.end(lane, 'failed', SUPERSEDED);
    if (this.#sent.size < COMMANDS_MAX) return true;
    const name = this.#nameOfDevice();
    this.#context.outcome(command.id, 'failed', {
      code: 'busy',
      message: `${name} has ${COMMANDS_MAX} commands under way`,
      hint: 'Try again in a few seconds.',
      zh: { message: `${name} 有 ${COMMANDS_MAX} 个命令正在执行`, hint: '请过几秒再试。' },
    });
    return false;
  }

  /** Keeps a command that was sent just now. @param late what is done when nothing has ended it for so long */
  add(
    lane: string,
    sent: { readonly command: AdapterCommand; readonly note: Note },
    late: { readonly afterMs: number; act(): void },
  ): void {
    const timer = setTimeout(() => late.act(), late.afterMs);
    this.#sent.set(lane, { ...sent, timer });
  }

  /** The lane and the note of each, the oldest first. */
  *notes(): Generator<readonly [lane: string, note: Note]> {
    for (const [lane, { note }] of this.#sent) yield [lane, note];
  }

  /** Ends what stands in a lane, if anything does. */
  end(lane: string, state: CommandEnd, problem: Problem | null): boolean {
    const sent = this.#sent.get(lane);
    if (sent === undefined) return false;
    clearTimeout(sent.timer);
    this.#sent.delete(lane);
    this.#context.outcome(sent.command.id, state, problem);
    return true;
  }

  failAll(problem: Problem): void {
    for (const lane of [...this.#sent.keys()]) this.end(lane, 'failed', problem);
  }
}
