// The clusters of bridged devices in matter.js: plain behaviours without logic of their own, whose state is what the
// home says and whose commands and written attributes go to whoever forwards them. Loaded only while the bridge is on.
import {
  type ActionContext,
  type ClusterBehavior,
  type Endpoint,
  RootSupervisor,
} from '@matter/main';
import { AirQualityBehavior } from '@matter/main/behaviors/air-quality';
import { BooleanStateBehavior } from '@matter/main/behaviors/boolean-state';
import { CarbonDioxideConcentrationMeasurementBehavior } from '@matter/main/behaviors/carbon-dioxide-concentration-measurement';
import { CarbonMonoxideConcentrationMeasurementBehavior } from '@matter/main/behaviors/carbon-monoxide-concentration-measurement';
import { ColorControlBehavior } from '@matter/main/behaviors/color-control';
import { DoorLockBehavior } from '@matter/main/behaviors/door-lock';
import { ElectricalEnergyMeasurementBehavior } from '@matter/main/behaviors/electrical-energy-measurement';
import { ElectricalPowerMeasurementBehavior } from '@matter/main/behaviors/electrical-power-measurement';
import { FanControlBehavior } from '@matter/main/behaviors/fan-control';
import { FlowMeasurementBehavior } from '@matter/main/behaviors/flow-measurement';
import { FormaldehydeConcentrationMeasurementBehavior } from '@matter/main/behaviors/formaldehyde-concentration-measurement';
import { IdentifyServer } from '@matter/main/behaviors/identify';
import { IlluminanceMeasurementBehavior } from '@matter/main/behaviors/illuminance-measurement';
import { LevelControlBehavior } from '@matter/main/behaviors/level-control';
import { OccupancySensingBehavior } from '@matter/main/behaviors/occupancy-sensing';
import { OnOffBehavior } from '@matter/main/behaviors/on-off';
import { Pm10ConcentrationMeasurementBehavior } from '@matter/main/behaviors/pm10-concentration-measurement';
import { Pm25ConcentrationMeasurementBehavior } from '@matter/main/behaviors/pm25-concentration-measurement';
import { PowerSourceBehavior } from '@matter/main/behaviors/power-source';
import { PowerTopologyBehavior } from '@matter/main/behaviors/power-topology';
import { PressureMeasurementBehavior } from '@matter/main/behaviors/pressure-measurement';
import { RelativeHumidityMeasurementBehavior } from '@matter/main/behaviors/relative-humidity-measurement';
import { SmokeCoAlarmBehavior } from '@matter/main/behaviors/smoke-co-alarm';
import { SwitchBehavior } from '@matter/main/behaviors/switch';
import { TemperatureMeasurementBehavior } from '@matter/main/behaviors/temperature-measurement';
import { ThermostatBehavior } from '@matter/main/behaviors/thermostat';
import { TotalVolatileOrganicCompoundsConcentrationMeasurementBehavior } from '@matter/main/behaviors/total-volatile-organic-compounds-concentration-measurement';
import { ValveConfigurationAndControlBehavior } from '@matter/main/behaviors/valve-configuration-and-control';
import { WindowCoveringBehavior } from '@matter/main/behaviors/window-covering';
import type { ClusterName } from './parts.ts';
import { commandsOf, type Fields, writtenAttributesOf } from './requests.ts';

type ClusterType = ClusterBehavior.Type;

/** The features of a cluster are chosen at run time, which the library's types cannot follow. */
const BASES = {
  AirQuality: AirQualityBehavior,
  BooleanState: BooleanStateBehavior,
  CarbonDioxideConcentrationMeasurement: CarbonDioxideConcentrationMeasurementBehavior,
  CarbonMonoxideConcentrationMeasurement: CarbonMonoxideConcentrationMeasurementBehavior,
  ColorControl: ColorControlBehavior,
  DoorLock: DoorLockBehavior,
  ElectricalEnergyMeasurement: ElectricalEnergyMeasurementBehavior,
  ElectricalPowerMeasurement: ElectricalPowerMeasurementBehavior,
  FanControl: FanControlBehavior,
  FlowMeasurement: FlowMeasurementBehavior,
  FormaldehydeConcentrationMeasurement: FormaldehydeConcentrationMeasurementBehavior,
  IlluminanceMeasurement: IlluminanceMeasurementBehavior,
  LevelControl: LevelControlBehavior,
  OccupancySensing: OccupancySensingBehavior,
  OnOff: OnOffBehavior,
  Pm10ConcentrationMeasurement: Pm10ConcentrationMeasurementBehavior,
  Pm25ConcentrationMeasurement: Pm25ConcentrationMeasurementBehavior,
  PowerSource: PowerSourceBehavior,
  PowerTopology: PowerTopologyBehavior,
  PressureMeasurement: PressureMeasurementBehavior,
  RelativeHumidityMeasurement: RelativeHumidityMeasurementBehavior,
  SmokeCoAlarm: SmokeCoAlarmBehavior,
  Switch: SwitchBehavior,
  TemperatureMeasurement: TemperatureMeasurementBehavior,
  Thermostat: ThermostatBehavior,
  TotalVolatileOrganicCompoundsConcentrationMeasurement:
    TotalVolatileOrganicCompoundsConcentrationMeasurementBehavior,
  ValveConfigurationAndControl: ValveConfigurationAndControlBehavior,
  WindowCovering: WindowCoveringBehavior,
} as unknown as Readonly<Record<ClusterName, ClusterType & FeatureChoice>>;

interface FeatureChoice {
  with(...features: readonly string[]): ClusterType;
}

/** What a controller did to a part: a command, or an attribute that it wrote. */
export type Happened =
  | { readonly kind: 'command'; readonly name: string; readonly fields: Fields }
  | { readonly kind: 'write'; readonly name: string; readonly value: unknown };

/**
 * Takes what controllers do; one for each node, found in its environment. It resolves once the home has done it.
 */
export class Forwarder {
  readonly #take: Take;

  constructor(take: Take) {
    this.#take = take;
  }

  /** @throws what the controller is to be told */
  async forward(
    endpoint: Endpoint,
    cluster: ClusterName | 'Identify',
    what: Happened,
    context: ActionContext,
  ): Promise<void> {
    await this.#take(endpoint, cluster, what, context);
  }
}

export type Take = (
  endpoint: Endpoint,
  cluster: ClusterName | 'Identify',
  what: Happened,
  context: ActionContext,
) => Promise<void>;

const built = new Map<string, ClusterType>();

/** The behaviour of a cluster with these features. */
export function behaviorOf(cluster: ClusterName, features: readonly string[]): ClusterType {
  const key = [cluster, ...features].join(' ');
  const known = built.get(key);
  if (known !== undefined) return known;
  const made = build(cluster, features);
  built.set(key, made);
  return made;
}

/** What the behaviours here need of an instance. */
interface Instance {
  readonly endpoint: Endpoint;
  readonly env: { get(type: typeof Forwarder): Forwarder };
  readonly context: ActionContext;
  readonly events: Readonly<Record<string, { isAsync: boolean } | undefined>>;
  reactTo(observable: unknown, reactor: (...args: readonly unknown[]) => unknown): void;
}

/** What the home says is the home's to keep: written down at each change it would wear the disk out. */
class Unkept extends RootSupervisor {
  override persistentKeys(): Set<string> {
    return new Set();
  }
}

function build(cluster: ClusterName, features: readonly string[]): ClusterType {
  const type = BASES[cluster].with(...features);
  const supervisor = new Unkept(type.supervisor.schema);
  const Base = type as unknown as new (...args: readonly unknown[]) => object;
  class Forwarding extends Base {
    /** State is not locked while the home is asked: it changes by what the home then says. */
    static readonly lockOnInvoke = false;

    static get supervisor(): RootSupervisor {
      return supervisor;
    }

    initialize(this: Instance): void {
      for (const name of writtenAttributesOf(cluster)) {
        const changing = this.events[`${name}$Changing`];
        if (changing === undefined) continue;
        // The write is answered once the home has done it.
        changing.isAsync = true;
        this.reactTo(changing, function forwardWrite(this: Instance, value) {
          // What the home itself says is no wish of a controller.
          if (this.context.offline === true) return undefined;
          const what: Happened = { kind: 'write', name, value };
          return this.env.get(Forwarder).forward(this.endpoint, cluster, what, this.context);
        });
      }
    }
  }
  for (const name of commandsOf(cluster)) {
    // A command that these features do not have is none of this cluster's.
    if (!(name in Base.prototype)) continue;
    Object.defineProperty(Forwarding.prototype, name, {
      value(this: Instance, fields?: Fields) {
        const what: Happened = { kind: 'command', name, fields: fields ?? {} };
        return this.env.get(Forwarder).forward(this.endpoint, cluster, what, this.context);
      },
    });
  }
  return Forwarding as unknown as ClusterType;
}

/** Identifying is counted down by the library and shown by the device. */
export class ForwardingIdentify extends IdentifyServer {
  override async identify(fields: { readonly identifyTime: number }): Promise<void> {
    await super.identify(fields);
    if (fields.identifyTime === 0) return;
    const what: Happened = { kind: 'command', name: 'identify', fields: {} };
    await this.env.get(Forwarder).forward(this.endpoint, 'Identify', what, this.context);
  }
}
