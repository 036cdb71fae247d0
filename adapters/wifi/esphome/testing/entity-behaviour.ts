// What a command does to an entity's state, as ESPHome's components do it at once.
import type { Fields } from '../library.ts';
import type { WireMessage } from './wire.ts';

/** States that a lock and an alarm panel come to, by the number of the command. */
const LOCK = [2, 1, 2];
const ALARM = [0, 2, 1, 3, 4, 5, 9];
const PLAYER: readonly Fields[] = [
  { state: 2 },
  { state: 3 },
  { state: 1 },
  { muted: true },
  { muted: false },
];
/** What a command says about itself, and not about its entity. */
const ABOUT_COMMAND: ReadonlySet<string> = new Set([
  ...['key', 'deviceId', 'stop', 'command', 'code', 'legacyCommand', 'hasLegacyCommand'],
  ...['transitionLength', 'flashLength', 'tone', 'duration', 'mediaUrl', 'announcement'],
]);

/** The state after the command. */
export function applyCommand({ type, fields }: WireMessage, before: Fields): Fields {
  const command = Number(fields.command ?? 0);
  switch (type) {
    case 'LockCommandRequest':
      return { ...before, state: LOCK[command] ?? 0 };
    case 'AlarmControlPanelCommandRequest':
      return { ...before, state: ALARM[command] ?? 0 };
    case 'UpdateCommandRequest':
      return command === 1 ? { ...before, currentVersion: before.latestVersion } : before;
    case 'MediaPlayerCommandRequest':
      return {
        ...before,
        ...(fields.hasCommand === true ? PLAYER[command] : {}),
        ...(fields.hasVolume === true ? { volume: fields.volume } : {}),
      };
    case 'CoverCommandRequest':
    case 'ValveCommandRequest':
      if (fields.stop === true) return { ...before, currentOperation: 0 };
  }
  const told: Record<string, unknown> = { ...before };
  for (const [name, value] of Object.entries(fields)) {
    const isFlag = /^has[A-Z]/.test(name);
    if (isFlag || ABOUT_COMMAND.has(name) || name.startsWith('unused')) continue;
    const flag = `has${name.charAt(0).toUpperCase()}${name.slice(1)}`;
    // Red, green and blue come under one flag.
    const isRgb = ['red', 'green', 'blue'].includes(name);
    const isSaid = isRgb ? fields.hasRgb === true : (fields[flag] ?? true) === true;
    if (isSaid) told[name] = value;
  }
  return told;
}
