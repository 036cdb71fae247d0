// On/off, level and colour: lights, and the switch of a plug. Transitions run in real time.
// Spec: ZCL 07-5123 r8 § 3.8 (on/off), 3.10 (level), 5.2 (colour).

import type { ByteReader } from '../../bytes.ts';
import { ZclType } from '../../zcl/values.ts';
import { type ClusterBehaviour, type ClusterServer, DONE } from '../cluster-server.ts';
import type { ReportPolicy } from '../reporting.ts';

const STEP_MS = 100;
const LEVEL_MAX = 254;
const ON_OFF = 0x0006;
const LEVEL = 0x0008;
const COLOR = 0x0300;

/** Moves an attribute to a value over a time, in steps; ends what moved it before. */
function ramp(
  server: ClusterServer,
  attribute: number,
  to: number,
  durationMs: number,
  done: () => void = () => undefined,
): void {
  const name = `ramp ${attribute}`;
  server.end(name);
  const from = server.number(attribute);
  const steps = Math.round(durationMs / STEP_MS);
  if (steps <= 1 || from === to) {
    server.set(attribute, to);
    done();
    return;
  }
  let step = 0;
  server.repeat(name, STEP_MS, () => {
    step += 1;
    server.set(attribute, Math.round(from + ((to - from) * step) / steps));
    if (step < steps) return true;
    done();
    return false;
  });
}

function transitionMs(payload: ByteReader, fallbackTenths: number): number {
  const tenths = payload.remaining >= 2 ? payload.uint16() : 0xffff;
  return (tenths === 0xffff ? fallbackTenths : tenths) * 100;
}

/** Switches the on/off cluster beside `server`, if there is one, and tells what draws power by it. */
function setOn(server: ClusterServer, isOn: boolean, policy: ReportPolicy = 'configured'): void {
  const onOff = server.cluster === ON_OFF ? server : server.sibling(ON_OFF);
  onOff?.set(0, isOn ? 1 : 0, policy);
  drawPower(server);
}

/** Tells the meters of the node what its load draws now. */
function drawPower(server: ClusterServer): void {
  const onOff = server.cluster === ON_OFF ? server : server.sibling(ON_OFF);
  const load = onOff?.notes.get('load') ?? server.node.model.physics.loadWatts;
  if (typeof load !== 'number') return;
  const dimming = (onOff?.sibling(LEVEL)?.number(0) ?? LEVEL_MAX) / LEVEL_MAX;
  server.node.input('power', isOn(server) ? load * dimming : 0, 'configured');
}

function isOn(server: ClusterServer): boolean {
  const onOff = server.cluster === ON_OFF ? server : server.sibling(ON_OFF);
  return onOff === undefined || onOff.number(0) === 1;
}

function turn(server: ClusterServer, on: boolean, policy: ReportPolicy = 'configured'): void {
  server.end('timed off');
  const level = server.sibling(LEVEL);
  if (on && level !== undefined) {
    // Spec: § 3.10.2.1.1: turning on restores the on-level, or the level it had.
    level.end('ramp 0');
    const onLevel = level.number(0x0011, 0xff);
    if (onLevel !== 0xff) level.set(0, onLevel, policy);
    else if (level.number(0) === 0) level.set(0, LEVEL_MAX, policy);
  }
  setOn(server, on, policy);
}

export const onOff: ClusterBehaviour = {
  cluster: ON_OFF,
  attributes: [
    { id: 0x0000, type: ZclType.bool, value: 0 },
    { id: 0x4000, type: ZclType.bool, value: 1 },
    { id: 0x4001, type: ZclType.uint16, value: 0, isWritable: true },
    { id: 0x4002, type: ZclType.uint16, value: 0, isWritable: true },
    { id: 0x4003, type: ZclType.enum8, value: 0xff, isWritable: true },
  ],
  commands: {
    0: (server) => {
      turn(server, false);
      return DONE;
    },
    1: (server) => {
      turn(server, true);
      return DONE;
    },
    2: (server) => {
      turn(server, server.number(0) !== 1);
      return DONE;
    },
    // Off with effect.
    64: (server, payload) => {
      payload.uint16();
      turn(server, false);
      return DONE;
    },
    // On with recall of the global scene.
    65: (server) => {
      turn(server, true);
      return DONE;
    },
    // On with timed off: control, on time and off wait time in tenths of a second.
    66: (server, payload) => {
      const isAcceptedOnlyWhenOn = (payload.uint8() & 1) !== 0;
      const onTenths = payload.uint16();
      payload.uint16();
      if (isAcceptedOnlyWhenOn && server.number(0) !== 1) return DONE;
      turn(server, true);
      if (onTenths !== 0xffff) server.later('timed off', onTenths * 100, () => turn(server, false));
      return DONE;
    },
  },
  inputs: {
    on: (server, value, policy) => turn(server, Boolean(value), policy),
    // What hangs on the switch: the watts that it draws while on.
    load: (server, value) => {
      server.notes.set('load', Number(value));
      drawPower(server);
    },
  },
  state: (server) => ({ on: server.number(0) === 1 }),
};

function moveToLevel(server: ClusterServer, level: number, durationMs: number, withOnOff: boolean) {
  const target = Math.max(withOnOff ? 0 : 1, Math.min(LEVEL_MAX, level));
  // Spec: § 3.10.2.1.2: without "with on/off" a light that is off stays as it is.
  if (!withOnOff && !isOn(server) && (server.number(0x000f) & 1) === 0) return;
  if (withOnOff && target > 0) setOn(server, true);
  const before = server.number(0);
  ramp(server, 0, Math.max(1, target), durationMs, () => {
    if (withOnOff && target === 0) {
      // Turned on again, it is to be as bright as before the fade.
      server.set(0, before);
      setOn(server, false);
    } else drawPower(server);
  });
}

function moveLevel(server: ClusterServer, payload: ByteReader, withOnOff: boolean) {
  const isUp = payload.uint8() === 0;
  const rate = payload.uint8();
  const unitsPerSecond = rate === 0xff || rate === 0 ? 50 : rate;
  const target = isUp ? LEVEL_MAX : withOnOff ? 0 : 1;
  const distance = Math.abs(target - server.number(0));
  moveToLevel(server, target, (distance / unitsPerSecond) * 1_000, withOnOff);
}

function stepLevel(server: ClusterServer, payload: ByteReader, withOnOff: boolean) {
  const isUp = payload.uint8() === 0;
  const size = payload.uint8();
  const target = server.number(0) + (isUp ? size : -size);
  moveToLevel(server, target, transitionMs(payload, 0), withOnOff);
}

function levelCommands(offset: number): NonNullable<ClusterBehaviour['commands']> {
  const withOnOff = offset > 0;
  return {
    [offset]: (server, payload) => {
      const level = payload.uint8();
      moveToLevel(server, level, transitionMs(payload, server.number(0x0010)), withOnOff);
      return DONE;
    },
    [offset + 1]: (server, payload) => {
      moveLevel(server, payload, withOnOff);
      return DONE;
    },
    [offset + 2]: (server, payload) => {
      stepLevel(server, payload, withOnOff);
      return DONE;
    },
    [offset + 3]: (server) => {
      server.end('ramp 0');
      return DONE;
    },
  };
}

export const level: ClusterBehaviour = {
  cluster: LEVEL,
  attributes: [
    { id: 0x0000, type: ZclType.uint8, value: LEVEL_MAX },
    { id: 0x0001, type: ZclType.uint16, value: 0 },
    { id: 0x000f, type: ZclType.bitmap8, value: 0, isWritable: true },
    { id: 0x0010, type: ZclType.uint16, value: 0, isWritable: true },
    { id: 0x0011, type: ZclType.uint8, value: 0xff, isWritable: true },
    { id: 0x0014, type: ZclType.uint8, value: 50, isWritable: true },
    { id: 0x4000, type: ZclType.uint8, value: 0xff, isWritable: true },
  ],
  commands: { ...levelCommands(0), ...levelCommands(4) },
  inputs: {
    level: (server, value, policy) => {
      server.end('ramp 0');
      server.set(0, Math.max(1, Math.min(LEVEL_MAX, Math.round(Number(value)))), policy);
    },
  },
  state: (server) => ({ level: server.number(0) }),
};

const Hue = { hue: 0, saturation: 1, x: 3, y: 4, temperature: 7, mode: 8, enhancedHue: 0x4000 };
const ColorMode = { hueSaturation: 0, xy: 1, temperature: 2 };

/** Whether colour commands are to be obeyed now: not while off, unless the options say so. */
function obeysColor(server: ClusterServer): boolean {
  return isOn(server) || (server.number(0x000f) & 1) !== 0;
}

function setMode(server: ClusterServer, mode: number): void {
  server.set(Hue.mode, mode);
  server.set(0x4001, mode);
}

function clampTemperature(server: ClusterServer, mireds: number): number {
  const min = server.number(0x400b, 153);
  const max = server.number(0x400c, 500);
  return Math.max(min, Math.min(max, mireds));
}

function setHue(server: ClusterServer, enhanced: number, durationMs: number): void {
  ramp(server, Hue.hue, enhanced >> 8, durationMs);
  ramp(server, Hue.enhancedHue, enhanced, durationMs);
}

function color(
  act: (server: ClusterServer, payload: ByteReader) => void,
): NonNullable<ClusterBehaviour['commands']>[number] {
  return (server, payload) => {
    if (obeysColor(server)) act(server, payload);
    return DONE;
  };
}

export const colorControl: ClusterBehaviour = {
  cluster: COLOR,
  attributes: [
    { id: Hue.mode, type: ZclType.enum8, value: ColorMode.temperature },
    { id: 0x000f, type: ZclType.bitmap8, value: 0, isWritable: true },
    { id: 0x4001, type: ZclType.enum8, value: ColorMode.temperature },
  ],
  commands: {
    0: color((server, payload) => {
      const hue = payload.uint8();
      payload.uint8();
      setMode(server, ColorMode.hueSaturation);
      setHue(server, hue << 8, transitionMs(payload, 0));
    }),
    3: color((server, payload) => {
      const saturation = payload.uint8();
      setMode(server, ColorMode.hueSaturation);
      ramp(server, Hue.saturation, saturation, transitionMs(payload, 0));
    }),
    6: color((server, payload) => {
      const hue = payload.uint8();
      const saturation = payload.uint8();
      const durationMs = transitionMs(payload, 0);
      setMode(server, ColorMode.hueSaturation);
      setHue(server, hue << 8, durationMs);
      ramp(server, Hue.saturation, saturation, durationMs);
    }),
    7: color((server, payload) => {
      const x = payload.uint16();
      const y = payload.uint16();
      const durationMs = transitionMs(payload, 0);
      setMode(server, ColorMode.xy);
      ramp(server, Hue.x, x, durationMs);
      ramp(server, Hue.y, y, durationMs);
    }),
    10: color((server, payload) => {
      const mireds = clampTemperature(server, payload.uint16());
      setMode(server, ColorMode.temperature);
      ramp(server, Hue.temperature, mireds, transitionMs(payload, 0));
    }),
    64: color((server, payload) => {
      const hue = payload.uint16();
      payload.uint8();
      setMode(server, ColorMode.hueSaturation);
      setHue(server, hue, transitionMs(payload, 0));
    }),
    67: color((server, payload) => {
      const hue = payload.uint16();
      const saturation = payload.uint8();
      const durationMs = transitionMs(payload, 0);
      setMode(server, ColorMode.hueSaturation);
      setHue(server, hue, durationMs);
      ramp(server, Hue.saturation, saturation, durationMs);
    }),
    68: color(() => undefined),
    71: (server) => {
      for (const id of [Hue.hue, Hue.saturation, Hue.x, Hue.y, Hue.temperature]) {
        server.end(`ramp ${id}`);
      }
      return DONE;
    },
    75: color((server, payload) => {
      const mode = payload.uint8();
      const rate = payload.uint16();
      setMode(server, ColorMode.temperature);
      if (mode === 0) {
        server.end(`ramp ${Hue.temperature}`);
        return;
      }
      const to = clampTemperature(server, mode === 1 ? 0xffff : 0);
      const distance = Math.abs(to - server.number(Hue.temperature));
      ramp(server, Hue.temperature, to, (distance / Math.max(1, rate)) * 1_000);
    }),
    76: color((server, payload) => {
      const isUp = payload.uint8() === 1;
      const size = payload.uint16();
      const to = server.number(Hue.temperature) + (isUp ? size : -size);
      setMode(server, ColorMode.temperature);
      ramp(server, Hue.temperature, clampTemperature(server, to), transitionMs(payload, 0));
    }),
  },
  inputs: {
    colorTemperature: (server, value, policy) => {
      setMode(server, ColorMode.temperature);
      server.set(Hue.temperature, clampTemperature(server, Math.round(Number(value))), policy);
    },
  },
  state: (server) => ({
    colorMode: server.number(Hue.mode),
    colorTemperature: server.number(Hue.temperature),
    ...(server.attribute(Hue.x) === undefined
      ? {}
      : { colorX: server.number(Hue.x) / 65_535, colorY: server.number(Hue.y) / 65_535 }),
  }),
};
