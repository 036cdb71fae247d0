// What senses: temperature, humidity, pressure, light, presence; and what measures electricity.
// Spec: ZCL 07-5123 r8 § 4.2 to 4.9 (measurement), 10.4 (metering).

import { ZclType } from '../../zcl/values.ts';
import type { AttributeDefault, ClusterBehaviour, ClusterServer } from '../cluster-server.ts';
import type { ReportPolicy } from '../reporting.ts';

function measurement(options: {
  cluster: number;
  name: string;
  type: number;
  initial: number;
  toRaw: (value: number) => number;
  fromRaw: (raw: number) => number;
}): ClusterBehaviour {
  const { cluster, name, type, toRaw, fromRaw } = options;
  return {
    cluster,
    attributes: [
      { id: 0x0000, type, value: toRaw(options.initial) },
      { id: 0x0001, type, value: type === ZclType.int16 ? -4_000 : 0 },
      { id: 0x0002, type, value: type === ZclType.int16 ? 12_500 : 0xfffe },
      { id: 0x0003, type: ZclType.uint16, value: 100 },
    ],
    inputs: {
      [name]: (server, value, policy) => server.set(0x0000, toRaw(Number(value)), policy),
    },
    state: (server) => ({ [name]: fromRaw(server.number(0x0000)) }),
  };
}

function hundredths(value: number): number {
  return Math.round(value * 100);
}

export const temperature = measurement({
  cluster: 0x0402,
  name: 'temperature',
  type: ZclType.int16,
  initial: 21,
  toRaw: hundredths,
  fromRaw: (raw) => raw / 100,
});

export const humidity = measurement({
  cluster: 0x0405,
  name: 'humidity',
  type: ZclType.uint16,
  initial: 45,
  toRaw: hundredths,
  fromRaw: (raw) => raw / 100,
});

/** In hPa, which is the cluster's unit of 0.1 kPa. */
export const pressure = measurement({
  cluster: 0x0403,
  name: 'pressure',
  type: ZclType.int16,
  initial: 1_013,
  toRaw: Math.round,
  fromRaw: (raw) => raw,
});

/** In lux. Spec: § 4.2.2.2.1: MeasuredValue = 10,000 × log10(lux) + 1, 0 for too dark to be measured. */
export const illuminance = measurement({
  cluster: 0x0400,
  name: 'illuminance',
  type: ZclType.uint16,
  initial: 80,
  toRaw: (lux) => (lux < 1 ? 0 : Math.min(0xfffe, Math.round(10_000 * Math.log10(lux) + 1))),
  fromRaw: (raw) => (raw === 0 ? 0 : Math.round(10 ** ((raw - 1) / 10_000))),
});

export const occupancy: ClusterBehaviour = {
  cluster: 0x0406,
  attributes: [
    { id: 0x0000, type: ZclType.bitmap8, value: 0 },
    { id: 0x0001, type: ZclType.enum8, value: 0 },
    { id: 0x0010, type: ZclType.uint16, value: 0, isWritable: true },
    { id: 0x0011, type: ZclType.uint16, value: 0, isWritable: true },
  ],
  inputs: {
    occupancy: (server, value, policy) => server.set(0x0000, value ? 1 : 0, policy),
  },
  state: (server) => ({ occupancy: server.number(0x0000) === 1 }),
};

/** Volts, amperes and watts by the device's own multipliers and divisors. */
const ELECTRICAL: readonly AttributeDefault[] = [
  { id: 0x0000, type: ZclType.bitmap32, value: 1 },
  { id: 0x0300, type: ZclType.uint16, value: 50 },
  { id: 0x0505, type: ZclType.uint16, value: 230 },
  { id: 0x0508, type: ZclType.uint16, value: 0 },
  { id: 0x050b, type: ZclType.int16, value: 0 },
  { id: 0x0600, type: ZclType.uint16, value: 1 },
  { id: 0x0601, type: ZclType.uint16, value: 1 },
  { id: 0x0602, type: ZclType.uint16, value: 1 },
  { id: 0x0603, type: ZclType.uint16, value: 1_000 },
  { id: 0x0604, type: ZclType.uint16, value: 1 },
  { id: 0x0605, type: ZclType.uint16, value: 1 },
];

function scaled(server: ClusterServer, value: number, multiplier: number, divisor: number): number {
  return Math.round(
    (value * server.number(divisor, 1)) / Math.max(1, server.number(multiplier, 1)),
  );
}

function drawElectrical(server: ClusterServer, watts: number, policy: ReportPolicy): void {
  const volts = server.number(0x0505) / (server.number(0x0601, 1) / server.number(0x0600, 1));
  server.set(0x050b, scaled(server, watts, 0x0604, 0x0605), policy);
  server.set(0x0508, scaled(server, watts / Math.max(1, volts), 0x0602, 0x0603), policy);
}

export const electricalMeasurement: ClusterBehaviour = {
  cluster: 0x0b04,
  attributes: ELECTRICAL,
  inputs: {
    power: (server, value, policy) => drawElectrical(server, Number(value), policy),
    voltage: (server, value, policy) =>
      server.set(0x0505, scaled(server, Number(value), 0x0600, 0x0601), policy),
  },
  state: (server) => ({
    power: (server.number(0x050b) * server.number(0x0604, 1)) / server.number(0x0605, 1),
    voltage: (server.number(0x0505) * server.number(0x0600, 1)) / server.number(0x0601, 1),
  }),
};

const METER_TICK_MS = 2_000;

function meterWatts(server: ClusterServer): number {
  const watts = server.notes.get('watts');
  return typeof watts === 'number' ? watts : 0;
}

/** Counts energy while power flows, at the speed of the home's world. */
function runMeter(server: ClusterServer): void {
  if (server.running.has('meter')) return;
  server.repeat('meter', METER_TICK_MS, () => {
    const watts = meterWatts(server);
    if (watts === 0) return false;
    const hours = (METER_TICK_MS * server.node.speed) / 3_600_000;
    const pending = Number(server.notes.get('pending') ?? 0) + (watts / 1_000) * hours;
    const unitsPerKilowattHour = server.number(0x0302, 1) / Math.max(1, server.number(0x0301, 1));
    const units = Math.floor(pending * unitsPerKilowattHour);
    server.notes.set('pending', pending - units / unitsPerKilowattHour);
    if (units > 0) {
      const total = server.attribute(0x0000)?.value;
      server.set(0x0000, (typeof total === 'number' ? total : 0) + units);
    }
    return true;
  });
}

export const metering: ClusterBehaviour = {
  cluster: 0x0702,
  attributes: [
    { id: 0x0000, type: ZclType.uint48, value: 0 },
    { id: 0x0200, type: ZclType.bitmap8, value: 0 },
    { id: 0x0300, type: ZclType.enum8, value: 0 },
    { id: 0x0301, type: ZclType.uint24, value: 1 },
    { id: 0x0302, type: ZclType.uint24, value: 1_000 },
    { id: 0x0303, type: ZclType.bitmap8, value: 42 },
    { id: 0x0306, type: ZclType.bitmap8, value: 0 },
    { id: 0x0400, type: ZclType.int24, value: 0 },
  ],
  inputs: {
    power: (server, value, policy) => {
      const watts = Number(value);
      server.notes.set('watts', watts);
      // Instantaneous demand is in kilowatts, by the same multiplier and divisor as the sum.
      server.set(0x0400, scaled(server, watts / 1_000, 0x0301, 0x0302), policy);
      if (watts > 0) runMeter(server);
    },
    energy: (server, value, policy) =>
      server.set(0x0000, scaled(server, Number(value), 0x0301, 0x0302), policy),
  },
  state: (server) => ({
    energy: (server.number(0x0000) * server.number(0x0301, 1)) / server.number(0x0302, 1),
  }),
};
