// `ingle open`: whose programs may bring devices over the open interface.
import type { Command } from 'commander';
import type { NewVendorJson, VendorJson } from '../../api/open-routes.ts';
import { apiPath } from '../client.ts';
import type { Context } from '../context.ts';
import type { AddVerb } from '../verb.ts';

export const addOpen: AddVerb = (program, { words, act, examples }) => {
  const open = program
    .command('open')
    .description(words.help.open)
    .addHelpText(
      'after',
      examples('ingle open', 'ingle open grant acme', 'ingle open revoke acme'),
    );
  open
    .command('list', { isDefault: true })
    .description(words.help.openList)
    .action(async (_options: object, command: Command) => {
      await act(command, list);
    });
  open
    .command('grant <name>')
    .description(words.help.openGrant)
    .action(async (name: string, _options: object, command: Command) => {
      await act(command, (context) => grant(context, name));
    });
  open
    .command('revoke <name>')
    .description(words.help.openRevoke)
    .action(async (name: string, _options: object, command: Command) => {
      await act(command, (context) => revoke(context, name));
    });
};

async function list({ client, printer, words }: Context): Promise<void> {
  const vendors = await client.list<VendorJson>('/api/vendors');
  if (printer.isJson) {
    for (const vendor of vendors) printer.value(vendor);
    return;
  }
  if (vendors.length === 0) printer.line(words.open.none);
  for (const { name, createdAt, devices } of vendors) {
    printer.line(`${name}  ${createdAt.slice(0, 10)}  ${words.open.devices(devices)}`);
  }
}

async function grant({ client, printer, words }: Context, name: string): Promise<void> {
  const { body } = await client.request<NewVendorJson>('POST', '/api/vendors', { body: { name } });
  if (printer.isJson) {
    printer.value(body);
    return;
  }
  printer.line(words.open.granted(name, body.token));
  printer.line(words.open.once);
}

async function revoke({ client, printer, words }: Context, name: string): Promise<void> {
  await client.request('DELETE', apiPath`/api/vendors/${name}`);
  if (printer.isJson) printer.value({ name, revoked: true });
  else printer.line(words.open.revoked(name));
}
