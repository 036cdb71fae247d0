// `ingle login`: signs in to a hub with a member's password and keeps a token of its own for later.
import os from 'node:os';
import type { Command } from 'commander';
import type { SessionJson, TokenJson } from '../../api/shapes.ts';
import { CliError } from '../cli-error.ts';
import type { Context } from '../context.ts';
import { createPrompt } from '../prompt.ts';
import { storeToken } from '../tokens.ts';
import type { AddVerb } from '../verb.ts';

export const addLogin: AddVerb = (program, { words, act, examples }) => {
  program
    .command('login')
    .description(words.help.login)
    .option('--name <name>', words.help.loginName)
    .addHelpText(
      'after',
      examples(
        'ingle login --hub http://192.168.1.20:8420',
        'ingle login --hub http://192.168.1.20:8420 --name Anna < password.txt',
      ),
    )
    .action(async (options: { readonly name?: string }, command: Command) => {
      await act(command, (context) => login(context, options.name));
    });
};

async function askWho(
  { words }: Context,
  known: string | undefined,
): Promise<{ name: string; password: string }> {
  const prompt = createPrompt();
  try {
    const name = known ?? (await prompt.ask(words.password.name)).trim();
    const password = await prompt.ask(words.password.current, { isSecret: true });
    if (name !== '' && password !== '') return { name, password };
  } finally {
    prompt.close();
  }
  throw new CliError('usage', words.password.empty, { hint: words.password.emptyHint });
}

async function login(context: Context, knownName: string | undefined): Promise<void> {
  const { client, printer, words, environment, isLocal } = context;
  if (!context.hasNamedHub) throw new CliError('usage', words.usage.noHub);
  const { hub } = client;
  if (!isLocal && hub.protocol === 'http:') printer.note(words.password.open(hub.origin));
  const { name, password } = await askWho(context, knownName);

  // The session lives for these requests alone: the token outlasts it and can be revoked by itself.
  const origin = { origin: hub.origin };
  const session = await client.request<SessionJson>('POST', '/api/session', {
    body: { name, password },
    headers: origin,
    withoutToken: true,
  });
  const cookie = session.headers
    .getSetCookie()
    .map((each) => each.split(';')[0])
    .join('; ');
  const signed = { ...origin, cookie, 'x-ingle-token': session.body.token ?? '' };
  const { body: token } = await client.request<TokenJson>('POST', '/api/tokens', {
    body: { label: words.password.tokenLabel(os.hostname()).slice(0, 60) },
    headers: signed,
    withoutToken: true,
  });
  await client.request('DELETE', '/api/session', { headers: signed, withoutToken: true });
  if (token.secret === undefined) throw new CliError('internal', words.errors.notAHub(hub.origin));
  const file = storeToken(hub, token.secret, environment);

  const member = session.body.member?.name ?? name;
  if (printer.isJson) printer.value({ hub: hub.origin, member, file });
  else {
    printer.line(words.password.signedIn(member, hub.origin));
    printer.line(words.password.kept(file));
  }
}
