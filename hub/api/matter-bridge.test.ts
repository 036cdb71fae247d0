// The Matter bridge over HTTP: what an owner chooses, the code while a window is open, and the rights of each fabric.
import { describe, expect, test } from 'vitest';
import type { FabricId } from '../model/identifiers.ts';
import type { BridgeJson } from './matter-bridge-shapes.ts';
import { bodyOf, createTestApi } from './test-api.ts';

const APPLE = '2906c908d115d362' as FabricId;

function setUp() {
  const api = createTestApi();
  const owner = api.page('owner', 'Ann');
  const lamp = api.hub.addDevice('Hall lamp');
  const bridge = async (options: { method?: string; body?: object } = {}, path = '') => {
    const answer = await owner(`/api/matter/bridge${path}`, options);
    return { status: answer.status, body: (await bodyOf(answer)) as unknown as BridgeJson };
  };
  return { api, owner, lamp, bridge };
}

describe('the Matter bridge', () => {
  test('nothing is offered before an owner switches it on, and then what is proposed', async () => {
    const { bridge, lamp } = setUp();
    const off = await bridge();
    expect(off.body).toMatchObject({ state: 'off', port: null, window: null, fabrics: [] });
    expect(off.body.kinds).not.toContain('lock');
    expect(off.body.devices[0]).toMatchObject({ id: lamp.id, offered: true, endpoint: null });
    const on = await bridge({ method: 'PATCH', body: { on: true } });
    expect(on.body).toMatchObject({ state: 'on', port: 5540 });
    expect(on.body.devices[0]).toMatchObject({ endpoint: 2, why: null });
  });

  test('a device that is taken off says so, and goes by its kind again when asked', async () => {
    const { bridge, lamp } = setUp();
    await bridge({ method: 'PATCH', body: { on: true, devices: { [lamp.id]: false } } });
    expect((await bridge()).body.devices[0]).toMatchObject({ offered: false, why: 'chosen' });
    await bridge({ method: 'PATCH', body: { devices: { [lamp.id]: null }, kinds: ['plug'] } });
    expect((await bridge()).body.devices[0]).toMatchObject({ offered: false, why: 'kind' });
    await bridge({ method: 'PATCH', body: { kinds: ['light'], rooms: [] } });
    expect((await bridge()).body.devices[0]).toMatchObject({ offered: false, why: 'room' });
  });

  test('a window tells its code in both forms and when it closes', async () => {
    const { bridge } = setUp();
    expect((await bridge({ body: { seconds: 300 } }, '/window')).status).toBe(422);
    await bridge({ method: 'PATCH', body: { on: true } });
    const { body, status } = await bridge({ body: { seconds: 300 } }, '/window');
    expect(status).toBe(200);
    expect(body.window?.qrText).toMatch(/^MT:/);
    expect(body.window?.manualCode).toMatch(/^\d{11}$/);
    expect((await bridge({ method: 'DELETE' }, '/window')).body.window).toBe(null);
    for (const seconds of [10, 901, 200.5]) {
      expect((await bridge({ body: { seconds } }, '/window')).status).toBe(422);
    }
  });

  test('a fabric is listed with who it is, narrowed, named and removed', async () => {
    const { api, bridge } = setUp();
    await bridge({ method: 'PATCH', body: { on: true } });
    api.hub.bridge.join({ id: APPLE, label: '', vendorId: 4937, isConnected: true });
    const fabric = async () => (await bridge()).body.fabrics[0];
    expect(await fabric()).toMatchObject({
      ...{ id: APPLE, name: 'Apple Home', vendor: 'Apple Home', isConnected: true },
      ...{ rooms: null, kinds: null, readOnly: false, sees: 1 },
    });
    const at = `/fabrics/${APPLE}`;
    const body = { name: 'Kitchen iPad', kinds: ['plug'], readOnly: true };
    expect((await bridge({ method: 'PATCH', body }, at)).status).toBe(200);
    expect(await fabric()).toMatchObject({ ...body, sees: 0 });
    expect((await bridge({ method: 'DELETE' }, at)).body.fabrics).toEqual([]);
    expect((await bridge({ method: 'DELETE' }, at)).status).toBe(404);
  });

  test('bad input is refused with its place, and changes nothing', async () => {
    const { bridge } = setUp();
    for (const [body, code] of [
      [{}, 'invalid-input'],
      [{ kinds: ['spaceship'] }, 'invalid-input'],
      [{ rooms: ['room_none'] }, 'invalid-input'],
      [{ devices: { dev_none: true } }, 'not-found'],
      [{ on: 'yes' }, 'invalid-input'],
    ] as const) {
      const answer = await bridge({ method: 'PATCH', body });
      expect(answer.body, JSON.stringify(body)).toMatchObject({ code });
    }
    expect((await bridge()).body.state).toBe('off');
    expect((await bridge({ method: 'PATCH', body: {} }, '/fabrics/nobody')).status).toBe(422);
    expect((await bridge({ method: 'PATCH', body: {} }, `/fabrics/${APPLE}`)).status).toBe(404);
  });

  test('only an owner may see or change it', async () => {
    const { api } = setUp();
    for (const role of ['adult', 'child', 'guest'] as const) {
      const member = api.page(role, role);
      expect((await member('/api/matter/bridge')).status).toBe(403);
      expect((await member('/api/matter/bridge/window', { body: {} })).status).toBe(403);
    }
  });
});
