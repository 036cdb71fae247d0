// The home as a provisioning file: what such a file can set, and nothing secret.
import { stringify } from 'yaml';
import type { DeviceRecord } from '../../model/device.ts';
import type { SceneView } from '../../model/hub-port.ts';
import type { HomeContents } from '../../model/store-port.ts';
import { handleFrom } from '../names.ts';

const HEADER = `# A home for the hub: \`ingle provision FILE\` sets up what is not so yet.
# Passwords, install codes and commissioning codes are not in an export.
`;

export function exportHome(contents: HomeContents, scenes: readonly SceneView[]): string {
  const { home } = contents;
  const rooms = [...contents.rooms].sort((a, b) => a.order - b.order);
  const roomName = (device: DeviceRecord) => rooms.find(({ id }) => id === device.room)?.name;
  const zigbee = contents.devices.filter(({ description }) => description.adapter === 'zigbee');
  const others = contents.devices.length - zigbee.length;
  const file = {
    home: {
      ...(home.name === '' ? {} : { name: home.name }),
      language: home.language,
      zone: home.zone,
      ...(home.place === null ? {} : { place: home.place }),
    },
    rooms: rooms.map(({ name, icon }) => (icon === null ? name : { name, icon })),
    devices: zigbee.map((device) => ({
      zigbee: device.description.node,
      name: device.name,
      ...(device.handle === handleFrom(device.name) ? {} : { handle: device.handle }),
      ...(roomName(device) === undefined ? {} : { room: roomName(device) }),
    })),
    scenes: scenes.map(({ text, record }) => (record.enabled ? text : { text, enabled: false })),
  };
  const note =
    others === 0
      ? ''
      : `# ${others} more devices are in the home whose address or code the hub does not give away.\n`;
  return `${HEADER}${note}${stringify(file, { lineWidth: 0, aliasDuplicateObjects: false })}`;
}
