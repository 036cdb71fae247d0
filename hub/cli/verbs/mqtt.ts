// `ingle mqtt accounts`: who may connect to the hub's own broker.
import type { Command } from 'commander';
import type { MqttAccountJson, NewMqttAccountJson } from '../../api/mqtt-shapes.ts';
import { apiPath } from '../client.ts';
import type { Context } from '../context.ts';
import type { AddVerb } from '../verb.ts';

export const addMqtt: AddVerb = (program, { words, act, examples }) => {
  const mqtt = program.command('mqtt').description(words.help.mqtt);
  const accounts = mqtt
    .command('accounts')
    .description(words.help.mqttAccounts)
    .addHelpText(
      'after',
      examples(
        'ingle mqtt accounts',
        'ingle mqtt accounts add kitchen-plug',
        'ingle mqtt accounts remove kitchen-plug',
      ),
    );
  accounts
    .command('list', { isDefault: true })
    .description(words.help.mqttList)
    .action(async (_options: object, command: Command) => {
      await act(command, list);
    });
  accounts
    .command('add <name>')
    .description(words.help.mqttAdd)
    .action(async (name: string, _options: object, command: Command) => {
      await act(command, (context) => add(context, name));
    });
  accounts
    .command('remove <name>')
    .description(words.help.mqttRemove)
    .action(async (name: string, _options: object, command: Command) => {
      await act(command, (context) => remove(context, name));
    });
};

async function list({ client, printer, words }: Context): Promise<void> {
  const accounts = await client.list<MqttAccountJson>('/api/mqtt/accounts');
  if (printer.isJson) {
    for (const account of accounts) printer.value(account);
    return;
  }
  if (accounts.length === 0) printer.line(words.mqtt.none);
  for (const { name, createdAt, isConnected } of accounts) {
    const state = `${words.mqtt.connected}: ${isConnected ? words.mqtt.yes : words.mqtt.no}`;
    printer.line(`${name}  ${words.mqtt.made} ${createdAt.slice(0, 10)}  ${state}`);
  }
}

async function add({ client, printer, words }: Context, name: string): Promise<void> {
  const { body } = await client.request<NewMqttAccountJson>('POST', '/api/mqtt/accounts', {
    body: { name },
  });
  if (printer.isJson) {
    printer.value(body);
    return;
  }
  const { password, port } = body;
  printer.line(words.mqtt.account(name, password, port));
  printer.line(words.mqtt.once);
  printer.line(words.mqtt.tasmota);
  printer.line(
    `  Backlog MqttHost HUB; MqttPort ${port ?? 1883}; MqttUser ${name}; MqttPassword ${password}; Topic ${name}`,
  );
}

async function remove({ client, printer, words }: Context, name: string): Promise<void> {
  await client.request('DELETE', apiPath`/api/mqtt/accounts/${name}`);
  if (printer.isJson) printer.value({ name, removed: true });
  else printer.line(words.mqtt.removed(name));
}
