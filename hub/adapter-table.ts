// The adapters that the hub can run: when each is configured, in which kind of host it lives, and what it is told.
import type { AdapterSettings } from './model/adapter-port.ts';
import { type AdapterId, adapterId } from './model/identifiers.ts';
import { LAN_FAMILIES } from './model/lan-families.ts';
import type { Settings } from './settings.ts';
import type { WorkerName } from './threads/entry.ts';

export interface AdapterRow {
  readonly id: AdapterId;
  /** What a person calls it, in log lines and notices. */
  readonly title: string;
  isConfigured(settings: Settings): boolean;
  /** It needs no setting, and runs only while the home has devices of it or one is being added. */
  readonly startsOnDemand?: true;
  /** Its worker is one that others live in as well. */
  readonly sharesWorker?: true;
  /** What its own worker's heap may take. A small young generation keeps what it has freed from staying resident. */
  readonly heap?: {
    readonly maxOldGenerationSizeMb: number;
    readonly maxYoungGenerationSizeMb: number;
  };
  /** It loads so much that it may be silent for longer until it is connected. */
  readonly isSlowToStart?: true;
  /** `child` for whatever may abort a process, such as a serial port's native binding. */
  shell(settings: Settings): 'worker' | 'child';
  readonly entries: { readonly worker: WorkerName; readonly child?: WorkerName };
  settings(settings: Settings): AdapterSettings;
  /** Where its radio or network is, for notices; empty where that says nothing. */
  address(settings: Settings): string;
}

/** Where devices call that are asleep when they are called. */
function callsOf(settings: Settings): AdapterSettings {
  const isSet = settings.get('shelly.callPort') !== '';
  return {
    callPort: isSet ? settings.number('shelly.callPort') : null,
    callHost: settings.get('host'),
  };
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
      channel: settings.get('zigbee.channel') === '' ? null : settings.number('zigbee.channel'),
      otaBlockDelayMs: settings.number('zigbee.otaBlockDelay'),
    }),
    address: (settings) => settings.get('zigbee.port'),
  },
  {
    id: adapterId('mqtt'),
    title: 'MQTT',
    isConfigured: (settings) => settings.get('mqtt.port') !== '' || settings.get('mqtt.url') !== '',
    sharesWorker: true,
    shell: () => 'worker',
    entries: { worker: 'lan' },
    settings: (settings) => ({
      host: settings.get('host'),
      port: settings.get('mqtt.port') === '' ? null : settings.number('mqtt.port'),
      url: settings.get('mqtt.url') === '' ? null : settings.get('mqtt.url'),
    }),
    address: (settings) =>
      settings.get('mqtt.url').replace(/\/\/[^/]*@/, '//') ||
      `${settings.get('host')}:${settings.get('mqtt.port')}`,
  },
  {
    id: adapterId('open'),
    title: 'Open interface',
    isConfigured: () => true,
    startsOnDemand: true,
    sharesWorker: true,
    shell: () => 'worker',
    entries: { worker: 'lan' },
    settings: () => ({}),
    address: () => '',
  },
  ...LAN_FAMILIES.map(
    ({ protocol, title }): AdapterRow => ({
      id: adapterId(protocol),
      title,
      isConfigured: () => true,
      startsOnDemand: true,
      sharesWorker: true,
      shell: () => 'worker',
      entries: { worker: 'lan' },
      settings: (settings) => ({
        mdnsInterface: settings.get('mdns.interface') || null,
        ...(protocol === 'shelly' ? callsOf(settings) : {}),
      }),
      address: () => '',
    }),
  ),
  {
    id: adapterId('matter'),
    title: 'Matter',
    isConfigured: (settings) => settings.get('matter.enabled') === '1',
    shell: () => 'worker',
    entries: { worker: 'matter' },
    // Without a limit the worker was seen to take 70 MB more for the same work.
    isSlowToStart: true,
    heap: { maxOldGenerationSizeMb: 256, maxYoungGenerationSizeMb: 4 },
    settings: (settings) => ({
      mdnsInterface: settings.get('mdns.interface') || null,
      bridgePort: settings.number('matter.bridgePort'),
      attestation: settings.get('matter.attestation'),
    }),
    address: (settings) => settings.get('mdns.interface'),
  },
];
