// `ingle set` and `ingle toggle`: one command to one device, followed as far as was asked.

import type { Command } from 'commander';
import type { CommandJson, DeviceJson } from '../../api/shapes.ts';
import { problemIn } from '../../model/problem-words.ts';
import { durationMs, oneOf } from '../arguments.ts';
import { nearest } from '../choose.ts';
import { CliError } from '../cli-error.ts';
import { apiPath, errorCode } from '../client.ts';
import { type Context, findDevice, moment, propertyTable } from '../context.ts';
import { propertyLabel, propertyName, readValue, valueText } from '../property-text.ts';
import type { AddVerb } from '../verb.ts';

const WAITS = ['none', 'sent', 'acknowledged', 'observed'] as const;
const ORDER: Partial<Record<CommandJson['state'], number>> = {
  requested: 0,
  sent: 1,
  acknowledged: 2,
  observed: 3,
};
const TIMEOUT_MS = 5_000;
const TIMEOUT_MS_MAX = 30_000;
/** The hub itself ends the wait; this is for one that does not. */
const ANSWER_GRACE_MS = 5_000;

interface CommandOptions {
  readonly wait?: string;
  readonly timeout?: string;
  readonly over?: string;
}

export const addSet: AddVerb = (program, { words, act, examples }) => {
  program
    .command('set')
    .argument('<device>')
    .argument('<property>')
    .argument('<value>')
    .description(words.help.set)
    .option('--over <duration>', words.help.setOver)
    .option('--wait <state>', words.help.setWait)
    .option('--timeout <duration>', words.help.setTimeout)
    .addHelpText(
      'after',
      examples(
        'ingle set hall-lamp on true',
        'ingle set "Hall lamp" brightness 40% --over 2s',
        'ingle set thermostat targetTemperature 21.5 --wait observed --timeout 20s',
        'ingle set lamp color "#ff8800"',
      ),
    )
    .action(
      async (
        typed: string,
        property: string,
        value: string,
        options: CommandOptions,
        command: Command,
      ) => {
        await act(command, (context) => setProperty(context, typed, { property, value }, options));
      },
    );
  program
    .command('toggle')
    .argument('<device>')
    .argument('[property]')
    .description(words.help.toggle)
    .option('--wait <state>', words.help.setWait)
    .option('--timeout <duration>', words.help.setTimeout)
    .addHelpText('after', examples('ingle toggle hall-lamp', 'ingle toggle two-gang on@2'))
    .action(
      async (
        typed: string,
        property: string | undefined,
        options: CommandOptions,
        command: Command,
      ) => {
        await act(command, (context) => toggle(context, typed, property, options));
      },
    );
};

function checkProperty({ words }: Context, device: DeviceJson, key: string): void {
  if (Object.hasOwn(device.properties, key)) return;
  const names = Object.keys(device.properties);
  const near = nearest(key, names).map((name) => `"${name}"`);
  throw new CliError('invalid-input', words.errors.noProperty(device.name, key), {
    hint:
      near.length > 0
        ? words.usage.didYouMean(near.join(words.usage.or))
        : words.errors.propertiesHint(words.list(names)),
  });
}

async function setProperty(
  context: Context,
  typed: string,
  { property: key, value: text }: { readonly property: string; readonly value: string },
  options: CommandOptions,
): Promise<void> {
  const { words, language } = context;
  const transitionMs = options.over === undefined ? undefined : durationMs(options.over, words);
  const wait = waitOf(context, options);
  const [device, table] = await Promise.all([findDevice(context, typed), propertyTable(context)]);
  checkProperty(context, device, key);
  const property = device.properties[key];
  const info = table.get(propertyName(key));
  const value = property ? readValue(text, property, info) : null;
  if (value === null) {
    throw new CliError('invalid-input', words.usage.badValue(text, key), {
      hint:
        property?.type === 'boolean'
          ? words.usage.choiceHint(words.list(['on', 'off', 'true', 'false']))
          : null,
    });
  }
  const body = { property: key, value, ...(transitionMs === undefined ? {} : { transitionMs }) };
  const record = await send(context, device, body, wait);
  const shown = valueText(value, property, info, language);
  const label = propertyLabel(key, property, info, language);
  finish(context, device, record, wait, () =>
    record.waitsUntil !== undefined
      ? `${words.set.waits(device.name, label, shown, moment(record.waitsUntil, language))}\n${words.set.waitsHint}`
      : record.state === 'observed'
        ? words.set.done(device.name, label, shown)
        : words.set.asked(device.name, label, shown),
  );
}

async function toggle(
  context: Context,
  typed: string,
  key: string | undefined,
  options: CommandOptions,
): Promise<void> {
  const wait = waitOf(context, options);
  const device = await findDevice(context, typed);
  if (key !== undefined) checkProperty(context, device, key);
  const body = { command: 'toggle', args: key === undefined ? {} : { property: key } };
  const record = await send(context, device, body, wait);
  finish(context, device, record, wait, () => context.words.set.toggled(device.name));
}

interface Wait {
  readonly until: (typeof WAITS)[number];
  readonly timeoutMs: number;
}

function waitOf({ words }: Context, options: CommandOptions): Wait {
  const until = oneOf(options.wait ?? 'acknowledged', WAITS, '--wait', words);
  const timeoutMs = options.timeout === undefined ? TIMEOUT_MS : durationMs(options.timeout, words);
  return { until, timeoutMs: Math.min(Math.max(timeoutMs, 1), TIMEOUT_MS_MAX) };
}

async function send(
  { client }: Context,
  device: DeviceJson,
  body: unknown,
  wait: Wait,
): Promise<CommandJson> {
  const until = wait.until === 'none' ? '' : `wait=${wait.until}&`;
  const query = `?${until}timeoutMs=${wait.timeoutMs}`;
  const answer = await client.request<CommandJson>(
    'POST',
    apiPath`/api/devices/${device.id}/commands` + query,
    { body, timeoutMs: wait.timeoutMs + ANSWER_GRACE_MS },
  );
  return answer.body;
}

function finish(
  { printer, words, language }: Context,
  device: DeviceJson,
  record: CommandJson,
  wait: Wait,
  sentence: () => string,
): void {
  const reached = ORDER[record.state];
  const wanted = wait.until === 'none' ? 0 : (ORDER[wait.until] ?? 0);
  if (printer.isJson) printer.value(record);
  if (reached === undefined) {
    const code = record.problem ? errorCode(record.problem.code) : 'timed-out';
    const fallback =
      record.state === 'superseded'
        ? words.set.superseded(device.name)
        : words.set.failed(device.name);
    const told = record.problem && problemIn(record.problem, language);
    throw new CliError(
      record.state === 'superseded' ? 'conflict' : code,
      told?.detail ?? fallback,
      {
        hint: told?.hint ?? null,
      },
    );
  }
  // It is kept until the device wakes, which is as far as it can come now.
  if (reached < wanted && record.waitsUntil === undefined) {
    const seconds = String(wait.timeoutMs / 1_000);
    throw new CliError(
      'timed-out',
      words.set.notYet(device.name, words.set.states[record.state], seconds),
      { hint: words.set.notYetHint },
    );
  }
  if (!printer.isJson) printer.line(sentence());
}
