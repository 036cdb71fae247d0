// Entities that hold one value: switch, sensor, binary_sensor, text_sensor, number, select, text, button, siren, date,
// time and datetime.

import {
  type FoundRow,
  rowByClass,
  rowByWord,
  unitChange,
} from '../../../../hub/model/entity-rows.ts';
import { ValidationError } from '../../../../hub/model/errors.ts';
import type { PropertyValue } from '../../../../hub/model/properties.ts';
import { dayOf, momentOf, timeOf, WRITTEN } from '../../../contract/written-time.ts';
import { type Convert, type Draft, draftOf, tidy, vendorDraft } from '../draft.ts';
import type { Entity, Said } from '../entity.ts';

const PASSWORD_MODE = 1;

const isTold = (state: Said) => !state.flag('missingState');

const flagTold = (state: Said) => (isTold(state) ? state.flag('state') : undefined);
const textTold = (state: Said) =>
  isTold(state) ? state.rawText('state').slice(0, 1_024) : undefined;

function numberTold(change: (value: number) => number): NonNullable<Draft['read']> {
  return (state) => {
    const value = isTold(state) ? state.number('state') : null;
    return value === null ? undefined : tidy(change(value));
  };
}

const same = (value: number) => value;

/** A row whose values are those of the wire, but for a factor. */
const isPlain = ({ convert }: FoundRow) => convert === undefined || convert.kind === 'factor';

/** A switch that no other word of the table names is the device's power. */
export const convertSwitch: Convert = (entity, { drafts }) => {
  const found = rowByWord([entity.objectId], { type: 'binary', isSettable: true });
  const isSwitch = found?.row.type === 'boolean' && found.row.access === 'rw';
  const isRow = found !== null && isSwitch && found.convert === undefined;
  const own = {
    read: (state: Said) => state.flag('state'),
    write: (value: PropertyValue) => ({ state: value === true }),
  };
  drafts.push(draftOf(isRow ? found.row.name : 'on', own));
};

export const convertBinarySensor: Convert = (entity, { drafts }) => {
  const byWord = rowByWord([entity.objectId], { type: 'binary', isSettable: false });
  const found =
    rowByClass('binary_sensor', entity.deviceClass) ??
    (byWord !== null && byWord.convert === undefined ? byWord : null);
  const isRow = found !== null && found.row.type === 'boolean' && found.row.access === 'r';
  const own = { read: flagTold };
  drafts.push(isRow ? draftOf(found.row.name, own) : vendorDraft(entity, 'boolean', own));
};

export const convertSensor: Convert = (entity, { drafts }) => {
  const unit = entity.said.text('unitOfMeasurement', 20);
  const found = numericRow(entity, unit);
  const change = found === null ? null : unitChange(found.row, unit);
  if (found === null || change === null) {
    const own = { read: numberTold(same), ...(unit === '' ? {} : { unit }) };
    drafts.push(vendorDraft(entity, 'number', own));
    return;
  }
  const factor = found.convert?.kind === 'factor' ? found.convert.factor : 1;
  const toOurs = found.convert === undefined ? change : (value: number) => value * factor;
  drafts.push(draftOf(found.row.name, { read: numberTold(toOurs) }));
};

/** A word of the table says more than a class: a battery's voltage is no mains voltage. */
function numericRow(entity: Entity, unit: string): FoundRow | null {
  const traits = { type: 'numeric', isSettable: false, ...(unit === '' ? {} : { unit }) } as const;
  const byWord = rowByWord([entity.objectId], traits);
  if (byWord !== null && byWord.row.type === 'number' && isPlain(byWord)) return byWord;
  const byClass = rowByClass('sensor', entity.deviceClass);
  return byClass?.row.type === 'number' ? byClass : null;
}

export const convertTextSensor: Convert = (entity, { drafts }) => {
  drafts.push(vendorDraft(entity, 'string', { read: textTold }));
};

export const convertNumber: Convert = (entity, { drafts }) => {
  const { said } = entity;
  const unit = said.text('unitOfMeasurement', 20);
  const min = said.number('minValue') ?? 0;
  const max = Math.max(min, said.number('maxValue') ?? 100);
  const step = said.number('step') ?? 0;
  const traits = { type: 'numeric', isSettable: true, ...(unit === '' ? {} : { unit }) } as const;
  const found = rowByWord([entity.objectId], traits);
  const change = found?.row.type === 'number' ? unitChange(found.row, unit) : null;
  if (found === null || change === null || !isPlain(found) || found.row.access === 'r') {
    drafts.push(
      vendorDraft(entity, 'number', {
        min,
        max,
        ...(step > 0 ? { step } : {}),
        ...(unit === '' ? {} : { unit }),
        read: numberTold(same),
        write: (value) => ({ state: Number(value) }),
      }),
    );
    return;
  }
  const isFactor = found.convert?.kind === 'factor';
  const factor = found.convert?.kind === 'factor' ? found.convert.factor : change(1) - change(0);
  const offset = isFactor ? 0 : change(0);
  const toOurs = (value: number) => value * factor + offset;
  drafts.push(
    draftOf(found.row.name, {
      min: tidy(toOurs(min)),
      max: tidy(toOurs(max)),
      ...(step > 0 ? { step: tidy(step * factor) } : {}),
      read: numberTold(toOurs),
      write: (value) => ({ state: tidy((Number(value) - offset) / factor) }),
    }),
  );
};

export const convertSelect: Convert = (entity, { drafts }) => {
  const options = entity.said.texts('optionsList');
  if (options.length === 0) return;
  const found = rowByWord([entity.objectId], { type: 'enum', isSettable: true });
  const row = found?.row.type === 'enum' && found.row.access !== 'event' ? found.row : null;
  const isRow =
    row !== null &&
    found?.convert === undefined &&
    (row.openValues === true || options.every((one) => Object.hasOwn(row.values ?? {}, one)));
  const own = {
    values: options,
    read: (state: Said) => {
      const value = textTold(state)?.slice(0, 64);
      return value !== undefined && options.includes(value) ? value : undefined;
    },
    write: (value: PropertyValue) => ({ state: String(value) }),
  };
  drafts.push(isRow ? draftOf(row.name, own) : vendorDraft(entity, 'enum', own));
};

/** A text; one that is a password can be set and is never told, so that no history has it. */
export const convertText: Convert = (entity, { drafts }) => {
  const { said } = entity;
  const isSecret = said.number('mode') === PASSWORD_MODE;
  const max = said.number('maxLength') ?? 255;
  drafts.push(
    vendorDraft(entity, 'string', {
      ...(isSecret ? {} : { read: textTold }),
      write: (value) => {
        const text = String(value);
        const min = said.number('minLength') ?? 0;
        if (text.length < min || (max > 0 && text.length > max)) {
          throw new ValidationError(`${entity.title} cannot have ${text.length} characters`, {
            hint: `It takes ${min} to ${max} characters.`,
            zh: {
              message: `${entity.title} 不能有 ${text.length} 个字符`,
              hint: `应为 ${min} 到 ${max} 个字符。`,
            },
          });
        }
        return { state: text };
      },
    }),
  );
};

/** A button is pressed by setting it true. */
export const convertButton: Convert = (entity, { drafts, commands }) => {
  if (entity.deviceClass === 'identify') {
    commands.push({ name: 'identify', send: () => ({}) });
    return;
  }
  drafts.push(
    vendorDraft(entity, 'boolean', {
      write: (value) => {
        if (value === true) return {};
        throw new ValidationError(`${entity.title} is a button: it is only pressed`, {
          hint: 'Set it to true.',
          zh: { message: `${entity.title} 是按钮，只能按下`, hint: '请设为 true。' },
        });
      },
    }),
  );
};

export const convertSiren: Convert = (entity, { drafts, leave }) => {
  const { said } = entity;
  drafts.push(
    draftOf('siren', {
      read: (state) => state.flag('state'),
      write: (value) => ({ hasState: true, state: value === true }),
    }),
  );
  const tones = said.texts('tonesList');
  if (tones.length > 0) {
    const write = (value: PropertyValue) => ({
      hasState: true,
      state: true,
      hasTone: true,
      tone: String(value),
    });
    drafts.push(vendorDraft(entity, 'enum', { word: 'tone', values: tones, write }));
  }
  for (const word of ['supportsDuration', 'supportsVolume'] as const) {
    if (!said.flag(word)) continue;
    leave(word === 'supportsVolume' ? 'volume' : 'duration', {
      en: 'a siren is only switched on and off; its own way is used',
      zh: '警报器只会被打开和关闭，用它自己的方式响',
    });
  }
};

/** A date or a time of day, whose command has a field for each of its numbers. */
function written(
  names: readonly string[],
  mark: '-' | ':',
  form: (text: string) => string | undefined,
  example: string,
): Convert {
  return (entity, { drafts }) => {
    drafts.push(
      vendorDraft(entity, 'string', {
        read: (state) => {
          if (!isTold(state)) return undefined;
          const parts = names.map((name) => String(state.number(name) ?? 0).padStart(2, '0'));
          return parts.join(mark);
        },
        write: (value) => {
          const text = form(String(value));
          if (text === undefined) throw notWritten(entity, value, example);
          const parts = text.split(mark);
          return Object.fromEntries(names.map((name, at) => [name, Number(parts[at] ?? 0)]));
        },
      }),
    );
  };
}

export const convertDate = written(['year', 'month', 'day'], '-', dayOf, WRITTEN.day);
export const convertTime = written(['hour', 'minute', 'second'], ':', timeOf, WRITTEN.time);

/** A moment, as in 2026-11-22T06:30:00Z. */
export const convertDateTime: Convert = (entity, { drafts }) => {
  drafts.push(
    vendorDraft(entity, 'string', {
      read: (state) => {
        const seconds = isTold(state) ? state.number('epochSeconds') : null;
        return seconds === null ? undefined : momentOf(new Date(seconds * 1_000).toISOString());
      },
      write: (value) => {
        const moment = momentOf(String(value));
        const seconds = moment === undefined ? -1 : Date.parse(moment) / 1_000;
        if (seconds < 0 || seconds > 0xffff_ffff) throw notWritten(entity, value, WRITTEN.moment);
        return { epochSeconds: seconds };
      },
    }),
  );
};

function notWritten({ title }: Entity, value: PropertyValue, example: string): ValidationError {
  const shown = String(value).slice(0, 40);
  return new ValidationError(`${title} cannot be ${shown}`, {
    hint: `Write it as in ${example}.`,
    zh: { message: `${title} 不能是 ${shown}`, hint: `请写成 ${example} 的形式。` },
  });
}
