// What opens and closes: covers, valves and locks.
// Spec: ESPHome native API, api.proto, CoverOperation, ValveOperation, LockState and LockCommand.
import { ValidationError } from '../../../../hub/model/errors.ts';
import type { PropertyValue } from '../../../../hub/model/properties.ts';
import { type Convert, draftOf, type Parts, vendorDraft } from '../draft.ts';
import type { Entity, Said } from '../entity.ts';

const MOVEMENTS = ['stopped', 'opening', 'closing'] as const;

const percentOf =
  (name: string) =>
  (state: Said): number | undefined => {
    const part = state.number(name);
    return part === null ? undefined : Math.round(Math.min(1, Math.max(0, part)) * 100);
  };

const moving = (state: Said) => MOVEMENTS[state.number('currentOperation') ?? 0];

/** A position that can be any, or only that of one end. */
function placed(entity: Entity) {
  const isAnywhere = entity.said.flag('supportsPosition');
  return {
    ...(isAnywhere ? {} : { step: 100 }),
    read: percentOf('position'),
    write: (value: PropertyValue) => {
      if (!isAnywhere && value !== 0 && value !== 100) throw onlyEnds(entity, value);
      return { hasPosition: true, position: Number(value) / 100 };
    },
  };
}

function onlyEnds({ title }: Entity, value: PropertyValue): ValidationError {
  return new ValidationError(`${title} cannot be ${String(value)}`, {
    hint: 'It only opens and closes: 0 or 100.',
    zh: { message: `${title} 不能是 ${String(value)}`, hint: '它只能全开或全关：0 或 100。' },
  });
}

function stop({ said }: Entity, { commands }: Parts): void {
  if (said.flag('supportsStop')) commands.push({ name: 'stop', send: () => ({ stop: true }) });
}

export const convertCover: Convert = (entity, parts) => {
  const { drafts } = parts;
  drafts.push(draftOf('position', placed(entity)));
  drafts.push(draftOf('moving', { read: moving }));
  if (entity.said.flag('supportsTilt')) {
    drafts.push(
      draftOf('tilt', {
        read: percentOf('tilt'),
        write: (value) => ({ hasTilt: true, tilt: Number(value) / 100 }),
      }),
    );
  }
  stop(entity, parts);
};

export const convertValve: Convert = (entity, parts) => {
  parts.drafts.push(
    draftOf('valvePosition', placed(entity)),
    vendorDraft(entity, 'enum', { word: 'moving', values: MOVEMENTS, read: moving }),
  );
  stop(entity, parts);
};

const LOCKED = 1;
const UNLOCKED = 2;
const JAMMED = 3;
const COMMAND = { unlock: 0, lock: 1, open: 2 } as const;

export const convertLock: Convert = (entity, { drafts, commands, leave }) => {
  const { said } = entity;
  const asksForCode = said.flag('requiresCode');
  if (asksForCode) {
    leave('code', {
      en: 'it asks for a code, which Ingle does not keep',
      zh: '需要密码，Ingle 不保存密码',
    });
  }
  drafts.push(
    draftOf('locked', {
      read: (state) => {
        const now = state.number('state');
        if (now === LOCKED) return true;
        return now === UNLOCKED || now === JAMMED ? false : undefined;
      },
      ...(asksForCode
        ? {}
        : {
            write: (value: PropertyValue) => ({
              command: value === true ? COMMAND.lock : COMMAND.unlock,
            }),
          }),
    }),
    draftOf('lockState', {
      read: (state) => {
        const now = state.number('state');
        if (now === JAMMED) return 'not_fully_locked';
        if (now === LOCKED) return 'locked';
        return now === UNLOCKED ? 'unlocked' : undefined;
      },
    }),
  );
  if (said.flag('supportsOpen') && !asksForCode) {
    commands.push({ name: 'open', send: () => ({ command: COMMAND.open }) });
  }
};
