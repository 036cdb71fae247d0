// The database of zigbee-herdsman as Zigbee2MQTT keeps it: one JSON line for each device, group and the coordinator.
import type { MoveProblem } from '../../../hub/model/moving-in.ts';
import { isMapOf, type YamlMap } from './source-yaml.ts';

export const DATABASE = 'database.db';
/** A Zigbee network has addresses for some thousands; more lines are another file. */
const LINES_MAX = 5_000;
const IEEE = /^0x[0-9a-f]{16}$/;

/** A device of the database, as far as it is looked at. */
export interface DatabaseDevice {
  readonly ieee: string;
  readonly type: string;
  readonly manufacturer: string | null;
  readonly model: string | null;
  readonly isInterviewed: boolean;
}

export interface DatabaseGroup {
  readonly id: number;
  readonly members: readonly string[];
}

export interface Database {
  readonly devices: readonly DatabaseDevice[];
  readonly groups: readonly DatabaseGroup[];
  /** Of its line for the coordinator; null without one. */
  readonly coordinator: string | null;
}

const DEVICE_TYPES = new Set(['Router', 'EndDevice', 'Unknown', 'GreenPower']);

function textOrNull(value: unknown): string | null {
  return typeof value === 'string' && value !== '' ? value : null;
}

/** Reads it; each line that cannot be is told with its number. */
export function readDatabase(text: string, problems: MoveProblem[]): Database {
  const devices = new Map<string, DatabaseDevice>();
  const groups: DatabaseGroup[] = [];
  const ids = new Set<number>();
  let coordinator: string | null = null;
  const lines = text.split('\n');
  const tell = (line: number | null, en: string, zh: string) =>
    problems.push({ file: DATABASE, line, text: { en, zh } });
  if (lines.length > LINES_MAX) {
    tell(null, `It has more than ${LINES_MAX} lines`, `超过 ${LINES_MAX} 行`);
    return { devices: [], groups, coordinator };
  }
  for (const [index, content] of lines.entries()) {
    if (content.trim() === '') continue;
    const line = index + 1;
    const row = parseLine(content);
    if (row === null) {
      tell(line, 'This line is not whole: it is no JSON object', '这一行不完整：不是 JSON 对象');
      continue;
    }
    const { id, type } = row;
    if (typeof id !== 'number' || !Number.isInteger(id) || ids.has(id)) {
      tell(
        line,
        `The id ${String(id)} is missing or stands twice`,
        `编号 ${String(id)} 缺失或重复`,
      );
      continue;
    }
    ids.add(id);
    if (type === 'Group') {
      const group = groupOf(row);
      if (group !== null) groups.push(group);
      else tell(line, 'A group without a number', '群组没有编号');
      continue;
    }
    const ieee = typeof row.ieeeAddr === 'string' ? row.ieeeAddr.toLowerCase() : '';
    if (!IEEE.test(ieee) || devices.has(ieee)) {
      tell(
        line,
        `The address "${String(row.ieeeAddr)}" is no IEEE address, or stands twice`,
        `地址“${String(row.ieeeAddr)}”不是 IEEE 地址，或者重复`,
      );
    } else if (type === 'Coordinator') coordinator = ieee;
    else if (
      typeof type !== 'string' ||
      !DEVICE_TYPES.has(type) ||
      !isNetworkAddress(row.nwkAddr)
    ) {
      tell(
        line,
        `${ieee} has no type or network address that is known here`,
        `${ieee} 的类型或网络地址无法识别`,
      );
    } else devices.set(ieee, deviceOf(ieee, type, row));
  }
  return { devices: [...devices.values()], groups, coordinator };
}

function parseLine(text: string): YamlMap | null {
  try {
    const row: unknown = JSON.parse(text);
    return isMapOf(row) ? row : null;
  } catch {
    return null;
  }
}

function isNetworkAddress(value: unknown): boolean {
  return typeof value === 'number' && Number.isInteger(value) && value >= 0 && value <= 0xffff;
}

function deviceOf(ieee: string, type: string, row: YamlMap): DatabaseDevice {
  return {
    ieee,
    type,
    manufacturer: textOrNull(row.manufName),
    model: textOrNull(row.modelId),
    // Before zigbee-herdsman 3 only the flag was kept.
    isInterviewed: row.interviewCompleted === true || row.interviewState === 'SUCCESSFUL',
  };
}

function groupOf({ groupID, members }: YamlMap): DatabaseGroup | null {
  if (typeof groupID !== 'number') return null;
  const list: readonly unknown[] = Array.isArray(members) ? members : [];
  const addresses = list.flatMap((member) =>
    isMapOf(member) && typeof member.deviceIeeeAddr === 'string'
      ? [member.deviceIeeeAddr.toLowerCase()]
      : [],
  );
  return { id: groupID, members: [...new Set(addresses)] };
}
