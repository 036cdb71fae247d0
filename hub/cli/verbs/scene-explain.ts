// What scenes have done and would have done: `ingle scenes why`, `why-not`, `replay`, `test` and `shadow`.
import { existsSync } from 'node:fs';
import type { Command } from 'commander';
import type { ReplayJson, TestReportJson, WhyJson, WhyNotJson } from '../../api/explain-shapes.ts';
import type { SceneTextJson } from '../../api/shapes.ts';
import { oneOf, readText, wholeNumber } from '../arguments.ts';
import { CliError } from '../cli-error.ts';
import { apiPath } from '../client.ts';
import { type Context, findDevice, findScene, ifMatch, moment } from '../context.ts';
import type { VerbSetting } from '../verb.ts';

const DAYS_MAX = 31;
const DAY_MS = 86_400_000;
const MARKS = { added: '+', gone: '-', different: '~', same: ' ' } as const;

interface ReplayOptions {
  readonly file?: string;
  readonly days?: string;
}

/** Adds the verbs to `ingle scenes`. */
export function addSceneExplain(scenes: Command, { words, act }: VerbSetting): void {
  scenes
    .command('why')
    .argument('<device>')
    .argument('[property]')
    .description(words.help.scenesWhy)
    .option('--at <time>', words.help.scenesAt)
    .action(
      async (
        typed: string,
        property: string | undefined,
        options: { readonly at?: string },
        command: Command,
      ) => {
        await act(command, (context) => showWhy(context, typed, property, options.at));
      },
    );
  scenes
    .command('why-not')
    .argument('<scene>')
    .argument('[at]')
    .description(words.help.scenesWhyNot)
    .action(async (typed: string, at: string | undefined, _options: unknown, command: Command) => {
      await act(command, (context) => showWhyNot(context, typed, at));
    });
  scenes
    .command('replay')
    .argument('<scene>')
    .description(words.help.scenesReplay)
    .option('--file <file>', words.help.scenesReplayFile)
    .option('--days <days>', words.help.scenesReplayDays, '7')
    .action(async (typed: string, options: ReplayOptions, command: Command) => {
      await act(command, (context) => showReplay(context, typed, options));
    });
  scenes
    .command('test')
    .argument('<scene>')
    .description(words.help.scenesTest)
    .action(async (typed: string, _options: unknown, command: Command) => {
      await act(command, (context) => runTests(context, typed));
    });
  scenes
    .command('shadow')
    .argument('<scene>')
    .argument('<on|off>')
    .description(words.help.scenesShadow)
    .action(async (typed: string, to: string, _options: unknown, command: Command) => {
      await act(command, (context) => setShadow(context, typed, to));
    });
}

/** A time as a person types it: `22:00` is the last one there was, everything else a whole date. */
function instant(typed: string, { words }: Context): string {
  const clock = /^(\d{1,2}):(\d{2})$/.exec(typed);
  const at = clock ? new Date() : new Date(typed);
  if (clock) at.setHours(Number(clock[1]), Number(clock[2]), 0, 0);
  if (!Number.isFinite(at.getTime())) {
    throw new CliError('usage', words.scenes.badTime(typed), { hint: words.scenes.badTimeHint });
  }
  return new Date(clock && at.getTime() > Date.now() ? at.getTime() - DAY_MS : at).toISOString();
}

async function showWhy(
  context: Context,
  typed: string,
  property: string | undefined,
  at: string | undefined,
): Promise<void> {
  const { client, printer, words, language } = context;
  const device = await findDevice(context, typed);
  const known = Object.keys(device.properties);
  const wanted = property ?? (known.includes('on') ? 'on' : known[0]);
  if (wanted === undefined || !known.includes(wanted)) {
    throw new CliError('usage', words.scenes.noProperty(device.name, wanted ?? ''), {
      hint: known.join(', '),
    });
  }
  const query = new URLSearchParams({
    ...{ device: device.id, property: wanted },
    ...(at === undefined ? {} : { at: instant(at, context) }),
  });
  const why = await client.get<WhyJson>(`/api/why?${query}`);
  if (printer.isJson) {
    printer.value(why);
    return;
  }
  printer.line(why.sentence[language]);
  printer.table(why.links.map((link) => [`  ${moment(link.at, language)}`, link.text[language]]));
}

async function showWhyNot(context: Context, typed: string, at: string | undefined): Promise<void> {
  const { client, printer, language } = context;
  const scene = await findScene(context, typed);
  const query = new URLSearchParams({
    scene: scene.id,
    ...(at === undefined ? {} : { at: instant(at, context) }),
  });
  const found = await client.get<WhyNotJson>(`/api/why-not?${query}`);
  if (printer.isJson) printer.value(found);
  else printer.line(found.sentence[language]);
}

async function showReplay(
  context: Context,
  typed: string,
  { file, days = '7' }: ReplayOptions,
): Promise<void> {
  const { client, printer, words, language } = context;
  const back = wholeNumber(days, { what: 'days', min: 1, max: DAYS_MAX }, words);
  const nowMs = Date.now();
  const scene = await findScene(context, typed);
  const { body } = await client.request<ReplayJson>(
    'POST',
    apiPath`/api/scenes/${scene.id}/replay`,
    {
      body: {
        from: new Date(nowMs - back * DAY_MS).toISOString(),
        to: new Date(nowMs).toISOString(),
        ...(file === undefined ? {} : { text: readText(file, words) }),
      },
    },
  );
  if (printer.isJson) {
    printer.value(body);
    return;
  }
  printer.line(body.sentence[language]);
  printer.table(
    body.runs.map((run) => [
      `${MARKS[run.kind]} ${moment(run.at, language)}`,
      run.difference?.[language] ?? (run.tried ?? run.lived)?.[language] ?? '',
    ]),
  );
  if (body.omitted > 0) printer.line(`  ${words.scenes.omitted(body.omitted)}`);
  for (const note of body.notes) printer.note(note[language]);
}

/** Runs the tests of a scene of the home, or of a file; a failed one ends with exit code 1. */
async function runTests(context: Context, typed: string): Promise<void> {
  const { client, printer, words, language } = context;
  const isFile = existsSync(typed);
  const path = isFile
    ? '/api/scenes/test'
    : apiPath`/api/scenes/${(await findScene(context, typed)).id}/test`;
  const body = isFile ? { text: readText(typed, words) } : {};
  const report = (await client.request<TestReportJson>('POST', path, { body })).body;
  if (printer.isJson) printer.value(report);
  if (report.errors.length > 0) {
    throw new CliError('invalid-input', words.scenes.badChecked(typed, report.errors.length), {
      errors: report.errors,
    });
  }
  if (!printer.isJson) tell(context, report);
  if (report.failed > 0) {
    throw new CliError(
      'rejected-by-device',
      words.scenes.testsFailed(report.failed, report.cases.length),
    );
  }
  if (printer.isJson) return;
  printer.line(
    report.cases.length === 0
      ? words.scenes.noTests(report.name ?? typed)
      : words.scenes.testsPassed(report.passed),
  );

  function tell({ printer: out }: Context, { cases }: TestReportJson): void {
    for (const one of cases) {
      out.line(`${one.passed ? '✓' : '✗'} ${words.scenes.testCase(one.number)}`);
      for (const { met, expected } of one.checks) {
        out.line(`  ${met ? '✓' : '✗'} ${expected[language]}`);
      }
      if (one.passed) continue;
      out.line(`  ${words.scenes.happened}`);
      if (one.happened.length === 0) out.line(`    ${words.scenes.happenedNothing}`);
      for (const line of one.happened) out.line(`    ${line[language]}`);
    }
  }
}

async function setShadow(context: Context, typed: string, to: string): Promise<void> {
  const { client, printer, words } = context;
  const shadow = oneOf(to, ['on', 'off'], 'on|off', words) === 'on';
  const scene = await findScene(context, typed);
  const { body } = await client.request<SceneTextJson>('PATCH', apiPath`/api/scenes/${scene.id}`, {
    body: { shadow },
    headers: ifMatch(scene.version),
  });
  if (printer.isJson) printer.value(body);
  else printer.line((shadow ? words.scenes.nowShadow : words.scenes.nowActs)(scene.name));
}
