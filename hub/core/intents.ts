// Acts that must not happen twice (a message to the inbox, a step, a pulse to a garage door) wait here until their
// journal record is on disk: at most 2 s, and else they never happen and say "not recorded".
import { deadlineAfter } from '../model/clock.ts';
import type { CommandRecord } from '../model/command.ts';
import type { Problem } from '../model/errors.ts';
import type { NotificationRecord } from '../model/home.ts';
import type { NotificationId, OutboundId } from '../model/identifiers.ts';
import type { OutboundRequest, OutboundResult } from '../model/outbound.ts';
import { UNHEARD } from './commands.ts';
import { armDeadline, type CoreState, type Intent } from './core-state.ts';

/** How long an act waits for the disk. */
export const RECORD_WITHIN_MS = 2_000;

export const NOT_RECORDED: Problem = {
  code: 'not-recorded',
  message: 'Not recorded: the disk did not take the record within 2 s, so it was not done.',
  hint: 'The disk or SD card is slow or full. See House, Storage.',
};

/** A call to the outside that is heard nothing of has an end this long after its own time, see the hub's dispatcher. */
export const OUTBOUND_SETTLED_MS = 60_000;

const UNHEARD_OUTSIDE: Problem = {
  code: 'internal',
  message: 'The hub never heard whether this was done; it was not repeated.',
  hint: 'Look at the other end, and do it again if it was not.',
};

/** What happens once an intent is settled. */
export interface IntentHandlers {
  notified(id: NotificationId, problem: Problem | null): void;
  release(command: CommandRecord): void;
  refuse(command: CommandRecord, problem: Problem): void;
  delivered(id: OutboundId, result: OutboundResult): void;
}

export interface Intents {
  notification(notification: NotificationRecord): void;
  command(command: CommandRecord): void;
  outbound(request: OutboundRequest): void;
  /** What became of a call to the outside; of one that is not waited for any more, nothing. */
  outcome(id: OutboundId, result: OutboundResult): void;
  durable(upTo: number): void;
  due(key: string): void;
  /** Whether one was opened whose record is not written yet. */
  readonly isAwaited: boolean;
  /** Settles what was open when the hub stopped: its record is on disk, its outcome is not. */
  restored(): void;
}

const DUE_PREFIX = 'intent/';

export function createIntents(state: CoreState, handlers: IntentHandlers): Intents {
  /** Number of the record that the newest intent stands in. */
  let newestRecord = 0;

  function open(id: string, intent: Intent): void {
    newestRecord = intent.record;
    state.intents.set(id, intent);
    armDeadline(state, DUE_PREFIX + id, intent.deadline);
  }

  function common() {
    return {
      state: 'waiting' as const,
      // The record is made when what was decided is drained; it takes the next number.
      record: state.lastRecord + 1,
      deadline: deadlineAfter(state.now, state.bootId, RECORD_WITHIN_MS),
    };
  }

  function close(id: string): void {
    state.intents.delete(id);
    state.deadlines.disarm(DUE_PREFIX + id);
  }

  function give(id: string, intent: Extract<Intent, { kind: 'outbound' }>): void {
    const deadline = deadlineAfter(state.now, state.bootId, OUTBOUND_SETTLED_MS);
    state.intents.set(id, { ...intent, state: 'sent', deadline });
    armDeadline(state, DUE_PREFIX + id, deadline);
    state.effects.outbound.push(intent.request);
  }

  function settle(id: OutboundId, result: OutboundResult): void {
    close(id);
    handlers.delivered(id, result);
  }

  function done(id: string, intent: Intent): void {
    if (intent.kind === 'outbound') {
      if (intent.state === 'waiting') give(id, intent);
      return;
    }
    close(id);
    if (intent.kind === 'command') {
      handlers.release(intent.command);
      return;
    }
    state.effects.out.push({
      kind: 'notification',
      seq: state.seq,
      notification: intent.notification,
    });
    handlers.notified(intent.notification.id, null);
  }

  return {
    notification(notification) {
      open(notification.id, { kind: 'notification', ...common(), notification });
    },
    command(command) {
      open(command.id, { kind: 'command', ...common(), command });
    },
    outbound(request) {
      open(request.id, { kind: 'outbound', ...common(), request });
    },
    outcome(id, result) {
      const intent = state.intents.get(id);
      if (intent?.kind === 'outbound' && intent.state === 'sent') settle(id, result);
    },
    durable(upTo) {
      for (const [id, intent] of state.intents.entries()) {
        if (intent.record > upTo) continue;
        // A refused intent is kept until the disk knows of the refusal, so that it cannot come back.
        if (intent.state === 'notRecorded') state.intents.delete(id);
        else done(id, intent);
      }
    },
    due(key) {
      const id = key.slice(DUE_PREFIX.length);
      const intent = state.intents.get(id);
      if (intent?.kind === 'outbound' && intent.state === 'sent') {
        settle(intent.request.id, { status: null, problem: UNHEARD_OUTSIDE });
        return;
      }
      if (intent?.state !== 'waiting') return;
      state.intents.set(id, { ...intent, state: 'notRecorded', record: state.lastRecord + 1 });
      if (intent.kind === 'command') handlers.refuse(intent.command, NOT_RECORDED);
      else if (intent.kind === 'outbound')
        handlers.delivered(intent.request.id, { status: null, problem: NOT_RECORDED });
      else handlers.notified(intent.notification.id, NOT_RECORDED);
    },
    get isAwaited() {
      return newestRecord > state.lastRecord;
    },
    restored() {
      for (const [id, intent] of state.intents.entries()) {
        if (intent.state === 'notRecorded') {
          state.intents.delete(id);
        } else if (intent.kind === 'outbound') {
          // Given out: main may still tell its outcome, until the deadline. Else nobody knows whether it was.
          if (intent.state === 'sent') armDeadline(state, DUE_PREFIX + id, intent.deadline);
          else settle(intent.request.id, { status: null, problem: UNHEARD_OUTSIDE });
        } else if (intent.kind === 'notification') {
          // Its inbox row was written in the transaction of its record: it has happened, once.
          done(id, intent);
        } else {
          close(id);
          handlers.refuse(intent.command, UNHEARD);
        }
      }
    },
  };
}

/** Whether a deadline's key belongs to an intent. */
export function isIntentKey(key: string): boolean {
  return key.startsWith(DUE_PREFIX);
}
