// Whom the hub asks what they run, how often, and what it knows then. The clock is the test's.
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { AdapterCall } from '../hub/model/adapter-port.ts';
import type { FirmwareIdentity, FirmwareImage, HeardFirmware } from '../hub/model/firmware.ts';
import type { DeviceView } from '../hub/model/hub-port.ts';
import { adapterId, deviceId, nodeAddress } from '../hub/model/identifiers.ts';
import { Survey } from './survey.ts';

const HOUR_MS = 3_600_000;
const zigbee = adapterId('zigbee');
const IKEA = 0x117c;
const image: FirmwareImage = {
  ...{ fileName: 'bulb.ota', fileVersion: 2, imageType: 7, manufacturerCode: IKEA },
  ...{ fileSize: 10, sha512: 'a'.repeat(128) },
};
const runs = (fileVersion: number): FirmwareIdentity => ({
  ...{ manufacturerCode: IKEA, imageType: 7, fileVersion, hardwareVersion: null },
});

function device(name: string, more: { power?: string; adapter?: string; online?: boolean } = {}) {
  const { power = 'mains', adapter = 'zigbee', online = true } = more;
  return {
    record: {
      id: deviceId(`dev_${name}`),
      description: {
        ...{ adapter: adapterId(adapter), node: nodeAddress(`0x${name}`), power },
        ...{ model: 'bulb', manufacturer: 'IKEA' },
      },
    },
    live: { availability: { online }, properties: {} },
  } as unknown as DeviceView;
}

function survey(devices: readonly DeviceView[], heard: readonly HeardFirmware[]) {
  const asked: string[] = [];
  const state = { images: [image], isBusy: false, heard, changes: 0 };
  const made: Survey = new Survey({
    devices: () => devices,
    images: async () => state.images,
    async callAdapter(adapter, call: AdapterCall) {
      if (adapter !== zigbee || call.kind !== 'firmwareHeard') throw new Error('unsupported');
      return state.heard;
    },
    async ask({ record }) {
      asked.push(record.id.replace('dev_', ''));
      if (!record.id.endsWith('deaf')) await made.heard(record.id, runs(1));
    },
    isBusy: () => state.isBusy,
    changed: () => {
      state.changes += 1;
    },
  });
  return { made, asked, state };
}

const taker = (name: string, more: Partial<HeardFirmware> = {}): HeardFirmware => ({
  ...{ node: nodeAddress(`0x${name}`), manufacturerCode: IKEA, identity: null },
  ...more,
});

describe('what devices run', () => {
  beforeEach(() => {
    vi.useFakeTimers();
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  it('is asked of those on the mains for whose maker there is an image, one at a time', async () => {
    const { made, asked, state } = survey(
      [
        device('lamp'),
        device('other'),
        device('sensor', { power: 'battery' }),
        device('away', { online: false }),
        device('matter', { adapter: 'matter' }),
        device('foreign'),
        device('plain'),
      ],
      [
        ...['lamp', 'other', 'sensor', 'away'].map((name) => taker(name)),
        taker('foreign', { manufacturerCode: 0x100b }),
      ],
    );
    made.start();
    await vi.advanceTimersByTimeAsync(1_000);
    expect(asked).toEqual(['lamp']);
    expect(made.newer(deviceId('dev_lamp'))).toBe(image);
    await vi.advanceTimersByTimeAsync(5_000);
    expect(asked).toEqual(['lamp', 'other']);
    await vi.advanceTimersByTimeAsync(HOUR_MS);
    expect(asked).toEqual(['lamp', 'other']);
    expect(state.changes).toBe(2);
    made.stop();
  });

  it('is asked of one that keeps silent once a day, and of nobody beside an update', async () => {
    const { made, asked, state } = survey([device('deaf')], [taker('deaf')]);
    state.isBusy = true;
    made.start();
    await vi.advanceTimersByTimeAsync(HOUR_MS);
    expect(asked).toEqual([]);
    state.isBusy = false;
    await vi.advanceTimersByTimeAsync(23 * HOUR_MS);
    expect(asked).toEqual(['deaf']);
    await vi.advanceTimersByTimeAsync(24 * HOUR_MS);
    expect(asked).toEqual(['deaf', 'deaf']);
    made.stop();
    await vi.advanceTimersByTimeAsync(48 * HOUR_MS);
    expect(asked).toHaveLength(2);
  });

  it('is taken from a device that says it by itself, and compared anew with each image', async () => {
    const sensor = deviceId('dev_sensor');
    const { made, asked, state } = survey([device('sensor', { power: 'battery' })], []);
    made.start();
    state.heard = [taker('sensor', { identity: runs(2) })];
    await vi.advanceTimersByTimeAsync(HOUR_MS);
    expect(made.newer(sensor)).toBeNull();
    const next = { ...image, fileVersion: 3, sha512: 'b'.repeat(128) };
    state.images = [image, next];
    await made.restocked();
    expect(made.newer(sensor)).toBe(next);
    await made.heard(sensor, runs(3));
    expect(made.newer(sensor)).toBeNull();
    expect(asked).toEqual([]);
    made.stop();
  });
});
