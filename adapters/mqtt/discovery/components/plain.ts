// Entities that hold one value: switch, sensor, binary_sensor, number, select, text, notify, date, time, datetime,
// button, siren, update, scene.
import { type FoundRow, rowByClass, unitChange } from '../../../../hub/model/entity-rows.ts';
import { ValidationError } from '../../../../hub/model/errors.ts';
import { civilOf, dayOf, momentOf, timeOf, WRITTEN } from '../../../contract/written-time.ts';
import {
  booleanTold,
  type Convert,
  draftOf,
  fieldOf,
  numberTold,
  tidy,
  vendorDraft,
  withState,
  wordTold,
} from '../draft.ts';
import type { EntityConfig } from '../entity-config.ts';
import { rowByWord } from '../rows.ts';

/** A switch that no other word of the table names is the device's power. */
export const convertSwitch: Convert = (config, { drafts }) => {
  const send = config.sender('command_topic', 'command_template');
  const [on, off] = [config.text('payload_on', 'ON'), config.text('payload_off', 'OFF')];
  const told = booleanTold(
    config.told('state_topic', 'value_template'),
    config.text('state_on', on),
    config.text('state_off', off),
  );
  const write = send && ((value: unknown) => [send(value === true ? on : off)]);
  const found = rowByWord(config, 'binary', true);
  const isInverted =
    found?.convert?.kind === 'boolean' && String(found.convert.true) === off && off !== on;
  if (found === null || found.convert?.kind === 'warning') {
    drafts.push(draftOf('on', told, write === null ? {} : { write }));
    return;
  }
  if (!isInverted) {
    drafts.push(draftOf(found.row.name, told, write === null ? {} : { write }));
    return;
  }
  const turned = told && {
    ...told,
    read: (message: Parameters<typeof told.read>[0]) => {
      const value = told.read(message);
      return typeof value === 'boolean' ? !value : undefined;
    },
  };
  const turn = write && ((value: unknown) => write(value !== true));
  drafts.push(draftOf(found.row.name, turned, turn === null ? {} : { write: turn }));
};

export const convertBinarySensor: Convert = (config, { drafts }) => {
  const told = booleanTold(
    config.told('state_topic', 'value_template'),
    config.text('payload_on', 'ON'),
    config.text('payload_off', 'OFF'),
  );
  if (told === null) return;
  const byWord = rowByWord(config, 'binary', false);
  // A conversion would turn what payload_on and payload_off have turned already.
  const found =
    rowByClass('binary_sensor', config.text('device_class', '')) ??
    (byWord?.convert === undefined && byWord?.row.type === 'boolean' ? byWord : null);
  const isFree = found !== null && found.row.type === 'boolean' && found.row.access === 'r';
  drafts.push(isFree ? draftOf(found.row.name, told) : vendorDraft(config, 'boolean', told));
};

export const convertSensor: Convert = (config, { drafts }) => {
  const told = config.told('state_topic', 'value_template');
  if (told === null) return;
  const deviceClass = config.text('device_class', '');
  const unit = config.text('unit_of_measurement', '');
  const isNumber = unit !== '' || config.has('state_class') || NUMBERS.has(deviceClass);
  const numeric = isNumber ? numericRow(config, deviceClass) : null;
  const change = numeric === null ? null : unitChange(numeric.row, unit);
  if (numeric !== null && change !== null) {
    const factor = numeric.convert?.kind === 'factor' ? numeric.convert.factor : 1;
    const convert = numeric.convert === undefined ? change : (value: number) => value * factor;
    drafts.push(draftOf(numeric.row.name, numberTold(told, convert)));
    return;
  }
  if (isNumber) {
    drafts.push(vendorDraft(config, 'number', numberTold(told), unit === '' ? {} : { unit }));
    return;
  }
  const options = config.list('options');
  const found = rowByWord(config, 'enum', false);
  if (found?.row.type === 'enum' && found.row.access === 'r') {
    const values = options.length === 0 ? {} : { values: options.map((each) => ours(found, each)) };
    drafts.push(
      draftOf(
        found.row.name,
        wordTold(told, (text) => ours(found, text)),
        values,
      ),
    );
    return;
  }
  const isListed = options.length > 0;
  const own = isListed ? { values: options } : {};
  const read = wordTold(told, (text) => (isListed && !options.includes(text) ? undefined : text));
  drafts.push(vendorDraft(config, isListed ? 'enum' : 'string', read, own));
};

const NUMBERS: ReadonlySet<string> = new Set([
  ...[
    'battery',
    'temperature',
    'humidity',
    'pressure',
    'illuminance',
    'power',
    'energy',
    'voltage',
  ],
  ...['current', 'power_factor', 'frequency', 'signal_strength', 'moisture', 'distance', 'aqi'],
]);

/** A word of the table says more than a class: a battery's voltage is no mains voltage. */
function numericRow(config: EntityConfig, deviceClass: string): FoundRow | null {
  const byWord = rowByWord(config, 'numeric', false);
  if (byWord !== null && byWord.row.type === 'number' && isPlain(byWord)) return byWord;
  const byClass = rowByClass('sensor', deviceClass);
  return byClass?.row.type === 'number' ? byClass : null;
}

const isPlain = ({ convert }: FoundRow) => convert === undefined || convert.kind === 'factor';

/** Their word in the table's: a conversion of the row, or as it is. */
function ours({ convert }: FoundRow, word: string): string {
  if (convert?.kind !== 'values' || !Object.hasOwn(convert.values, word)) return word;
  return String(convert.values[word]);
}

export const convertNumber: Convert = (config, { drafts }) => {
  const send = config.sender('command_topic', 'command_template');
  const told = config.told('state_topic', 'value_template');
  if (send === null && told === null) return;
  const [min, max] = [config.number('min', 1), config.number('max', 100)];
  const step = config.number('step', 1);
  const unit = config.text('unit_of_measurement', '');
  const found = rowByWord(config, 'numeric', true);
  const change = found && found.row.type === 'number' ? unitChange(found.row, unit) : null;
  if (found !== null && change !== null && isPlain(found)) {
    const factor = found.convert?.kind === 'factor' ? found.convert.factor : change(1) - change(0);
    const offset = found.convert?.kind === 'factor' ? 0 : change(0);
    const to = (value: number) => value * factor + offset;
    const write = send && ((value: unknown) => [send(tidy((Number(value) - offset) / factor))]);
    const own = { min: tidy(to(min)), max: tidy(to(max)), step: tidy(step * factor) };
    drafts.push(
      draftOf(found.row.name, numberTold(told, to), write === null ? own : { ...own, write }),
    );
    return;
  }
  const write = send && ((value: unknown) => [send(Number(value))]);
  const own = { min, max, step, ...(unit === '' ? {} : { unit }) };
  drafts.push(
    vendorDraft(config, 'number', numberTold(told), write === null ? own : { ...own, write }),
  );
};

export const convertSelect: Convert = (config, { drafts }) => {
  const send = config.sender('command_topic', 'command_template');
  const told = config.told('state_topic', 'value_template');
  const options = config.list('options');
  if ((send === null && told === null) || options.length === 0) return;
  const found = rowByWord(config, 'enum', true) ?? rowByWord(config, 'enum', false);
  const isRow = found?.row.type === 'enum' && found.row.access !== 'event';
  const toOurs = (word: string) => (isRow ? ours(found, word) : word);
  const theirs = (value: unknown) =>
    options.find((word) => toOurs(word) === value) ?? String(value);
  const write = send && ((value: unknown) => [send(theirs(value))]);
  const own = { values: options.map(toOurs), ...(write === null ? {} : { write }) };
  const read = wordTold(told, (text) => (options.includes(text) ? toOurs(text) : undefined));
  const isWhole =
    isRow && (found.row.openValues || own.values.every((each) => found.row.values?.[each]));
  if (isWhole) drafts.push(draftOf(found.row.name, read, own));
  else drafts.push(vendorDraft(config, 'enum', read, own));
};

export const convertText: Convert = (config, { drafts }) => {
  const send = config.sender('command_topic', 'command_template');
  const told = wordTold(config.told('state_topic', 'value_template'));
  if (send === null && told === null) return;
  const write = send && ((value: unknown) => [send(String(value))]);
  drafts.push(vendorDraft(config, 'string', told, write === null ? {} : { write }));
};

/** How a setting that is a date or a time is written here, and how its device wants it. */
interface Written {
  readonly form: (text: string) => string | undefined;
  readonly example: string;
  toWire?(text: string): string;
}

/** A date, a time of day or a moment, as a text in one written form. */
function written(of: (config: EntityConfig) => Written): Convert {
  return (config, { drafts }) => {
    const { form, example, toWire = (text) => text } = of(config);
    const send = config.sender('command_topic', 'command_template');
    const told = wordTold(config.told('state_topic', 'value_template'), form);
    if (send === null && told === null) return;
    const write = (value: unknown) => {
      const text = form(String(value));
      if (text === undefined || send === null) throw notWritten(config, value, example);
      return [send(toWire(text))];
    };
    drafts.push(vendorDraft(config, 'string', told, send === null ? {} : { write }));
  };
}

function notWritten({ title }: EntityConfig, value: unknown, example: string): ValidationError {
  const shown = String(value).slice(0, 40);
  return new ValidationError(`${title} cannot be ${shown}`, {
    hint: `Write it as in ${example}.`,
    zh: { message: `${title} 不能是 ${shown}`, hint: `请写成 ${example} 的形式。` },
  });
}

export const convertDate = written(() => ({ form: dayOf, example: WRITTEN.day }));
export const convertTime = written(() => ({ form: timeOf, example: WRITTEN.time }));

/** Of a device that names its time zone, days and hours are written as its clock shows them. */
export const convertDateTime = written((config) =>
  config.has('timezone')
    ? { form: civilOf, example: WRITTEN.moment.slice(0, -1) }
    : {
        form: momentOf,
        example: WRITTEN.moment,
        toWire: (text) => text.replace('Z', '+00:00'),
      },
);

/** A button is pressed by setting it true. */
export const convertButton: Convert = (config, { drafts, commands }) => {
  const send = config.sender('command_topic', 'command_template');
  if (send === null) return;
  const isScene = config.entity.component === 'scene';
  const payload = isScene
    ? config.text('payload_on', 'ON')
    : config.text('payload_press', config.text('payload_on', 'PRESS'));
  if (config.text('device_class', '') === 'identify') {
    commands.push({ name: 'identify', send: () => [send(payload)] });
    return;
  }
  const write = (value: unknown) => (value === true ? [send(payload)] : []);
  drafts.push(vendorDraft(config, 'boolean', null, { write }));
};

export const convertSiren: Convert = (config, { drafts }) => {
  const topic = config.topic('command_topic');
  const send = config.sender('command_topic', 'command_template');
  const [on, off] = [config.text('payload_on', 'ON'), config.text('payload_off', 'OFF')];
  const told = booleanTold(
    withState(config.told('state_topic', 'state_value_template')),
    config.text('state_on', on),
    config.text('state_off', off),
  );
  const sendOff = config.has('command_off_template')
    ? config.sender('command_topic', 'command_off_template')
    : config.has('command_template') && send;
  // Without a template of its own a siren takes JSON.
  const message = (value: boolean) => {
    const word = value ? on : off;
    const way = value ? config.has('command_template') && send : sendOff;
    if (way) return way(word, { state: word });
    return { topic: topic ?? '', payload: JSON.stringify({ state: word }), retain: false };
  };
  const write = topic === null ? null : (value: unknown) => [message(value === true)];
  drafts.push(draftOf('siren', told, write === null ? {} : { write }));
  for (const word of ['available_tones', 'support_duration', 'support_volume_set']) {
    if (word !== 'available_tones' ? !config.flag(word) : config.list(word).length === 0) continue;
    config.leave(word, {
      en: 'a siren is only switched on and off; its own way is used',
      zh: '警报器只会被打开和关闭，用它自己的方式响',
    });
  }
};

/** What a device runs is its firmware; updates are the bridge's own to make. */
export const convertUpdate: Convert = (config, parts) => {
  const told = config.told('state_topic', 'value_template');
  if (told !== null) {
    parts.firmware = {
      topic: told.topic,
      id: told.id,
      read: (message) => {
        const rendered = told.read(message);
        if (rendered === null) return null;
        const version = versionOf(rendered.text, 'installed_version');
        return version === null ? null : { text: version, value: version };
      },
    };
  }
  const latest = config.told('latest_version_topic', 'latest_version_template');
  const newest = latest ?? (told !== null && isJsonState(config) ? told : null);
  if (newest !== null) {
    const isOwn = newest === latest;
    const read = wordTold(newest, (text) => {
      const isWhole = isOwn || text.startsWith('{');
      return (isWhole ? versionOf(text, 'latest_version') : null) ?? undefined;
    });
    const label = { en: 'Newest firmware', zh: '最新固件' };
    parts.drafts.push(vendorDraft(config, 'string', read, { word: 'latest', label }));
  }
  if (config.has('command_topic')) {
    config.leave('command_topic', {
      en: 'updates are made where the device belongs, in its own bridge',
      zh: '升级在设备所属的网桥里进行',
    });
  }
};

/** Whether one message tells all versions: as it is, or put together by a template. */
function isJsonState(config: EntityConfig): boolean {
  return !config.has('value_template') || /latest_version/.test(config.text('value_template', ''));
}

/** A version: the text, or the field of its JSON. */
function versionOf(text: string, field: string): string | null {
  const said = text.startsWith('{') ? (fieldOf(text, field) ?? '') : text;
  return said === '' || said === 'None' ? null : said.slice(0, 40);
}
