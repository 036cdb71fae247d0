// What the library would do for each frame although nobody asks for it.
import { beforeAll, expect, test } from 'vitest';
import { Zcl } from 'zigbee-herdsman';
import { Frame } from 'zigbee-herdsman/dist/adapter/z-stack/unpi/frame.js';
import { Writer } from 'zigbee-herdsman/dist/adapter/z-stack/unpi/writer.js';
import { Device } from 'zigbee-herdsman/dist/controller/model/device.js';
import { spareUnheardLines } from './unheard-lines.ts';

beforeAll(() => spareUnheardLines());

test('a frame that leaves is on the line, byte for byte', () => {
  const writer = new Writer();
  const frame = new Frame(1, 1, 2, Buffer.from([7, 8]));
  writer.writeFrame(frame);
  writer.writeBuffer(Buffer.from([0xef]));
  expect(writer.read()).toEqual(Buffer.concat([frame.toBuffer(), Buffer.from([0xef])]));
});

test('a frame in the air says its name, and is not written out as a whole', () => {
  const { SPECIFIC } = Zcl.FrameType;
  const { CLIENT_TO_SERVER } = Zcl.Direction;
  const frame = Zcl.Frame.create(
    ...([SPECIFIC, CLIENT_TO_SERVER, false, undefined, 1, 'on', 'genOnOff', {}, {}] as const),
  );
  expect(String(frame)).toBe('genOnOff.on');
});

test('what waits for a node is sent at its sign of life, and a node for which nothing waits is left alone', () => {
  const sent: boolean[] = [];
  const sendPendingRequests = async (isFastPolling: boolean) => void sent.push(isFastPolling);
  const node = (isWaitedFor: boolean) =>
    Object.create(Device.prototype, {
      endpoints: { value: [{ hasPendingRequests: () => isWaitedFor, sendPendingRequests }] },
    }) as Device;
  node(false).implicitCheckin();
  expect(sent).toEqual([]);
  node(true).implicitCheckin();
  expect(sent).toEqual([false]);
});
