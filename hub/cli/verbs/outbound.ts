// `ingle outbound`: what scenes may call outside the house. `ingle notify`: where the inbox is pushed, its test, and the
// buttons of messages.
import type { Command } from 'commander';
import type { DeliveryJson, NotificationJson, OutboundJson } from '../../api/outbound-shapes.ts';
import { deliveryWords } from '../../model/problem-words.ts';
import { CliError } from '../cli-error.ts';
import { apiPath } from '../client.ts';
import { type Context, moment } from '../context.ts';
import type { AddVerb } from '../verb.ts';

export const addOutbound: AddVerb = (program, { words, act, examples }) => {
  const outbound = program
    .command('outbound')
    .description(words.help.outbound)
    .addHelpText(
      'after',
      examples(
        'ingle outbound',
        'ingle outbound allow https://hooks.example/door',
        'ingle outbound allow mqtt:ingle/#',
        'ingle outbound remove https://hooks.example/door',
      ),
    );
  outbound
    .command('list', { isDefault: true })
    .description(words.help.outboundList)
    .action(async (_options: object, command: Command) => {
      await act(command, list);
    });
  for (const key of ['allow', 'remove'] as const) {
    outbound
      .command(`${key} <entry...>`)
      .description(key === 'allow' ? words.help.outboundAllow : words.help.outboundRemove)
      .action(async (entries: string[], _options: object, command: Command) => {
        await act(command, (context) => change(context, { [key]: entries }));
      });
  }
};

export const addNotify: AddVerb = (program, { words, act, examples }) => {
  const notify = program
    .command('notify')
    .description(words.help.notify)
    .addHelpText(
      'after',
      examples(
        'ingle notify',
        'ingle notify ntfy http://192.168.1.20:8080 home --token tk_…',
        'ingle notify test',
        'ingle notify answer ntf_7k2m9x yes',
        'ingle notify off',
      ),
    );
  notify
    .command('list', { isDefault: true })
    .description(words.help.notifyList)
    .action(async (_options: object, command: Command) => {
      await act(command, listInbox);
    });
  notify
    .command('ntfy <url> <topic>')
    .description(words.help.notifyNtfy)
    .option('--token <token>', words.help.notifyToken)
    .action(
      async (
        url: string,
        topic: string,
        options: { readonly token?: string },
        command: Command,
      ) => {
        await act(command, (context) => change(context, { push: { url, topic, ...options } }));
      },
    );
  notify
    .command('off')
    .description(words.help.notifyOff)
    .action(async (_options: object, command: Command) => {
      await act(command, (context) => change(context, { push: null }));
    });
  notify
    .command('test')
    .description(words.help.notifyTest)
    .action(async (_options: object, command: Command) => {
      await act(command, test);
    });
  notify
    .command('answer <message> <button>')
    .description(words.help.notifyAnswer)
    .action(async (id: string, action: string, _options: object, command: Command) => {
      await act(command, (context) => answer(context, id, action));
    });
};

function show({ printer, words }: Context, outbound: OutboundJson): void {
  const { allow, push } = outbound;
  if (printer.isJson) {
    printer.value({ allow, push });
    return;
  }
  if (allow.length === 0) printer.line(words.outbound.none);
  for (const entry of allow) printer.line(entry);
  printer.line(pushLine({ words }, outbound));
}

function pushLine({ words }: Pick<Context, 'words'>, { push }: OutboundJson): string {
  return push === null ? words.outbound.noPush : words.outbound.push(push.url, push.topic);
}

async function list(context: Context): Promise<void> {
  show(context, await context.client.get<OutboundJson>('/api/outbound'));
}

async function change(context: Context, body: object): Promise<void> {
  const answered = await context.client.request<OutboundJson>('PATCH', '/api/outbound', { body });
  const { printer } = context;
  // Who sets where messages go is not told what scenes may call.
  if ('push' in body && !printer.isJson) printer.line(pushLine(context, answered.body));
  else show(context, answered.body);
}

async function test({ client, printer, words, language }: Context): Promise<void> {
  const { body } = await client.request<DeliveryJson>('POST', '/api/outbound/test', { body: {} });
  if (body.problem !== null) {
    const { message, hint } = deliveryWords(body.problem, language);
    throw new CliError('unreachable', message, { hint });
  }
  if (printer.isJson) printer.value(body);
  else printer.line(words.outbound.tested);
}

async function listInbox({ client, printer, words, language }: Context): Promise<void> {
  const messages = await client.list<NotificationJson>('/api/notifications');
  if (printer.isJson) {
    for (const message of messages) printer.value(message);
    return;
  }
  if (messages.length === 0) printer.line(words.outbound.empty);
  for (const { id, at, text, actions, answer: answered, delivery } of messages) {
    printer.line(`${moment(at, language)}  ${id}  ${text}`);
    const buttons = actions.map((action) => `${action.id} (${action.text})`).join(', ');
    if (answered !== null) printer.line(`  ${words.outbound.answered(answered.action)}`);
    else if (buttons !== '') printer.line(`  ${words.outbound.buttons(buttons)}`);
    if (!delivery?.problem) continue;
    printer.line(`  ntfy: ${deliveryWords(delivery.problem, language).message}`);
  }
}

async function answer(
  { client, printer, words }: Context,
  id: string,
  action: string,
): Promise<void> {
  const { body } = await client.request<NotificationJson>(
    'POST',
    apiPath`/api/notifications/${id}/answer`,
    { body: { action } },
  );
  if (printer.isJson) printer.value(body);
  else printer.line(words.outbound.answered(action));
}
