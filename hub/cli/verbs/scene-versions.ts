// The versions of a scene: `ingle scenes versions`, `diff` and `rollback`.
import type { Command } from 'commander';
import type { SceneDiffJson, SceneVersionJson } from '../../api/scene-diff-shapes.ts';
import type { SceneTextJson } from '../../api/shapes.ts';
import { wholeNumber } from '../arguments.ts';
import { apiPath } from '../client.ts';
import { type Context, findScene, ifMatch, moment } from '../context.ts';
import type { VerbSetting } from '../verb.ts';

const VERSIONS_MAX = 1_000_000;
const SIGNS = { added: '+', removed: '-', changed: '~' } as const;

/** Adds the verbs to `ingle scenes`. */
export function addSceneVersions(scenes: Command, { words, act }: VerbSetting): void {
  scenes
    .command('versions')
    .argument('<scene>')
    .description(words.help.scenesVersions)
    .action(async (typed: string, _options: unknown, command: Command) => {
      await act(command, (context) => listVersions(context, typed));
    });
  scenes
    .command('diff')
    .argument('<scene>')
    .argument('[from]')
    .argument('[to]')
    .description(words.help.scenesDiff)
    .action(
      async (
        typed: string,
        from: string | undefined,
        to: string | undefined,
        _options: unknown,
        command: Command,
      ) => {
        await act(command, (context) => showDifferences(context, typed, from, to));
      },
    );
  scenes
    .command('rollback')
    .argument('<scene>')
    .argument('<version>')
    .description(words.help.scenesRollback)
    .action(async (typed: string, version: string, _options: unknown, command: Command) => {
      await act(command, (context) => rollBack(context, typed, version));
    });
}

async function listVersions(context: Context, typed: string): Promise<void> {
  const { client, printer, words, language } = context;
  const { id } = await findScene(context, typed);
  const versions = await client.list<SceneVersionJson>(apiPath`/api/scenes/${id}/versions`);
  if (printer.isJson) {
    printer.value(versions);
    return;
  }
  printer.table([
    words.scenes.versionColumns,
    ...versions.map((one) => [
      String(one.version),
      moment(one.updatedAt, language),
      one.enabled ? words.scenes.enabled : words.scenes.disabled,
      one.name,
    ]),
  ]);
}

async function showDifferences(
  context: Context,
  typed: string,
  from: string | undefined,
  to: string | undefined,
): Promise<void> {
  const { client, printer, words, language } = context;
  const version = (text: string): string =>
    String(wholeNumber(text, { what: 'version', min: 1, max: VERSIONS_MAX }, words));
  const query = new URLSearchParams({
    ...(from === undefined ? {} : { from: version(from) }),
    ...(to === undefined ? {} : { to: version(to) }),
  });
  const { id } = await findScene(context, typed);
  const diff = await client.get<SceneDiffJson>(`${apiPath`/api/scenes/${id}/diff`}?${query}`);
  if (printer.isJson) {
    printer.value(diff);
    return;
  }
  printer.line(words.scenes.diffOf(diff.from, diff.to));
  if (diff.differences.length === 0) printer.line(words.scenes.diffNone);
  for (const { kind, text } of diff.differences) printer.line(`${SIGNS[kind]} ${text[language]}`);
}

async function rollBack(context: Context, typed: string, version: string): Promise<void> {
  const { client, printer, words } = context;
  const wanted = wholeNumber(version, { what: 'version', min: 1, max: VERSIONS_MAX }, words);
  const scene = await findScene(context, typed);
  const { body } = await client.request<SceneTextJson>(
    'POST',
    apiPath`/api/scenes/${scene.id}/rollback`,
    { body: { version: wanted }, headers: ifMatch(scene.version) },
  );
  if (printer.isJson) printer.value(body);
  else printer.line(words.scenes.rolledBack(body.name, wanted, body.version));
}
