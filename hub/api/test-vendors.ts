// Adapters for the tests of the API and the command line, those of others and our own that are switched: kept in
// memory, started by nobody.
import { ConflictError, NotFoundError } from '../model/errors.ts';
import { adapterId } from '../model/identifiers.ts';
import type { OwnAdapters, OwnAdapterView } from '../model/own-adapter.ts';
import {
  readManifest,
  type VendorAdapters,
  type VendorAdapterView,
} from '../model/vendor-adapter.ts';

export function createTestVendors(): VendorAdapters {
  let views: readonly VendorAdapterView[] = [];
  const find = (id: string): VendorAdapterView => {
    const found = views.find(({ manifest }) => manifest.id === id);
    if (found) return found;
    throw new NotFoundError('adapter', id);
  };
  const keep = (view: VendorAdapterView): VendorAdapterView => {
    views = [...views.filter(({ manifest }) => manifest.id !== view.manifest.id), view];
    return view;
  };
  return {
    list: () => views,
    install: async (files) =>
      keep({
        manifest: readManifest(files),
        ...{ tier: 'community', isEnabled: true, installedAtMs: 0, values: {} },
        ...{ memoryBytes: null, lastFault: null, health: null },
      }),
    async change(id, { enabled, values }) {
      const before = find(id);
      const isEnabled = enabled ?? before.isEnabled;
      return keep({ ...before, isEnabled, values: { ...before.values, ...values } });
    },
    async remove(id) {
      find(id);
      views = views.filter(({ manifest }) => manifest.id !== id);
    },
  };
}

/** Matter, off, with two networks to choose from; MQTT, which the environment has switched on. */
export function createTestOwnAdapters(): OwnAdapters {
  let matter: OwnAdapterView = {
    ...{ id: adapterId('matter'), isOn: false, health: null, fixedBy: null },
    settings: [
      {
        ...{ name: 'interface', type: 'text', label: { en: 'Network', zh: '网络' }, value: null },
        choices: ['eth0', 'wlan0'],
      },
    ],
    needsBytes: 100_000_000,
  };
  const mqtt: OwnAdapterView = {
    ...{ id: adapterId('mqtt'), isOn: true, health: null, fixedBy: 'environment' },
    settings: [{ name: 'port', type: 'number', label: { en: 'Port', zh: '端口' }, value: 1883 }],
    needsBytes: 10_000_000,
  };
  return {
    list: () => [matter, mqtt],
    async change(id, { enabled, values }) {
      if (id === 'mqtt') throw new ConflictError('MQTT is set by an environment variable');
      if (id !== 'matter') throw new NotFoundError('adapter', id);
      const network = values?.interface;
      matter = {
        ...matter,
        isOn: enabled ?? matter.isOn,
        settings: matter.settings.map((one) =>
          typeof network === 'string' ? { ...one, value: network } : one,
        ),
      };
      return matter;
    },
  };
}
