// Installed adapters for the tests of the API and the command line: kept in memory, started by nobody.
import { NotFoundError } from '../model/errors.ts';
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
