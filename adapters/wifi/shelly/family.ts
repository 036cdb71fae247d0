// Shelly devices of the second generation and later, over their own RPC, as a family of Wi-Fi devices.
import type { LanFamily, LanPeer, LanTools } from '../family.ts';
import type { Json } from '../known-devices.ts';
import { type Listener, type Opened, openDevice, PORT, ShellyDevice } from './device.ts';
import { type KnownDevice, readKnown } from './known-device.ts';
import type { Credential } from './rpc.ts';

/** The family, for the adapter. */
export const shelly: LanFamily = {
  title: 'Shelly',
  services: ['shelly'],
  portDefault: PORT,
  peersMax: 500,
  restore(kept, tools) {
    const known = readKnown(kept);
    return known && peerOf(known, tools, null);
  },
  async open({ address, secret }, tools) {
    const credential: Credential =
      secret === null ? { kind: 'none' } : { kind: 'password', password: secret };
    const listener: Listener = { notified: () => {}, lost: () => {} };
    const opened = await openDevice(address, credential, listener);
    const { info, status, config, rpc } = opened;
    const { passwordDigest } = rpc;
    const known = { address: address.text, info, status, config, passwordDigest };
    return peerOf(known, tools, { opened, listener });
  },
};

function peerOf(
  known: KnownDevice,
  tools: LanTools,
  /** The connection that it was opened with; null after a start of the hub. */
  connection: { readonly opened: Opened; readonly listener: Listener } | null,
): LanPeer {
  const device = new ShellyDevice(tools.context, known, () => tools.changed());
  let isStarted = false;
  return {
    id: device.node,
    nodes: [device.node],
    get address() {
      return device.known.address;
    },
    get isOnline() {
      return device.isOnline;
    },
    kept: () => ({ ...device.known }) satisfies Json,
    descriptions: () => [device.description()],
    start() {
      isStarted = true;
      device.start(connection?.opened ?? null, connection?.listener ?? null);
    },
    stop() {
      // A connection that nobody took up is still open.
      if (!isStarted) connection?.opened.rpc.close();
      device.stop();
    },
    send: (command) => device.send(command),
    refresh: () => device.refresh(),
    remove: () => false,
  };
}
