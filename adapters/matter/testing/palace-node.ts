// A bridge of 125 endpoints with a device of every type that matter.js has, as far as it can be built with what
// matter.js itself gives it, and of every type that the virtual home builds; then those again.
import { readdirSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Endpoint } from '@matter/main';
import { AggregatorEndpoint } from '@matter/main/endpoints/aggregator';
import { buildEndpoint } from '../../../scripts/virtual-home/matter/endpoints.ts';
import { ENDPOINT_TYPES } from '../../../scripts/virtual-home/matter/model.ts';
import type { MatterNodes } from '../../../scripts/virtual-home/matter/nodes.ts';
import { bridge, type Fill, make, startNodes, type Where } from './strange-nodes.ts';

const ENDPOINTS = 125;

/** Every device type of the library, by the name of its file. */
async function libraryTypes(): Promise<readonly (readonly [name: string, type: unknown])[]> {
  const folder = path.dirname(
    fileURLToPath(import.meta.resolve('@matter/main/devices/on-off-light')),
  );
  const names = readdirSync(folder)
    .filter((file) => /^[a-z-]+\.js$/.test(file) && file !== 'index.js')
    .map((file) => path.parse(file).name)
    .sort();
  const found: [string, unknown][] = [];
  for (const name of names) {
    const module = (await import(`@matter/main/devices/${name}`)) as Record<string, unknown>;
    const type = Object.entries(module).find(([key]) => key.endsWith('Device'))?.[1];
    if (type !== undefined) found.push([name, type]);
  }
  return found;
}

const palace: Fill = async (server, grow) => {
  const aggregator = await grow(server as unknown as Endpoint, make(AggregatorEndpoint, 'all'));
  let count = 0;
  const add = async (name: string, build: (id: string) => Endpoint): Promise<void> => {
    if (count >= ENDPOINTS) return;
    const label = `${name} ${count}`;
    const endpoint = bridge(build(`d${count}`), { nodeLabel: label, uniqueId: label });
    try {
      await grow(aggregator, endpoint);
      count += 1;
    } catch {
      // It wants more than its type says; the virtual home has one of its kind.
      await endpoint.delete().catch(() => {});
    }
  };
  for (const [name, type] of await libraryTypes()) await add(name, (id) => make(type, id));
  const own = ENDPOINT_TYPES.filter((type) => type !== 'aggregator');
  while (count < ENDPOINTS)
    for (const type of own) await add(type, (id) => buildEndpoint(type, id));
};

export const start = (where: Where): Promise<MatterNodes> => startNodes({ palace }, where);
