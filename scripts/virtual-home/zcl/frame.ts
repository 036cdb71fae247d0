// The ZCL frame: header and payload. Spec: ZCL 07-5123 r8 § 2.4.1.
//
// | offset | width | meaning                                                                        |
// |--------|-------|--------------------------------------------------------------------------------|
// | 0      | 1     | bits 0-1 frame type, 2 manufacturer specific, 3 direction, 4 no default response |
// | 1      | 0 / 2 | manufacturer code                                                              |
// | 1 / 3  | 1     | transaction sequence number                                                    |
// | 2 / 4  | 1     | command                                                                        |

import { ByteReader, ByteWriter, FrameError } from '../bytes.ts';

/** One ZCL frame. `manufacturerCode` 0 means a standard one. */
export interface ZclFrame {
  isGlobal: boolean;
  manufacturerCode: number;
  toClient: boolean;
  disableDefaultResponse: boolean;
  sequence: number;
  command: number;
  payload: Buffer;
}

export const GlobalCommand = {
  read: 0x00,
  readResponse: 0x01,
  write: 0x02,
  writeUndivided: 0x03,
  writeResponse: 0x04,
  writeNoResponse: 0x05,
  configureReporting: 0x06,
  configureReportingResponse: 0x07,
  readReportingConfiguration: 0x08,
  readReportingConfigurationResponse: 0x09,
  report: 0x0a,
  defaultResponse: 0x0b,
  discoverAttributes: 0x0c,
  discoverAttributesResponse: 0x0d,
} as const;

export const ZclStatus = {
  success: 0x00,
  failure: 0x01,
  unsupportedCommand: 0x81,
  malformedCommand: 0x80,
  unsupportedGeneralCommand: 0x82,
  invalidField: 0x85,
  unsupportedAttribute: 0x86,
  invalidValue: 0x87,
  readOnly: 0x88,
  insufficientSpace: 0x89,
  notFound: 0x8b,
  unreportableAttribute: 0x8c,
  invalidDataType: 0x8d,
  unsupportedCluster: 0xc3,
} as const;

/** Reads a frame; reserved control bits are ignored. Throws FrameError when cut short or of a reserved type. */
export function decodeZclFrame(bytes: Buffer): ZclFrame {
  const reader = new ByteReader(bytes);
  const control = reader.uint8();
  const type = control & 0x03;
  if (type > 1) throw new FrameError(`frame control 0x${control.toString(16)}`);
  const manufacturerCode = control & 0x04 ? reader.uint16() : 0;
  return {
    isGlobal: type === 0,
    manufacturerCode,
    toClient: (control & 0x08) !== 0,
    disableDefaultResponse: (control & 0x10) !== 0,
    sequence: reader.uint8(),
    command: reader.uint8(),
    payload: reader.rest(),
  };
}

/** Writes a frame; the inverse of decodeZclFrame for every frame with a manufacturer code other than 0. */
export function encodeZclFrame(frame: ZclFrame): Buffer {
  const writer = new ByteWriter(frame.payload.length + 5);
  writer.uint8(
    (frame.isGlobal ? 0 : 1) |
      (frame.manufacturerCode ? 0x04 : 0) |
      (frame.toClient ? 0x08 : 0) |
      (frame.disableDefaultResponse ? 0x10 : 0),
  );
  if (frame.manufacturerCode) writer.uint16(frame.manufacturerCode);
  return writer.uint8(frame.sequence).uint8(frame.command).bytes(frame.payload).done();
}
