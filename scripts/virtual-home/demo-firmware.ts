// New firmware for the demo's hall lamp: an image that the hub's own writer makes, taken into the demo's catalogue.
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { writeImage } from '../../firmware-images/zigbee-ota.ts';
import type { HubPort } from '../../hub/model/hub-port.ts';

/** Forty seconds at the pace at which images are sent. */
const PAYLOAD_BYTES = 8_000;

/** A catalogue that has images already is left alone. */
export async function stockFirmware(hub: HubPort, folder: string): Promise<void> {
  if ((await hub.firmware.list()).length > 0) return;
  const image = writeImage({
    manufacturerCode: 0x117c,
    imageType: 0x2201,
    fileVersion: 0x23093000,
    // The emulated lamp takes the last word for the build that it tells of itself.
    text: 'TRADFRI bulb 2.3.093',
    elements: [{ tag: 0, data: new Uint8Array(PAYLOAD_BYTES).map((_, index) => index * 7) }],
  });
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const file = path.resolve(folder, 'tradfri-bulb-2.3.093.ota');
  writeFileSync(file, image);
  const actor = { member: null, cause: { kind: 'local' as const } };
  await hub.firmware.import(file, path.basename(file), actor);
}
