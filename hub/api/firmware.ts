// Firmware: the catalogue's images, and what a device runs. Updates are jobs.

import { toRfc3339 } from '../model/clock.ts';
import type { FirmwareHold, FirmwareImage, ListedImage } from '../model/firmware.ts';
import { deviceId } from '../model/identifiers.ts';
import { type ApiParts, actorOf, type Handlers, listPart, pathId } from './context.ts';
import { deviceOf } from './devices.ts';
import type { FirmwareHoldJson, FirmwareImageJson, ListedImageJson } from './firmware-shapes.ts';

export function firmwareRoutes({ hub }: ApiParts) {
  return {
    'GET /api/firmware': async (c, { query }) => {
      const { items, next } = listPart(await hub.firmware.list(), query);
      return c.json({ items: items.map(listedView), next });
    },
    'POST /api/firmware': async (c, { body }) => {
      const taken = await hub.firmware.import(body.path, body.unsigned, actorOf(c));
      const { added, refused, withdrawn, manifest } = taken;
      const images = { added: added.map(imageView), withdrawn: withdrawn.map(imageView) };
      return c.json({ ...images, refused: [...refused], manifest }, 201);
    },
    'GET /api/devices/:id/firmware': async (c) => {
      const { record } = deviceOf(hub, pathId(c, deviceId, 'device'));
      const { current, available, hold } = await hub.firmware.check(record.id);
      const { manufacturerCode, imageType, fileVersion, hardwareVersion } = current;
      return c.json({
        current: { manufacturerCode, imageType, fileVersion, hardwareVersion },
        available: available && imageView(available),
        hold: hold && holdView(hold),
      });
    },
  } satisfies Partial<Handlers>;
}

function imageView(image: FirmwareImage): FirmwareImageJson {
  const { protocol = 'zigbee', origin, manufacturerName, ...rest } = image;
  return {
    ...rest,
    protocol,
    ...(manufacturerName && { manufacturerName: [...manufacturerName] }),
    signedBy: origin?.kind === 'signed' ? `${origin.manifest} ${origin.version}` : null,
    takenBy: origin?.kind === 'own' ? origin.by : null,
  };
}

function listedView({ devices, hold, ...image }: ListedImage): ListedImageJson {
  return { ...imageView(image), devices: [...devices], hold: hold && holdView(hold) };
}

const holdView = ({ device, name, reason, atMs }: FirmwareHold): FirmwareHoldJson => ({
  ...{ device, name, reason },
  at: toRfc3339(atMs),
});
