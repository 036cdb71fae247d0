// All that the household set and was told, as a hub shows it after a start, by the keys of the outside record.
import { expect } from 'vitest';
import type { House } from '../e2e/house.ts';
import type { Message } from './outside-record.ts';

interface Listed {
  readonly id: string;
  readonly name: string;
  readonly version: number;
}

/** All of a list of the API, page by page. */
export async function list<Item>(house: House, path: string, filter = ''): Promise<Item[]> {
  const items: Item[] = [];
  let next: string | null = null;
  do {
    const cursor: string = next === null ? '' : `&cursor=${encodeURIComponent(next)}`;
    const { status, body } = await house.hub.call<{ items: Item[]; next: string | null }>(
      `${path}?limit=200${cursor}${filter === '' ? '' : `&${filter}`}`,
    );
    expect(status, path).toBe(200);
    items.push(...body.items);
    next = body.next;
  } while (next !== null);
  return items;
}

/** Reads it over the API, every list to its end. */
export async function shownBy(house: House) {
  const shown = new Map<string, Record<string, unknown>>();
  const rooms = await list<Listed & Record<string, unknown>>(house, '/api/rooms');
  for (const room of rooms) shown.set(`room/${room.name}`, room);
  const devices = await list<Listed & { handle: string; address: string; room: string | null }>(
    house,
    '/api/devices',
  );
  for (const device of devices) {
    shown.set(`node/${device.address}`, { isThere: true });
    if (device.handle === 'bedroom-lamp') shown.set('device', { ...device });
  }
  const scenes = await list<Listed>(house, '/api/scenes');
  const edited = scenes.find(({ name }) => name === 'Edited');
  const { body: scene } = await house.hub.call<{ text: string; version: number }>(
    `/api/scenes/${edited?.id}`,
  );
  const description = /^description: (.*)$/m.exec(scene.text)?.[1];
  shown.set('scene', { description, version: scene.version });
  const { body: home } = await house.hub.call('/api/home');
  // It also says what time it is, which nobody has set.
  shown.set('home', { ...home, clock: null });
  const settings = await list<{ name: string; value: string }>(house, '/api/settings');
  const names = settings.find(({ name }) => name === 'names')?.value;
  if (names !== '') shown.set('setting', { value: names });
  const { body: claim } = await house.hub.call<{ claimed: boolean }>('/api/claim');
  if (claim.claimed) shown.set('claim', { claimed: true });
  const inbox = await list<{
    id: string;
    run: string | null;
    scene: string | null;
    text: string;
    at: string;
    readAt: string | null;
  }>(house, '/api/notifications');
  for (const { id, readAt } of inbox) if (readAt) shown.set(`read/${id}`, { isRead: true });
  const byName = (items: readonly Listed[]) => new Map(items.map(({ name, id }) => [name, id]));
  return {
    shown,
    messages: inbox.map((one): Message => ({ ...one, atMs: Date.parse(one.at) })),
    ids: {
      rooms: byName(rooms),
      scenes: byName(scenes),
      devices: new Map(devices.map(({ handle, id }) => [handle, id])),
    },
  };
}
