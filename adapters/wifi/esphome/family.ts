// ESPHome devices, over their native API, as a family of Wi-Fi devices.
import type { LanFamily } from '../family.ts';
import { EsphomeDevice } from './device.ts';
import { type KnownDevice, PORT, readKnown } from './known-device.ts';
import { credentialOf, openSession } from './session.ts';

/** The family, for the adapter. */
export const esphome: LanFamily = {
  title: 'ESPHome',
  services: ['esphomelib'],
  portDefault: PORT,
  peersMax: 250,
  restore(kept, tools) {
    const known = readKnown(kept);
    return known && new EsphomeDevice(known, null, tools);
  },
  async open({ address, secret, signal }, tools) {
    const credential = credentialOf(secret, address.text);
    const session = await openSession({ address, mac: null, signal }, credential);
    const { info, entities, untaken } = session;
    const former = readKnown(tools.former(info.mac));
    const known: KnownDevice = {
      address: address.text,
      credential,
      info,
      entities,
      untaken,
      places: former?.places ?? {},
      hidden: [],
      waiting: former?.waiting ?? [],
    };
    return new EsphomeDevice(known, session, tools);
  },
};
