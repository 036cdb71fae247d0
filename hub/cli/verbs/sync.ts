// `ingle sync`: what leaves the house, who allowed it, and what went.
import type { Command } from 'commander';
import type { ListJson } from '../../api/shapes.ts';
import type { SentRecordJson, SyncCategoryJson, SyncJson } from '../../api/sync-shapes.ts';
import { syncProblem } from '../../model/sync-problem.ts';
import { oneOf, wholeNumber } from '../arguments.ts';
import { type Context, moment } from '../context.ts';
import type { AddVerb } from '../verb.ts';

const CATEGORIES = ['telemetry', 'usage'] as const;
const RECORDS_MAX = 10_000;
const PAGE = 200;

export const addSync: AddVerb = (program, { words, act, examples }) => {
  const sync = program
    .command('sync')
    .description(words.help.sync)
    .addHelpText(
      'after',
      examples('ingle sync status', 'ingle sync consent telemetry', 'ingle sync records -n 20'),
    );
  sync
    .command('status', { isDefault: true })
    .description(words.help.syncStatus)
    .action(async (_options: object, command: Command) => {
      await act(command, async (context) =>
        show(context, await context.client.get<SyncJson>('/api/sync')),
      );
    });
  for (const [name, granted] of [
    ['consent', true],
    ['withdraw', false],
  ] as const) {
    sync
      .command(`${name} <category>`)
      .description(granted ? words.help.syncConsent : words.help.syncWithdraw)
      .action(async (typed: string, _options: object, command: Command) => {
        await act(command, async (context) => {
          const category = oneOf<SyncCategoryJson>(typed, CATEGORIES, 'category', words);
          const { body } = await context.client.request<SyncJson>('PUT', '/api/sync/consent', {
            body: { category, granted },
          });
          show(context, body);
        });
      });
  }
  sync
    .command('records')
    .description(words.help.syncRecords)
    .option('-n, --lines <n>', words.help.syncLines)
    .action(async (options: { lines?: string }, command: Command) => {
      await act(command, (context) => records(context, options.lines ?? '50'));
    });
};

function show({ printer, words, language }: Context, sync: SyncJson): void {
  if (printer.isJson) {
    printer.value(sync);
    return;
  }
  const said = words.sync;
  printer.line(said.states[sync.state] ?? sync.state);
  if (sync.problem !== null) {
    printer.line(`  ${syncProblem(sync.problem, sync.state === 'refused', language)}`);
  }
  printer.line(sync.address === null ? said.noAddress : said.address(sync.address));
  for (const { category, granted, by, at } of sync.consents) {
    const who = at === null ? '' : said.saidBy(by ?? said.local, moment(at, language));
    printer.line(
      `  ${words.fact(said.categories[category] ?? category, granted ? said.allowed : said.notAllowed)}${who}`,
    );
  }
  if (sync.hub !== null) printer.line(said.hub(sync.hub));
  printer.line(said.queue(sync.queue.records, sync.queue.bytes));
  printer.line(said.sent(sync.sent.records));
  if (sync.setAside > 0) printer.line(said.setAside(sync.setAside));
  if (sync.lastAckAt !== null) printer.line(said.lastAck(moment(sync.lastAckAt, language)));
}

async function records(context: Context, typed: string): Promise<void> {
  const { client, printer, words, language } = context;
  const limit = wholeNumber(typed, { what: '--lines', min: 1, max: RECORDS_MAX }, words);
  let next: string | null = null;
  let left = limit;
  do {
    const cursor: string = next === null ? '' : `&cursor=${encodeURIComponent(next)}`;
    const page: ListJson<SentRecordJson> = await client.get<ListJson<SentRecordJson>>(
      `/api/sync/records?limit=${Math.min(left, PAGE)}${cursor}`,
    );
    for (const record of page.items) {
      if (printer.isJson) {
        printer.value(record);
        continue;
      }
      const by =
        record.consentedAt === null ? '' : `  ${words.sync.by(record.by ?? words.sync.local)}`;
      const state = record.ackedAt === null ? `  ${words.sync.unconfirmed}` : '';
      printer.line(`${moment(record.sentAt, language)}  ${record.kind}${by}${state}`);
      printer.line(`  ${record.purpose[language]}`);
      const content =
        record.content === null ? words.sync.letGo(record.count) : JSON.stringify(record.content);
      printer.line(`  ${content}`);
    }
    left -= page.items.length;
    next = page.next;
  } while (next !== null && left > 0);
  if (left === limit && !printer.isJson) printer.line(words.sync.nothing);
}
