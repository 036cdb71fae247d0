// `ingle reset-password`: a new password for a member who is locked out; for local root alone.
import type { Command } from 'commander';
import { CliError } from '../cli-error.ts';
import { apiPath } from '../client.ts';
import { demandLocal, findMember } from '../context.ts';
import { askNewPassword } from '../prompt.ts';
import type { AddVerb } from '../verb.ts';

export const addResetPassword: AddVerb = (program, { words, act, examples }) => {
  program
    .command('reset-password')
    .argument('<member>')
    .description(words.help.resetPassword)
    .addHelpText(
      'after',
      examples('ingle reset-password Anna', 'ingle reset-password Anna < password.txt'),
    )
    .action(async (typed: string, _options: unknown, command: Command) => {
      await act(command, async (context) => {
        demandLocal(context, 'ingle reset-password');
        const { client, printer } = context;
        const member = await findMember(context, typed);
        const { password, isSame } = await askNewPassword(words, member.name);
        if (!isSame) throw new CliError('invalid-input', words.password.differs);
        if (password === '') {
          throw new CliError('usage', words.password.empty, { hint: words.password.emptyHint });
        }
        await client.request('POST', apiPath`/api/members/${member.id}/password`, {
          body: { password },
        });
        if (printer.isJson) printer.value({ member: member.id });
        else printer.line(words.password.changed(member.name));
      });
    });
};
