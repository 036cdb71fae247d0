// Backups of the home: kept ones, their files, and the code that opens them.
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { toRfc3339 } from '../model/clock.ts';
import { type ApiParts, actorOf, type Handlers } from './context.ts';
import { demandPassword } from './password-again.ts';

export function backupRoutes(parts: ApiParts) {
  const { backups } = parts.hub;
  return {
    'GET /api/backups': async (c) => {
      const kept = await backups.list();
      return c.json({
        recipient: backups.recipient(),
        backups: kept.map(({ name, atMs, bytes }) => ({ name, at: toRfc3339(atMs), bytes })),
      });
    },
    'POST /api/backups/code': async (c, { body }) => {
      await demandPassword(parts, c, body.password);
      return c.json(await backups.renewCode(actorOf(c)), 201);
    },
    'GET /api/backups/:name/file': async (c) => {
      const name = c.req.param('name') ?? '';
      const file = await backups.fileOf(name);
      c.header('Content-Type', 'application/octet-stream');
      c.header('Content-Length', String((await stat(file)).size));
      c.header('Content-Disposition', `attachment; filename="${name}"`);
      return c.body(Readable.toWeb(createReadStream(file)) as ReadableStream<Uint8Array>);
    },
    'DELETE /api/backups/:name': async (c) => {
      await backups.remove(c.req.param('name') ?? '', actorOf(c));
      return c.body(null, 204);
    },
  } satisfies Partial<Handlers>;
}
