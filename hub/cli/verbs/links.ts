// `ingle links`: what a Zigbee device reports and is bound to, and setting it.
import type { Command } from 'commander';
import type { LinksJson } from '../../api/links-shapes.ts';
import type { DeviceJson } from '../../api/shapes.ts';
import { problemIn } from '../../model/problem-words.ts';
import { wholeNumber } from '../arguments.ts';
import { apiPath } from '../client.ts';
import { type Context, findDevice } from '../context.ts';
import type { AddVerb } from '../verb.ts';

const SECONDS_MAX = 65_535;
const ENDPOINT_MAX = 240;
const GROUP_MAX = 65_527;
/** A device that sleeps answers when it wakes. */
const ANSWER_LIMIT_MS = 60_000;

interface ToOptions {
  readonly endpoint?: string;
  readonly to?: string;
  readonly group?: string;
}

export const addLinks: AddVerb = (program, { words, act, examples }) => {
  const links = program
    .command('links')
    .description(words.help.links)
    .addHelpText(
      'after',
      examples(
        'ingle links "Outdoor climate" --read',
        'ingle links report "Outdoor climate" msTemperatureMeasurement measuredValue 30 900 --change 20',
        'ingle links bind "Living room dial" genOnOff --to "Hall lamp"',
        'ingle links configure "Outdoor climate"',
      ),
    );
  links
    .command('show', { isDefault: true })
    .argument('<device>')
    .option('--read', words.help.linksRead)
    .description(words.help.linksShow)
    .action(async (typed: string, options: { read?: boolean }, command: Command) => {
      await act(command, (context) => show(context, typed, options.read === true));
    });
  links
    .command('report')
    .argument('<device>')
    .argument('<cluster>')
    .argument('<attribute>')
    .argument('<least>')
    .argument('<longest>')
    .option('--change <number>', words.help.linksChange)
    .option('--endpoint <number>', words.help.linksEndpoint)
    .description(words.help.linksReport)
    .action(async (...given: unknown[]) => {
      const [typed, cluster, attribute, least, longest] = given.map(String) as [
        ...[string, string, string, string, string],
      ];
      const command = given.at(-1) as Command;
      const options: { readonly change?: string; readonly endpoint?: string } = command.opts();
      await act(command, (context) =>
        change(context, typed, {
          kind: 'report',
          reporting: {
            ...{ endpoint: endpointOf(context, options.endpoint), cluster, attribute },
            minimumSeconds: secondsOf(context, '<least>', least),
            maximumSeconds: secondsOf(context, '<longest>', longest),
            ...(options.change === undefined ? {} : { change: Number(options.change) }),
          },
        }),
      );
    });
  for (const kind of ['bind', 'unbind'] as const) {
    links
      .command(kind)
      .argument('<device>')
      .argument('<cluster>')
      .option('--to <device>', words.help.linksTo)
      .option('--group <number>', words.help.linksToGroup)
      .option('--endpoint <number>', words.help.linksEndpoint)
      .description(kind === 'bind' ? words.help.linksBind : words.help.linksUnbind)
      .action(async (typed: string, cluster: string, options: ToOptions, command: Command) => {
        await act(command, async (context) => {
          const endpoint = endpointOf(context, options.endpoint);
          const to = await targetOf(context, options);
          await change(context, typed, { kind, binding: { endpoint, cluster, to } });
        });
      });
  }
  links
    .command('configure')
    .argument('<device>')
    .description(words.help.linksConfigure)
    .action(async (typed: string, _options: object, command: Command) => {
      await act(command, (context) => change(context, typed, { kind: 'configure' }));
    });
};

function endpointOf({ words }: Context, text = '1'): number {
  return wholeNumber(text, { what: '--endpoint', min: 1, max: ENDPOINT_MAX }, words);
}

function secondsOf({ words }: Context, what: string, text: string): number {
  return wholeNumber(text, { what, min: 0, max: SECONDS_MAX }, words);
}

async function targetOf(context: Context, { to, group }: ToOptions): Promise<object> {
  const { words } = context;
  if (group !== undefined) {
    const what = { what: '--group', min: 1, max: GROUP_MAX };
    return { kind: 'group', group: wholeNumber(group, what, words) };
  }
  if (to === undefined) return { kind: 'hub' };
  const [, name = to, endpoint] = /^(.*):(\d+)$/.exec(to) ?? [];
  const { id } = await findDevice(context, name);
  return { kind: 'device', id, endpoint: endpointOf(context, endpoint) };
}

async function show(context: Context, typed: string, isAsked: boolean): Promise<void> {
  const device = await findDevice(context, typed);
  const { body } = await context.client.request<LinksJson>(
    'GET',
    apiPath`/api/devices/${device.id}/links` + (isAsked ? '?read=true' : ''),
    { timeoutMs: ANSWER_LIMIT_MS },
  );
  await tell(context, body);
}

async function change(context: Context, typed: string, body: object): Promise<void> {
  const device: DeviceJson = await findDevice(context, typed);
  const answer = await context.client.request<LinksJson>(
    'POST',
    apiPath`/api/devices/${device.id}/links`,
    { body, timeoutMs: ANSWER_LIMIT_MS },
  );
  if (!context.printer.isJson) context.printer.line(context.words.links.done(device.name));
  await tell(context, answer.body);
}

async function tell(context: Context, links: LinksJson): Promise<void> {
  const { printer, client, language } = context;
  const words = context.words.links;
  if (printer.isJson) {
    printer.value(links);
    return;
  }
  const { setUp, problem, reporting, bindings } = links;
  if (problem !== null) printer.line(problemIn(problem, language).detail);
  printer.line(
    setUp.kind === 'pending'
      ? words.setUp.pending(setUp.attempts ?? 0, setUp.problem ?? '')
      : words.setUp[setUp.kind],
  );
  printer.line(reporting.length === 0 ? words.noReports : words.reports);
  printer.table(
    reporting.map(({ endpoint, cluster, attribute, minimumSeconds, maximumSeconds, change }) => [
      `  ${endpoint}`,
      cluster,
      attribute,
      words.every(minimumSeconds, maximumSeconds),
      change === null ? '' : words.change(change),
    ]),
  );
  printer.line(bindings.length === 0 ? words.notBound : words.bound);
  const devices = bindings.some(({ to }) => to.kind === 'device')
    ? await client.list<DeviceJson>('/api/devices')
    : [];
  printer.table(
    bindings.map(({ endpoint, cluster, to }) => [
      `  ${endpoint}`,
      cluster,
      to.kind === 'hub'
        ? words.hub
        : to.kind === 'group'
          ? words.group(to.group ?? 0)
          : words.device(
              devices.find(({ id }) => id === to.id)?.name ?? to.id ?? '',
              to.endpoint ?? 1,
            ),
    ]),
  );
}
