// Goal: nothing leaves the house before a member agrees, and nothing once it was taken back; not a byte, not an attempt
// at a connection. Method: the real hub and the real receiver; the kernel's own record of the loopback (root).
import { rmSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { captureLoopback, whyNoCapture } from './loopback-capture.ts';
import { startReceiverProcess } from './receiver-process.ts';
import { makeFolder, startHub, waitFor } from './running-hub.ts';

const why = whyNoCapture();
/** The hub's pace, and longer than several of its rounds. */
const EVERY_MINUTES = 0.01;
const ROUNDS_MS = 2_500;

const rounds = () => new Promise((resolve) => setTimeout(resolve, ROUNDS_MS));

describe.skipIf(why !== null)(`what the network sees${why ? ` (skipped: ${why})` : ''}`, () => {
  it('is no packet without consent, some with it, and none once it was taken back', async () => {
    const folder = makeFolder();
    const receiver = await startReceiverProcess(path.join(folder, 'receiver'));
    const { port } = receiver;
    await using capture = await captureLoopback(port);
    // A capture that sees nothing at all would prove nothing.
    await fetch(`http://127.0.0.1:${port}/healthz`, { headers: { connection: 'close' } });
    await waitFor('the capture to see a caller', () => capture.packets.length > 0);
    const isQuiet = async () => {
      const before = capture.packets.length;
      await rounds();
      return capture.packets.slice(before);
    };
    await waitFor('the caller to be gone', async () => (await isQuiet()).length === 0);

    const hub = await startHub({
      data: path.join(folder, 'hub'),
      environment: {
        INGLE_SYNC_URL: `http://127.0.0.1:${port}`,
        INGLE_SYNC_MINUTES: String(EVERY_MINUTES),
      },
    });
    try {
      const before = capture.packets.length;
      const { body: opened } = await hub.call<{ code: string }>('/api/claim/code', { body: {} });
      const owner = { name: 'Anna', password: 'lanterns over quiet water' };
      await hub.call('/api/claim', { body: { code: opened.code, ...owner } });
      const { body: scene } = await hub.call<{ id: string }>('/api/scenes', {
        body: 'scene: To bed\ndo:\n  - notify: {to: adults, text: Good night}\n',
        headers: { 'Content-Type': 'application/yaml' },
      });
      const use = () => hub.call(`/api/scenes/${scene.id}/run`, { body: {} });
      expect((await use()).status).toBe(202);
      await rounds();
      expect(capture.packets.slice(before)).toEqual([]);

      const agree = async (granted: boolean) => {
        const body = { category: 'usage', granted };
        const { status } = await hub.call('/api/sync/consent', { method: 'PUT', body });
        expect(status).toBe(200);
      };
      await agree(true);
      await use();
      await waitFor('the capture to see the hub', () => capture.packets.length > before);

      await agree(false);
      await waitFor('the receiver to be told', async () => {
        return (await hub.call('/api/sync')).body.state === 'off';
      });
      // Its last connection is still open for a while; then nothing comes any more, whatever is done.
      await waitFor('the line to be still', async () => (await isQuiet()).length === 0);
      await use();
      expect(await isQuiet()).toEqual([]);
    } finally {
      await hub[Symbol.asyncDispose]();
      await receiver.kill();
      rmSync(folder, { recursive: true, force: true });
    }
  }, 60_000);
});
