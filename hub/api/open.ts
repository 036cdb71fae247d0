// The open interface over HTTP. Its programs are no members of the home: they come with a token of their own kind,
// which opens these routes and nothing else.
import { HubError, NotFoundError, toProblem } from '../model/errors.ts';
import {
  commandMessage,
  type OpenAsk,
  type OpenCommand,
  type OpenDeviceView,
  VENDOR_LIMITS,
} from '../model/open-interface.ts';
import { vendorOf } from './authentication.ts';
import type { ApiContext, ApiParts, Handlers } from './context.ts';
import { actorOf, listPart } from './context.ts';
import { problemDetails, statusOfCode } from './errors.ts';
import { createEventStream, type EventStream } from './event-stream.ts';
import { propertyTable } from './views.ts';

const STREAM_WAIT_MS = 30_000;
/** A stream says this often that it is still there, and finds out whether anybody reads it. */
const BEAT_MS = 5_000;
/** Programs of all accounts that wait for commands at one time. */
const WAITING_MAX = 100;

export function openRoutes({ hub }: ApiParts) {
  const { vendors } = hub;
  /** How many programs of each account wait for commands. */
  const waiting = new Map<string, number>();
  let waitingInAll = 0;
  let lastWaiter = 0;

  /** The account behind a request that was let through. */
  function vendor(c: ApiContext): string {
    const name = vendorOf(c, { hub });
    // It was there a moment ago.
    if (name === null) throw new HubError('unauthenticated', 'The account was revoked');
    return name;
  }
  const ask = (c: ApiContext, what: OpenAsk) => vendors.ask(vendor(c), what);
  const device = (c: ApiContext) => c.req.param('device') ?? '';

  /** A program that waits for commands, until it is done or has gone. @throws HubError `busy` */
  function waiter(account: string) {
    const own = waiting.get(account) ?? 0;
    if (own >= VENDOR_LIMITS.waiters || waitingInAll >= WAITING_MAX) {
      throw tooManyWait(own >= VENDOR_LIMITS.waiters ? account : null);
    }
    waiting.set(account, own + 1);
    waitingInAll += 1;
    lastWaiter += 1;
    const name = String(lastWaiter);
    let isOver = false;
    return {
      isOver: () => isOver,
      async commands(waitMs: number): Promise<readonly object[]> {
        const taken = await vendors.ask(account, { kind: 'commands', waitMs, waiter: name });
        return (taken as readonly OpenCommand[]).map(commandMessage);
      },
      /** May be called twice. What comes from now on is for another one. */
      end(): void {
        if (isOver) return;
        isOver = true;
        waitingInAll -= 1;
        const left = (waiting.get(account) ?? 1) - 1;
        if (left === 0) waiting.delete(account);
        else waiting.set(account, left);
        // Where the adapter is gone nobody waits any more either.
        vendors.ask(account, { kind: 'stopWaiting', waiter: name }).catch(() => {});
      },
    };
  }

  async function feed(stream: EventStream, own: ReturnType<typeof waiter>): Promise<void> {
    while (!own.isOver()) {
      for (const command of await own.commands(STREAM_WAIT_MS)) {
        stream.write(`event: command\ndata: ${JSON.stringify(command)}\n\n`, 1);
      }
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
    'GET /api/open/properties': (c, { query }) => c.json(listPart(propertyTable(), query)),
    'GET /api/open/devices': async (c, { query }) => {
      const devices = (await ask(c, { kind: 'list' })) as readonly OpenDeviceView[];
      return c.json(listPart(devices, query));
    },
    'PUT /api/open/devices/:device': async (c, { body }) => {
      const described = { kind: 'describe', device: device(c), description: body } as const;
      return c.json((await ask(c, described)) as OpenDeviceView);
    },
    'GET /api/open/devices/:device': async (c) => {
      const devices = (await ask(c, { kind: 'list' })) as readonly OpenDeviceView[];
      const found = devices.find((one) => one.device === device(c));
      if (found === undefined) throw new NotFoundError('device', device(c).slice(0, 48));
      return c.json(found);
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
      const own = waiter(vendor(c));
      // One that was cut off must not take away what the next one waits for.
      c.env?.outgoing?.once('close', own.end);
      try {
        return c.json({ items: await own.commands(query.waitMs) });
      } finally {
        own.end();
      }
    },
    'GET /api/open/stream': (c) => {
      const own = waiter(vendor(c));
      const beat = setInterval(() => stream.beat(), BEAT_MS);
      const stream = createEventStream(c.env?.outgoing, () => {
        clearInterval(beat);
        own.end();
      });
      c.req.raw.signal.addEventListener('abort', () => stream.end());
      stream.write(': commands come here\nretry: 2000\n\n', 0);
      feed(stream, own).catch((error: unknown) => {
        const problem = toProblem(error);
        const told = problemDetails(problem, statusOfCode(problem.code));
        stream.write(`event: problem\ndata: ${JSON.stringify(told)}\n\n`, 1);
        stream.end();
      });
      c.header('Content-Type', 'text/event-stream');
      return c.body(stream.body);
    },
    'POST /api/open/commands/:id/outcome': async (c, { body }) => {
      await ask(c, { kind: 'outcome', id: c.req.param('id') ?? '', ...body });
      return c.body(null, 204);
    },
  } satisfies Partial<Handlers>;
}

function tooManyWait(account: string | null): HubError {
  const [whose, count] =
    account === null ? ['', WAITING_MAX] : [` of "${account}"`, VENDOR_LIMITS.waiters];
  return new HubError('busy', `${count} programs${whose} wait for commands already`, {
    hint: 'Close a stream or a long poll first; one is enough for all devices of an account.',
  });
}
