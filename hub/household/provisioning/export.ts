// The home as a provisioning file: what such a file can set, and nothing secret.
import { stringify } from 'yaml';
import type { DeviceRecord, NodeDescription } from '../../model/device.ts';
import type { HomeValueRecord } from '../../model/home-values.ts';
import type { SceneView } from '../../model/hub-port.ts';
import type { HomeContents } from '../../model/store-port.ts';
import { handleFrom } from '../names.ts';
import { entryOf } from './values.ts';

const HEADER = `# A home for the hub: \`ingle provision FILE\` sets up what is not so yet.
# Passwords, install codes and commissioning codes are not in an export.
`;

/** How such a file names the device; null where only an address or a code that the hub keeps to itself would. */
function wayOf({ adapter, node }: NodeDescription): Readonly<Record<string, string>> | null {
  if (adapter === 'zigbee') return { zigbee: node };
  return adapter === 'mqtt' && /^[0-9A-F]{12}$/i.test(node) ? { tasmota: node } : null;
}

/** The home as a file; `values` are all that it has declared, its people too. */
export function exportHome(
  contents: HomeContents,
  values: readonly HomeValueRecord[],
  scenes: readonly SceneView[],
): string {
  const { home } = contents;
  const rooms = [...contents.rooms].sort((a, b) => a.order - b.order);
  const roomName = (device: DeviceRecord) => rooms.find(({ id }) => id === device.room)?.name;
  const addressed = contents.devices.filter(({ description }) => wayOf(description) !== null);
  const others = contents.devices.length - addressed.length;
  const file = {
    home: {
      ...(home.name === '' ? {} : { name: home.name }),
      language: home.language,
      zone: home.zone,
      ...(home.place === null ? {} : { place: home.place }),
      ...((home.holidays ?? []).length === 0 ? {} : { holidays: home.holidays }),
      ...((home.modes ?? []).length === 0 ? {} : { modes: home.modes }),
    },
    rooms: rooms.map(({ name, icon }) => (icon === null ? name : { name, icon })),
    ...(values.length === 0 ? {} : { values: values.map(entryOf) }),
    devices: addressed.map((device) => ({
      ...wayOf(device.description),
      name: device.name,
      ...(device.handle === handleFrom(device.name) ? {} : { handle: device.handle }),
      ...(roomName(device) === undefined ? {} : { room: roomName(device) }),
      ...((device.labels ?? []).length === 0 ? {} : { labels: device.labels }),
    })),
    scenes: scenes.map(({ text, record }) => (record.enabled ? text : { text, enabled: false })),
  };
  const note =
    others === 0
      ? ''
      : `# ${others} more devices are in the home whose address or code the hub does not give away.\n`;
  return `${HEADER}${note}${stringify(file, { lineWidth: 0, aliasDuplicateObjects: false })}`;
}
