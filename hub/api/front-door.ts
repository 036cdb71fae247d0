// The hub's front door: the API behind its listener, the token of local root, and what is printed at the start.
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { LogLevel } from '../model/adapter-port.ts';
import type { HubPort } from '../model/hub-port.ts';
import { type Api, createApi } from './app.ts';
import { writeLocalToken } from './local-token.ts';
import { writeRunFile } from './run-file.ts';
import { startServer } from './server.ts';

export interface FrontDoorOptions {
  /** Address to listen on. */
  readonly host: string;
  readonly port: number;
  /** Further host names under which browsers may call the hub. */
  readonly names: readonly string[];
  /** Where the local token is written. */
  readonly dataFolder: string;
  log(level: LogLevel, text: string): void;
}

export interface FrontDoor {
  readonly port: number;
  readonly api: Api;
  /** What a person should read at the start: the address, the claim code while there is no owner, what is not safe. */
  announce(isDemo: boolean): string;
  /** Ends live streams and closes the listener, within 3 s. May be called twice. */
  stop(): Promise<void>;
}

/** @throws UnreachableError when the address cannot be listened on. */
export async function startFrontDoor(hub: HubPort, options: FrontDoorOptions): Promise<FrontDoor> {
  const { host, port, names, dataFolder, log } = options;
  const api = createApi(hub, {
    localToken: await writeLocalToken(dataFolder),
    hosts: names,
    pageFolder: pageFolder(),
    log,
  });
  const server = await startServer({ app: api.app, host, port, onStop: api.stop });
  const removeRunFile = writeRunFile(dataFolder, { host, port: server.port });
  return {
    port: server.port,
    api,
    announce: (isDemo) => announcement({ host, port: server.port, isDemo, code: api.claim.code() }),
    stop() {
      removeRunFile();
      return server.stop();
    },
  };
}

/** The page is built into hub/web/dist; a bundle has it in a folder beside itself. */
function pageFolder(): string {
  const places = ['../web/dist/', './page/'].map((place) =>
    fileURLToPath(new URL(place, import.meta.url)),
  );
  return places.find((place) => existsSync(place)) ?? places[0] ?? '';
}

interface Announced {
  readonly host: string;
  readonly port: number;
  readonly isDemo: boolean;
  readonly code: string | null;
}

/** What a person should read at the start. */
export function announcement({ host, port, isDemo, code }: Announced): string {
  const isLoopback = host === 'localhost' || host === '::1' || host.startsWith('127.');
  const isEverywhere = host === '0.0.0.0' || host === '::';
  const shown = isEverywhere ? 'localhost' : host.includes(':') ? `[${host}]` : host;
  const lines = [`Ingle is at http://${shown}:${port}/${isDemo ? ' (demo home)' : ''}`];
  if (code !== null) {
    lines.push(`Claim code: ${code} (good for 15 minutes; \`ingle claim\` prints a new one)`);
  }
  if (!isLoopback) {
    lines.push(
      `It listens on ${isEverywhere ? 'every network of this machine' : host} without encryption: passwords and sessions can be read by whoever is on that network.`,
    );
  }
  return `${lines.join('\n')}\n`;
}
