// The firmware of the test hub: an empty catalogue, and one device of no maker.
import type { Firmware } from '../model/firmware.ts';
import type { Job } from '../model/job.ts';

export function testFirmware(startJob: (kind: string) => Job): Firmware {
  return {
    list: async () => [],
    import: async () => ({ added: [], refused: [], withdrawn: [], manifest: null }),
    check: async () => ({
      current: { manufacturerCode: 1, imageType: 2, fileVersion: 3, hardwareVersion: null },
      available: null,
      hold: null,
    }),
    update: async () => startJob('firmware'),
    rollOut: async () => startJob('rollout'),
  };
}
