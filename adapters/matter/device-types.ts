// The device types of the standard as kinds of device. Spec: Matter 1.5 Device Library.
import type { DeviceKind } from '../../hub/model/properties.ts';

const KINDS: Readonly<Partial<Record<DeviceKind, readonly number[]>>> = {
  light: [0x0100, 0x0101, 0x010c, 0x010d],
  plug: [0x010a, 0x010b],
  // Mounted controls switch what is wired to them.
  switch: [0x010f, 0x0110],
  contact: [0x0015],
  motion: [0x0107],
  // Temperature, humidity, pressure, air quality.
  climate: [0x0302, 0x0305, 0x0307, 0x002c],
  // Light, flow, rain, soil, frost, on/off sensors; sun, battery, meters.
  sensor: [
    0x0106, 0x0306, 0x0044, 0x0045, 0x0041, 0x0850, 0x0017, 0x0018, 0x0511, 0x0512, 0x0513, 0x0514,
  ],
  leak: [0x0043],
  smoke: [0x0076],
  lock: [0x000a],
  // Window coverings, closures and their panels.
  cover: [0x0202, 0x0230, 0x0231],
  // Thermostat, heating and cooling unit, room air conditioner, water heater.
  thermostat: [0x0301, 0x0300, 0x0072, 0x050f],
  // Fan, air purifier, extractor hood.
  fan: [0x002b, 0x002d, 0x007a],
  // Water valve, irrigation.
  valve: [0x0042, 0x0040],
  button: [0x000f, 0x0148, 0x0141, 0x0143],
  // What controls others: switches, controllers, remotes.
  remote: [
    0x0103, 0x0104, 0x0105, 0x0840, 0x0304, 0x000b, 0x0203, 0x023e, 0x030a, 0x0029, 0x002a, 0x0147,
  ],
  // Players, speakers, chimes.
  media: [0x0022, 0x0023, 0x0024, 0x0028, 0x0146],
  // Refrigerator and its cabinets, washer, dryer, dishwasher, oven, cooktop and its surfaces, microwave, robot vacuum,
  // charger of a car, heat pump, pump, whatever has modes to choose from.
  appliance: [
    0x0070, 0x0071, 0x0073, 0x007c, 0x0075, 0x007b, 0x0078, 0x0077, 0x0079, 0x0074, 0x050c, 0x0309,
    0x0303, 0x0027,
  ],
  // Network infrastructure manager, Thread border router.
  repeater: [0x0090, 0x0091],
};

const BY_TYPE: ReadonlyMap<number, DeviceKind> = new Map(
  Object.entries(KINDS).flatMap(([kind, types]) =>
    types.map((type): [number, DeviceKind] => [type, kind as DeviceKind]),
  ),
);

/** The kind of a device type; undefined for one that only helps others, such as a power source. */
export function kindOfType(deviceType: number): DeviceKind | undefined {
  return BY_TYPE.get(deviceType);
}
