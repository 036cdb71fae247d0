// Which behaviour each cluster has. A cluster that is not here has only the attributes of its device file, and
// answers every command with UNSUP_CLUSTER_COMMAND.

import type { ClusterBehaviour } from '../cluster-server.ts';
import { thermostat, windowCovering } from './comfort.ts';
import { basic, groups, identify, pollControl, powerConfiguration, scenes } from './general.ts';
import { colorControl, level, onOff } from './light.ts';
import {
  electricalMeasurement,
  humidity,
  illuminance,
  metering,
  occupancy,
  pressure,
  temperature,
} from './measurement.ts';
import { doorLock, warningDevice, zone } from './security.ts';

export const BEHAVIOURS: ReadonlyMap<number, ClusterBehaviour> = new Map(
  [
    basic,
    powerConfiguration,
    identify,
    groups,
    scenes,
    onOff,
    level,
    colorControl,
    pollControl,
    temperature,
    humidity,
    pressure,
    illuminance,
    occupancy,
    electricalMeasurement,
    metering,
    zone,
    warningDevice,
    doorLock,
    windowCovering,
    thermostat,
  ].map((behaviour) => [behaviour.cluster, behaviour]),
);
