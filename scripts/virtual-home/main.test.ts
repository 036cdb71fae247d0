// The virtual home as a process: its one line, its control port, its ends.

import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import type { Readable, Writable } from 'node:stream';
import { afterEach, describe, expect, it } from 'vitest';

const MAIN = path.join(import.meta.dirname, 'main.ts');

type Child = ChildProcessByStdio<Writable, Readable, Readable>;
const children: Child[] = [];

function start(...args: string[]): Child {
  const child = spawn(process.execPath, [MAIN, ...args], { stdio: ['pipe', 'pipe', 'pipe'] });
  children.push(child);
  return child;
}

async function firstLine(child: Child): Promise<{ zigbeePort: number; controlPort: number }> {
  let text = '';
  for await (const chunk of child.stdout) {
    text += String(chunk);
    if (text.includes('\n')) return JSON.parse(text);
  }
  throw new Error('it ended without a line');
}

async function ended(child: Child): Promise<number | null> {
  if (child.exitCode === null) await once(child, 'exit');
  return child.exitCode;
}

async function getNodes(controlPort: number): Promise<{ ieee: string; model: string }[]> {
  const response = await fetch(`http://127.0.0.1:${controlPort}/nodes`);
  const nodes: unknown = await response.json();
  if (!Array.isArray(nodes)) throw new Error('no list of nodes');
  return nodes;
}

afterEach(() => {
  for (const child of children.splice(0)) child.kill('SIGKILL');
});

describe('the process', () => {
  it('prints its ports once it listens, and ends in peace on SIGTERM', async () => {
    const child = start('--seed', '5', '--no-residents');
    const line = await firstLine(child);
    expect(line).toMatchObject({ seed: 5 });
    expect(line.zigbeePort).toBeGreaterThan(0);
    child.kill('SIGTERM');
    expect(await ended(child)).toBe(0);
  });

  it('ends when its parent is gone, if it was told that it has one', async () => {
    const child = start('--with-parent');
    await firstLine(child);
    child.stdin.end();
    expect(await ended(child)).toBe(0);
  });

  it.each([['--speed', 'fast'], ['--latency', '20-2'], ['--nodes', '0'], ['--colour']])(
    'refuses %s %s with the name of the option and exit code 2',
    async (...args) => {
      const child = start(...args);
      let text = '';
      child.stderr.on('data', (chunk) => {
        text += String(chunk);
      });
      expect(await ended(child)).toBe(2);
      expect(text).toContain(args[0]);
    },
  );
});

describe('the control port', () => {
  it('shows the nodes and answers bad requests with what is wrong', async () => {
    const child = start('--no-residents');
    const { controlPort } = await firstLine(child);
    const base = `http://127.0.0.1:${controlPort}`;
    const nodes = await getNodes(controlPort);
    expect(nodes).toHaveLength(19);
    expect(nodes[0]).toMatchObject({ ieee: expect.stringMatching(/^0x/), joined: false });

    const post = async (where: string, body: string) => {
      const response = await fetch(`${base}${where}`, { method: 'POST', body });
      return { status: response.status, body: await response.json() };
    };
    expect(await post('/faults', '{"kind":"earthquake"}')).toMatchObject({ status: 400 });
    expect(await post('/faults', '{"kind":')).toMatchObject({ status: 400 });
    expect(await post('/faults', '[]')).toMatchObject({ status: 400 });
    expect(await post('/faults', '{"kind":"drop","rate":2}')).toMatchObject({ status: 400 });
    expect(await post('/faults', '{"kind":"mute","ms":"long"}')).toMatchObject({ status: 400 });
    expect(await post(`/nodes/0x00/press`, '{}')).toMatchObject({ status: 404 });
    expect(await post('/join', '{}')).toMatchObject({
      status: 409,
      body: { error: expect.stringContaining('closed') },
    });
    expect(await post('/faults', `"${'x'.repeat(70_000)}"`)).toMatchObject({ status: 400 });
    expect((await fetch(`${base}/nothing`)).status).toBe(404);
    expect((await fetch(`${base}/log?since=x`)).status).toBe(400);
    expect(await (await fetch(`${base}/log`)).json()).toEqual({ records: [], next: 0, dropped: 0 });
  });

  it('has as many synthetic nodes as a bench asks for', async () => {
    const child = start('--nodes', '50', '--latency', '0');
    const { controlPort } = await firstLine(child);
    const nodes = await getNodes(controlPort);
    expect(nodes).toHaveLength(50);
    expect(new Set(nodes.map(({ model }) => model)).size).toBe(2);
  });
});
