// The adapters that the hub can run: when each is configured, in which kind of host it lives, and what it is told.
import type { AdapterSettings } from './model/adapter-port.ts';
import { type AdapterId, adapterId } from './model/identifiers.ts';
import type { Settings } from './settings.ts';
import type { WorkerName } from './threads/entry.ts';

export interface AdapterRow {
  readonly id: AdapterId;
  /** What a person calls it, in log lines and notices. */
  readonly title: string;
  isConfigured(settings: Settings): boolean;
  /** `child` for whatever may abort a process, such as a serial port's native binding. */
  shell(settings: Settings): 'worker' | 'child';
  readonly entries: { readonly worker: WorkerName; readonly child?: WorkerName };
  settings(settings: Settings): AdapterSettings;
  /** Where its radio or network is, for notices; empty where that says nothing. */
  address(settings: Settings): string;
}

export const ADAPTERS: readonly AdapterRow[] = [
  {
    id: adapterId('zigbee'),
    title: 'Zigbee',
    isConfigured: (settings) => settings.get('zigbee.port') !== '',
    // serialport's native binding aborts the whole process when it is opened in a worker.
    shell: (settings) => (settings.get('zigbee.port').startsWith('tcp://') ? 'worker' : 'child'),
    entries: { worker: 'zigbee', child: 'zigbee-child' },
    settings: (settings) => ({
      port: settings.get('zigbee.port'),
      driver: settings.get('zigbee.driver'),
      baudRate: settings.number('zigbee.baudRate'),
      channel: settings.number('zigbee.channel'),
    }),
    address: (settings) => settings.get('zigbee.port'),
  },
];
