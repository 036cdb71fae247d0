// `ingle waiting`: the settings that wait for a sleeping device to wake, and taking them back.
import type { Command } from 'commander';
import type { CommandJson, DeviceJson } from '../../api/shapes.ts';
import { apiPath } from '../client.ts';
import { type Context, findDevice, moment, propertyTable } from '../context.ts';
import { propertyLabel, propertyName, valueText } from '../property-text.ts';
import type { AddVerb } from '../verb.ts';

export const addWaiting: AddVerb = (program, { words, act, examples }) => {
  const waiting = program
    .command('waiting')
    .description(words.help.waiting)
    .addHelpText(
      'after',
      examples(
        'ingle waiting',
        'ingle waiting cancel "Living room radiator" targetTemperature',
        'ingle waiting cancel hall-motion',
      ),
    );
  waiting
    .command('list', { isDefault: true })
    .description(words.help.waitingList)
    .action(async (_options: object, command: Command) => {
      await act(command, list);
    });
  waiting
    .command('cancel')
    .argument('<device>')
    .argument('[property]')
    .description(words.help.waitingCancel)
    .action(async (typed: string, key: string | undefined, _options: object, command: Command) => {
      await act(command, (context) => cancel(context, typed, key));
    });
};

async function list(context: Context): Promise<void> {
  const { client, printer, words, language } = context;
  const commands = await client.list<CommandJson>('/api/commands');
  if (printer.isJson) {
    for (const command of commands) printer.value(command);
    return;
  }
  if (commands.length === 0) {
    printer.line(words.waiting.none);
    return;
  }
  const [devices, table] = await Promise.all([
    client.list<DeviceJson>('/api/devices'),
    propertyTable(context),
  ]);
  const byId = new Map(devices.map((device) => [device.id, device]));
  printer.table(
    commands.map(({ device: id, property: key = '', value = null, waitsUntil = '' }) => {
      const device = byId.get(id);
      const property = device?.properties[key];
      const info = table.get(propertyName(key));
      const label = propertyLabel(key, property, info, language);
      const text = valueText(value, property, info, language);
      return [
        words.waiting.line(device?.name ?? id, label, text),
        words.waiting.until(moment(waitsUntil, language)),
      ];
    }),
  );
}

async function cancel(context: Context, typed: string, key: string | undefined): Promise<void> {
  const { client, printer, words, language } = context;
  const device = await findDevice(context, typed);
  const commands = await client.list<CommandJson>('/api/commands');
  const own = commands.filter(
    (command) => command.device === device.id && (key === undefined || command.property === key),
  );
  if (own.length === 0 && !printer.isJson) printer.line(words.waiting.noneOf(device.name));
  const table = await propertyTable(context);
  for (const { id, property = '' } of own) {
    const { body } = await client.request<CommandJson>('DELETE', apiPath`/api/commands/${id}`);
    if (printer.isJson) {
      printer.value(body);
      continue;
    }
    const info = table.get(propertyName(property));
    const label = propertyLabel(property, device.properties[property], info, language);
    printer.line(words.waiting.takenBack(device.name, label));
  }
}
