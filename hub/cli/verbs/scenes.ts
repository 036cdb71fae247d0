// `ingle scenes`: lists the scenes, and the verbs of one scene's life. Files are read in scene-files.ts.

import type { Command } from 'commander';
import type {
  ListJson,
  RunBriefJson,
  RunJson,
  SceneJson,
  SceneTextJson,
} from '../../api/shapes.ts';
import { problemIn } from '../../model/problem-words.ts';
import { CliError } from '../cli-error.ts';
import { apiPath } from '../client.ts';
import { type Context, clockTime, findScene, ifMatch, moment } from '../context.ts';
import { isConfirmed } from '../prompt.ts';
import type { AddVerb } from '../verb.ts';
import { addSceneExplain } from './scene-explain.ts';
import { checkFile, saveFile } from './scene-files.ts';
import { addSceneTemplates } from './scene-templates.ts';
import { addSceneVersions } from './scene-versions.ts';

interface RunOptions {
  readonly checkWhile?: boolean;
  readonly dryRun?: boolean;
}

/** What became of a step of a trace, in one character. */
const STATE_MARKS: Readonly<Record<string, string>> = {
  true: '✓',
  ok: '✓',
  false: '✗',
  failed: '✗',
  timedOut: '✗',
  unknown: '?',
  started: '…',
  cancelled: '–',
};

export const addScenes: AddVerb = (program, setting) => {
  const { words, act, examples } = setting;
  const scenes = program
    .command('scenes')
    .alias('scene')
    .description(words.help.scenes)
    .addHelpText(
      'after',
      examples(
        'ingle scenes',
        'ingle scenes show "Evening light" > evening.yaml',
        'ingle scenes check evening.yaml',
        'ingle scenes save evening.yaml',
        'ingle scenes run "Evening light"',
        'ingle scenes trace "Evening light"',
        'ingle scenes why "Hall lamp"',
        'ingle scenes why-not "Evening light" 22:00',
        'ingle scenes test evening.yaml',
      ),
    );
  scenes
    .command('list', { isDefault: true })
    .description(words.help.scenesList)
    .action(async (_options: unknown, command: Command) => {
      await act(command, listScenes);
    });
  scenes
    .command('show')
    .argument('<scene>')
    .description(words.help.scenesShow)
    .action(async (typed: string, _options: unknown, command: Command) => {
      await act(command, (context) => showScene(context, typed));
    });
  scenes
    .command('save')
    .argument('<file>')
    .description(words.help.scenesSave)
    .option('--new', words.help.scenesNew)
    .action(async (file: string, options: { readonly new?: boolean }, command: Command) => {
      await act(command, (context) => saveFile(context, file, options.new === true));
    });
  scenes
    .command('check')
    .argument('<file>')
    .description(words.help.scenesCheck)
    .action(async (file: string, _options: unknown, command: Command) => {
      await act(command, (context) => checkFile(context, file));
    });
  scenes
    .command('run')
    .argument('<scene>')
    .description(words.help.scenesRun)
    .option('--check-while', words.help.scenesRunWhile)
    .option('--dry-run', words.help.scenesRunDry)
    .action(async (typed: string, options: RunOptions, command: Command) => {
      await act(command, (context) => runScene(context, typed, options));
    });
  addSceneTemplates(scenes, setting);
  addSceneVersions(scenes, setting);
  addSceneExplain(scenes, setting);
  for (const isEnabled of [true, false]) {
    scenes
      .command(isEnabled ? 'enable' : 'disable')
      .argument('<scene>')
      .description(isEnabled ? words.help.scenesEnable : words.help.scenesDisable)
      .action(async (typed: string, _options: unknown, command: Command) => {
        await act(command, (context) => enableScene(context, typed, isEnabled));
      });
  }
  scenes
    .command('remove')
    .argument('<scene>')
    .description(words.help.scenesRemove)
    .option('-y, --yes', words.help.yes)
    .action(async (typed: string, options: { readonly yes?: boolean }, command: Command) => {
      await act(command, (context) => removeScene(context, typed, options.yes === true));
    });
  scenes
    .command('trace')
    .argument('<scene>')
    .description(words.help.scenesTrace)
    .option('--run <id>', words.help.scenesTraceRun)
    .action(async (typed: string, options: { readonly run?: string }, command: Command) => {
      await act(command, (context) => showTrace(context, typed, options.run));
    });
  scenes
    .command('undo')
    .argument('[scene]')
    .description(words.help.scenesUndo)
    .option('--run <id>', words.help.scenesTraceRun)
    .action(
      async (typed: string | undefined, options: { readonly run?: string }, command: Command) => {
        await act(command, (context) => undoRun(context, typed, options.run));
      },
    );
};

async function undoRun(
  context: Context,
  typed: string | undefined,
  runId: string | undefined,
): Promise<void> {
  const { client, printer, words, language } = context;
  let id = runId;
  if (id === undefined) {
    if (typed === undefined) throw new CliError('usage', words.help.scenesUndo);
    const scene = await findScene(context, typed);
    const path = apiPath`/api/runs?limit=10&scene=${scene.id}`;
    const runs = await client.get<ListJson<RunBriefJson>>(path);
    id = runs.items.find(({ state }) => state !== 'nearMiss')?.id;
    if (id === undefined) {
      printer.line(words.scenes.noRuns(scene.name));
      return;
    }
  }
  const { body } = await client.request<RunJson>('POST', apiPath`/api/runs/${id}/undo`, {
    body: {},
  });
  if (printer.isJson) printer.value(body);
  else {
    printer.line(body.summary[language]);
    for (const step of body.steps) printer.line(`  ${step.text[language]}`);
  }
}

async function listScenes({ client, printer, words, language }: Context): Promise<void> {
  const scenes = await client.list<SceneJson>('/api/scenes');
  if (printer.isJson) {
    printer.value(scenes);
    return;
  }
  if (scenes.length === 0) {
    printer.note(words.scenes.none);
    return;
  }
  const stateOf = (scene: SceneJson) => {
    if (scene.problem) return words.scenes.broken;
    return scene.enabled ? words.scenes.enabled : words.scenes.disabled;
  };
  const runOf = ({ lastRun }: SceneJson) =>
    lastRun
      ? `${moment(lastRun.startedAt, language)}, ${words.scenes.runStates[lastRun.state]}`
      : words.scenes.neverRan;
  printer.table([
    words.scenes.columns,
    ...scenes.map((scene) => [
      scene.name,
      stateOf(scene),
      runOf(scene),
      scene.problem ? problemIn(scene.problem, language).detail : scene.sentence[language],
    ]),
  ]);
}

async function showScene(context: Context, typed: string): Promise<void> {
  const { id } = await findScene(context, typed);
  const scene = await context.client.get<SceneTextJson>(apiPath`/api/scenes/${id}`);
  if (context.printer.isJson) context.printer.value(scene);
  else context.printer.lines(scene.text.trimEnd());
}

async function runScene(
  context: Context,
  typed: string,
  { checkWhile = false, dryRun = false }: RunOptions,
): Promise<void> {
  const { client, printer, words, language } = context;
  const scene = await findScene(context, typed);
  const { body: run } = await client.request<RunJson>(
    'POST',
    apiPath`/api/scenes/${scene.id}/run`,
    {
      body: { checkWhile, dryRun },
    },
  );
  if (printer.isJson) printer.value(run);
  else if (dryRun) {
    printer.line(run.summary[language]);
    for (const step of run.steps) printer.line(`  ${step.text[language]}`);
  } else if (run.state === 'running') printer.line(words.scenes.started(scene.name));
  else printer.line(words.fact(words.scenes.runStates[run.state], run.summary[language]));
  if (run.state === 'failed' && !dryRun) throw failedRun(context, run);
}

function failedRun({ words, language }: Context, run: RunJson): CliError {
  const problem = run.steps.findLast((step) => step.problem)?.problem;
  const told = problem && problemIn(problem, language);
  return new CliError('rejected-by-device', told?.detail ?? run.summary[language], {
    hint: told?.hint ?? words.errors.listHint(`ingle scenes trace ${run.scene} --run ${run.id}`),
  });
}

async function enableScene(context: Context, typed: string, isEnabled: boolean): Promise<void> {
  const { client, printer, words } = context;
  const scene = await findScene(context, typed);
  const { body } = await client.request<SceneTextJson>('PATCH', apiPath`/api/scenes/${scene.id}`, {
    body: { enabled: isEnabled },
    headers: ifMatch(scene.version),
  });
  if (printer.isJson) printer.value(body);
  else {
    printer.line((isEnabled ? words.scenes.nowEnabled : words.scenes.nowDisabled)(scene.name));
  }
}

async function removeScene(context: Context, typed: string, isYes: boolean): Promise<void> {
  const { client, printer, words } = context;
  const scene = await findScene(context, typed);
  const answer = await isConfirmed(words.scenes.confirmRemove(scene.name), isYes);
  if (answer === 'nobody') {
    throw new CliError('usage', words.usage.needsYes, { hint: words.usage.needsYesHint });
  }
  if (answer === 'no') {
    printer.note(words.devices.kept);
    return;
  }
  await client.request('DELETE', apiPath`/api/scenes/${scene.id}`);
  if (printer.isJson) printer.value({ removed: scene.id });
  else printer.line(words.scenes.removed(scene.name));
}

async function showTrace(
  context: Context,
  typed: string,
  runId: string | undefined,
): Promise<void> {
  const { client, printer, words, language } = context;
  const scene = await findScene(context, typed);
  let id = runId;
  if (id === undefined) {
    const runs = await client.get<ListJson<RunBriefJson>>(
      apiPath`/api/runs?limit=1&scene=${scene.id}`,
    );
    id = runs.items[0]?.id;
  }
  if (id === undefined) {
    if (printer.isJson) printer.value(null);
    else printer.line(words.scenes.noRuns(scene.name));
    return;
  }
  const run = await client.get<RunJson>(apiPath`/api/runs/${id}`);
  if (printer.isJson) {
    printer.value(run);
    return;
  }
  printer.line(words.fact(scene.name, words.scenes.runStates[run.state]));
  printer.line(`${moment(run.startedAt, language)}  ${run.summary[language]}`);
  printer.table(
    run.steps.map((step) => [
      `  ${clockTime(step.at, language)}`,
      STATE_MARKS[step.state] ?? ' ',
      step.path,
      step.problem
        ? words.fact(step.text[language], problemIn(step.problem, language).detail)
        : step.text[language],
    ]),
  );
  if (run.omitted > 0) printer.line(`  ${words.scenes.omitted(run.omitted)}`);
}
