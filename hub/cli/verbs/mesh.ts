// `ingle mesh`: the Zigbee mesh as a tree with link quality, a survey of it, and letting a flooding device go.
import type { Command } from 'commander';
import type { MeshJson, MeshNodeJson } from '../../api/radio-shapes.ts';
import type { JobJson } from '../../api/shapes.ts';
import { apiPath } from '../client.ts';
import { type Context, findDevice, moment } from '../context.ts';
import { showJob } from '../job-progress.ts';
import type { AddVerb } from '../verb.ts';

export const addMesh: AddVerb = (program, { words, act, examples }) => {
  const { help } = words.radio;
  const mesh = program
    .command('mesh')
    .description(help.mesh)
    .option('--survey', help.survey)
    .addHelpText(
      'after',
      examples('ingle mesh', 'ingle mesh --survey', 'ingle mesh release "Kitchen sensor"'),
    )
    .action(async ({ survey }: { readonly survey?: boolean }, command: Command) => {
      await act(command, (context) => showMesh(context, survey === true));
    });
  mesh
    .command('release <device>')
    .description(help.release)
    .action(async (typed: string, _options: unknown, command: Command) => {
      await act(command, (context) => release(context, typed));
    });
};

async function showMesh(context: Context, isSurveyed: boolean): Promise<void> {
  const { client, printer, words, language } = context;
  if (isSurveyed) {
    const { body } = await client.request<JobJson>('POST', '/api/mesh/survey', { body: {} });
    await showJob(context, body, words.radio.surveying);
  }
  const mesh = await client.get<MeshJson>('/api/mesh');
  if (printer.isJson) {
    printer.value(mesh);
    return;
  }
  if (mesh.takenAt === null) {
    printer.line(words.radio.never);
    return;
  }
  for (const line of treeLines(mesh, context)) printer.line(line);
  const seconds = Math.round((mesh.tookMs ?? 0) / 1_000);
  printer.line(words.radio.taken(moment(mesh.takenAt, language), seconds));
}

function treeLines(mesh: MeshJson, { words, language }: Context): string[] {
  const lines: string[] = [];
  const children = new Map<string | null, MeshNodeJson[]>();
  for (const node of mesh.nodes) {
    if (node.role === 'coordinator') continue;
    const key = node.hops === null ? null : node.parent;
    children.set(key, [...(children.get(key) ?? []), node]);
  }
  const text = (node: MeshNodeJson): string => {
    const { radio } = words;
    return [
      node.name,
      node.linkQuality === null ? radio.noQuality : radio.quality(node.linkQuality),
      ...(node.isParentKnown || node.hops === null ? [] : [radio.guessed]),
      ...(node.battery === null ? [] : [radio.battery(node.battery)]),
      ...(node.online === false
        ? [
            `${radio.offline}${node.lastSeen === null ? '' : ` (${moment(node.lastSeen, language)})`}`,
          ]
        : []),
      ...(node.asked === 'silent' ? [radio.silent] : []),
      ...(node.quarantined ? [radio.quarantined] : []),
    ].join(' · ');
  };
  const walk = (address: string, indent: string): void => {
    const below = (children.get(address) ?? []).toSorted(
      (a, b) => (b.linkQuality ?? -1) - (a.linkQuality ?? -1) || a.name.localeCompare(b.name),
    );
    below.forEach((node, index) => {
      const isLast = index === below.length - 1;
      lines.push(`${indent}${isLast ? '└─ ' : '├─ '}${text(node)}`);
      walk(node.address, `${indent}${isLast ? '   ' : '│  '}`);
    });
  };
  for (const { role, address } of mesh.nodes) {
    if (role !== 'coordinator') continue;
    lines.push(words.radio.coordinatorName);
    walk(address, '');
  }
  const lost = children.get(null) ?? [];
  if (lost.length > 0) lines.push(words.radio.noWay, ...lost.map((node) => `  ${text(node)}`));
  return lines;
}

async function release(context: Context, typed: string): Promise<void> {
  const { client, printer, words } = context;
  const device = await findDevice(context, typed);
  await client.request('POST', apiPath`/api/devices/${device.id}/release`, { body: {} });
  if (printer.isJson) printer.value({ released: device.id });
  else printer.line(words.radio.released(device.name));
}
