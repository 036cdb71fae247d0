// @ts-check
// The lamp itself, emulated: what a real one would answer, and what a person could do to it.
import { once } from 'node:events';
import net from 'node:net';

export async function startLamp() {
  let isOn = false;
  /** @type {Set<net.Socket>} */
  const lines = new Set();
  const server = net.createServer((line) => {
    lines.add(line);
    line.setEncoding('utf8');
    line.on('close', () => lines.delete(line));
    line.on('error', () => {});
    let rest = '';
    line.on('data', (text) => {
      const parts = (rest + text).split('\n');
      rest = parts.pop() ?? '';
      for (const part of parts) {
        const { number, set } = JSON.parse(part);
        if (typeof set === 'boolean') isOn = set;
        line.write(`${JSON.stringify({ number, on: isOn })}\n`);
      }
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const bound = server.address();
  const port = typeof bound === 'object' && bound !== null ? bound.port : 0;
  return {
    port,
    /** Somebody presses the button on the lamp. */
    /** @param {boolean} on */
    press(on) {
      isOn = on;
      for (const line of lines) line.write(`${JSON.stringify({ on })}\n`);
    },
    /** Its plug is pulled, or put back. */
    /** @param {boolean} isInReach */
    async reach(isInReach) {
      if (isInReach) {
        server.listen(port, '127.0.0.1');
        await once(server, 'listening');
        return;
      }
      server.close();
      for (const line of lines) line.destroy();
    },
    async stop() {
      for (const line of lines) line.destroy();
      server.close();
    },
  };
}
