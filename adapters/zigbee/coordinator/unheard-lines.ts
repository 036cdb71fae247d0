// What zigbee-herdsman does for each frame although nobody asks for it: it writes the whole frame out for its debug
// log, as JSON and byte by byte, and goes through all endpoints of a node for requests that wait. Left out here, a
// report's command leaves about a twentieth sooner.
import { Zcl } from 'zigbee-herdsman';
import { Writer } from 'zigbee-herdsman/dist/adapter/z-stack/unpi/writer.js';
import { Device } from 'zigbee-herdsman/dist/controller/model/device.js';

/** The part of a serial frame that is needed. */
interface SerialFrame {
  toBuffer(): Buffer;
}

interface SerialWriter {
  push(bytes: Buffer): boolean;
  writeFrame(frame: SerialFrame): void;
  writeBuffer(bytes: Buffer): void;
}

interface WaitedFor {
  hasPendingRequests(): boolean;
  implicitCheckin(): void;
}

const spared = new WeakSet<object>();

/** Puts it in place for all frames, lines and devices of this process. May be called twice. */
export function spareUnheardLines(): void {
  const frame = Zcl.Frame.prototype;
  if (spared.has(frame)) return;
  spared.add(frame);
  frame.toString = function (this: Zcl.Frame) {
    return `${this.cluster.name}.${this.command.name}`;
  };
  const writer = Writer.prototype as unknown as SerialWriter;
  writer.writeFrame = function (this: SerialWriter, sent) {
    this.push(sent.toBuffer());
  };
  writer.writeBuffer = function (this: SerialWriter, bytes) {
    this.push(bytes);
  };
  const device = Device.prototype as unknown as WaitedFor;
  const { implicitCheckin } = device;
  device.implicitCheckin = function (this: WaitedFor) {
    if (this.hasPendingRequests()) implicitCheckin.call(this);
  };
}
