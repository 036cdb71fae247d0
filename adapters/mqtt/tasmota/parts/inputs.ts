// The buttons and switches of a Tasmota device that only tell: how they were pressed, and what a switch stands at.
// Spec: https://tasmota.github.io/docs/Buttons-and-Switches/.
import type { Label } from '../../../../hub/model/property-row.ts';
import { ownName } from '../../../contract/own-names.ts';
import type { TasmotaConfig } from '../discovery.ts';
import { fields, type Parts, vendor } from './draft.ts';

/** What `Action` says, in the home's words. */
const ACTIONS: Readonly<Record<string, string>> = {
  SINGLE: 'single',
  DOUBLE: 'double',
  TRIPLE: 'triple',
  QUAD: 'quadruple',
  PENTA: 'quintuple',
  HOLD: 'long',
  CLEAR: 'release',
  ON: 'on',
  OFF: 'off',
  TOGGLE: 'toggle',
  INC_DEC: 'brightness_move',
  INV: 'brightness_move_reversed',
  POWER_INCREMENT: 'brightness_step_up',
  POWER_INV: 'brightness_step_down',
  POWER_CLEAR: 'brightness_stop',
};
const PRESSES = ['SINGLE', 'DOUBLE', 'TRIPLE', 'QUAD', 'PENTA', 'HOLD', 'CLEAR'];
const TURNS = ['ON', 'OFF', 'TOGGLE'];

/** With it a button acts at once, and knows no second press. */
const OPTION_AT_ONCE = 13;
/** Modes in which a switch stands at on or off, and is not pressed. */
const STANDING = new Set([1, 2, 9, 10, 13, 14, 15, 16]);
const PRESSED = new Set([5, 6, 7, 8, 11, 12]);

function valuesOf(actions: readonly string[]): string[] {
  return actions.flatMap((action) => ACTIONS[action] ?? []);
}

/** An action, also in the words that people have given to on, off, toggle and hold. */
function actionOf(said: unknown, words: readonly string[]): string | undefined {
  if (typeof said !== 'string') return undefined;
  const index = words.indexOf(said);
  const action = index < 0 ? said : (['OFF', 'ON', 'TOGGLE', 'HOLD'][index] ?? said);
  return Object.hasOwn(ACTIONS, action) ? ACTIONS[action] : undefined;
}

export function addInputs(config: TasmotaConfig, parts: Parts): void {
  const { buttons, switches, words, options } = config;
  const all = [
    ...buttons.map((place) => ({ word: `Button${place}`, mode: null, place })),
    ...switches.map((place) => ({
      word: `Switch${place}`,
      mode: config.switchModes[place - 1] ?? 0,
      place,
    })),
  ];
  for (const [index, { word, mode, place }] of all.entries()) {
    const called = mode === null ? null : ownName(config.switchNames[place - 1]);
    const isAtOnce = mode === null && options.includes(OPTION_AT_ONCE);
    const actions = isAtOnce ? ['SINGLE'] : mode === null ? PRESSES : actionsOf(mode);
    parts.drafts.push({
      id: `input/${word}`,
      name: 'button',
      wish: index + 1,
      values: valuesOf(actions),
      ...(called === null ? {} : { called }),
      event: (state) => actionOf(fields(state[word]).Action, words),
    });
    if (mode === null || !STANDING.has(mode)) continue;
    const label: Label =
      called === null ? { en: `Switch ${place}`, zh: `开关 ${place}` } : { en: called, zh: called };
    parts.drafts.push(
      vendor('x_switch', 'boolean', label, {
        id: `input/${word}/state`,
        wish: place,
        ...(called === null ? {} : { called }),
        read: (state) => {
          const said = state[word];
          const action = typeof said === 'string' ? said : fields(said).Action;
          const turned = actionOf(action, words);
          return turned === 'on' || turned === 'off' ? turned === 'on' : undefined;
        },
      }),
    );
  }
}

function actionsOf(mode: number): readonly string[] {
  if (STANDING.has(mode)) return TURNS;
  if (PRESSED.has(mode))
    return [
      ...TURNS,
      'HOLD',
      'CLEAR',
      'INC_DEC',
      'INV',
      'POWER_INCREMENT',
      'POWER_INV',
      'POWER_CLEAR',
    ];
  return TURNS;
}

/** Words of a reader of tags: what it holds is told once for each card. */
const READERS = ['PN532', 'RDM6300', 'RC522', 'Wiegand'];
const TAG_MAX = 64;

/** Card readers and receivers that the announcement names: each card is a happening. */
export function addReaders(sensors: Readonly<Record<string, unknown>>, { drafts }: Parts): void {
  for (const word of READERS) {
    if (!Object.hasOwn(sensors, word)) continue;
    drafts.push(
      vendor(
        'x_tag',
        'string',
        { en: `Card at ${word}`, zh: `${word} 读到的卡` },
        {
          id: `reader/${word}`,
          event: (state) => {
            const uid = fields(state[word]).UID;
            return typeof uid === 'string' || typeof uid === 'number'
              ? String(uid).slice(0, TAG_MAX)
              : undefined;
          },
        },
      ),
    );
  }
}

export const isReader = (word: string): boolean => READERS.includes(word);
