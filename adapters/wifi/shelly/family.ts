// Shelly devices of the second generation and later, over their own RPC, as a family of Wi-Fi devices.
import type { LanFamily } from '../family.ts';
import { readKnown } from './known-shelly.ts';
import { connect } from './opening.ts';
import { PORT, ShellyPeer } from './peer.ts';

/** The family, for the adapter. */
export const shelly: LanFamily = {
  title: 'Shelly',
  services: ['shelly'],
  portDefault: PORT,
  peersMax: 500,
  restore(kept, tools) {
    const known = readKnown(kept);
    return known && new ShellyPeer(tools, known, null);
  },
  async open({ address, secret }, tools) {
    const connection = await connect(
      address,
      secret === null ? { kind: 'none' } : { kind: 'password', password: secret },
    );
    const { info, whole, rpc } = connection;
    const { passwordDigest } = rpc;
    // What scenes call its properties by stays as it was when it is added again.
    const former = readKnown(tools.former(info.id));
    const places = former?.places ?? {};
    const nodes = former?.nodes ?? [];
    const known = { ...whole, address: address.text, info, passwordDigest, places, nodes };
    return new ShellyPeer(tools, { ...known, removed: [] }, connection);
  },
};
