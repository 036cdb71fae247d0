// `ingle adapter`: what carries each protocol, how it is, and adapters of others: made from a template, put through the
// conformance kit, installed and removed. The first two work with the hub down.
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Command } from 'commander';
import { newPackage, packageFiles, testPackage } from '../../../adapters/contract/vendor-kit.ts';
import type { AdapterJson } from '../../api/adapters-shapes.ts';
import { oneLine, problemIn } from '../../model/problem-words.ts';
import { readManifest } from '../../model/vendor-adapter.ts';
import { templateFolder, workerEntry } from '../../threads/entry.ts';
import { CliError } from '../cli-error.ts';
import { apiPath } from '../client.ts';
import type { Context } from '../context.ts';
import type { AddVerb } from '../verb.ts';
import { withKit } from './adapter-kit.ts';
import { addAdapterSigning } from './adapter-signing.ts';

export const addAdapter: AddVerb = (program, setting) => {
  const { words, act, examples } = setting;
  const { help } = words.adapter;
  const adapter = program
    .command('adapter')
    .description(help.adapter)
    .addHelpText(
      'after',
      examples(
        'ingle adapter list',
        'ingle adapter new acme-lamp && ingle adapter test acme-lamp',
        'ingle adapter install acme-lamp',
        'ingle adapter set acme-lamp address=192.168.1.40 port=7000',
        'ingle adapter disable acme-lamp',
      ),
    );
  adapter
    .command('list', { isDefault: true })
    .description(help.list)
    .action(async (_options: object, command: Command) => {
      await act(command, list);
    });
  adapter
    .command('new <name>')
    .description(help.make)
    .option('--in <folder>', help.parent, '.')
    .action(async (name: string, options: { in: string }, command: Command) => {
      await act(command, (context) => make(context, name, options.in));
    });
  adapter
    .command('test <folder>')
    .description(help.test)
    .action(async (folder: string, _options: object, command: Command) => {
      await act(command, (context) => test(context, folder));
    });
  addAdapterSigning(adapter, setting);
  adapter
    .command('install <folder>')
    .description(help.install)
    .action(async (folder: string, _options: object, command: Command) => {
      await act(command, (context) => install(context, folder));
    });
  adapter
    .command('remove <name>')
    .description(help.remove)
    .action(async (name: string, _options: object, command: Command) => {
      await act(command, async ({ client, printer }) => {
        await client.request('DELETE', apiPath`/api/adapters/${name}`);
        if (printer.isJson) printer.value({ id: name, removed: true });
        else printer.line(words.adapter.removed(name));
      });
    });
  for (const [verb, enabled] of [
    ['enable', true],
    ['disable', false],
  ] as const) {
    adapter
      .command(`${verb} <name>`)
      .description(help[verb])
      .action(async (name: string, _options: object, command: Command) => {
        await act(command, (context) => change(context, name, { enabled }));
      });
  }
  adapter
    .command('set <name> <setting=value...>')
    .description(help.set)
    .action(async (name: string, given: string[], _options: object, command: Command) => {
      await act(command, (context) => set(context, name, given));
    });
};

async function make(context: Context, name: string, parent: string): Promise<void> {
  const template = fileURLToPath(templateFolder());
  const folder = await withKit(context, async () =>
    newPackage(template, name, path.resolve(parent)),
  );
  if (context.printer.isJson) context.printer.value({ folder });
  else context.printer.line(context.words.adapter.made(folder));
}

async function test(context: Context, folder: string): Promise<void> {
  const { printer, words } = context;
  const verdict = await withKit(context, () =>
    testPackage(path.resolve(folder), workerEntry('vendor-child')),
  );
  const { manifest, results, isMet } = verdict;
  const unmet = results.filter((one) => !one.isMet).length;
  if (printer.isJson) {
    printer.value({ id: manifest.id, version: manifest.version, passed: isMet, demands: results });
  } else {
    printer.line(`${manifest.title} ${manifest.version}, ${manifest.vendor}`);
    for (const { demand, zh, isMet: met, problem, durationMs } of results) {
      const said = context.language === 'zh' ? zh : demand;
      printer.line(`${met ? '✓' : '✗'} ${said} (${durationMs} ms)`);
      if (problem !== null) printer.line(`    ${problem}`);
    }
    if (isMet) printer.line(words.adapter.passed(results.length));
  }
  if (!isMet) throw new CliError('rejected-by-device', words.adapter.failed(unmet, results.length));
}

async function install(context: Context, folder: string): Promise<void> {
  const { client, printer, words } = context;
  const files = await withKit(context, async () => packageFiles(path.resolve(folder)));
  const { id } = await withKit(context, async () => readManifest(files));
  const known = await client.list<AdapterJson>('/api/adapters');
  const before = known.find((one) => one.id === id && one.isInstalled);
  const { body } = await client.request<AdapterJson>('POST', '/api/adapters', { body: { files } });
  if (printer.isJson) {
    printer.value(body);
    return;
  }
  const { title, version, vendor, hosts, tier } = body;
  const whole = [title, version, vendor].filter(Boolean).join(' ');
  printer.line(words.adapter.installed(whole, words.adapter.tiers[tier], hosts.join(', ')));
  if (before?.version) printer.line(words.signing.instead(before.version));
  const unset = body.settings.filter(({ value }) => value === null || value === '');
  if (unset.length === 0) return;
  printer.line(words.adapter.toSet(body.id, unset.map(({ name }) => name).join(', ')));
}

async function change(
  { client, printer, words }: Context,
  name: string,
  body: { readonly enabled?: boolean; readonly settings?: object },
): Promise<void> {
  const path = apiPath`/api/adapters/${name}`;
  const { body: now } = await client.request<AdapterJson>('PATCH', path, { body });
  if (printer.isJson) printer.value(now);
  else printer.line((now.enabled ? words.adapter.runs : words.adapter.isOff)(now.title));
}

async function set(context: Context, name: string, given: readonly string[]): Promise<void> {
  const all = await context.client.list<AdapterJson>('/api/adapters');
  const known = all.find(({ id }) => id === name)?.settings ?? [];
  const settings = Object.fromEntries(
    given.map((text) => {
      const at = text.indexOf('=');
      const [key, value] = at < 0 ? [text, ''] : [text.slice(0, at), text.slice(at + 1)];
      return [key, typedValue(value, known.find((one) => one.name === key)?.type ?? 'text')];
    }),
  );
  await change(context, name, { settings });
}

function typedValue(text: string, type: 'text' | 'number' | 'boolean'): string | number | boolean {
  if (type === 'boolean' && /^(?:true|false)$/.test(text)) return text === 'true';
  const number = Number(text);
  return type === 'number' && text.trim() !== '' && Number.isFinite(number) ? number : text;
}

async function list({ client, printer, words, language }: Context): Promise<void> {
  const adapters = await client.list<AdapterJson>('/api/adapters');
  if (printer.isJson) {
    for (const adapter of adapters) printer.value(adapter);
    return;
  }
  printer.table(
    adapters.map((one) => [
      one.id,
      words.adapter.tiers[one.tier],
      one.state === 'stopped' && !one.isInstalled && one.devices === 0
        ? words.adapter.idle
        : words.adapter.states[one.state],
      words.adapter.devices(one.devices),
      [one.vendor, one.version].filter(Boolean).join(' '),
      one.memoryBytes === null ? '' : `${Math.round(one.memoryBytes / 1024 / 1024)} MB`,
    ]),
  );
  for (const { id, problem, notices, lastFault, restarts } of adapters) {
    if (problem !== null) {
      const { detail, hint } = problemIn(problem, language);
      printer.line(words.fact(id, oneLine(detail, hint)));
    }
    for (const { text } of notices) printer.line(words.fact(id, text[language]));
    if (lastFault !== null)
      printer.line(words.adapter.fell(id, restarts, lastFault.reason[language]));
  }
}
