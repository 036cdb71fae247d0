// Goal: an owner installs a vendor's adapter, whose device works like any other; and one adapter that hangs in a
// loop, one that leaks 50 MB a second and one that throws at each message, all at once, keep nobody waiting and are
// named with what to do. Method: the real hub on an emulated Zigbee network, packages of the test's own installed over
// the API, the command line and the page; a button is pressed at the radio and its lamp watched there.
import { spawn, spawnSync } from 'node:child_process';
import { generateKeyPairSync } from 'node:crypto';
import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { newPackage, packageFiles } from '../../adapters/contract/vendor-kit.ts';
import { threadsNamed } from '../../hub/threads/ahead-of-others.ts';
import { BAD_ADAPTERS, FLOODING_ADAPTERS, misbehaving } from '../bench/bad-adapters.ts';
import { type BrowserPage, openOwnersPage } from './browser-page.ts';
import { type House, nodeOf, openHouse } from './house.ts';
import { waitFor } from './running-hub.ts';

const MAIN = fileURLToPath(new URL('../../hub/cli/main.ts', import.meta.url));
const TEMPLATE = fileURLToPath(new URL('../../adapters/contract/vendor-template', import.meta.url));
/** `INGLE_COUNT=1000` says more of the slowest. */
const PRESSES = Math.min(Number(process.env.INGLE_COUNT ?? 40), 500);
/** `npm run soak`, which has the machine to itself. */
const IS_LONG = process.env.INGLE_COUNT !== undefined;
/** A button that says more than ten things a second for half a minute is thinned as one that floods. */
const PRESS_EVERY_MS = 120;
/** Reactions this close to none say nothing about their ratio; others may be using the machine as well. */
const RATIO = 2;
const SLACK_MS = 20;
const MEGABYTE = 1024 * 1024;

interface Adapter {
  readonly id: string;
  readonly tier: string;
  readonly state: string;
  readonly restarts: number;
  readonly memoryBytes: number | null;
  readonly lastFault: { readonly reason: { readonly en: string; readonly zh: string } } | null;
  readonly notices: readonly { readonly text: { readonly en: string; readonly zh: string } }[];
  readonly problem: { readonly detail: string } | null;
}

let house: House;
let browser: BrowserPage;

beforeAll(async () => {
  house = await openHouse({ home: { latency: { minMs: 0, maxMs: 1 } } });
  browser = await openOwnersPage(house.hub);
  await house.add('Bedside button', 'Bedroom lamp');
  for (const [press, on] of [
    ['single', true],
    ['double', false],
  ]) {
    await house.scene(
      `scene: ${press}\nwhen: [{presses: {bedside-button.button: ${press}}}]\ndo: [{set: {bedroom-lamp: {on: ${on}}}}]\nagain: queue 5\n`,
    );
  }
}, 120_000);

afterAll(async () => {
  await browser?.[Symbol.asyncDispose]();
  await house?.[Symbol.asyncDispose]();
});

const at = (id: string) => browser.at(id);

async function adapters(): Promise<readonly Adapter[]> {
  return (await house.hub.call<{ items: Adapter[] }>('/api/adapters?limit=100')).body.items;
}

async function adapter(id: string): Promise<Adapter> {
  const found = (await adapters()).find((one) => one.id === id);
  if (!found) throw new Error(`there is no adapter ${id}`);
  return found;
}

async function restartsOfCore(): Promise<number | undefined> {
  const { body } = await house.hub.call<{ parts: { name: string; restarts: number }[] }>(
    '/api/health',
  );
  return body.parts.find(({ name }) => name === 'core')?.restarts;
}

/** From the frame of the press at the radio to the lamp's own state. */
async function reactionMs(): Promise<number> {
  const { ieee } = nodeOf(house, 'Bedside button');
  const lamp = () => nodeOf(house, 'Bedroom lamp').state.on;
  const before = lamp();
  const startedMs = performance.now();
  house.home.control.press(ieee, before === true ? 'double' : 'single');
  while (lamp() === before) {
    if (performance.now() - startedMs > 5_000) throw new Error('the lamp did not react within 5 s');
    await new Promise((resolve) => setImmediate(resolve));
  }
  return performance.now() - startedMs;
}

interface Reactions {
  readonly p50: number;
  readonly p95: number;
  readonly p99: number;
}

async function reactions(): Promise<Reactions> {
  const times: number[] = [];
  for (let press = 0; press < PRESSES; press += 1) {
    times.push(await reactionMs());
    await new Promise((resolve) => setTimeout(resolve, PRESS_EVERY_MS));
  }
  times.sort((a, b) => a - b);
  const atShare = (share: number) => times[Math.floor(PRESSES * share)] ?? Number.POSITIVE_INFINITY;
  return { p50: atShare(0.5), p95: atShare(0.95), p99: atShare(0.99) };
}

async function ingle(...args: readonly string[]): Promise<{ code: number; text: string }> {
  const { url, data } = house.hub;
  const child = spawn(process.execPath, [MAIN, ...args, '--hub', url], {
    env: { PATH: process.env.PATH, HOME: data, INGLE_DATA: data, NO_COLOR: '1' },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let text = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk: Buffer) => {
      text += chunk.toString('utf8');
    });
  }
  const [code] = (await once(child, 'close')) as [number];
  return { code, text };
}

/** Resident memory of the hub's own process. */
function hubBytes(): number {
  return Number(readFileSync(`/proc/${house.hub.pid}/statm`, 'utf8').split(' ')[1]) * 4096;
}

describe('adapters of others', () => {
  it('come from a package: installed, set, used like any device, shown with their tier, and removed', async () => {
    const folder = newPackage(TEMPLATE, 'acme-lamp', house.data);
    const { startLamp } = (await import(path.join(folder, 'test', 'emulator.js'))) as {
      startLamp(): Promise<{ port: number; stop(): Promise<void> }>;
    };
    const lamp = await startLamp();
    try {
      // The emulated lamp stands on this machine, which the house's network does not mean.
      const files = { ...packageFiles(folder) };
      files['ingle-adapter.json'] = (files['ingle-adapter.json'] ?? '').replace(
        '"lan"',
        '"127.0.0.1"',
      );
      const made = await house.hub.call('/api/adapters', { body: { files } });
      expect([made.status, made.body]).toMatchObject([201, { tier: 'community' }]);
      const set = await ingle(
        'adapter',
        'set',
        'acme-lamp',
        'address=127.0.0.1',
        `port=${lamp.port}`,
      );
      expect(set).toEqual({ code: 0, text: 'acme-lamp runs.\n' });
      const device = await waitFor('its device', async () =>
        (await house.devices()).find(({ name }) => name === 'Line lamp'),
      );
      const command = await house.hub.call<{ state: string }>(
        `/api/devices/${device.id}/commands?wait=observed`,
        { body: { property: 'on', value: true } },
      );
      expect(command.body.state).toBe('observed');
      const shown = async () =>
        (
          await house.hub.call<{
            tier: string;
            availability: { online: boolean; reason: string | null };
          }>(`/api/devices/${device.id}`)
        ).body;
      expect((await shown()).tier).toBe('community');
      const list = await ingle('adapter', 'list');
      expect(list.text).toMatch(/^zigbee +core +connected/m);
      expect(list.text).toMatch(/^acme-lamp +community +connected +1 device +Example 0\.1\.0/m);

      // Somebody whose key the hub trusts has tried exactly this package.
      writeFileSync(path.join(folder, 'ingle-adapter.json'), files['ingle-adapter.json']);
      const { privateKey } = generateKeyPairSync('ed25519');
      const keyFile = path.join(house.data, 'key.pem');
      writeFileSync(keyFile, privateKey.export({ type: 'pkcs8', format: 'pem' }));
      const signed = await ingle('adapter', 'sign', folder, '--key', keyFile);
      const value = /call it preferred: (\S+)/.exec(signed.text)?.[1];
      await house.hub.call('/api/settings/adapters.keys', { method: 'PUT', body: { value } });
      expect((await ingle('adapter', 'install', folder)).text).toContain(
        'is installed (preferred)',
      );
      await waitFor('the device to be shown so', async () => (await shown()).tier === 'preferred');
      await waitFor('the device', async () => (await shown()).availability.online);
      expect((await ingle('adapter', 'disable', 'acme-lamp')).code).toBe(0);
      await waitFor('the device to be out of reach', async () => {
        const { online, reason } = (await shown()).availability;
        return !online && reason === 'acme-lamp is switched off';
      });
      expect((await ingle('adapter', 'enable', 'acme-lamp')).code).toBe(0);
      await browser.open('house');
      await at('adapters-link').click();
      await at('adapter-acme-lamp').getByText('Preferred').waitFor();
      await at('adapter-zigbee').getByText('Core').waitFor();
      await browser.expectAccessible('the adapters');
      await at('adapter-remove-acme-lamp').click();
      await at('confirm-yes').click();
      await browser.page.getByText('None is installed.').waitFor();
      expect((await adapters()).map(({ id }) => id)).not.toContain('acme-lamp');
    } finally {
      await lamp.stop();
    }
  }, 60_000);

  it('are installed in the page from their folder, and refused with all that is wrong', async () => {
    const folder = newPackage(TEMPLATE, 'page-lamp', house.data);
    await browser.open('adapters');
    await at('adapter-folder').setInputFiles(path.join(folder, 'test'));
    await at('adapter-install-answer')
      .getByText(/"id" is 2 to 24 small letters/)
      .waitFor();
    await browser.expectAccessible('a package that is refused');
    await at('adapter-folder').setInputFiles(folder);
    await at('adapter-page-lamp').waitFor();
    await at('adapter-page-lamp')
      .getByText(/The address and the port of the lamp are not set/)
      .waitFor();
    await at('adapter-switch-page-lamp').click();
    await at('adapter-page-lamp').getByText('Off', { exact: true }).waitFor();
    expect((await ingle('adapter', 'remove', 'page-lamp')).code).toBe(0);
    expect((await ingle('adapter', 'remove', 'page-lamp')).code).toBe(2);
  }, 60_000);

  it('that tell what cannot be and go where they may not take nothing with them, and are told', async () => {
    const garbles = misbehaving(
      'garbles',
      {
        onStart: `context.report(NODE, null, 'report');
          context.report(NODE, { on: 'yes', x_more: 1 }, 'report');
          context.report('nobody', { on: true }, 'report');
          context.state({ kind: 'fault' });
          context.notices('no list');
          context.described({ title: 5 });
          net.connect(80, '93.184.216.34').on('error', () => {});`,
        // Past the host that looks at its words, as no honest code would.
        onMessage: `const put = (given) => fs.writeSync(3, given + '\\n');
          for (const state of [null, { kind: 'great' }]) put(JSON.stringify({ kind: 'state', state }));
          put('{"cmd":"NODE_HANDLE_ACK"}');
          put('no JSON at all');
          // Whichever of its files is the line to the core.
          const batch = JSON.stringify({ kind: 'batch', host: 'x', number: 1, items: null });
          for (let fd = 4; fd < 64; fd += 1) if (isSocket(fd)) fs.writeSync(fd, batch + '\\n');`,
      },
      ['lan'],
    );
    const before = house.hub.pid;
    const coreRestarts = await restartsOfCore();
    expect((await house.hub.call('/api/adapters', { body: { files: garbles } })).status).toBe(201);
    const said = await waitFor('both complaints', async () => {
      const { notices } = await adapter('garbles');
      return notices.length > 1 && notices.map(({ text }) => `${text.en} ${text.zh}`).join('\n');
    });
    expect(said).toMatch(/tells what cannot be.*上报的内容有误/);
    expect(said).toMatch(/wanted to reach 93\.184\.216\.34.*没有声明/);
    const { id } = await waitFor('its device', async () =>
      (await house.devices()).find(({ name }) => name === 'garbles lamp'),
    );
    await house.hub.call(`/api/devices/${id}/commands`, { body: { property: 'on', value: true } });
    const dropped = await waitFor('what it writes past its host to be told', async () =>
      (await adapter('garbles')).notices.find(({ text }) => /cannot say/.test(text.en)),
    );
    expect(dropped.text.en).toMatch(
      /^It sends the hub what an adapter cannot say, which is dropped/,
    );
    expect(dropped.text.zh).toMatch(/不是适配器能说的，已丢弃/);
    expect((await adapter('garbles')).restarts).toBe(0);
    expect(await restartsOfCore()).toBe(coreRestarts);
    expect(await reactionMs()).toBeLessThan(5_000);
    expect(house.hub.pid).toBe(before);
    expect((await ingle('adapter', 'remove', 'garbles')).code).toBe(0);
  }, 60_000);

  it('that flood the hub past their own hosts are ended and named with the reason, and hold nobody up', async () => {
    const before = hubBytes();
    let grew = 0;
    const looks = setInterval(() => {
      grew = Math.max(grew, hubBytes() - before);
    }, 20);
    const usual = await reactions();
    try {
      for (const files of Object.values(FLOODING_ADAPTERS)) {
        expect((await house.hub.call('/api/adapters', { body: { files } })).status).toBe(201);
      }
      const during = await reactions();
      process.stdout.write(
        `report to command, usual and with floods: p50 ${usual.p50.toFixed(1)} → ${during.p50.toFixed(1)} ms, p95 ${usual.p95.toFixed(1)} → ${during.p95.toFixed(1)} ms\n`,
      );
      expect(during.p50).toBeLessThan(usual.p50 * RATIO + SLACK_MS);
      const culprits = [
        ['chatters', 'it sent more than 500 messages a second', '消息太多（每秒最多 500 条）'],
        ['rushes', 'it sent more than 500 messages a second', '消息太多（每秒最多 500 条）'],
        ['bloats', 'it sent a message of more than 256 KB', '一条消息超过 256 KB'],
        ['shouts', 'it wrote more than 16 KB a second', '写到标准错误输出的内容太多'],
      ] as const;
      for (const [id, en, zh] of culprits) {
        const fallen = async () => (await adapter(id)).lastFault;
        const { reason } = await waitFor(`${id} to be ended`, fallen);
        expect(reason.en).toContain(en);
        expect(reason.zh).toContain(zh);
        expect(house.hub.output()).toContain(`${id} stopped (${en}`);
      }
      const english = await Promise.all([ingle('status'), ingle('adapter', 'list')]);
      const chinese = await Promise.all([
        ingle('status', '--lang', 'zh'),
        ingle('adapter', 'list', '--lang', 'zh'),
      ]);
      for (const [id, en, zh] of culprits) {
        expect(english[0].text).toMatch(new RegExp(`^Fault: .* ${id} of Acme .*${en}`, 'm'));
        expect(english[1].text).toMatch(new RegExp(`^${id}: started again .*${en}`, 'm'));
        expect(chinese[0].text).toMatch(new RegExp(`^故障：.*适配器 ${id}.*${zh}`, 'm'));
        expect(chinese[1].text).toMatch(new RegExp(`^${id}：已重新启动 .*${zh}`, 'm'));
      }
      for (const { text } of [...english, ...chinese]) {
        expect(text).not.toMatch(/second It is started|条） 它会/);
      }
      await browser.open('adapters');
      await at('adapter-chatters')
        .getByText(/it sent more than 500 messages a second/)
        .first()
        .waitFor();
      await browser.expectAccessible('adapters that flood');
      await waitFor('the other devices', async () =>
        (await house.devices())
          .filter(({ name }) => ['Bedside button', 'Bedroom lamp'].includes(name))
          .every(({ availability }) => availability.online),
      );
      expect(grew).toBeLessThan(60 * MEGABYTE);
    } finally {
      clearInterval(looks);
      for (const id of Object.keys(FLOODING_ADAPTERS)) await ingle('adapter', 'remove', id);
    }
    expect(browser.errors).toEqual([]);
  }, 90_000);

  // A container may keep real time from its root too.
  const maySchedule = spawnSync('chrt', ['--rr', '1', 'true']).status === 0;
  it.runIf(maySchedule)(
    'run behind the threads that carry a report to its command, for as long as there are any',
    async () => {
      const carriers = async (policy: string) => {
        const threads = [...(await threadsNamed(['core', 'zigbee'], house.hub.pid))];
        const told = threads.map((thread) => `${spawnSync('chrt', ['--pid', thread]).stdout}`);
        return threads.length === 2 && told.every((text) => text.includes(policy));
      };
      expect(await carriers('SCHED_OTHER')).toBe(true);
      const files = misbehaving('quiet', {});
      expect((await house.hub.call('/api/adapters', { body: { files } })).status).toBe(201);
      await waitFor('the threads to go ahead', () => carriers('SCHED_RR'));
      await house.hub.call('/api/adapters/quiet', { method: 'DELETE' });
      await waitFor('the threads to stand back', () => carriers('SCHED_OTHER'));
    },
  );

  it('that loop, leak 50 MB a second and throw at each message, all at once, keep no lamp waiting and are named', async () => {
    const usual = await reactions();
    const before = hubBytes();
    for (const files of Object.values(BAD_ADAPTERS)) {
      expect((await house.hub.call('/api/adapters', { body: { files } })).status).toBe(201);
    }
    const thrown = await waitFor('the device of the one that throws', async () =>
      (await house.devices()).find(({ name }) => name === 'throws lamp'),
    );
    let isOver = false;
    const messages = (async () => {
      while (!isOver) {
        await house.hub.call(`/api/devices/${thrown.id}/commands`, {
          body: { property: 'on', value: true },
        });
        await new Promise((resolve) => setTimeout(resolve, 100));
      }
    })();
    // What is measured is how they misbehave, not how three processes start.
    for (const id of Object.keys(BAD_ADAPTERS)) {
      await waitFor(`${id} to run`, async () => (await adapter(id)).state === 'connected');
    }
    let most = 0;
    const looks = setInterval(() => {
      adapter('leaks').then(
        ({ memoryBytes }) => {
          most = Math.max(most, memoryBytes ?? 0);
        },
        () => {},
      );
    }, 200);
    try {
      const held = await waitFor('the loop to be held to its share', async () =>
        (await adapter('loops')).notices.find(({ text }) => /10 % of one/.test(text.en)),
      );
      expect(held.text.zh).toMatch(/一个核心的 10%/);
      const during = await reactions();
      const shares = (['p50', 'p95', 'p99'] as const).map(
        (share) => `${share} ${usual[share].toFixed(1)} → ${during[share].toFixed(1)} ms`,
      );
      process.stdout.write(
        `report to command, ${PRESSES} presses, usual and with three bad adapters: ${shares.join(', ')}\n`,
      );
      expect(during.p50).toBeLessThan(usual.p50 * RATIO + SLACK_MS);
      // The slowest say something where nobody else uses the machine.
      if (IS_LONG) expect(during.p95).toBeLessThan(usual.p95 * RATIO + SLACK_MS);
      await waitFor('the leak to be ended', async () => (await adapter('leaks')).restarts > 0);
      // It computes only while nobody else wants to, so on a busy machine it takes its time to be sure.
      const isEnded = async () => (await adapter('loops')).restarts > 0;
      await waitFor('the loop to be ended', isEnded, 90_000);
      const again = await reactions();
      expect(again.p50).toBeLessThan(usual.p50 * RATIO + SLACK_MS);
      expect((await adapter('leaks')).lastFault?.reason.en).toMatch(
        /took \d+ MB of memory, more than the 192 MB/,
      );
      expect((await adapter('loops')).lastFault?.reason.en).toMatch(/did not answer/);
      expect((await adapter('throws')).notices[0]?.text.en).toMatch(
        /fails at what it is asked \(TypeError: lamp is not a function\)/,
      );
      expect(most).toBeLessThan(300 * MEGABYTE);
      expect(hubBytes() - before).toBeLessThan(60 * MEGABYTE);

      const english = (await ingle('status')).text;
      const chinese = (await ingle('status', '--lang', 'zh')).text;
      for (const id of Object.keys(BAD_ADAPTERS)) {
        expect(english).toContain(id);
        expect(chinese).toContain(id);
      }
      expect(english).toContain('ingle adapter disable leaks');
      await browser.open('adapters');
      await at('adapter-leaks')
        .getByText(/Started again/)
        .waitFor();
      await at('adapter-loops')
        .getByText(/did not answer/)
        .first()
        .waitFor();
      await at('adapter-throws')
        .getByText(/TypeError: lamp is not a function/)
        .waitFor();
      await browser.expectAccessible('adapters that misbehave');
    } finally {
      isOver = true;
      clearInterval(looks);
      await messages;
    }
    for (const id of Object.keys(BAD_ADAPTERS))
      expect((await ingle('adapter', 'disable', id)).code).toBe(0);
    expect((await adapter('loops')).state).toBe('off');
    await waitFor('nobody to be named', async () => {
      const { body } = await house.hub.call<{ notices: unknown[] }>('/api/health');
      return body.notices.length === 0;
    });
    expect(browser.errors).toEqual([]);

    // What was installed, and what of it was switched off, is so after a restart.
    expect((await ingle('adapter', 'enable', 'throws')).code).toBe(0);
    await house.hub.stop();
    await house.restart();
    await waitFor(
      'the one that is on',
      async () => (await adapter('throws')).state === 'connected',
    );
    expect((await adapter('leaks')).state).toBe('off');
    expect((await adapters()).find(({ id }) => id === 'zigbee')?.tier).toBe('core');
  }, 240_000);
});
