// The control port of the network devices: JSON over HTTP on 127.0.0.1.
//   GET  /devices                    what there is, where it listens, what it was told
//   POST /devices/NAME/broker        {"host", "port", "user", "password"}: where a Tasmota device connects
//   POST /devices/NAME/press         {"action"?}: somebody presses its button
//   POST /devices/NAME/faults        {"kind": "offline" | "delay" | "nonsense" | "password", …}
import { createServer, type IncomingMessage } from 'node:http';
import type { LanFault, LanHome } from './lan-home.ts';
import { nodeOfModel } from './model.ts';
import { ShellyDevice } from './shelly-device.ts';
import type { TasmotaLogin } from './tasmota-device.ts';

const BODY_BYTES_MAX = 16 * 1024;

type Body = Record<string, unknown>;

async function readBody(request: IncomingMessage): Promise<Body> {
  let text = '';
  for await (const chunk of request) {
    text += String(chunk);
    if (text.length > BODY_BYTES_MAX) throw new RangeError('the body is over 16 KiB');
  }
  const body: unknown = JSON.parse(text === '' ? '{}' : text);
  if (typeof body !== 'object' || body === null) throw new RangeError('the body is no object');
  return { ...body };
}

const text = (body: Body, name: string): string => {
  const value = body[name];
  if (typeof value !== 'string') throw new RangeError(`${name}: text is wanted`);
  return value;
};
const number = (body: Body, name: string): number => {
  const value = body[name];
  if (typeof value !== 'number' || value < 0) throw new RangeError(`${name}: a number is wanted`);
  return value;
};

function toFault(body: Body): LanFault {
  switch (body.kind) {
    case 'offline':
      return { kind: 'offline', offline: body.offline !== false };
    case 'delay':
      return { kind: 'delay', ms: number(body, 'ms') };
    case 'nonsense':
      return { kind: 'nonsense', nonsense: body.nonsense !== false };
    case 'password':
      return { kind: 'password', password: body.password === null ? null : text(body, 'password') };
    default:
      throw new RangeError('kind: one of offline, delay, nonsense, password is wanted');
  }
}

function toLogin(body: Body): TasmotaLogin {
  return {
    host: text(body, 'host'),
    port: number(body, 'port'),
    user: text(body, 'user'),
    password: text(body, 'password'),
  };
}

async function answer(home: LanHome, method: string, path: string, body: Body): Promise<unknown> {
  const [first, name, verb] = path.split('/').slice(1).map(decodeURIComponent);
  if (first !== 'devices') throw new RangeError(`no ${method} ${path}`);
  if (method === 'GET') {
    return home.devices.map((device) => ({
      name: device.model.name,
      room: device.model.room,
      protocol: device.model.protocol,
      node: nodeOfModel(device.model),
      port: device instanceof ShellyDevice ? device.port : null,
      isConnected: device instanceof ShellyDevice ? device.connections > 0 : device.isConnected,
      hasLogin: device instanceof ShellyDevice || device.login !== null,
      state: device instanceof ShellyDevice ? device.status : device.state,
    }));
  }
  const device = home.device(name ?? '');
  switch (verb) {
    case 'broker':
      await home.setBroker(device.model.name, toLogin(body));
      break;
    case 'press':
      if (device instanceof ShellyDevice) device.press();
      else device.press(body.action === undefined ? 'SINGLE' : text(body, 'action'));
      break;
    case 'faults':
      await home.fault(device.model.name, toFault(body));
      break;
    default:
      throw new RangeError(`no ${method} ${path}`);
  }
  return { ok: true };
}

/** Serves the control port; 0 takes a free one. */
export async function serveLanControl(
  home: LanHome,
  port: number,
): Promise<{ port: number; stop(): void }> {
  const server = createServer((request, response) => {
    const run = async () => {
      const body = request.method === 'POST' ? await readBody(request) : {};
      return answer(home, request.method ?? 'GET', request.url ?? '/', body);
    };
    run().then(
      (result) => response.end(JSON.stringify(result)),
      (error: unknown) => {
        response.writeHead(400, { 'content-type': 'application/json' });
        response.end(JSON.stringify({ error: String(error) }));
      },
    );
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', resolve);
  });
  const address = server.address();
  return {
    port: typeof address === 'object' && address !== null ? address.port : 0,
    stop: () => {
      server.closeAllConnections();
      server.close();
    },
  };
}
