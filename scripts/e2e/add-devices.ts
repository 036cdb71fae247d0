// Devices of the network and of Matter for a house in a test: added through the API as the page adds them, and named.
import type { LanHome } from '../virtual-home/lan/lan-home.ts';
import type { House } from './house.ts';
import type { MatterDevices } from './matter-devices.ts';
import { waitFor } from './running-hub.ts';

interface PairJob {
  readonly id: string;
  readonly state: string;
  readonly result: { readonly devices: readonly { readonly id: string }[] } | null;
}

async function pair(house: House, how: object, handle: string): Promise<void> {
  const { status, body } = await house.hub.call<PairJob>('/api/jobs', {
    body: { kind: 'pair', ...how },
  });
  if (status !== 202) throw new Error(`${handle}: ${JSON.stringify(body)}`);
  const id = await waitFor(`${handle} to be found`, async () => {
    const { body: job } = await house.hub.call<PairJob>(`/api/jobs/${body.id}`);
    if (job.state === 'failed') throw new Error(JSON.stringify(job));
    return job.result?.devices[0]?.id;
  });
  const renamed = await house.hub.call(`/api/devices/${id}`, {
    method: 'PATCH',
    body: { name: handle, handle },
  });
  if (renamed.status !== 200) throw new Error(`${handle}: ${JSON.stringify(renamed.body)}`);
  await house.hub.call(`/api/jobs/${body.id}`, { method: 'DELETE' });
}

/** By its address and password, under this handle, which becomes its name. */
export async function addShelly(
  house: House,
  lan: LanHome,
  name: string,
  handle: string,
): Promise<void> {
  const { model, port } = lan.shelly(name);
  const { password } = model;
  await pair(house, { protocol: 'shelly', address: `127.0.0.1:${port}`, password }, handle);
}

/** With an account at the hub's broker, which the device is told of as on its own page. */
export async function addTasmota(
  house: House,
  lan: LanHome,
  name: string,
  handle: string,
): Promise<void> {
  const { topic } = lan.tasmota(name).model;
  const account = await house.hub.call<{ password: string; port: number }>('/api/mqtt/accounts', {
    body: { name: topic },
  });
  if (account.status !== 201) throw new Error(`${handle}: ${JSON.stringify(account.body)}`);
  const { password, port } = account.body;
  await lan.setBroker(name, { host: '127.0.0.1', port, user: topic, password });
  await pair(house, { protocol: 'tasmota' }, handle);
}

/** By the code on it. */
export async function addMatter(
  house: House,
  matter: MatterDevices,
  name: string,
  handle: string,
): Promise<void> {
  await pair(house, { protocol: 'matter', code: matter.named(name).manualCode }, handle);
}
