// The open interface over HTTP. Its programs are no members of the home: they come with a token of their own kind,
// which opens these routes and nothing else.
import { HubError } from '../model/errors.ts';
import type { OpenAsk, OpenCommand, OpenDeviceView } from '../model/open-interface.ts';
import { vendorOf } from './authentication.ts';
import type { ApiContext, ApiParts, Handlers } from './context.ts';
import { actorOf, listPart } from './context.ts';
import { createEventStream } from './event-stream.ts';

/** A program that has gone is noticed within this time; what came for it meanwhile ends as not answered. */
const STREAM_WAIT_MS = 2_000;
const STREAMS_MAX = 40;

export function openRoutes({ hub }: ApiParts) {
  const { vendors } = hub;
  let streams = 0;

  /** The account behind a request that was let through. */
  function vendor(c: ApiContext): string {
    const name = vendorOf(c, { hub });
    // It was there a moment ago.
    if (name === null) throw new HubError('unauthenticated', 'The account was revoked');
    return name;
  }
  const ask = (c: ApiContext, what: OpenAsk) => vendors.ask(vendor(c), what);
  const device = (c: ApiContext) => c.req.param('device') ?? '';

  async function feed(
    account: string,
    stream: ReturnType<typeof createEventStream>,
    isOver: () => boolean,
  ): Promise<void> {
    while (!isOver()) {
      const commands = (await vendors.ask(account, {
        kind: 'commands',
        waitMs: STREAM_WAIT_MS,
      })) as readonly OpenCommand[];
      for (const command of commands) {
        stream.write(`event: command\ndata: ${JSON.stringify(commandJson(command))}\n\n`, 1);
      }
      stream.beat();
    }
  }

  return {
    'GET /api/vendors': async (c, { query }) => {
      const { items, next } = listPart(await vendors.list(), query);
      const shown = items.map(({ createdAtMs, ...rest }) => ({
        ...rest,
        createdAt: new Date(createdAtMs).toISOString(),
      }));
      return c.json({ items: shown, next });
    },
    'POST /api/vendors': async (c, { body }) =>
      c.json(await vendors.grant(body.name, actorOf(c)), 201),
    'DELETE /api/vendors/:name': async (c) => {
      await vendors.revoke(c.req.param('name') ?? '', actorOf(c));
      return c.body(null, 204);
    },
    'GET /api/open/devices': async (c, { query }) => {
      const devices = (await ask(c, { kind: 'list' })) as readonly OpenDeviceView[];
      return c.json(listPart(devices, query));
    },
    'PUT /api/open/devices/:device': async (c, { body }) => {
      const described = { kind: 'describe', device: device(c), description: body } as const;
      return c.json((await ask(c, described)) as OpenDeviceView);
    },
    'DELETE /api/open/devices/:device': async (c) => {
      await ask(c, { kind: 'remove', device: device(c) });
      return c.body(null, 204);
    },
    'POST /api/open/devices/:device/report': async (c, { body }) => {
      await ask(c, { kind: 'report', device: device(c), values: body.values });
      return c.body(null, 204);
    },
    'POST /api/open/devices/:device/events': async (c, { body }) => {
      await ask(c, { kind: 'event', device: device(c), ...body });
      return c.body(null, 204);
    },
    'PUT /api/open/devices/:device/availability': async (c, { body }) => {
      await ask(c, { kind: 'availability', device: device(c), ...body });
      return c.body(null, 204);
    },
    'GET /api/open/commands': async (c, { query }) => {
      const commands = (await ask(c, {
        kind: 'commands',
        waitMs: query.waitMs,
      })) as readonly OpenCommand[];
      return c.json({ items: commands.map(commandJson) });
    },
    'GET /api/open/stream': (c) => {
      const account = vendor(c);
      if (streams >= STREAMS_MAX) throw new HubError('busy', `${STREAMS_MAX} streams are open`);
      streams += 1;
      let isOver = false;
      const stream = createEventStream(c.env?.outgoing, () => {
        isOver = true;
        streams -= 1;
      });
      c.req.raw.signal.addEventListener('abort', () => stream.end());
      feed(account, stream, () => isOver).catch(() => stream.end());
      c.header('Content-Type', 'text/event-stream');
      return c.body(stream.body);
    },
    'POST /api/open/commands/:id/outcome': async (c, { body }) => {
      await ask(c, { kind: 'outcome', id: c.req.param('id') ?? '', ...body });
      return c.body(null, 204);
    },
  } satisfies Partial<Handlers>;
}

function commandJson({ id, device, body, withinMs }: OpenCommand): object {
  if (body.kind === 'invoke') return { id, device, command: body.name, args: body.args, withinMs };
  const { property, value, transitionMs } = body;
  const fade = transitionMs === undefined ? {} : { transitionMs };
  return { id, device, property, value, ...fade, withinMs };
}
