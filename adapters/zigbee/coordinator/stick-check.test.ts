// What is at a port, and a wrong driver for it: said soon and with the right one, whichever of the drivers was chosen.
import { mkdtempSync, rmSync } from 'node:fs';
import net from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { COORDINATOR_DRIVERS } from '../../../hub/model/coordinator-drivers.ts';
import { startVirtualHome, type VirtualHome } from '../../../scripts/virtual-home/home.ts';
import { inWorker, ScriptedHub } from '../../contract/scripted-hub.ts';
import { DRIVERS } from '../settings.ts';
import { familyAt, isZStackAt } from './stick-check.ts';

const WORKER = inWorker(new URL('../zigbee.worker.ts', import.meta.url));
const SAID_WITHIN_MS = 15_000;

let home: VirtualHome;
let folder = '';

beforeAll(async () => {
  folder = mkdtempSync(path.join(os.tmpdir(), 'ingle-'));
  home = await startVirtualHome({ residents: false, autoJoin: false });
});
afterAll(async () => {
  await home.stop();
  rmSync(folder, { recursive: true, force: true });
});

/** A peer that says this to whatever it hears. */
async function peer(answer: Buffer): Promise<{ port: string; close(): void }> {
  const server = net.createServer((socket) => {
    socket.on('data', () => socket.write(answer));
    socket.on('error', () => {});
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  return { port: `tcp://127.0.0.1:${port}`, close: () => server.close() };
}

test('a Z-Stack coordinator is known by its ping, EmberZNet by its greeting, silence and noise by neither', async () => {
  expect(await familyAt(`tcp://127.0.0.1:${home.zigbeePort}`)).toBe('zstack');
  // Source: Silicon Labs UG101: RSTACK of version 2 after a software reset, with its checksum.
  const ember = await peer(Buffer.from([0xc1, 0x02, 0x0b, 0x0a, 0x52, 0x7e]));
  expect(await familyAt(ember.port)).toBe('ember');
  expect(await isZStackAt(ember.port)).toBe(false);
  const noise = await peer(Buffer.from('HTTP/1.1 400 Bad Request\r\n\r\n'));
  expect(await familyAt(noise.port)).toBeNull();
  expect(await familyAt('tcp://127.0.0.1:9')).toBeNull();
  for (const each of [ember, noise]) each.close();
}, 20_000);

test('the drivers that can be chosen are those of the library', () => {
  expect(COORDINATOR_DRIVERS.map(({ name }) => name).sort()).toEqual([...DRIVERS].sort());
});

test.each(DRIVERS.filter((driver) => driver !== 'zstack'))(
  'the driver %s at a Z-Stack coordinator is said to be the wrong one, in both languages, and harms nothing',
  async (driver) => {
    const startedAtMs = performance.now();
    await using hub = new ScriptedHub(WORKER);
    hub.start({
      dataFolder: path.join(folder, driver),
      settings: { port: `tcp://127.0.0.1:${home.zigbeePort}`, driver },
    });
    const fault = await hub.until(
      'the fault',
      () => {
        const state = hub.state();
        return state?.kind === 'fault' && state;
      },
      SAID_WITHIN_MS,
    );
    expect(performance.now() - startedAtMs).toBeLessThan(SAID_WITHIN_MS);
    expect(fault.problem).toMatchObject({
      code: 'unsupported',
      message: expect.stringContaining(`the driver "zstack", not to "${driver}"`),
      hint: expect.stringContaining('INGLE_ZIGBEE_DRIVER'),
      zh: { message: expect.stringContaining('使用的驱动是') },
    });
    expect(hub.exitCode).toBeUndefined();
  },
  30_000,
);
