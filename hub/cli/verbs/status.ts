// `ingle status`: whether the hub is well, and, where it is not, what to do.

import type { Command } from 'commander';
import type { DeviceJson, HealthJson, HomeJson, ReadyJson, SceneJson } from '../../api/shapes.ts';
import { adapterDetail } from '../../model/adapter-detail.ts';
import { offlineReason } from '../../model/offline-reason.ts';
import { problemIn } from '../../model/problem-words.ts';
import { CliError } from '../cli-error.ts';
import { type Context, moment } from '../context.ts';
import type { AddVerb } from '../verb.ts';

const OFFLINE_SHOWN_MAX = 10;

export const addStatus: AddVerb = (program, { words, act, examples }) => {
  program
    .command('status')
    .description(words.help.status)
    .addHelpText('after', examples('ingle status', 'ingle status --json'))
    .action(async (_options: unknown, command: Command) => {
      await act(command, showStatus);
    });
};

async function showStatus(context: Context): Promise<void> {
  let health: HealthJson;
  try {
    health = await context.client.get<HealthJson>('/api/health');
  } catch (error) {
    const isStranger =
      error instanceof CliError && ['unauthenticated', 'not-claimed'].includes(error.code);
    if (!isStranger) throw error;
    await showReadiness(context, error);
    return;
  }
  const [home, devices, scenes] = await Promise.all([
    context.client.get<HomeJson>('/api/home'),
    context.client.list<DeviceJson>('/api/devices'),
    context.client.list<SceneJson>('/api/scenes'),
  ]);
  if (context.printer.isJson) {
    const offline = devices.filter((device) => !device.availability.online);
    context.printer.value({
      ...health,
      home: { name: home.name, mode: home.mode },
      devices: { count: devices.length, offline: offline.map((device) => device.id) },
      scenes: { count: scenes.length, enabled: scenes.filter((scene) => scene.enabled).length },
    });
    return;
  }
  showHealth(context, health);
  showHome(context, home, devices, scenes);
  showNotices(context, health);
}

/** What a stranger may know: the hub answers, and whether it is ready. */
async function showReadiness({ client, printer, words }: Context, reason: CliError): Promise<void> {
  // 503 says "not yet", with the same body.
  const { body: ready } = await client.request<ReadyJson>('GET', '/readyz', { accepts: 503 });
  if (printer.isJson) {
    printer.value(ready);
    return;
  }
  printer.line(
    ready.ready ? words.status.ready : words.status.notReady(words.list(ready.waitingFor)),
  );
  printer.note([words.status.notSignedIn, reason.hint ?? ''].join(' ').trim());
}

function showHealth({ printer, words, language }: Context, health: HealthJson): void {
  printer.line(
    health.ready ? words.status.ready : words.status.notReady(words.list(health.waitingFor)),
  );
  printer.line(words.status.version(health.version, moment(health.startedAt, language)));
  for (const adapter of health.adapters) {
    // What runs on demand alone is of no interest while it does not.
    if (adapter.state === 'stopped') continue;
    const detail = adapter.problem
      ? problemIn(adapter.problem, language).detail
      : adapter.detail && adapterDetail(adapter.detail, language);
    const state = words.status.adapterStates[adapter.state];
    printer.line(`  ${words.status.adapter(adapter.id, state, detail)}`);
  }
  for (const part of health.parts) {
    // What runs on demand alone is of no interest while it does not.
    if (part.restarts === 0 && ['running', 'stopped'].includes(part.state)) continue;
    const state = words.status.partStates[part.state];
    printer.line(`  ${words.status.part(part.name, state, part.restarts)}`);
  }
}

function showHome(
  { printer, words, language }: Context,
  home: HomeJson,
  devices: readonly DeviceJson[],
  scenes: readonly SceneJson[],
): void {
  const offline = devices.filter((device) => !device.availability.online);
  if (home.name !== '')
    printer.line(words.status.home(home.name, words.status.modes[home.mode] ?? home.mode));
  printer.line(words.status.devices(devices.length, offline.length));
  for (const { name, availability } of offline.slice(0, OFFLINE_SHOWN_MAX)) {
    // One that was not heard yet since the hub has started has no such time.
    const isHeard = Date.parse(availability.since) > 0;
    const since = isHeard ? moment(availability.since, language) : null;
    const cause = availability.cause
      ? availability.cause[language]
      : availability.reason && offlineReason(availability.reason, language);
    printer.line(`  ${words.status.offline(name, since, cause)}`);
  }
  if (offline.length > OFFLINE_SHOWN_MAX) printer.line('  …');
  const enabled = scenes.filter((scene) => scene.enabled);
  printer.line(words.status.scenes(scenes.length, enabled.length));
}

function showNotices({ printer, words, language }: Context, health: HealthJson): void {
  if (health.clock === 'unset') printer.line(words.status.clockUnset);
  if (health.clock === 'held') printer.line(words.status.clockHeld);
  if (health.demo) printer.line(words.status.demo(health.demo.devices, health.demo.of));
  for (const notice of health.notices) {
    const kind = notice.severity === 'fault' ? words.status.fault : words.status.warning;
    printer.line(words.fact(kind, notice.text[language]));
  }
}
