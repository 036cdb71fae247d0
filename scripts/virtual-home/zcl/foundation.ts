// The payloads of ZCL's global commands, as an emulated node reads and answers them.
// Spec: ZCL 07-5123 r8 § 2.5.

import { ByteReader, ByteWriter } from '../bytes.ts';
import { isAnalog, readValue, writeValue, type ZclValue } from './values.ts';

/** An attribute with its value: of a report, or of a write. */
export interface AttributeRecord {
  attribute: number;
  type: number;
  value: ZclValue;
}

/** The answer to one attribute of a read: its value, or why not. */
export type ReadRecord =
  | ({ status: 0 } & AttributeRecord)
  | { status: number; attribute: number; type?: undefined };

/** The status of one attribute in an answer to a write or a reporting configuration. */
export interface StatusRecord {
  status: number;
  attribute: number;
}

/** One row of a reporting configuration. A maximum of 65535 seconds turns reporting off. */
export type ReportingRecord =
  | {
      receives: false;
      attribute: number;
      type: number;
      minSeconds: number;
      maxSeconds: number;
      change?: ZclValue;
    }
  | { receives: true; attribute: number; timeoutSeconds: number };

/** Read Attributes: the identifiers asked for. */
export function decodeRead(payload: Buffer): number[] {
  const reader = new ByteReader(payload);
  const attributes: number[] = [];
  while (reader.remaining > 0) attributes.push(reader.uint16());
  return attributes;
}

export function encodeRead(attributes: readonly number[]): Buffer {
  const writer = new ByteWriter();
  for (const attribute of attributes) writer.uint16(attribute);
  return writer.done();
}

/** Report Attributes and Write Attributes share their form: identifier, type, value. */
export function decodeAttributes(payload: Buffer): AttributeRecord[] {
  const reader = new ByteReader(payload);
  const records: AttributeRecord[] = [];
  while (reader.remaining > 0) {
    const attribute = reader.uint16();
    const type = reader.uint8();
    records.push({ attribute, type, value: readValue(reader, type) });
  }
  return records;
}

export function encodeAttributes(records: readonly AttributeRecord[]): Buffer {
  const writer = new ByteWriter();
  for (const { attribute, type, value } of records) {
    writer.uint16(attribute).uint8(type);
    writeValue(writer, type, value);
  }
  return writer.done();
}

export function encodeReadResponse(records: readonly ReadRecord[]): Buffer {
  const writer = new ByteWriter();
  for (const record of records) {
    writer.uint16(record.attribute).uint8(record.status);
    if (record.type === undefined) continue;
    writer.uint8(record.type);
    writeValue(writer, record.type, record.value);
  }
  return writer.done();
}

export function decodeReadResponse(payload: Buffer): ReadRecord[] {
  const reader = new ByteReader(payload);
  const records: ReadRecord[] = [];
  while (reader.remaining > 0) {
    const attribute = reader.uint16();
    const status = reader.uint8();
    if (status !== 0) {
      records.push({ status, attribute });
      continue;
    }
    const type = reader.uint8();
    records.push({ status: 0, attribute, type, value: readValue(reader, type) });
  }
  return records;
}

/** A write's answer lists only what failed; all well is one single success byte. */
export function encodeWriteResponse(records: readonly StatusRecord[]): Buffer {
  const failed = records.filter(({ status }) => status !== 0);
  const writer = new ByteWriter();
  if (failed.length === 0) return writer.uint8(0).done();
  for (const { status, attribute } of failed) writer.uint8(status).uint16(attribute);
  return writer.done();
}

export function decodeConfigureReporting(payload: Buffer): ReportingRecord[] {
  const reader = new ByteReader(payload);
  const records: ReportingRecord[] = [];
  while (reader.remaining > 0) {
    const receives = reader.uint8() === 1;
    const attribute = reader.uint16();
    if (receives) {
      records.push({ receives, attribute, timeoutSeconds: reader.uint16() });
      continue;
    }
    const type = reader.uint8();
    const minSeconds = reader.uint16();
    const maxSeconds = reader.uint16();
    const change = isAnalog(type) ? { change: readValue(reader, type) } : {};
    records.push({ receives, attribute, type, minSeconds, maxSeconds, ...change });
  }
  return records;
}

export function encodeConfigureReporting(records: readonly ReportingRecord[]): Buffer {
  const writer = new ByteWriter();
  for (const record of records) {
    writer.uint8(record.receives ? 1 : 0).uint16(record.attribute);
    if (record.receives) {
      writer.uint16(record.timeoutSeconds);
      continue;
    }
    writer.uint8(record.type).uint16(record.minSeconds).uint16(record.maxSeconds);
    if (record.change !== undefined) writeValue(writer, record.type, record.change);
  }
  return writer.done();
}

/** As a write's answer, with a direction byte (reported) in each row. */
export function encodeConfigureReportingResponse(records: readonly StatusRecord[]): Buffer {
  const failed = records.filter(({ status }) => status !== 0);
  const writer = new ByteWriter();
  if (failed.length === 0) return writer.uint8(0).done();
  for (const { status, attribute } of failed) writer.uint8(status).uint8(0).uint16(attribute);
  return writer.done();
}

/** Default Response: which command, and how it went. */
export function encodeDefaultResponse(command: number, status: number): Buffer {
  return Buffer.from([command, status]);
}
