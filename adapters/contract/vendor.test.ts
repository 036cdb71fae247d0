// Adapters that are not ours: the template is a right one, and what its process may not do, it cannot.
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { isAddressAllowed, isDeclared } from './network-guard.ts';
import { inVendorProcess, ScriptedHub } from './scripted-hub.ts';
import { newPackage, packageFiles, testPackage } from './vendor-kit.ts';
import { vendorProcess } from './vendor-process.ts';

const ENTRY = new URL('./vendor.child.ts', import.meta.url);
const TEMPLATE = fileURLToPath(new URL('./vendor-template', import.meta.url));

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(path.join(os.tmpdir(), 'ingle-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

describe('the kit for vendors', () => {
  it('makes a package that meets every demand as it is, in the process in which the hub would run it', async () => {
    const made = newPackage(TEMPLATE, 'acme-lamp', folder);
    const { manifest, results } = await testPackage(made, ENTRY);
    expect(manifest).toMatchObject({ id: 'acme-lamp', hosts: ['lan'], main: 'adapter.js' });
    expect(results.filter(({ isMet }) => !isMet)).toEqual([]);
    expect(results).toHaveLength(19);
    // What is for testing is not shipped.
    expect(Object.keys(packageFiles(made)).sort()).toEqual([
      ...['adapter.js', 'ingle-adapter.json', 'package.json'],
    ]);
    expect(() => newPackage(TEMPLATE, 'acme-lamp', folder)).toThrow(/exists already/);
    expect(() => newPackage(TEMPLATE, 'Acme Lamp', folder)).toThrow(/cannot be the name/);
  }, 60_000);

  it('finds out an adapter that says something else than what is wrong', async () => {
    const made = newPackage(TEMPLATE, 'acme-lamp', folder);
    const file = path.join(made, 'adapter.js');
    const text = readFileSync(file, 'utf8');
    writeFileSync(
      file,
      text.replace("new NotFoundError('node', node)", "new HubError('busy', 'no')"),
    );
    const { isMet, results } = await testPackage(made, ENTRY);
    expect(isMet).toBe(false);
    const unmet = results.filter((one) => !one.isMet).map(({ demand }) => demand);
    expect(unmet).toContain('what cannot be done fails with the right code');
  }, 60_000);

  /** The template with some of its code replaced: what the verdict says is not met, with why. */
  async function unmet(...changes: readonly (readonly [string, string])[]): Promise<string[]> {
    const made = newPackage(TEMPLATE, 'acme-lamp', folder);
    const file = path.join(made, 'adapter.js');
    let text = readFileSync(file, 'utf8');
    for (const [from, to] of changes) {
      expect(text).toContain(from);
      text = text.replace(from, to);
    }
    writeFileSync(file, text);
    const { isMet, results } = await testPackage(made, ENTRY);
    const found = results.filter((one) => !one.isMet);
    expect(isMet).toBe(found.length === 0);
    expect(found.every(({ zh }) => /\p{Script=Han}/u.test(zh))).toBe(true);
    return found.map(({ demand, problem }) => `${demand}: ${problem}`);
  }
  const START = "context.state({ kind: 'connecting' });";

  it('finds out one that leaks, with what it took', async () => {
    const leak = 'const kept = []; setInterval(() => kept.push(Buffer.alloc(5_000_000, 1)), 100);';
    const found = await unmet([START, `${START} ${leak}`]);
    expect(found.join('\n')).toMatch(
      /it takes no more memory than it may.*(?:It took \d+ MB of memory, more than the 192 MB|It grew by \d+ MB in 2 s of rest)/,
    );
  }, 60_000);

  it('finds out one that never comes back from a command, and does not wait for it', async () => {
    const startedMs = performance.now();
    const found = await unmet(['const answer = ask(', 'for (;;); const answer = ask(']);
    expect(found.join('\n')).toMatch(
      /it always answers, and never stands still: It did not answer for \d+ s: it loops, or waits for ever/,
    );
    expect(performance.now() - startedMs).toBeLessThan(25_000);
  }, 60_000);

  it('finds out one that goes where it has not said, tells what cannot be, and throws', async () => {
    const wrong = `${START}
      net.connect(80, '93.184.216.34').on('error', () => {});
      context.described({ node: 'lamp-2', title: 'No kind', kind: 'spaceship' });
      Promise.reject(new TypeError('nobody listens'));`;
    const found = (await unmet([START, wrong])).join('\n');
    expect(found).toMatch(
      /connects only to the hosts that it declares: .*93\.184\.216\.34\. Add it/,
    );
    expect(found).toMatch(
      /nothing that cannot be: .*(?:manufacturer is a text|no kind "spaceship")/,
    );
    expect(found).toMatch(/nothing in its code fails: .*nobody listens/);
    expect(found.split('\n')).toHaveLength(3);
  }, 60_000);

  it('says all that is wrong with a package before it runs', async () => {
    const made = newPackage(TEMPLATE, 'acme-lamp', folder);
    writeFileSync(
      path.join(made, 'ingle-adapter.json'),
      JSON.stringify({ id: 'No!', main: 'gone.js', hosts: 'all', version: '1', colour: 1 }),
    );
    await expect(testPackage(made, ENTRY)).rejects.toMatchObject({
      code: 'invalid-input',
      errors: expect.arrayContaining([
        expect.objectContaining({
          path: '/ingle-adapter.json/id',
          zh: expect.stringMatching(/小写字母/),
        }),
        expect.objectContaining({ message: 'There is no file "gone.js"' }),
        expect.objectContaining({ path: '/ingle-adapter.json/hosts' }),
        expect.objectContaining({ path: '/ingle-adapter.json/colour' }),
      ]),
    });
  });
});

describe('the process of an adapter that is not ours', () => {
  /** Runs code in it and gives what it told as the results, by name. */
  async function results(
    code: string,
    hosts: readonly string[],
    settings: Record<string, string> = {},
  ): Promise<Record<string, string>> {
    const packageFolder = path.join(folder, 'package');
    mkdirSync(packageFolder, { recursive: true });
    writeFileSync(path.join(packageFolder, 'package.json'), '{"type": "module"}');
    writeFileSync(
      path.join(packageFolder, 'main.js'),
      `import fs from 'node:fs'; import net from 'node:net'; import dns from 'node:dns/promises';
       import dgram from 'node:dgram'; import { spawn } from 'node:child_process';
       import { Worker } from 'node:worker_threads';
       export function createAdapter(context) {
         const tried = {};
         const attempt = async (name, work) => {
           try {
             tried[name] = String(await work());
           } catch (error) {
             tried[name] = error.code ?? error.cause?.code ?? String(error);
           }
         };
         const connected = (port, host) => new Promise((done, fail) => {
           net.connect(port, host).once('connect', () => done('connected')).once('error', fail);
         });
         return {
           async start() {
             const { settings } = context;
             ${code};
             context.log('info', JSON.stringify(tried));
             context.state({ kind: 'connected', detail: '' });
           },
           async stop() {}, send() {}, async call() { return null; },
         };
       }`,
    );
    const dataFolder = path.join(folder, 'probe');
    mkdirSync(dataFolder, { recursive: true });
    const how = vendorProcess(ENTRY, {
      ...{ id: 'probe', packageFolder, main: 'main.js', hosts, dataFolder },
    });
    await using hub = new ScriptedHub(inVendorProcess(how));
    hub.start({ dataFolder: folder, settings });
    await hub.connectCore();
    const told = await hub.until(
      'what it tried',
      () => hub.messages.find((one) => one.kind === 'log' && one.text.startsWith('{')),
      20_000,
    );
    await hub.stop(7_000);
    return told.kind === 'log' ? (JSON.parse(told.text) as Record<string, string>) : {};
  }

  it('reads its package and writes its own folder, and neither reads nor starts anything else', async () => {
    const secret = path.join(folder, 'cli.token');
    writeFileSync(secret, 'secret');
    const tried = await results(
      `const own = context.dataFolder + '/a';
       await attempt('own', () => { fs.writeFileSync(own, '1'); return fs.readFileSync(own, 'utf8'); });
       await attempt('token', () => fs.readFileSync(settings.secret, 'utf8'));
       await attempt('passwd', () => fs.readFileSync('/etc/passwd', 'utf8'));
       await attempt('outside', () => fs.writeFileSync(settings.secret, 'x'));
       await attempt('spawn', () => spawn('true').pid);
       await attempt('worker', () => new Worker('1', { eval: true }));
       await attempt('kill', () => process.kill(process.ppid, 0));
       await attempt('eval', () => eval('1'));
       await attempt('environment', () => Object.keys(process.env).sort().join());`,
      ['lan'],
      { secret },
    );
    expect(tried.own).toBe('1');
    for (const name of ['token', 'passwd', 'outside', 'spawn', 'worker', 'kill']) {
      expect([name, tried[name]]).toEqual([name, 'ERR_ACCESS_DENIED']);
    }
    expect(tried.eval).toMatch(/EvalError/);
    expect(tried.environment).not.toMatch(/INGLE|TOKEN|PATH/);
    expect(readFileSync(secret, 'utf8')).toBe('secret');
  }, 30_000);

  it('connects to the hosts that it has declared, and to no others by any of Node’s own modules', async () => {
    const server = http.createServer((_request, response) => response.end('hello'));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    const code = `const port = Number(settings.port);
       await attempt('socket', () => connected(port, '127.0.0.1'));
       await attempt('fetch', async () => (await fetch('http://127.0.0.1:' + port)).text());
       await attempt('name', () => connected(port, 'localhost'));
       await attempt('other', () => connected(port, '127.0.0.2'));
       await attempt('lookup', async () => (await dns.lookup('localhost')).address);
       await attempt('resolve', () => dns.resolve4('example.com'));
       await attempt('foreign', () => connected(80, '93.184.216.34'));
       await attempt('udp', () => {
         const socket = dgram.createSocket('udp4');
         try { socket.send('x', port, '127.0.0.2'); } finally { socket.close(); }
       });
       await attempt('listen', () => net.createServer().listen(0));
       await attempt('unix', () => new Promise((done, fail) => {
         net.connect('/run/x.sock').once('connect', done).once('error', fail);
       }));`;
    try {
      const declared = await results(code, ['127.0.0.1'], { port: String(port) });
      expect(declared).toMatchObject({ socket: 'connected', fetch: 'hello' });
      for (const name of [
        'other',
        'name',
        'lookup',
        'resolve',
        'foreign',
        'udp',
        'listen',
        'unix',
      ]) {
        expect([name, declared[name]]).toEqual([name, 'ERR_ACCESS_DENIED']);
      }
      const lan = await results(code, ['lan'], { port: String(port) });
      // The hub itself is no part of the house's network.
      expect(lan).toMatchObject({ socket: 'ERR_ACCESS_DENIED', fetch: 'ERR_ACCESS_DENIED' });
      expect(lan.name).toBe('ERR_ACCESS_DENIED');
      const own = Object.values(os.networkInterfaces())
        .flatMap((each) => each ?? [])
        .map(({ address }) => address);
      for (const address of own) expect(isAddressAllowed(address, ['lan'])).toBe(false);
      expect(isAddressAllowed('192.168.77.3', ['lan'])).toBe(true);
      expect(isAddressAllowed('fd12::3', ['lan'])).toBe(true);
      expect(isAddressAllowed('8.8.8.8', ['lan'])).toBe(false);
      expect(isDeclared('api.acme.example', ['*.acme.example'])).toBe(true);
      expect(isDeclared('acme.example.evil', ['*.acme.example', 'acme.example'])).toBe(false);
    } finally {
      server.close();
    }
  }, 40_000);
});
