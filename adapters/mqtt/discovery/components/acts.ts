// Happenings and devices that are told what to do: events, triggers, vacuums, mowers and alarm panels.
import { pressOf } from '../../../../hub/model/press-words.ts';
import type { PropertyValue } from '../../../../hub/model/properties.ts';
import {
  type Convert,
  type Draft,
  draftOf,
  NO_CODE,
  type Parts,
  vendorDraft,
  wordTold,
} from '../draft.ts';
import type { EntityConfig } from '../entity-config.ts';
import { isObject, numberOf, pick } from '../template-value.ts';

/** An event entity: one of its types happened. */
export const convertEvent: Convert = (config, { drafts }) => {
  const told = config.told('state_topic', 'value_template');
  const types = config.list('event_types');
  if (told === null || types.length === 0) return;
  const read: Draft['told'][number]['read'] = (message) => {
    const rendered = told.read(message);
    if (rendered === null) return undefined;
    const json =
      isObject(message.json) && !config.has('value_template')
        ? message.json
        : parsed(rendered.text);
    const type = pick(json, 'event_type');
    return typeof type === 'string' && types.includes(type) ? pressOf(type) : undefined;
  };
  const values = [...new Set(types.map(pressOf))];
  drafts.push({ ...draftOf('button', { topic: told.topic, read }, { values }), access: 'event' });
};

function parsed(text: string): ReturnType<typeof pick> {
  try {
    return JSON.parse(text) as ReturnType<typeof pick>;
  } catch {
    return undefined;
  }
}

/** A trigger: one message of one topic is one press. Those of a device are put together by its key. */
export const convertTrigger: Convert = (config, { drafts }) => {
  const topic = config.topic('topic');
  const template = config.template('value_template');
  if (topic === null || template === undefined) return;
  const payload = config.has('payload') ? config.text('payload', '') : null;
  const type = config.text('type', 'action');
  const subtype = config.text('subtype', '');
  const isNamedBySubtype = type === 'action' || type === '';
  const [, before, rest] = /^(\d{1,2})_(.+)$/.exec(subtype) ?? [];
  const place = isNamedBySubtype ? before : /(\d+)/.exec(subtype)?.[1];
  const value = pressOf(isNamedBySubtype ? (rest ?? subtype) : type);
  const read: Draft['told'][number]['read'] = (message) => {
    let text = message.text;
    try {
      if (template !== null) {
        text = template.render({ value: message.text, value_json: message.json }).text;
      }
    } catch {
      return undefined;
    }
    return payload === null || text === payload ? value : undefined;
  };
  const draft = draftOf('button', { topic, read }, { values: [value] });
  drafts.push({ ...draft, access: 'event', ...(place === undefined ? {} : { button: place }) });
};

const CLEANING = [...['start', 'pause', 'stop', 'return_to_base', 'clean_spot', 'locate']] as const;

/** A vacuum: its state, its battery, its fan, and commands. */
export const convertVacuum: Convert = (config, { drafts, commands }) => {
  const state = config.topic('state_topic');
  if (state !== null) {
    const field = (name: string) => ({
      topic: state,
      read: (message: { readonly json: ReturnType<typeof pick> }): PropertyValue | undefined => {
        const value = pick(message.json, name);
        return typeof value === 'string' || typeof value === 'number' ? value : undefined;
      },
    });
    const values = ['cleaning', 'docked', 'paused', 'idle', 'returning', 'error'];
    const said = field('state');
    const telling = {
      topic: state,
      read: (message: Parameters<typeof said.read>[0]) => {
        const word = said.read(message);
        return typeof word === 'string' && values.includes(word) ? word : undefined;
      },
    };
    drafts.push(vendorDraft(config, 'enum', telling, { values }));
    const level = field('battery_level');
    const battery = {
      topic: state,
      read: (message: Parameters<typeof level.read>[0]) => {
        const percent = numberOf(level.read(message) as string | number | undefined);
        return percent === null ? undefined : percent;
      },
    };
    if (features(config).includes('battery')) drafts.push(draftOf('battery', battery));
  }
  vacuumFan(config, drafts, state);
  const send = config.sender('command_topic', null);
  if (send === null) return;
  const able = features(config);
  for (const name of CLEANING) {
    const word = name === 'return_to_base' ? 'return_home' : name;
    if (!able.includes(word)) continue;
    const payload = config.text(`payload_${name}`, name);
    commands.push({ name: word, send: () => [send(payload)] });
  }
  if (config.has('send_command_topic')) {
    config.leave('send_command_topic', {
      en: 'commands without a name of their own are not sent',
      zh: '不发送没有名称的指令',
    });
  }
};

function features(config: EntityConfig): readonly string[] {
  const usual = ['start', 'stop', 'return_home', 'status', 'battery', 'clean_spot'];
  return config.list('supported_features', usual);
}

function vacuumFan(config: EntityConfig, drafts: Draft[], state: string | null): void {
  const values = config.list('fan_speed_list');
  const send = config.sender('set_fan_speed_topic', null);
  if (values.length === 0 || send === null) return;
  const told =
    state === null
      ? null
      : {
          topic: state,
          read: (message: { readonly json: ReturnType<typeof pick> }) => {
            const word = pick(message.json, 'fan_speed');
            return typeof word === 'string' && values.includes(word) ? word : undefined;
          },
        };
  drafts.push(draftOf('fanMode', told, { values, write: (value) => [send(String(value))] }));
}

/** A lawn mower: what it does, and commands of a topic each. */
export const convertMower: Convert = (config, { drafts, commands }) => {
  const told = config.told('activity_state_topic', 'activity_value_template');
  const values = ['mowing', 'paused', 'docked', 'returning', 'error'];
  if (told !== null) {
    const read = wordTold(told, (word) => (values.includes(word) ? word : undefined));
    drafts.push(vendorDraft(config, 'enum', read, { values }));
  }
  for (const [word, name, payload] of [
    ['start_mowing', 'start', 'start_mowing'],
    ['pause', 'pause', 'pause'],
    ['dock', 'return_home', 'dock'],
  ] as const) {
    const send = config.sender(`${word}_command_topic`, `${word}_command_template`);
    if (send !== null) commands.push({ name, send: () => [send(payload)] });
  }
};

const ARMED: Readonly<Record<string, readonly [state: string, word: string, payload: string]>> = {
  arm_home: ['armed_home', 'payload_arm_home', 'ARM_HOME'],
  arm_away: ['armed_away', 'payload_arm_away', 'ARM_AWAY'],
  arm_night: ['armed_night', 'payload_arm_night', 'ARM_NIGHT'],
  arm_vacation: ['armed_vacation', 'payload_arm_vacation', 'ARM_VACATION'],
  arm_custom_bypass: ['armed_custom_bypass', 'payload_arm_custom_bypass', 'ARM_CUSTOM_BYPASS'],
  trigger: ['triggered', 'payload_trigger', 'TRIGGER'],
};
const BETWEEN = ['arming', 'pending', 'disarming'];

/** An alarm panel: armed and disarmed by setting the state that it is to have, where it asks for no code. */
export const convertAlarm: Convert = (config, { drafts }: Parts) => {
  const told = config.told('state_topic', 'value_template');
  const able = config.list('supported_features', Object.keys(ARMED));
  const ways = Object.entries(ARMED).filter(([name]) => able.includes(name));
  const values = ['disarmed', ...ways.map(([, [state]]) => state), 'triggered', ...BETWEEN];
  const needsCode = config.has('code') || config.fields.code_arm_required === true;
  const asksForCode = needsCode && /code/.test(config.text('command_template', 'code'));
  const send = config.sender('command_topic', 'command_template');
  if (send !== null && asksForCode) config.leave('command_topic', NO_CODE);
  else if (config.has('code')) config.leave('code', NO_CODE);
  const payloads = new Map([
    ['disarmed', config.text('payload_disarm', 'DISARM')],
    ...ways.map(([, [state, word, usual]]) => [state, config.text(word, usual)] as const),
  ]);
  const write =
    send !== null &&
    !asksForCode &&
    ((value: PropertyValue) => {
      const payload = payloads.get(String(value));
      return payload === undefined ? [] : [send(payload, { action: payload, code: null })];
    });
  const read = wordTold(told, (word) => (values.includes(word) ? word : undefined));
  const own = { values: [...new Set(values)], ...(write === false ? {} : { write }) };
  drafts.push(vendorDraft(config, 'enum', read, own));
};

/** Where somebody is: told as a word. */
export const convertTracker: Convert = (config, { drafts }) => {
  const words = new Map([
    [config.text('payload_home', 'home'), 'home'],
    [config.text('payload_not_home', 'not_home'), 'not_home'],
  ]);
  const told = wordTold(
    config.told('state_topic', 'value_template'),
    (word) => words.get(word) ?? word,
  );
  if (told !== null) drafts.push(vendorDraft(config, 'string', told));
  if (!config.has('json_attributes_topic')) return;
  config.leave('json_attributes_topic', {
    en: 'places are not kept, only words such as home',
    zh: '不保存位置，只保存“在家”之类的词',
  });
};
