// How a node answers ZCL's global commands: reads, writes, reporting configuration, discovery.

import { ByteReader, ByteWriter } from '../bytes.ts';
import {
  decodeAttributes,
  decodeConfigureReporting,
  decodeRead,
  encodeConfigureReportingResponse,
  encodeReadResponse,
  encodeWriteResponse,
  type ReadRecord,
  type ReportingRecord,
  type StatusRecord,
} from '../zcl/foundation.ts';
import { GlobalCommand, type ZclFrame, ZclStatus } from '../zcl/frame.ts';
import { writeValue, type ZclValue } from '../zcl/values.ts';
import type { ClusterServer } from './cluster-server.ts';

/** An answer frame, or the status of a default response. */
export type GlobalAnswer = { command: number; payload: Buffer } | { status: number };

const REPORTING_OFF = 0xffff;

/**
 * Answers one global command. `server` is undefined when the node has no such cluster; `reject` is the status with
 * which a node at fault refuses writes and configuration. Undefined: nothing is to be said.
 */
export function answerGlobal(
  server: ClusterServer | undefined,
  frame: ZclFrame,
  reject: number | undefined,
): GlobalAnswer | undefined {
  const { command, payload, manufacturerCode } = frame;
  if (command === GlobalCommand.defaultResponse || command === GlobalCommand.report)
    return undefined;
  if (command === GlobalCommand.readResponse || command === GlobalCommand.writeResponse) {
    return undefined;
  }
  if (server === undefined) return { status: ZclStatus.unsupportedCluster };
  switch (command) {
    case GlobalCommand.read:
      return {
        command: GlobalCommand.readResponse,
        payload: encodeReadResponse(
          decodeRead(payload).map((id) => readOne(server, id, manufacturerCode)),
        ),
      };
    case GlobalCommand.write:
    case GlobalCommand.writeUndivided:
    case GlobalCommand.writeNoResponse: {
      const isUndivided = command === GlobalCommand.writeUndivided;
      const results = write(server, frame, { reject, isUndivided });
      if (command === GlobalCommand.writeNoResponse) return undefined;
      return { command: GlobalCommand.writeResponse, payload: encodeWriteResponse(results) };
    }
    case GlobalCommand.configureReporting:
      return {
        command: GlobalCommand.configureReportingResponse,
        payload: encodeConfigureReportingResponse(
          decodeConfigureReporting(payload).map((record) => ({
            attribute: record.attribute,
            status: reject ?? configureOne(server, record, manufacturerCode),
          })),
        ),
      };
    case GlobalCommand.readReportingConfiguration:
      return {
        command: GlobalCommand.readReportingConfigurationResponse,
        payload: readReporting(server, payload, manufacturerCode),
      };
    case GlobalCommand.discoverAttributes:
      return {
        command: GlobalCommand.discoverAttributesResponse,
        payload: discover(server, payload, manufacturerCode),
      };
    default:
      return { status: ZclStatus.unsupportedGeneralCommand };
  }
}

function readOne(server: ClusterServer, id: number, manufacturerCode: number): ReadRecord {
  const found = server.attribute(id, manufacturerCode);
  if (found === undefined) return { status: ZclStatus.unsupportedAttribute, attribute: id };
  return { status: 0, attribute: id, type: found.type, value: found.value };
}

function write(
  server: ClusterServer,
  frame: ZclFrame,
  options: { reject: number | undefined; isUndivided: boolean },
): StatusRecord[] {
  const accepted: { id: number; value: ZclValue }[] = [];
  const results = decodeAttributes(frame.payload).map(({ attribute: id, type, value }) => {
    const found = server.attribute(id, frame.manufacturerCode);
    const status =
      options.reject ??
      (found === undefined
        ? ZclStatus.unsupportedAttribute
        : !found.isWritable
          ? ZclStatus.readOnly
          : found.type !== type
            ? ZclStatus.invalidDataType
            : ZclStatus.success);
    if (status === 0) accepted.push({ id, value });
    return { status, attribute: id };
  });
  if (options.isUndivided && accepted.length < results.length) return results;
  for (const { id, value } of accepted) {
    const found = server.attribute(id, frame.manufacturerCode);
    if (found === undefined) continue;
    server.assign(found, value, 'configured');
    server.behaviour?.written?.(server, id);
  }
  return results;
}

function configureOne(
  server: ClusterServer,
  record: ReportingRecord,
  manufacturerCode: number,
): number {
  const attribute = server.attribute(record.attribute, manufacturerCode);
  if (attribute === undefined) return ZclStatus.unsupportedAttribute;
  if (record.receives) return ZclStatus.success;
  if (attribute.type !== record.type) return ZclStatus.invalidDataType;
  const { minSeconds, maxSeconds, change } = record;
  if (maxSeconds === REPORTING_OFF) {
    server.configureReporting(attribute, undefined);
    return ZclStatus.success;
  }
  if (maxSeconds !== 0 && minSeconds > maxSeconds) return ZclStatus.invalidValue;
  server.configureReporting(attribute, {
    minSeconds,
    maxSeconds,
    change: typeof change === 'number' ? change : undefined,
  });
  return ZclStatus.success;
}

function readReporting(server: ClusterServer, payload: Buffer, manufacturerCode: number): Buffer {
  const reader = new ByteReader(payload);
  const writer = new ByteWriter();
  while (reader.remaining > 0) {
    const direction = reader.uint8();
    const id = reader.uint16();
    const attribute = server.attribute(id, manufacturerCode);
    const configuration = attribute?.reporter?.configuration;
    if (attribute === undefined || configuration === undefined || direction !== 0) {
      const status = attribute === undefined ? ZclStatus.unsupportedAttribute : ZclStatus.notFound;
      writer.uint8(status).uint8(direction).uint16(id);
      continue;
    }
    writer.uint8(0).uint8(0).uint16(id).uint8(attribute.type);
    writer.uint16(configuration.minSeconds).uint16(configuration.maxSeconds);
    if (configuration.change !== undefined) {
      writeValue(writer, attribute.type, configuration.change);
    }
  }
  return writer.done();
}

function discover(server: ClusterServer, payload: Buffer, manufacturerCode: number): Buffer {
  const reader = new ByteReader(payload);
  const start = reader.uint16();
  const count = reader.uint8();
  const all = [...server.attributes]
    .filter((item) => item.manufacturerCode === manufacturerCode && item.id >= start)
    .sort((a, b) => a.id - b.id);
  const writer = new ByteWriter().uint8(all.length <= count ? 1 : 0);
  for (const item of all.slice(0, count)) writer.uint16(item.id).uint8(item.type);
  return writer.done();
}
