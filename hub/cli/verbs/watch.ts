// `ingle watch`: what happens in the home, as it happens. A lost connection is taken up again where it broke.
import { setTimeout as delay } from 'node:timers/promises';
import type { Command } from 'commander';
import type { DeviceJson, MemberJson, PropertyInfoJson, SceneJson } from '../../api/shapes.ts';
import { wholeNumber } from '../arguments.ts';
import { CliError } from '../cli-error.ts';
import { type Context, findDevice, propertyTable } from '../context.ts';
import { eventLine, type Names, readFeedEvent } from '../event-text.ts';
import type { AddVerb } from '../verb.ts';

const RETRY_MS_MIN = 500;
const RETRY_MS_MAX = 10_000;
const TOPICS = ['devices', 'scenes', 'jobs', 'notifications', 'home'] as const;

interface WatchOptions {
  readonly device?: string;
  readonly topics?: string;
  readonly count?: string;
}

export const addWatch: AddVerb = (program, { words, act, examples }) => {
  program
    .command('watch')
    .description(words.help.watch)
    .option('--device <device>', words.help.watchDevice)
    .option('--topics <topics>', words.help.watchTopics)
    .option('--count <n>', words.help.watchCount)
    .addHelpText(
      'after',
      examples(
        'ingle watch',
        'ingle watch --device "Hall motion"',
        'ingle watch --topics scenes,notifications --json',
      ),
    )
    .action(async (options: WatchOptions, command: Command) => {
      await act(command, (context) => watch(context, options));
    });
};

function topicsOf({ words }: Context, text: string | undefined): string {
  if (text === undefined) return TOPICS.join(',');
  const asked = text.split(',').map((topic) => topic.trim());
  const wrong = asked.find((topic) => !TOPICS.some((each) => each === topic));
  if (wrong === undefined) return asked.join(',');
  throw new CliError('usage', words.usage.badChoice(wrong, '--topics'), {
    hint: words.usage.choiceHint(words.list(TOPICS)),
  });
}

async function readNames(context: Context): Promise<Names> {
  const { client } = context;
  const [devices, scenes, members, properties] = await Promise.all([
    client.list<DeviceJson>('/api/devices'),
    client.list<SceneJson>('/api/scenes'),
    client.list<MemberJson>('/api/members'),
    propertyTable(context),
  ]);
  return {
    devices: new Map(devices.map((device) => [device.id, device])),
    scenes: new Map(scenes.map((scene) => [scene.id, scene.name])),
    members: new Map(members.map((member) => [member.id, member.name])),
    properties: properties satisfies ReadonlyMap<string, PropertyInfoJson>,
  };
}

async function watch(context: Context, options: WatchOptions): Promise<void> {
  const { client, printer, words } = context;
  const topics = topicsOf(context, options.topics);
  const limits = { what: '--count', min: 1, max: 999_999_999 };
  const countMax =
    options.count === undefined ? null : wholeNumber(options.count, limits, context.words);
  const device = options.device === undefined ? null : await findDevice(context, options.device);
  let names = await readNames(context);

  const stop = new AbortController();
  const onInterrupt = () => stop.abort();
  process.on('SIGINT', onInterrupt);
  process.on('SIGTERM', onInterrupt);
  let lastEventId = '';
  let count = 0;
  let retryMs = RETRY_MS_MIN;
  let isLost = false;
  try {
    while (!stop.signal.aborted) {
      try {
        const stream = client.events(`/api/events?topics=${topics}`, {
          lastEventId,
          signal: stop.signal,
        });
        for await (const raw of stream) {
          if (isLost) printer.note(words.watch.back);
          isLost = false;
          retryMs = RETRY_MS_MIN;
          const event = readFeedEvent(raw);
          if (raw.event === 'snapshot' && lastEventId !== '') printer.note(words.watch.missed);
          if (raw.id !== '') lastEventId = raw.id;
          if (event === null) continue;
          if (event.kind === 'home') names = await readNames(context);
          if (device && !('device' in event.data && event.data.device === device.id)) continue;
          if (printer.isJson) printer.value({ id: raw.id, event: event.kind, data: event.data });
          else printer.line(eventLine(context, event, names));
          count += 1;
          if (countMax !== null && count >= countMax) return;
        }
      } catch (error) {
        // Only a hub that was there and went away is waited for.
        const isGone = error instanceof CliError && error.code === 'hub-unreachable';
        if (!isGone || lastEventId === '') throw error;
      }
      if (stop.signal.aborted) return;
      if (!isLost) printer.note(words.watch.lost);
      isLost = true;
      const pauseMs = retryMs * (0.5 + Math.random() / 2);
      retryMs = Math.min(retryMs * 2, RETRY_MS_MAX);
      await delay(pauseMs, undefined, { signal: stop.signal }).catch(() => undefined);
    }
  } finally {
    stop.abort();
    process.off('SIGINT', onInterrupt);
    process.off('SIGTERM', onInterrupt);
  }
}
