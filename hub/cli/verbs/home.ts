// `ingle home`: the home's own values, such as its mode, where its people are, and variables.
import type { Command } from 'commander';
import type { HomeValueJson } from '../../api/home-values-shapes.ts';
import { apiPath } from '../client.ts';
import { type Context, moment } from '../context.ts';
import type { AddVerb } from '../verb.ts';

export const addHome: AddVerb = (program, { words, act, examples }) => {
  const home = program
    .command('home')
    .description(words.help.home)
    .addHelpText(
      'after',
      examples('ingle home', 'ingle home set home.mode night', 'ingle home set var.guests 3'),
    );
  home
    .command('values', { isDefault: true })
    .description(words.help.homeValues)
    .action(async (_options: object, command: Command) => {
      await act(command, listValues);
    });
  home
    .command('set')
    .argument('<key>')
    .argument('<value>')
    .description(words.help.homeSet)
    .action(async (key: string, value: string, _options: object, command: Command) => {
      await act(command, (context) => setValue(context, key, value));
    });
};

async function listValues({ client, printer, words, language }: Context): Promise<void> {
  const values = await client.list<HomeValueJson>('/api/home/values');
  if (printer.isJson) {
    printer.value(values);
    return;
  }
  printer.table([
    words.home.columns,
    ...values
      .filter(({ kind }) => kind !== 'zone')
      .map(({ key, name, value, unit, since }) => [
        key,
        name,
        value === null ? words.home.unknown : `${value}${unit === undefined ? '' : ` ${unit}`}`,
        since === null ? '' : moment(since, language),
      ]),
  ]);
}

async function setValue(
  { client, printer, words }: Context,
  key: string,
  text: string,
): Promise<void> {
  const values = await client.list<HomeValueJson>('/api/home/values');
  const type = values.find((one) => one.key === key)?.type;
  const { body } = await client.request<HomeValueJson>('PUT', apiPath`/api/home/values/${key}`, {
    body: { value: typedValue(text, type) },
  });
  if (printer.isJson) printer.value(body);
  else printer.line(words.home.set(body.key, String(body.value ?? words.home.unknown)));
}

/** What was typed, as the value's type wants it; the hub says what is wrong with it. */
function typedValue(
  text: string,
  type: HomeValueJson['type'] | undefined,
): string | number | boolean | null {
  if (text === 'unknown') return null;
  if (type === 'number' && text.trim() !== '' && Number.isFinite(Number(text))) return Number(text);
  if (type === 'boolean' && /^(?:on|true|yes)$/i.test(text)) return true;
  if (type === 'boolean' && /^(?:off|false|no)$/i.test(text)) return false;
  return text;
}
