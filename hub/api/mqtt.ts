// Accounts of the hub's own MQTT broker, and the devices that announced themselves.
import { NotFoundError } from '../model/errors.ts';
import { deviceId, nodeAddress, type RoomId, roomId } from '../model/identifiers.ts';
import {
  type AccountRights,
  type MqttAccount,
  NO_RIGHTS,
  type SharingView,
} from '../model/mqtt.ts';
import type { ApiParts, Handlers } from './context.ts';
import { actorOf, inputId, listPart } from './context.ts';
import type { MqttAccountJson, MqttSharingJson } from './mqtt-shapes.ts';

function accountView({ createdAtMs, topics, ...account }: MqttAccount): MqttAccountJson {
  return { ...account, topics: [...topics], createdAt: new Date(createdAtMs).toISOString() };
}

function sharingView({ sharing, devices }: SharingView): MqttSharingJson {
  const { isOn, rooms, foreign } = sharing;
  return {
    isOn,
    rooms: rooms === null ? null : [...rooms],
    foreign,
    devices: devices.map(({ isShared, ...device }) => ({ ...device, shared: isShared })),
  };
}

/** What is set of the rights; what is absent stays. */
type RightsChange = { readonly [Name in keyof AccountRights]?: AccountRights[Name] | undefined };

function changed(before: AccountRights, { topics, announces, home }: RightsChange): AccountRights {
  return {
    topics: topics ?? before.topics,
    announces: announces ?? before.announces,
    home: home ?? before.home,
  };
}

export function mqttRoutes({ hub }: ApiParts) {
  const { mqttAccounts } = hub;
  async function account(name: string): Promise<MqttAccount> {
    const { accounts } = await mqttAccounts.list();
    const found = accounts.find((each) => each.name === name);
    if (found === undefined) throw new NotFoundError('MQTT account', name.slice(0, 40));
    return found;
  }
  return {
    'GET /api/mqtt/accounts': async (c, { query }) => {
      const { accounts } = await mqttAccounts.list();
      const { items, next } = listPart(accounts, query);
      return c.json({ items: items.map(accountView), next });
    },
    'POST /api/mqtt/accounts': async (c, { body }) => {
      const { name, ...rights } = body;
      return c.json(await mqttAccounts.add(name, changed(NO_RIGHTS, rights)), 201);
    },
    'PATCH /api/mqtt/accounts/:name': async (c, { body }) => {
      const name = c.req.param('name') ?? '';
      await mqttAccounts.change(name, changed(await account(name), body));
      return c.json(accountView(await account(name)));
    },
    'DELETE /api/mqtt/accounts/:name': async (c) => {
      await mqttAccounts.remove(c.req.param('name') ?? '');
      return c.body(null, 204);
    },
    'GET /api/mqtt/sharing': (c) => c.json(sharingView(mqttAccounts.sharing())),
    'PATCH /api/mqtt/sharing': async (c, { body }) => {
      const { isOn, foreign } = body;
      const rooms = body.rooms?.map((id) => inputId(id, roomId, '/rooms')) ?? body.rooms;
      const devices =
        body.devices &&
        Object.fromEntries(
          Object.entries(body.devices).map(([id, own]) => [inputId(id, deviceId, '/devices'), own]),
        );
      const change = {
        isOn,
        foreign,
        devices,
        rooms: rooms as readonly RoomId[] | null | undefined,
      };
      return c.json(sharingView(await mqttAccounts.share(change, actorOf(c))));
    },
    'GET /api/mqtt/found': async (c, { query }) => {
      const { items, next } = listPart(await mqttAccounts.found(), query);
      return c.json({ items, next });
    },
    'POST /api/mqtt/found/accept': async (c, { body }) => {
      const nodes =
        'nodes' in body ? body.nodes.map((node) => inputId(node, nodeAddress, '/nodes')) : null;
      const bridge = 'bridge' in body ? body.bridge : null;
      return c.json({ nodes: [...(await mqttAccounts.accept(nodes, bridge))] });
    },
  } satisfies Partial<Handlers>;
}
