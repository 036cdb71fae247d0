// Shelly devices that sleep on their battery: they call the hub when they wake, and keep their last values meanwhile.
import { expect, test } from 'vitest';
import { WebSocket } from 'ws';
import { freePort } from '../../../scripts/virtual-home/lan/demo-lan.ts';
import { atHome, key, startHub } from './testing/test-home.ts';
import { climate, relay } from './testing/test-profiles.ts';

const settingsFor = (callPort: number | null) => ({
  ...{ mdnsInterface: null, callHost: '127.0.0.1', callPort },
});
const TEMPERATURE = key('temperature');

test('a device that sleeps is told where to call, and is heard each time it wakes', async () => {
  const port = await freePort();
  const settings = settingsFor(port);
  await using home = await atHome(climate(), settings);
  const { hub, node, device, folder } = home;
  expect(hub.description(node)?.power).toBe('battery');
  const methods = () => device.requests.map(({ method }) => method);
  await expect.poll(methods).toContain('Shelly.Reboot');
  expect(device.config.ws).toEqual({ enable: true, server: `ws://127.0.0.1:${port}/shelly` });

  await device.unplug();
  const asked = () =>
    hub.call({ kind: 'refresh', node }).then(
      () => 'an answer',
      ({ message, zh }) => `${message} ${zh.message}`,
    );
  await expect.poll(asked).toMatch(/ is asleep .* 正在休眠$/);
  expect(hub.isOnline(node)).toBe(true);
  await device.wake({ 'temperature:0': { tC: 19.25 } });
  await hub.until('its next value', () => hub.values(node)[TEMPERATURE] === 19.25);

  await hub.stop();
  await using next = await startHub(folder, settings);
  await next.until('it to be known', () => next.isOnline(node) === true);
  await device.wake({
    'temperature:0': { tC: 18.5 },
    'devicepower:0': { battery: { percent: 63 } },
  });
  await next.until('its next values', () => next.values(node)[TEMPERATURE] === 18.5);
  expect(next.values(node)[key('battery')]).toBe(63);
  expect(next.isOnline(node)).toBe(true);
});

test('nobody but the devices of the home is listened to', async () => {
  const port = await freePort();
  await using home = await atHome(climate(), settingsFor(port));
  const { hub, node, device } = home;
  await expect.poll(() => device.config.ws).toBeDefined();
  await device.unplug();
  const before = { ...hub.values(node) };
  const frame = (src: string) =>
    JSON.stringify({ src, method: 'NotifyFullStatus', params: { 'temperature:0': { tC: 99 } } });
  for (const first of [frame('shellyhtg3-000000000000'), 'hello', '[]', '{"src":{}}']) {
    const socket = new WebSocket(`ws://127.0.0.1:${port}/shelly`);
    const ended = new Promise((resolve) => socket.once('close', resolve));
    socket.on('open', () => socket.send(first));
    await ended;
  }
  const elsewhere = new WebSocket(`ws://127.0.0.1:${port}/other`);
  await new Promise((resolve) => elsewhere.once('error', resolve));
  expect(hub.values(node)).toEqual(before);
  // What calls and then speaks nonsense is cut off, and the next call is taken.
  const socket = new WebSocket(`ws://127.0.0.1:${port}/shelly`);
  const ended = new Promise((resolve) => socket.once('close', resolve));
  socket.on('open', () => {
    socket.send(JSON.stringify({ src: device.id, method: 'NotifyFullStatus', params: {} }));
    socket.send('}{');
  });
  await ended;
  await device.wake({ 'temperature:0': { tC: 17 } });
  await hub.until('its next value', () => hub.values(node)[TEMPERATURE] === 17);
});

test('without a port to call a person is told, and nothing listens', async () => {
  await using home = await atHome(climate(), settingsFor(null));
  const { hub, device } = home;
  await hub.until('the note', () =>
    hub.messages.some(
      (one) =>
        one.kind === 'pair' &&
        one.progress.kind === 'note' &&
        one.progress.text.en.includes('INGLE_SHELLY_CALL_PORT'),
    ),
  );
  expect(device.config.ws).toBeUndefined();
});

test('for devices that are always awake nothing listens', async () => {
  const port = await freePort();
  await using home = await atHome(relay(), settingsFor(port));
  expect(home.hub.isOnline(home.node)).toBe(true);
  const socket = new WebSocket(`ws://127.0.0.1:${port}/shelly`);
  const problem = await new Promise<Error>((resolve) => socket.once('error', resolve));
  expect(problem.message).toContain('ECONNREFUSED');
});

test('another program that is called already is left in place', async () => {
  const port = await freePort();
  const other = { enable: true, server: 'ws://192.168.7.3:8123/api/shelly/ws' };
  await using home = await atHome({ ...climate(), config: { ws: other } }, settingsFor(port));
  const { hub, device } = home;
  await hub.until('the note', () =>
    hub.messages.some(
      (one) =>
        one.kind === 'pair' && one.progress.kind === 'note' && /8123/.test(one.progress.text.zh),
    ),
  );
  expect(device.config.ws).toEqual(other);
});
