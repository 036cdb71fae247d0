// Alarm sensors and their enrolment, the warning device, and the door lock.
// Spec: ZCL 07-5123 r8 § 8.2 (zone), 8.4 (warning device), 7.3 (door lock).

import { type ByteReader, ByteWriter } from '../../bytes.ts';
import { ZclType } from '../../zcl/values.ts';
import {
  type ClusterBehaviour,
  type ClusterServer,
  type CommandOutcome,
  DONE,
  type InputValue,
} from '../cluster-server.ts';
import type { ReportPolicy } from '../reporting.ts';

const ENROL_DELAY_MS = 80;
const FIRST_STATUS_MS = 500;
const SECOND_STATUS_MS = 8_000;
const ZONE_NOT_SET = '0x0000000000000000';

const ZoneType = { contact: 0x0015, fire: 0x0028, water: 0x002a } as const;
const ZoneBit = { alarm1: 0, tamper: 2, battery: 3, test: 8 } as const;

/** The name that an alarm has in the house, by the type of the zone. */
function alarmName(server: ClusterServer): 'open' | 'smoke' | 'leak' | 'alarm' {
  switch (server.number(0x0001)) {
    case ZoneType.contact:
      return 'open';
    case ZoneType.fire:
      return 'smoke';
    case ZoneType.water:
      return 'leak';
    default:
      return 'alarm';
  }
}

function isSet(server: ClusterServer, bit: number): boolean {
  return ((server.number(0x0002) >> bit) & 1) === 1;
}

/** Sends the zone's status to where it is enrolled. */
function notifyStatus(server: ClusterServer): void {
  if (server.number(0x0000) !== 1) return;
  const payload = new ByteWriter().uint16(server.number(0x0002)).uint8(0);
  server.notify(0x00, payload.uint8(server.number(0x0011)).uint16(0).done());
}

function setBit(server: ClusterServer, bit: number, value: InputValue, policy: ReportPolicy): void {
  const before = server.number(0x0002);
  const after = value ? before | (1 << bit) : before & ~(1 << bit);
  if (before === after && policy !== 'now') return;
  server.set(0x0002, after);
  notifyStatus(server);
}

/** An input that only zones of one kind have: others leave it alone. */
function alarm(name: ReturnType<typeof alarmName>) {
  return (server: ClusterServer, value: InputValue, policy: ReportPolicy) => {
    if (alarmName(server) === name) setBit(server, ZoneBit.alarm1, value, policy);
  };
}

export const zone: ClusterBehaviour = {
  cluster: 0x0500,
  attributes: [
    { id: 0x0000, type: ZclType.enum8, value: 0 },
    { id: 0x0001, type: ZclType.enum16, value: ZoneType.contact },
    { id: 0x0002, type: ZclType.bitmap16, value: 0 },
    { id: 0x0010, type: ZclType.ieee, value: ZONE_NOT_SET, isWritable: true },
    { id: 0x0011, type: ZclType.uint8, value: 0xff },
    { id: 0x0013, type: ZclType.uint8, value: 2, isWritable: true },
  ],
  commands: {
    // Zone enrol response: code, zone id.
    0: (server, payload) => {
      const code = payload.uint8();
      const id = payload.uint8();
      if (code !== 0) return DONE;
      const isNew = server.number(0x0000) !== 1;
      server.set(0x0011, id);
      server.set(0x0000, 1);
      if (!isNew) return DONE;
      // Once at once, and once when the other side has had time to get to know the device.
      server.later('first status', FIRST_STATUS_MS, () => notifyStatus(server));
      server.later('second status', SECOND_STATUS_MS, () => notifyStatus(server));
      return DONE;
    },
    1: () => DONE,
    2: () => DONE,
  },
  written: (server, attribute) => {
    if (attribute !== 0x0010) return;
    if (server.attribute(0x0010)?.value === ZONE_NOT_SET) {
      server.set(0x0000, 0);
      return;
    }
    const request = new ByteWriter().uint16(server.number(0x0001));
    const payload = request.uint16(server.node.model.descriptor.manufacturerCode).done();
    server.later('enrol', ENROL_DELAY_MS, () => server.notify(0x01, payload));
  },
  inputs: {
    open: alarm('open'),
    leak: alarm('leak'),
    smoke: alarm('smoke'),
    alarm: alarm('alarm'),
    tamper: (server, value, policy) => setBit(server, ZoneBit.tamper, value, policy),
    batteryLow: (server, value, policy) => setBit(server, ZoneBit.battery, value, policy),
    test: (server, value, policy) => setBit(server, ZoneBit.test, value, policy),
  },
  state: (server) => ({
    [alarmName(server)]: isSet(server, ZoneBit.alarm1),
    tamper: isSet(server, ZoneBit.tamper),
    batteryLow: isSet(server, ZoneBit.battery),
  }),
  // Supervision: a zone says how it is from time to time.
  joined: (server) => {
    const seconds = server.node.model.physics.supervisionSeconds ?? 0;
    if (seconds === 0) return;
    server.repeat('supervision', seconds * 1_000, () => {
      notifyStatus(server);
      return true;
    });
  },
};

export const warningDevice: ClusterBehaviour = {
  cluster: 0x0502,
  attributes: [{ id: 0x0000, type: ZclType.uint16, value: 240, isWritable: true }],
  commands: {
    0: (server, payload) => {
      const mode = payload.uint8();
      const seconds = payload.uint16();
      const isSounding = mode !== 0 && mode !== 0x0f && seconds > 0;
      server.notes.set('sounding', isSounding);
      server.end('sounding');
      if (isSounding) {
        const limitMs = Math.min(seconds, server.number(0x0000)) * 1_000;
        server.later('sounding', limitMs, () => server.notes.set('sounding', false));
      }
      return DONE;
    },
    1: () => DONE,
  },
  state: (server) => ({ sounding: server.notes.get('sounding') === true }),
};

const LockState = { notFully: 0, locked: 1, unlocked: 2 } as const;
const LockSource = { keypad: 0, air: 1, manual: 2 } as const;
const LOCK_MOTOR_MS = 1_200;
const PIN_CODES_MAX = 250;

function isLocked(server: ClusterServer): boolean {
  return server.number(0x0000) === LockState.locked;
}

function reportOperation(server: ClusterServer, source: number, locked: boolean): void {
  const code = source === LockSource.manual ? (locked ? 0x0d : 0x0e) : locked ? 0x01 : 0x02;
  const event = new ByteWriter().uint8(source).uint8(code).uint16(0).uint8(0).uint32(0xffff_ffff);
  server.notify(0x20, event.uint8(0).done());
}

/** Runs the bolt; the state and the event come when it has arrived. */
function moveBolt(server: ClusterServer, locked: boolean, source: number, delayMs: number): void {
  const arrive = () => {
    server.set(0x0000, locked ? LockState.locked : LockState.unlocked, 'now');
    reportOperation(server, source, locked);
  };
  server.end('relock');
  if (delayMs === 0) arrive();
  else server.later('bolt', delayMs, arrive);
  const relockSeconds = server.number(0x0023);
  if (!locked && relockSeconds > 0 && source !== LockSource.manual) {
    server.later('relock', delayMs + relockSeconds * 1_000, () =>
      moveBolt(server, true, LockSource.air, 0),
    );
  }
}

function operate(command: number, target: (server: ClusterServer) => boolean) {
  return (server: ClusterServer): CommandOutcome => {
    const motorMs = server.node.model.physics.lockMotorMs ?? LOCK_MOTOR_MS;
    moveBolt(server, target(server), LockSource.air, motorMs);
    return { kind: 'response', command, payload: Buffer.from([0]) };
  };
}

function pinCode(server: ClusterServer, user: number): { type: number; code: string } | undefined {
  const stored = server.notes.get(`pin ${user}`);
  if (typeof stored !== 'string') return undefined;
  return { type: 0, code: stored };
}

function setPinCode(server: ClusterServer, payload: ByteReader): CommandOutcome {
  const user = payload.uint16();
  payload.uint8();
  payload.uint8();
  const code = payload.bytes(payload.uint8()).toString('latin1');
  const isFull = server.notes.size >= PIN_CODES_MAX && pinCode(server, user) === undefined;
  if (isFull) return { kind: 'response', command: 0x05, payload: Buffer.from([2]) };
  server.notes.set(`pin ${user}`, code);
  return { kind: 'response', command: 0x05, payload: Buffer.from([0]) };
}

export const doorLock: ClusterBehaviour = {
  cluster: 0x0101,
  attributes: [
    { id: 0x0000, type: ZclType.enum8, value: LockState.locked },
    { id: 0x0001, type: ZclType.enum8, value: 0 },
    { id: 0x0002, type: ZclType.bool, value: 1 },
    { id: 0x0011, type: ZclType.uint16, value: PIN_CODES_MAX },
    { id: 0x0012, type: ZclType.uint16, value: PIN_CODES_MAX },
    { id: 0x0023, type: ZclType.uint32, value: 0, isWritable: true },
    { id: 0x0024, type: ZclType.uint8, value: 2, isWritable: true },
    { id: 0x0025, type: ZclType.enum8, value: 0, isWritable: true },
  ],
  commands: {
    0: operate(0x00, () => true),
    1: operate(0x01, () => false),
    2: operate(0x02, (server) => !isLocked(server)),
    5: setPinCode,
    6: (server, payload) => {
      const user = payload.uint16();
      const pin = pinCode(server, user);
      const code = Buffer.from(pin?.code ?? '', 'latin1');
      const answer = new ByteWriter().uint16(user).uint8(pin === undefined ? 0 : 1);
      answer
        .uint8(pin?.type ?? 0xff)
        .uint8(code.length)
        .bytes(code);
      return { kind: 'response', command: 0x06, payload: answer.done() };
    },
    7: (server, payload) => {
      server.notes.delete(`pin ${payload.uint16()}`);
      return { kind: 'response', command: 0x07, payload: Buffer.from([0]) };
    },
    8: (server) => {
      server.notes.clear();
      return { kind: 'response', command: 0x08, payload: Buffer.from([0]) };
    },
    9: (server, payload) => {
      const user = payload.uint16();
      const isKnown = pinCode(server, user) !== undefined;
      return { kind: 'response', command: 0x09, payload: Buffer.from([isKnown ? 0 : 1]) };
    },
    10: (server, payload) => {
      const user = payload.uint16();
      const status = pinCode(server, user) === undefined ? 0 : 1;
      const answer = new ByteWriter().uint16(user).uint8(status).done();
      return { kind: 'response', command: 0x0a, payload: answer };
    },
  },
  inputs: {
    locked: (server, value) => moveBolt(server, Boolean(value), LockSource.manual, 0),
  },
  state: (server) => ({ locked: isLocked(server) }),
};
