// Scene files on their way to the hub: `ingle scenes check FILE` and `ingle scenes save FILE`.
import type { SceneCheckJson, SceneJson, SceneTextJson } from '../../api/shapes.ts';
import { readText } from '../arguments.ts';
import { CliError } from '../cli-error.ts';
import { apiPath } from '../client.ts';
import { type Context, ifMatch } from '../context.ts';

async function check({ client }: Context, text: string): Promise<SceneCheckJson> {
  const answer = await client.request<SceneCheckJson>('POST', '/api/scenes/validate', {
    body: { text },
  });
  return answer.body;
}

/** Says what is wrong with a scene file and where; wrong input ends with exit code 2. */
export async function checkFile(context: Context, file: string): Promise<void> {
  const { printer, words, language } = context;
  const found = await check(context, readText(file, words));
  if (printer.isJson) printer.value(found);
  if (found.errors.length > 0) {
    throw new CliError('invalid-input', words.scenes.badChecked(file, found.errors.length), {
      errors: found.errors,
    });
  }
  if (printer.isJson) return;
  printer.line(words.scenes.good(found.name ?? file));
  if (found.sentence) printer.line(found.sentence[language]);
}

/** Saves a file as a new scene, or as a new version of the scene that has its name. */
export async function saveFile(context: Context, file: string, isNew: boolean): Promise<void> {
  const { client, printer, words, language } = context;
  const text = readText(file, words);
  const found = await check(context, text);
  if (found.errors.length > 0) {
    throw new CliError('invalid-input', words.scenes.bad(file, found.errors.length), {
      errors: found.errors,
    });
  }
  const scenes = isNew ? [] : await client.list<SceneJson>('/api/scenes');
  const former = scenes.find((scene) => scene.name === found.name);
  const { body: scene } = former
    ? await client.request<SceneTextJson>('PUT', apiPath`/api/scenes/${former.id}`, {
        body: { text },
        headers: ifMatch(former.version),
      })
    : await client.request<SceneTextJson>('POST', '/api/scenes', { body: { text } });
  if (printer.isJson) {
    printer.value(scene);
    return;
  }
  printer.line(words.scenes.saved(scene.name, scene.version));
  printer.line(scene.sentence[language]);
}
