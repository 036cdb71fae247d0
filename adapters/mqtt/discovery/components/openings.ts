// What opens and closes: covers, valves and locks.
import {
  booleanTold,
  type Convert,
  draftOf,
  fieldOf,
  isSameWord,
  NO_CODE,
  NO_PROPERTY,
  numberTold,
  type Parts,
  type Telling,
  tidy,
  withState,
  wordTold,
} from '../draft.ts';
import type { EntityConfig, Told } from '../entity-config.ts';
import { numberOf } from '../template-value.ts';

const within = (value: number) => Math.min(100, Math.max(0, value));

/** From where the device is closed and open to 0–100 and back. */
function range(closed: number, open: number) {
  const span = open - closed || 100;
  return {
    toPercent: (value: number) => Math.round(within(((value - closed) / span) * 100)),
    fromPercent: (value: unknown) => Math.round(closed + (Number(value) / 100) * span),
  };
}

/** What the templates of a cover may look at beside the value. */
const rangesOf = (config: EntityConfig) => ({
  position_closed: config.number('position_closed', 0),
  position_open: config.number('position_open', 100),
  tilt_min: config.number('tilt_min', 0),
  tilt_max: config.number('tilt_max', 100),
});

export const convertCover: Convert = (config, parts) => {
  const { drafts, commands } = parts;
  const ranges = rangesOf(config);
  const send = config.sender('command_topic', null);
  const setPosition = config.sender('set_position_topic', 'set_position_template');
  const position = config.told(
    'position_topic',
    config.has('position_template') ? 'position_template' : 'value_template',
    ranges,
  );
  const state = config.told('state_topic', 'value_template');
  const { toPercent, fromPercent } = range(
    config.number('position_closed', 0),
    config.number('position_open', 100),
  );
  const [open, close] = [
    config.text('payload_open', 'OPEN'),
    config.text('payload_close', 'CLOSE'),
  ];
  const words = stateWords(config);
  const told: Telling | null =
    position === null ? endsTold(state, words) : placeTold(position, toPercent);
  if (setPosition !== null) {
    // A template is given the per cent as well, and where the device is closed and open.
    const write = (value: unknown) => [
      setPosition(fromPercent(value), { position: Number(value), ...ranges }),
    ];
    drafts.push(draftOf('position', told, { write }));
  } else if (send !== null) {
    // It opens and closes, and knows nothing in between.
    const write = (value: unknown) => [send(Number(value) >= 50 ? open : close)];
    drafts.push(draftOf('position', told, { step: 100, write }));
  } else if (told !== null) {
    drafts.push(draftOf('position', told));
  }
  if (state !== null) drafts.push(draftOf('moving', movingTold(state, words)));
  const stop = config.fields.payload_stop === null ? null : config.text('payload_stop', 'STOP');
  if (send !== null && stop !== null) commands.push({ name: 'stop', send: () => [send(stop)] });
  tilt(config, parts);
};

interface StateWords {
  readonly open: string;
  readonly closed: string;
  readonly opening: string;
  readonly closing: string;
  readonly stopped: string;
}

function stateWords(config: EntityConfig): StateWords {
  return {
    open: config.text('state_open', 'open'),
    closed: config.text('state_closed', 'closed'),
    opening: config.text('state_opening', 'opening'),
    closing: config.text('state_closing', 'closing'),
    stopped: config.text('state_stopped', 'stopped'),
  };
}

function endsTold(state: Told | null, words: StateWords): Telling | null {
  if (state === null) return null;
  return {
    topic: state.topic,
    read: (message) => {
      const word = state.read(message)?.text ?? '';
      if (isSameWord(word, words.open)) return 100;
      return isSameWord(word, words.closed) ? 0 : undefined;
    },
  };
}

function movingTold(state: Told | null, words: StateWords): Telling | null {
  return wordTold(state, (word) => {
    if (isSameWord(word, words.opening)) return 'opening';
    if (isSameWord(word, words.closing)) return 'closing';
    const isStill = [words.open, words.closed, words.stopped].some((each) =>
      isSameWord(word, each),
    );
    return isStill ? 'stopped' : undefined;
  });
}

function tilt(config: EntityConfig, { drafts }: Parts): void {
  const send = config.sender('tilt_command_topic', 'tilt_command_template');
  const ranges = rangesOf(config);
  const told = config.told('tilt_status_topic', 'tilt_status_template', ranges);
  if (send === null && told === null) return;
  const { toPercent, fromPercent } = range(
    config.number('tilt_min', 0),
    config.number('tilt_max', 100),
  );
  const write =
    send &&
    ((value: unknown) => [send(fromPercent(value), { tilt_position: Number(value), ...ranges })]);
  drafts.push(draftOf('tilt', numberTold(told, toPercent), write === null ? {} : { write }));
}

export const convertValve: Convert = (config, { drafts, commands }) => {
  const send = config.sender('command_topic', 'command_template');
  const told = config.told('state_topic', 'value_template');
  const words = stateWords(config);
  const isPlaced = config.flag('reports_position');
  const { toPercent, fromPercent } = range(
    config.number('position_closed', 0),
    config.number('position_open', 100),
  );
  const position: Telling | null = isPlaced ? placeTold(told, toPercent) : endsTold(told, words);
  const [open, close] = [
    config.text('payload_open', 'OPEN'),
    config.text('payload_close', 'CLOSE'),
  ];
  const write =
    send &&
    ((value: unknown) => [
      isPlaced ? send(fromPercent(value)) : send(Number(value) >= 50 ? open : close),
    ]);
  const step = isPlaced ? {} : { step: 100 };
  drafts.push(
    draftOf('valvePosition', position, { ...step, ...(write === null ? {} : { write }) }),
  );
  if (told !== null) drafts.push(draftOf('moving', movingTold(withState(told), words)));
  if (send !== null && config.has('payload_stop')) {
    const stop = config.text('payload_stop', 'STOP');
    commands.push({ name: 'stop', send: () => [send(stop)] });
  }
};

/** A number, or JSON with a position beside its state. */
function placeTold(told: Told | null, toPercent: (value: number) => number): Telling | null {
  if (told === null) return null;
  return {
    topic: told.topic,
    read: (message) => {
      const text = told.read(message)?.text;
      const number = numberOf(text) ?? numberOf(fieldOf(text ?? '', 'position'));
      return number === null ? undefined : tidy(toPercent(number));
    },
  };
}

export const convertLock: Convert = (config, { drafts, commands }) => {
  const send = config.sender('command_topic', 'command_template');
  const told = config.told('state_topic', 'value_template');
  const locked = config.text('state_locked', 'LOCKED');
  const unlocked = config.text('state_unlocked', 'UNLOCKED');
  const jammed = config.text('state_jammed', 'JAMMED');
  const asksForCode = config.has('code_format');
  if (asksForCode) config.leave('code_format', NO_CODE);
  const [lock, unlock] = [
    config.text('payload_lock', 'LOCK'),
    config.text('payload_unlock', 'UNLOCK'),
  ];
  const write =
    send !== null && !asksForCode && ((value: unknown) => [send(value === true ? lock : unlock)]);
  drafts.push(
    draftOf('locked', booleanTold(told, locked, unlocked), write === false ? {} : { write }),
  );
  if (told !== null && config.has('state_jammed')) {
    const state = wordTold(told, (word) => {
      if (isSameWord(word, jammed)) return 'not_fully_locked';
      if (isSameWord(word, locked)) return 'locked';
      return isSameWord(word, unlocked) ? 'unlocked' : undefined;
    });
    drafts.push(draftOf('lockState', state));
  }
  if (send !== null && !asksForCode && config.has('payload_open')) {
    const open = config.text('payload_open', 'OPEN');
    commands.push({ name: 'open', send: () => [send(open)] });
  }
  if (asksForCode && config.has('payload_open')) config.leave('payload_open', NO_PROPERTY);
};
