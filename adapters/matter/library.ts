// matter.js as it is to be in the hub: it takes nothing from the command line or the environment, traps no signals,
// and its log goes where the adapter says. Whoever needs matter.js imports it from here, so that this comes first.
import path from 'node:path';
import { config } from '@matter/nodejs/config';
import { keepParents, keepUnlisted } from './endpoint-tree.ts';

config.loadProcessArgv = false;
config.loadProcessEnv = false;
config.loadConfigFile = false;
config.trapProcessSignals = false;
config.trapUnhandledErrors = false;
config.setProcessExitCodeOnError = false;

/** The nodes that the hub itself is: the controller and the bridge. Each has a folder of its name. */
export const NODE_IDS = { controller: 'hub', bridge: 'bridge' } as const;

/** Where matter.js keeps its files, and the one interface on which its mDNS speaks. */
export interface LibraryOptions {
  readonly storage: string;
  readonly networkInterface: string;
  log(level: 'debug' | 'warn' | 'error', text: string): void;
}

/** Loads matter.js, about a second of work, and sets it up; once per process or worker. */
export async function loadLibrary({ storage, networkInterface, log }: LibraryOptions) {
  const matter = await import('@matter/main');
  const { Environment, Logger, LogFormat, LogLevel, StorageService } = matter;
  const { vars } = Environment.default;
  vars.set('storage.path', storage);
  vars.set('mdns.networkInterface', networkInterface);
  keepParents(matter);
  keepUnlisted(matter);
  const { takeUpFiles, useDatabases } = await import('./store.ts');
  useDatabases(Environment.default.get(StorageService));
  for (const node of Object.values(NODE_IDS)) await takeUpFiles(path.join(storage, node));
  Logger.level = LogLevel.WARN;
  // Why a node cannot be reached, and when it is tried again.
  Logger.facilityLevels = { ClientSubscription: LogLevel.INFO, PeerConnection: LogLevel.INFO };
  Logger.format = LogFormat.PLAIN;
  const [destination] = Object.values(Logger.destinations);
  if (destination !== undefined) {
    destination.write = (text, { level }) => {
      // What troubles the library is mostly its own business: the adapter tells what matters by itself.
      log(level >= LogLevel.FATAL ? 'error' : 'debug', text.trim());
    };
  }
  return matter;
}
