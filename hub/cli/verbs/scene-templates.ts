// Scene templates: `ingle scenes templates`, `template`, `from-template`, `to-template`, `template-save` and `template-remove`.
import type { Command } from 'commander';
import type {
  SceneTemplateJson,
  SlotJson,
  TemplateBriefJson,
  TemplateJson,
  TemplatePreviewJson,
} from '../../api/scene-templates-shapes.ts';
import type { SceneTextJson } from '../../api/shapes.ts';
import { readText } from '../arguments.ts';
import { CliError } from '../cli-error.ts';
import { apiPath } from '../client.ts';
import { type Context, findScene } from '../context.ts';
import type { VerbSetting } from '../verb.ts';

interface FromOptions {
  readonly set?: readonly string[];
  readonly name?: string;
  readonly preview?: boolean;
}

interface Bindings {
  readonly devices: Record<string, string[]>;
  readonly rooms: Record<string, string>;
  readonly values: Record<string, string | number | string[]>;
}

/** Adds the verbs to `ingle scenes`. */
export function addSceneTemplates(scenes: Command, { words, act }: VerbSetting): void {
  const { templates: help } = words;
  const add = (verb: string, about: string) => scenes.command(verb).description(about);
  add('templates', help.list).action(async (_options: unknown, command: Command) => {
    await act(command, listTemplates);
  });
  add('template', help.show)
    .argument('<template>')
    .option('--file', help.file)
    .action(async (id: string, options: { readonly file?: boolean }, command: Command) => {
      await act(command, (context) => showTemplate(context, id, options.file === true));
    });
  add('from-template', help.make)
    .argument('<template>')
    .option('--set <slot=value...>', help.set)
    .option('--name <name>', help.name)
    .option('--preview', help.preview)
    .action(async (id: string, options: FromOptions, command: Command) => {
      await act(command, (context) => makeScene(context, id, options));
    });
  add('to-template', help.derive)
    .argument('<scene>')
    .argument('<template>')
    .action(async (typed: string, id: string, _options: unknown, command: Command) => {
      await act(command, (context) => deriveTemplate(context, typed, id));
    });
  add('template-save', help.save)
    .argument('<file>')
    .action(async (file: string, _options: unknown, command: Command) => {
      await act(command, (context) => saveTemplate(context, file));
    });
  add('template-remove', help.remove)
    .argument('<template>')
    .action(async (id: string, _options: unknown, command: Command) => {
      await act(command, async ({ client, printer }) => {
        await client.request('DELETE', apiPath`/api/scene-templates/${id}`);
        if (printer.isJson) printer.value(null);
        else printer.line(help.removed(id));
      });
    });
}

async function listTemplates({ client, printer, words, language }: Context): Promise<void> {
  const templates = await client.list<TemplateBriefJson>('/api/scene-templates');
  if (printer.isJson) {
    printer.value(templates);
    return;
  }
  printer.table([
    words.templates.columns,
    ...templates.map(({ id, name, missing }) => [
      id,
      name[language],
      missing.map((label) => label[language]).join(', '),
    ]),
  ]);
}

async function showTemplate(context: Context, id: string, isFile: boolean): Promise<void> {
  const { client, printer, words, language } = context;
  const template = await client.get<TemplateJson>(apiPath`/api/scene-templates/${id}`);
  if (printer.isJson) {
    printer.value(template);
    return;
  }
  if (isFile) {
    printer.lines(template.text.trimEnd());
    return;
  }
  printer.line(words.fact(template.name[language], template.description[language]));
  printer.table([
    words.templates.slotColumns,
    ...template.slots.map((slot) => [
      slot.name,
      slot.label[language],
      boundText(slot),
      slot.choices
        .slice(0, 8)
        .map(({ handle }) => handle)
        .join(', '),
    ]),
  ]);
}

/** What the slot holds where nothing is said. */
function boundText({ suggested, initial }: SlotJson): string {
  if (suggested.length > 0) return suggested.join(',');
  return initial === null ? '' : Array.isArray(initial) ? initial.join(',') : String(initial);
}

async function makeScene(
  context: Context,
  id: string,
  { set = [], name, preview = false }: FromOptions,
): Promise<void> {
  const { client, printer, words, language } = context;
  const template = await client.get<TemplateJson>(apiPath`/api/scene-templates/${id}`);
  const body = {
    bindings: bindingsOf(context, template, set),
    ...(name === undefined ? {} : { name }),
  };
  const path = apiPath`/api/scene-templates/${id}`;
  const shown = await client.request<TemplatePreviewJson>('POST', `${path}/preview`, { body });
  const { problems, scene } = shown.body;
  if (scene === null) {
    throw new CliError('invalid-input', words.templates.bad, {
      errors: problems.map(({ slot, text, fits }) => ({
        path: slot === null ? '' : `/${slot}`,
        message: fits.length === 0 ? text[language] : `${text[language]} (${fits.join(', ')})`,
      })),
    });
  }
  if (preview) {
    if (printer.isJson) printer.value(scene);
    else printer.lines(`${scene.sentence[language]}\n\n${scene.text.trimEnd()}`);
    return;
  }
  const made = await client.request<SceneTextJson>('POST', `${path}/scenes`, { body });
  if (printer.isJson) {
    printer.value(made.body);
    return;
  }
  printer.line(words.scenes.saved(made.body.name, made.body.version));
  printer.line(made.body.sentence[language]);
}

/** What is proposed, and in its place what `--set slot=value` says; nothing behind the sign leaves a slot open. */
function bindingsOf({ words }: Context, template: TemplateJson, set: readonly string[]): Bindings {
  const asked = new Map(
    set.map((text): [string, string] => {
      const at = text.indexOf('=');
      const slot = text.slice(0, Math.max(0, at));
      if (at > 0 && template.slots.some(({ name }) => name === slot))
        return [slot, text.slice(at + 1)];
      throw new CliError('usage', words.templates.badSet(text), {
        hint: template.slots.map(({ name }) => name).join(', '),
      });
    }),
  );
  const bindings: Bindings = { devices: {}, rooms: {}, values: {} };
  for (const slot of template.slots) {
    const text = asked.get(slot.name) ?? boundText(slot);
    if (text === '') continue;
    const list = text.split(',').map((one) => one.trim());
    if (slot.kind === 'device' || slot.kind === 'devices') bindings.devices[slot.name] = list;
    else if (slot.kind === 'room') bindings.rooms[slot.name] = text;
    else if (slot.kind === 'days' || slot.kind === 'roles') bindings.values[slot.name] = list;
    else if (slot.kind === 'number' && Number.isFinite(Number(text)))
      bindings.values[slot.name] = Number(text);
    else bindings.values[slot.name] = text;
  }
  return bindings;
}

async function deriveTemplate(context: Context, typed: string, id: string): Promise<void> {
  const { client, printer } = context;
  const scene = await findScene(context, typed);
  const query = new URLSearchParams({ id });
  const made = await client.get<SceneTemplateJson>(
    `${apiPath`/api/scenes/${scene.id}/template`}?${query}`,
  );
  if (printer.isJson) printer.value(made);
  else printer.lines(made.text.trimEnd());
}

async function saveTemplate({ client, printer, words }: Context, file: string): Promise<void> {
  const text = readText(file, words);
  const { body } = await client.request<TemplateJson>('POST', '/api/scene-templates', {
    body: { text },
  });
  if (printer.isJson) printer.value(body);
  else printer.line(words.templates.saved(body.id));
}
