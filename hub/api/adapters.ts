// Adapters: how each is, and those of others installed, switched and removed.
import { toRfc3339 } from '../model/clock.ts';
import type { SupportTier } from '../model/device.ts';
import { HubError } from '../model/errors.ts';
import type { AdapterHealth } from '../model/hub-port.ts';
import { LAN_FAMILIES } from '../model/lan-families.ts';
import type { OwnAdapterView } from '../model/own-adapter.ts';
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
  Pick<AdapterJson, 'hosts' | 'settings' | 'devices' | 'canSwitch' | 'fixedBy' | 'needsBytes'>;

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
  const { ownAdapters, vendorAdapters } = hub;
  const devicesAt = (id: string): number =>
    hub.devices().filter(({ record }) => record.description.adapter === id).length;

  function installed({ manifest, tier, values, health, ...own }: VendorAdapterView): AdapterJson {
    const { id, title, vendor, version, hosts, settings } = manifest;
    return view(id, tier, health, {
      ...{ title, vendor, version, isInstalled: true, enabled: own.isEnabled },
      ...{ canSwitch: true, fixedBy: null, needsBytes: null },
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

  /** One that comes with the hub; `switchable` where a person may switch it while the hub runs. */
  function ours(id: string, health: AdapterHealth | null, switchable?: OwnAdapterView) {
    return view(id, 'core', health, {
      ...{ title: TITLES[id] ?? id, vendor: null, version: hub.version, isInstalled: false },
      enabled: switchable?.isOn ?? true,
      canSwitch: switchable?.fixedBy === null,
      fixedBy: switchable?.fixedBy ?? null,
      needsBytes: switchable?.needsBytes ?? null,
      ...{ memoryBytes: null, lastFault: null, hosts: [], devices: devicesAt(id) },
      settings: (switchable?.settings ?? []).map(({ choices, ...one }) => ({
        ...one,
        ...(choices === undefined ? {} : { choices: [...choices] }),
      })),
    });
  }

  function all(): AdapterJson[] {
    const others = vendorAdapters.list();
    const switchable = ownAdapters.list();
    const running = hub
      .health()
      .adapters.filter(({ id }) => !others.some(({ manifest }) => manifest.id === id));
    const isOff = ({ id }: OwnAdapterView) => !running.some((one) => one.id === id);
    return [
      ...running.map((health) =>
        ours(
          health.id,
          health,
          switchable.find(({ id }) => id === health.id),
        ),
      ),
      ...switchable.filter(isOff).map((one) => ours(one.id, one.health, one)),
      ...others.map(installed),
    ];
  }

  /** @throws HubError for one that comes with the hub, which cannot be set or taken away like those of others */
  function mustBeInstalled(id: string): void {
    if (vendorAdapters.list().some(({ manifest }) => manifest.id === id)) return;
    const title = TITLES[id];
    if (title === undefined) return;
    throw new HubError('unsupported', `${title} comes with the hub`, {
      hint: 'Matter and MQTT can be switched; the others run whenever the home has devices of them.',
      zh: {
        message: `${title} 是中枢自带的`,
        hint: '可以开关 Matter 和 MQTT；其余的只要家里有它们的设备就会运行。',
      },
    });
  }

  return {
    'GET /api/adapters': (c, { query }) => c.json(listPart(all(), query)),
    'POST /api/adapters': async (c, { body }) =>
      c.json(installed(await vendorAdapters.install(body.files, actorOf(c))), 201),
    'PATCH /api/adapters/:id': async (c, { body }) => {
      const wish = { enabled: body.enabled, values: body.settings };
      const id = c.req.param('id') ?? '';
      if (!ownAdapters.list().some((one) => one.id === id)) {
        mustBeInstalled(id);
        return c.json(installed(await vendorAdapters.change(id, wish, actorOf(c))));
      }
      const changed = await ownAdapters.change(id, wish, actorOf(c));
      return c.json(ours(id, changed.health, changed));
    },
    'DELETE /api/adapters/:id': async (c) => {
      const id = c.req.param('id') ?? '';
      mustBeInstalled(id);
      await vendorAdapters.remove(id, actorOf(c));
      return c.body(null, 204);
    },
  } satisfies Partial<Handlers>;
}
