// `ingle claim`: a new code with which the first owner claims the hub; for local root alone.
import type { Command } from 'commander';
import type { ClaimCodeJson } from '../../api/shapes.ts';
import { clockTime, demandLocal } from '../context.ts';
import type { AddVerb } from '../verb.ts';

export const addClaim: AddVerb = (program, { words, act, examples }) => {
  program
    .command('claim')
    .description(words.help.claim)
    .addHelpText('after', examples('ingle claim'))
    .action(async (_options: unknown, command: Command) => {
      await act(command, async (context) => {
        demandLocal(context, 'ingle claim');
        const { client, printer, language } = context;
        const { body } = await client.request<ClaimCodeJson>('POST', '/api/claim/code', {
          body: {},
        });
        if (printer.isJson) {
          printer.value(body);
          return;
        }
        printer.line(words.claim.code(body.code));
        printer.line(words.claim.open(client.hub.origin, clockTime(body.closesAt, language)));
      });
    });
};
