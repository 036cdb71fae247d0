// Three adapters of others that do what none should, all at once: one loops without an end, one leaks 50 MB a
// second, one throws at each message. For the bench and the test of what the others feel of them.

/** A package's files, by name. */
export type PackageFiles = Readonly<Record<string, string>>;

/** An adapter that begins well, describes one lamp, and then does what its code says. */
export function misbehaving(
  id: string,
  code: { readonly onStart?: string; readonly onMessage?: string },
  hosts: readonly string[] = [],
): PackageFiles {
  const manifest = { id, title: id, vendor: 'Acme', version: '1.0.0', main: 'main.js', hosts };
  const source = `import net from 'node:net';
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
