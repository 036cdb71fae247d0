// Three adapters of others that do what none should, all at once: one loops without an end, one leaks 50 MB a
// second, one throws at each message; and four that flood the hub. For the bench and the test of what the others feel
// of them.

/** A package's files, by name. */
export type PackageFiles = Readonly<Record<string, string>>;

/** An adapter that begins well, describes one lamp, and then does what its code says. */
export function misbehaving(
  id: string,
  code: { readonly onStart?: string; readonly onMessage?: string },
  hosts: readonly string[] = [],
): PackageFiles {
  const manifest = { id, title: id, vendor: 'Acme', version: '1.0.0', main: 'main.js', hosts };
  const source = `import fs from 'node:fs';
  const isSocket = (fd) => { try { return fs.fstatSync(fd).isSocket(); } catch { return false; } };
  import net from 'node:net';
  export function createAdapter(context, { nodeAddress, describeProperty }) {
    const NODE = nodeAddress('${id}-1');
    return {
      async start() {
        context.state({ kind: 'connected', detail: 'in memory' });
        context.described({
          adapter: context.id, node: NODE, manufacturer: 'Acme', model: '${id}', title: '${id} lamp', kind: 'light',
          power: 'mains', tier: 'core', support: 'exact', firmware: null, properties: [describeProperty('on')], commands: [],
        });
        context.availability(NODE, true, null);
        ${code.onStart ?? ''}
      },
      async stop() {},
      send({ id: command }) { ${code.onMessage ?? ''} },
      async call() { ${code.onMessage ?? 'return null;'} },
    };
  }`;
  return { 'ingle-adapter.json': JSON.stringify(manifest), 'main.js': source };
}

/** The three, by their names. */
export const BAD_ADAPTERS: Readonly<Record<'loops' | 'leaks' | 'throws', PackageFiles>> = {
  loops: misbehaving('loops', { onStart: 'setTimeout(() => { for (;;); }, 100);' }),
  leaks: misbehaving('leaks', {
    onStart: 'const kept = []; setInterval(() => kept.push(Buffer.alloc(5_000_000, 1)), 100);',
  }),
  throws: misbehaving('throws', { onMessage: "throw new TypeError('lamp is not a function');" }),
};

const WRITE = `const write = (fd, bytes) => {
  try { fs.writeSync(fd, bytes); } catch (error) { if (error.code !== 'EAGAIN') throw error; }
};
const often = (work) => setInterval(() => { for (let n = 0; n < 5_000; n += 1) work(n); }, 1);`;

/** They flood the hub below their own hosts: main and the core with right messages, with one without an end, with error output. */
export const FLOODING_ADAPTERS: Readonly<
  Record<'chatters' | 'rushes' | 'bloats' | 'shouts', PackageFiles>
> = {
  chatters: misbehaving('chatters', {
    onStart: `${WRITE} often((n) => write(3, JSON.stringify({
      kind: 'state', state: { kind: n % 2 ? 'connected' : 'connecting', detail: 'x' },
    }) + '\\n'));`,
  }),
  // Whichever of its files is the line to the core.
  rushes: misbehaving('rushes', {
    onStart: `${WRITE} let number = 0; const lines = (fd) => write(fd, JSON.stringify({
      kind: 'batch', host: 'x', number: (number += 1),
      items: [{ kind: 'report', node: NODE, values: { on: number % 2 === 0 }, reason: 'report' }],
    }) + '\\n');
    setTimeout(() => {
      const fds = Array.from({ length: 60 }, (_, n) => n + 4).filter(isSocket);
      often(() => fds.forEach(lines));
    }, 1_000);`,
  }),
  bloats: misbehaving('bloats', {
    onStart: `${WRITE} const text = 'x'.repeat(1_000_000); often(() => write(3, text));`,
  }),
  shouts: misbehaving('shouts', {
    onStart: `${WRITE} const text = 'x'.repeat(60_000); often(() => write(2, text));`,
  }),
};
