// `npm run receiver`: the cloud's end as one process on SQLite, for pilots and tests.
import { randomBytes } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { startReceiver } from './receiver.ts';
import { openReceiverStore } from './store-sqlite.ts';

const PORT_DEFAULT = '8430';
const HELP = `The receiver: takes what homes send that have agreed to it.

INGLE_RECEIVER_PORT   port (${PORT_DEFAULT}); it listens on 127.0.0.1, behind a proxy with TLS
INGLE_RECEIVER_DATA   folder of its database (./data/receiver)
INGLE_RECEIVER_TOKEN  what a hub must bring to be registered; unset: the first use of a key registers it

GET /healthz · GET /v1/operators/counts with the bearer token in operator.token of its folder
`;

/** The operators' token, made at the first start; readable by the receiver's own user alone. */
function operatorToken(folder: string): string {
  const file = path.join(folder, 'operator.token');
  if (!fs.existsSync(file)) {
    fs.writeFileSync(file, `${randomBytes(32).toString('base64url')}\n`, {
      mode: 0o600,
      flag: 'wx',
    });
  }
  return fs.readFileSync(file, 'utf8').trim();
}

function portOf(text: string): number {
  const port = Number(text);
  if (!Number.isInteger(port) || port < 0 || port > 65_535) {
    throw new Error(`INGLE_RECEIVER_PORT cannot be "${text}": a port is 0 to 65535`);
  }
  return port;
}

async function start(): Promise<void> {
  const folder = path.resolve(process.env.INGLE_RECEIVER_DATA || './data/receiver');
  const port = portOf(process.env.INGLE_RECEIVER_PORT || PORT_DEFAULT);
  const store = openReceiverStore(folder);
  const receiver = await startReceiver({
    store,
    host: '127.0.0.1',
    port,
    operatorToken: operatorToken(folder),
    provisioningToken: process.env.INGLE_RECEIVER_TOKEN || null,
    nowMs: () => Date.now(),
    log: (text) => process.stderr.write(`receiver: ${text}\n`),
  });
  process.stdout.write(
    `The receiver is at ${receiver.url}\nCounts: GET ${receiver.url}/v1/operators/counts, ` +
      `token in ${path.join(folder, 'operator.token')}\n`,
  );
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.once(signal, () => {
      void receiver.stop().then(() => {
        store.close();
        process.exit(0);
      });
    });
  }
}

if (process.argv.slice(2).some((arg) => arg === '--help' || arg === '-h')) {
  process.stdout.write(HELP);
} else {
  try {
    await start();
  } catch (error) {
    process.stderr.write(`receiver: ${error instanceof Error ? error.message : String(error)}\n`);
    process.exit(1);
  }
}
