// What happens and what is told what to do: events, media players, alarm panels, updates and the device's own actions.
// Spec: ESPHome native API, api.proto; alarm_control_panel.h, AlarmControlPanelFeature.
import { HubError, ValidationError } from '../../../../hub/model/errors.ts';
import { pressOf } from '../../../../hub/model/press-words.ts';
import type { PropertyValue } from '../../../../hub/model/properties.ts';
import { type Convert, draftOf, vendorDraft } from '../draft.ts';
import type { Said } from '../entity.ts';
import type { Fields, Part } from '../library.ts';

/** An event entity: one of its types happened. */
export const convertEvent: Convert = (entity, { drafts }) => {
  const types = entity.said.texts('eventTypesList');
  if (types.length === 0) return;
  drafts.push({
    ...draftOf('button', {
      values: [...new Set(types.map(pressOf))],
      read: (state) => {
        const type = state.text('eventType', 64);
        return types.includes(type) ? pressOf(type) : undefined;
      },
    }),
    access: 'event',
  });
};

const PLAYER_STATES = ['none', 'idle', 'playing', 'paused', 'announcing', 'off', 'on'] as const;
const PLAYER = { play: 0, pause: 1, stop: 2, mute: 3, unmute: 4, turnOn: 12, turnOff: 13 } as const;
/** Spec: ESPHome, media_player.h, MediaPlayerEntityFeature, whose values are Home Assistant's. */
const TURN_ON_AND_OFF = 128 | 256;

/** A media player: what it does, its volume, and commands. */
export const convertMediaPlayer: Convert = (entity, { drafts, commands }) => {
  const { said } = entity;
  const state = (from: Said) => PLAYER_STATES[from.number('state') ?? 0];
  drafts.push(
    vendorDraft(entity, 'enum', { values: PLAYER_STATES, read: state }),
    draftOf('volume', {
      read: (from) => {
        const part = from.number('volume');
        return part === null ? undefined : Math.round(Math.min(1, Math.max(0, part)) * 100);
      },
      write: (value) => ({ hasVolume: true, volume: Number(value) / 100 }),
    }),
    vendorDraft(entity, 'boolean', {
      word: 'muted',
      read: (from) => from.flag('muted'),
      write: (value) => ({
        hasCommand: true,
        command: value === true ? PLAYER.mute : PLAYER.unmute,
      }),
    }),
  );
  const names = said.flag('supportsPause')
    ? (['play', 'pause', 'stop'] as const)
    : (['play', 'stop'] as const);
  for (const name of names) {
    commands.push({ name, send: () => ({ hasCommand: true, command: PLAYER[name] }) });
  }
  if (((said.number('featureFlags') ?? 0) & TURN_ON_AND_OFF) !== TURN_ON_AND_OFF) return;
  drafts.push(
    draftOf('on', {
      read: (from) => state(from) !== 'off',
      write: (value) => ({
        hasCommand: true,
        command: value === true ? PLAYER.turnOn : PLAYER.turnOff,
      }),
    }),
  );
};

const ALARM_STATES = [
  ...['disarmed', 'armed_home', 'armed_away', 'armed_night', 'armed_vacation'],
  ...['armed_custom_bypass', 'pending', 'arming', 'disarming', 'triggered'],
] as const;
/** What is told to reach a state, and the feature that it needs. */
const ALARM_COMMANDS: Readonly<Record<string, readonly [command: number, feature: number]>> = {
  disarmed: [0, 0],
  armed_away: [1, 2],
  armed_home: [2, 1],
  armed_night: [3, 4],
  armed_vacation: [4, 32],
  armed_custom_bypass: [5, 16],
  triggered: [6, 8],
};
const BETWEEN = ['pending', 'arming', 'disarming', 'triggered'];

/** An alarm panel: set to the state that it is to have, where it asks for no code. */
export const convertAlarm: Convert = (entity, { drafts, leave }) => {
  const { said } = entity;
  const features = said.number('supportedFeatures') ?? 0;
  const can = (name: string) => {
    const [, feature] = ALARM_COMMANDS[name] ?? [0, 0];
    return feature === 0 || (features & feature) !== 0;
  };
  const asksToDisarm = said.flag('requiresCode');
  const asksToArm = asksToDisarm && said.flag('requiresCodeToArm');
  if (asksToDisarm) {
    leave(asksToArm ? 'code' : 'code to disarm', {
      en: 'it asks for a code, which Ingle does not keep',
      zh: '需要密码，Ingle 不保存密码',
    });
  }
  const write = (value: PropertyValue): Fields => {
    const known = Object.hasOwn(ALARM_COMMANDS, String(value)) && can(String(value));
    const [command] = (known ? ALARM_COMMANDS[String(value)] : undefined) ?? [];
    const asksForCode = value === 'disarmed' && asksToDisarm;
    if (command === undefined || asksForCode) {
      const why = asksForCode ? 'it asks for a code' : 'it comes to that by itself';
      throw new HubError(
        'unsupported',
        `${entity.title} cannot be set to ${String(value)}: ${why}`,
        {
          hint: asksForCode ? 'Disarm it at its own keypad.' : 'Choose another state.',
          zh: {
            message: `${entity.title} 不能设为 ${String(value)}`,
            hint: asksForCode ? '它需要密码，请在它自己的键盘上撤防。' : '请选择另一个状态。',
          },
        },
      );
    }
    return { command };
  };
  drafts.push(
    vendorDraft(entity, 'enum', {
      values: ALARM_STATES.filter((name) => BETWEEN.includes(name) || can(name)),
      read: (state) => ALARM_STATES[state.number('state') ?? 0],
      ...(asksToArm ? {} : { write }),
    }),
  );
};

const UPDATE = { install: 1, check: 2 } as const;

/** An update that the device fetches by itself: what it has, what there is, and the word to install it. */
export const convertUpdate: Convert = (entity, { drafts }) => {
  const told = (name: string) => (state: Said) =>
    state.flag('missingState') ? undefined : state.text(name, 60);
  drafts.push(
    vendorDraft(entity, 'string', { word: 'installed', read: told('currentVersion') }),
    vendorDraft(entity, 'string', { word: 'latest', read: told('latestVersion') }),
    vendorDraft(entity, 'boolean', {
      word: 'in_progress',
      read: (state) => (state.flag('missingState') ? undefined : state.flag('inProgress')),
    }),
    ...(['install', 'check'] as const).map((word) =>
      vendorDraft(entity, 'boolean', {
        word,
        write: (value) => {
          if (value === true) return { command: UPDATE[word] };
          throw new ValidationError(`${entity.title} ${word} is a button: it is only pressed`, {
            hint: 'Set it to true.',
            zh: { message: `${entity.title} ${word} 是按钮，只能按下`, hint: '请设为 true。' },
          });
        },
      }),
    ),
  );
};

/** Kinds of arguments by their numbers, and how one is put into its message. */
const ARGUMENTS: readonly {
  readonly type: 'boolean' | 'number' | 'string';
  part(value: PropertyValue): Fields;
}[] = [
  { type: 'boolean', part: (value) => ({ bool: value }) },
  {
    type: 'number',
    part: (value) => ({ int: Math.round(Number(value)), legacyInt: Math.round(Number(value)) }),
  },
  { type: 'number', part: (value) => ({ float: value }) },
  { type: 'string', part: (value) => ({ string: value }) },
];

/** An action of the device's own: a command with its arguments. */
export const convertAction: Convert = (entity, { commands, leave }) => {
  const wanted = entity.said.list('argsList').map((argument) => ({
    name: argument.text('name', 64),
    kind: ARGUMENTS[argument.number('type') ?? 0],
  }));
  if (wanted.some(({ kind }) => kind === undefined)) {
    leave('', { en: 'its arguments are lists', zh: '它的参数是列表' });
    return;
  }
  const name = entity.said.text('name', 60);
  if (!/^[A-Za-z][A-Za-z0-9_]*$/.test(name)) return;
  commands.push({
    name,
    send: (args) => {
      const parts = wanted.map(({ name: argument, kind }): Part => {
        const value = Object.hasOwn(args, argument) ? args[argument] : undefined;
        if (value === undefined || kind === undefined || typeof value !== kind.type) {
          throw new ValidationError(`The action ${name} needs "${argument}"`, {
            hint: `It is a ${kind?.type ?? 'value'}. All that it needs: ${wanted.map((one) => one.name).join(', ')}.`,
            zh: {
              message: `动作 ${name} 需要“${argument}”`,
              hint: `需要的参数：${wanted.map((one) => one.name).join('、')}。`,
            },
          });
        }
        return { type: 'ExecuteServiceArgument', fields: kind.part(value) };
      });
      return parts.length === 0 ? {} : { argsList: parts };
    },
  });
};
