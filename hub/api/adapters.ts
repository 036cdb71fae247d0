// Adapters: how each is, and those of others installed, switched and removed.
import { toRfc3339 } from '../model/clock.ts';
import type { SupportTier } from '../model/device.ts';
import type { AdapterHealth } from '../model/hub-port.ts';
import { LAN_FAMILIES } from '../model/lan-families.ts';
import type { VendorAdapterView } from '../model/vendor-adapter.ts';
import type { AdapterJson } from './adapters-shapes.ts';
import { type ApiParts, actorOf, type Handlers, listPart } from './context.ts';
import { problemView } from './errors.ts';

/** What the adapters that come with the hub are called. */
const TITLES: Readonly<Record<string, string>> = {
  zigbee: 'Zigbee',
  matter: 'Matter',
  mqtt: 'MQTT',
  ...Object.fromEntries(LAN_FAMILIES.map(({ protocol, title }) => [protocol, title])),
  open: 'Open interface',
};

type Facts = Pick<
  AdapterJson,
  'title' | 'isInstalled' | 'vendor' | 'version' | 'enabled' | 'memoryBytes' | 'lastFault'
> &
  Pick<AdapterJson, 'hosts' | 'settings' | 'devices'>;

function view(
  id: string,
  tier: SupportTier,
  health: AdapterHealth | null,
  facts: Facts,
): AdapterJson {
  const state = health?.state ?? null;
  return {
    ...{ id, tier },
    ...facts,
    state: state?.kind ?? 'off',
    problem: state?.kind === 'fault' ? problemView(state.problem) : null,
    notices: (health?.notices ?? []).map(({ severity, text }) => ({ severity, text })),
    since: health === null ? null : toRfc3339(health.sinceMs),
    restarts: health?.restarts ?? 0,
  };
}

export function adapterRoutes({ hub }: ApiParts) {
  const { vendorAdapters } = hub;
  const devicesAt = (id: string): number =>
    hub.devices().filter(({ record }) => record.description.adapter === id).length;

  function installed({ manifest, tier, values, health, ...own }: VendorAdapterView): AdapterJson {
    const { id, title, vendor, version, hosts, settings } = manifest;
    return view(id, tier, health, {
      ...{ title, vendor, version, isInstalled: true, enabled: own.isEnabled },
      memoryBytes: own.memoryBytes,
      lastFault:
        own.lastFault === null
          ? null
          : { at: toRfc3339(own.lastFault.atMs), reason: own.lastFault.reason },
      hosts: [...hosts],
      settings: settings.map(({ initial, ...one }) => ({
        ...one,
        value: values[one.name] ?? initial,
      })),
      devices: devicesAt(id),
    });
  }

  function all(): AdapterJson[] {
    const others = vendorAdapters.list();
    const ours = hub
      .health()
      .adapters.filter(({ id }) => !others.some(({ manifest }) => manifest.id === id));
    return [
      ...ours.map((health) =>
        view(health.id, 'core', health, {
          ...{ title: TITLES[health.id] ?? health.id, vendor: null, version: hub.version },
          ...{ isInstalled: false, enabled: true, memoryBytes: null, lastFault: null },
          ...{ hosts: [], settings: [], devices: devicesAt(health.id) },
        }),
      ),
      ...others.map(installed),
    ];
  }

  return {
    'GET /api/adapters': (c, { query }) => c.json(listPart(all(), query)),
    'POST /api/adapters': async (c, { body }) =>
      c.json(installed(await vendorAdapters.install(body.files, actorOf(c))), 201),
    'PATCH /api/adapters/:id': async (c, { body }) => {
      const wish = { enabled: body.enabled, values: body.settings };
      return c.json(
        installed(await vendorAdapters.change(c.req.param('id') ?? '', wish, actorOf(c))),
      );
    },
    'DELETE /api/adapters/:id': async (c) => {
      await vendorAdapters.remove(c.req.param('id') ?? '', actorOf(c));
      return c.body(null, 204);
    },
  } satisfies Partial<Handlers>;
}
