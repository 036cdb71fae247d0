// Window coverings with their travel time, and thermostats.
// Spec: ZCL 07-5123 r8 § 7.4 (window covering), 6.3 (thermostat).

import { ZclStatus } from '../../zcl/frame.ts';
import { ZclType } from '../../zcl/values.ts';
import { type ClusterBehaviour, type ClusterServer, DONE } from '../cluster-server.ts';
import type { ReportPolicy } from '../reporting.ts';

const TRAVEL_SECONDS = 20;
const TRAVEL_STEP_MS = 250;
const POSITION = 0x0008;

/** Drives the covering to a lift percentage: 0 is open, 100 closed. */
function drive(server: ClusterServer, to: number): void {
  const target = Math.max(0, Math.min(100, to));
  const travelSeconds = server.node.model.physics.travelSeconds ?? TRAVEL_SECONDS;
  const perStep = (100 / travelSeconds) * (TRAVEL_STEP_MS / 1_000);
  let exact = server.number(POSITION);
  server.end('travel');
  if (exact === target) {
    server.set(POSITION, target, 'now');
    return;
  }
  server.repeat('travel', TRAVEL_STEP_MS, () => {
    const left = target - exact;
    exact = Math.abs(left) <= perStep ? target : exact + Math.sign(left) * perStep;
    const hasArrived = exact === target;
    server.set(POSITION, Math.round(exact), hasArrived ? 'now' : 'configured');
    return !hasArrived;
  });
}

export const windowCovering: ClusterBehaviour = {
  cluster: 0x0102,
  attributes: [
    { id: 0x0000, type: ZclType.enum8, value: 0 },
    { id: 0x0007, type: ZclType.bitmap8, value: 3 },
    { id: POSITION, type: ZclType.uint8, value: 0 },
    { id: 0x0010, type: ZclType.uint16, value: 0 },
    { id: 0x0011, type: ZclType.uint16, value: 0xffff },
    { id: 0x0017, type: ZclType.bitmap8, value: 0, isWritable: true },
  ],
  commands: {
    0: (server) => {
      drive(server, 0);
      return DONE;
    },
    1: (server) => {
      drive(server, 100);
      return DONE;
    },
    2: (server) => {
      server.end('travel');
      server.set(POSITION, server.number(POSITION), 'now');
      return DONE;
    },
    5: (server, payload) => {
      const percent = payload.uint8();
      if (percent > 100) return { kind: 'status', status: ZclStatus.invalidValue };
      drive(server, percent);
      return DONE;
    },
  },
  inputs: {
    // A hand on the covering's own button: it travels there.
    travelTo: (server, value) => drive(server, Number(value)),
    // Where it is, at once.
    closedPercent: (server, value, policy) => {
      server.end('travel');
      server.set(POSITION, Math.max(0, Math.min(100, Math.round(Number(value)))), policy);
    },
  },
  state: (server) => ({
    closedPercent: server.number(POSITION),
    moving: server.running.has('travel'),
  }),
};

const Thermostat = {
  localTemperature: 0x0000,
  heatingDemand: 0x0008,
  calibration: 0x0010,
  setpoint: 0x0012,
  minSetpoint: 0x0015,
  maxSetpoint: 0x0016,
  systemMode: 0x001c,
  runningMode: 0x001e,
  runningState: 0x0029,
} as const;

const SystemMode = { off: 0, auto: 1, heat: 4 } as const;
const HYSTERESIS_HUNDREDTHS = 20;

/** Opens or closes the valve by where the room is against where it should be. */
function regulate(server: ClusterServer, policy: ReportPolicy = 'configured'): void {
  const below = server.number(Thermostat.setpoint) - server.number(Thermostat.localTemperature);
  const isOff = server.number(Thermostat.systemMode) === SystemMode.off;
  const wasHeating = (server.number(Thermostat.runningState) & 1) === 1;
  const threshold = wasHeating ? -HYSTERESIS_HUNDREDTHS : HYSTERESIS_HUNDREDTHS;
  const isHeating = !isOff && below > threshold;
  server.set(Thermostat.runningState, isHeating ? 1 : 0, policy);
  server.set(Thermostat.runningMode, isHeating ? SystemMode.heat : 0, policy);
  const demand = isHeating ? Math.max(5, Math.min(100, Math.round(below / 2))) : 0;
  server.set(Thermostat.heatingDemand, demand, policy);
}

function clampSetpoint(server: ClusterServer, hundredths: number): number {
  const min = server.number(Thermostat.minSetpoint, 500);
  const max = server.number(Thermostat.maxSetpoint, 3_000);
  return Math.max(min, Math.min(max, hundredths));
}

export const thermostat: ClusterBehaviour = {
  cluster: 0x0201,
  attributes: [
    { id: Thermostat.localTemperature, type: ZclType.int16, value: 2_050 },
    { id: 0x0003, type: ZclType.int16, value: 400 },
    { id: 0x0004, type: ZclType.int16, value: 3_500 },
    { id: Thermostat.calibration, type: ZclType.int8, value: 0, isWritable: true },
    { id: Thermostat.setpoint, type: ZclType.int16, value: 2_100, isWritable: true },
    { id: Thermostat.minSetpoint, type: ZclType.int16, value: 400, isWritable: true },
    { id: Thermostat.maxSetpoint, type: ZclType.int16, value: 3_500, isWritable: true },
    { id: 0x001a, type: ZclType.bitmap8, value: 0, isWritable: true },
    { id: 0x001b, type: ZclType.enum8, value: 2, isWritable: true },
    { id: Thermostat.systemMode, type: ZclType.enum8, value: SystemMode.heat, isWritable: true },
    { id: Thermostat.runningMode, type: ZclType.enum8, value: 0 },
    { id: Thermostat.runningState, type: ZclType.bitmap16, value: 0 },
  ],
  commands: {
    // Setpoint raise or lower: mode, tenths of a degree.
    0: (server, payload) => {
      payload.uint8();
      const change = payload.int8() * 10;
      server.set(
        Thermostat.setpoint,
        clampSetpoint(server, server.number(Thermostat.setpoint) + change),
      );
      regulate(server);
      return DONE;
    },
  },
  written: (server, attribute) => {
    if (attribute === Thermostat.setpoint) {
      server.set(Thermostat.setpoint, clampSetpoint(server, server.number(Thermostat.setpoint)));
    }
    regulate(server);
  },
  inputs: {
    temperature: (server, value, policy) => {
      const calibration = server.number(Thermostat.calibration) * 10;
      const measured = Math.round(Number(value) * 100) + calibration;
      server.set(Thermostat.localTemperature, measured, policy);
      regulate(server, policy === 'now' ? 'now' : 'configured');
    },
    // As a hand on the device's own wheel would set it.
    setpoint: (server, value, policy) => {
      const wanted = clampSetpoint(server, Math.round(Number(value) * 100));
      server.set(Thermostat.setpoint, wanted, policy);
      regulate(server);
    },
  },
  state: (server) => ({
    temperature: server.number(Thermostat.localTemperature) / 100,
    setpoint: server.number(Thermostat.setpoint) / 100,
    heating: (server.number(Thermostat.runningState) & 1) === 1,
    systemMode: server.number(Thermostat.systemMode),
  }),
};
