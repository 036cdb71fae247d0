// Puts the network of an installation in place of the adapter's own files. Only while the adapter is stopped.
import { copyFileSync, existsSync, renameSync } from 'node:fs';
import { ConflictError, ValidationError } from '../../../hub/model/errors.ts';
import type { MoveProblem, OwnNetwork, SourceFiles } from '../../../hub/model/moving-in.ts';
import { writePrivateText } from '../../contract/private-file.ts';
import {
  countDevices,
  type NetworkParameters,
  readNetworkFile,
  saveNetwork,
  type ZigbeeFiles,
  zigbeeFiles,
} from '../coordinator/network-file.ts';
import { DATABASE } from './source-database.ts';
import { BACKUP, readNetwork } from './source-network.ts';
import { SourceYaml } from './source-yaml.ts';

function networkOf(files: SourceFiles): NetworkParameters {
  const problems: MoveProblem[] = [];
  const read = readNetwork(files, new SourceYaml(files, problems), problems);
  if (read !== null) return read.network;
  throw new ValidationError(problems[0]?.text.en ?? 'The network cannot be read', {
    zh: { message: problems[0]?.text.zh ?? '无法读取网络', hint: null },
  });
}

function isSameNetwork(a: NetworkParameters, b: NetworkParameters): boolean {
  const same = (left: readonly number[], right: readonly number[]) =>
    left.every((byte, index) => byte === right[index]);
  return (
    a.panId === b.panId &&
    same(a.networkKey, b.networkKey) &&
    same(a.extendedPanId, b.extendedPanId)
  );
}

/** The network of the adapter's folder, held against an installation's; null where there is none. */
export function ownZigbeeNetwork(folder: string, files: SourceFiles): OwnNetwork | null {
  const own = zigbeeFiles(folder);
  if (!existsSync(own.network)) return null;
  const isSame = isSameNetwork(readNetworkFile(own), networkOf(files));
  return { isSame, devices: countDevices(own.database) };
}

/**
 * Writes the installation's database, the saved state of its coordinator and its network, the network last: whatever
 * a power cut leaves, the next run does the rest. What stood there before is kept once, as `….before-import`. A folder
 * that has the network already is left as it is, since its database is the newer one.
 * @throws ConflictError where the folder holds another network with devices
 */
export function takeZigbee2Mqtt(folder: string, files: SourceFiles): void {
  const own = zigbeeFiles(folder);
  const network = networkOf(files);
  const before = ownZigbeeNetwork(folder, files);
  if (before?.isSame) return;
  if (before !== null && before.devices > 0) {
    throw new ConflictError(
      `This hub has a Zigbee network of its own with ${before.devices} devices`,
      {
        hint: 'Move in on a hub that has no Zigbee devices yet.',
        zh: {
          message: `这个中枢已有自己的 Zigbee 网络，共 ${before.devices} 个设备`,
          hint: '请在还没有 Zigbee 设备的中枢上迁入。',
        },
      },
    );
  }
  keepBefore(own);
  writePrivateText(own.database, files[DATABASE] ?? '');
  const backup = files[BACKUP];
  if (backup !== undefined) writePrivateText(own.coordinatorBackup, backup);
  else if (existsSync(own.coordinatorBackup)) {
    // That of the network before would contradict this one.
    renameSync(own.coordinatorBackup, `${own.coordinatorBackup}.before-import`);
  }
  saveNetwork(own, network);
}

function keepBefore(own: ZigbeeFiles): void {
  for (const file of [own.network, own.database, own.coordinatorBackup]) {
    const kept = `${file}.before-import`;
    if (existsSync(file) && !existsSync(kept)) copyFileSync(file, kept);
  }
}
