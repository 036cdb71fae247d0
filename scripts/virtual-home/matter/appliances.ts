// How the appliances among the virtual Matter devices are built, and what each does when it is asked to.
import { Endpoint } from '@matter/main';
import { DishwasherModeServer } from '@matter/main/behaviors/dishwasher-mode';
import { EnergyEvseServer } from '@matter/main/behaviors/energy-evse';
import { EnergyEvseModeServer } from '@matter/main/behaviors/energy-evse-mode';
import { FanControlServer } from '@matter/main/behaviors/fan-control';
import { HepaFilterMonitoringServer } from '@matter/main/behaviors/hepa-filter-monitoring';
import { OperationalStateServer } from '@matter/main/behaviors/operational-state';
import { RefrigeratorAlarmServer } from '@matter/main/behaviors/refrigerator-alarm';
import { RvcCleanModeServer } from '@matter/main/behaviors/rvc-clean-mode';
import { RvcOperationalStateServer } from '@matter/main/behaviors/rvc-operational-state';
import { RvcRunModeServer } from '@matter/main/behaviors/rvc-run-mode';
import { TemperatureControlServer } from '@matter/main/behaviors/temperature-control';
import { ThermostatServer } from '@matter/main/behaviors/thermostat';
import { ValveConfigurationAndControlServer } from '@matter/main/behaviors/valve-configuration-and-control';
import { WaterHeaterManagementServer } from '@matter/main/behaviors/water-heater-management';
import { WaterHeaterModeServer } from '@matter/main/behaviors/water-heater-mode';
import { EnergyEvse } from '@matter/main/clusters/energy-evse';
import { FanControl } from '@matter/main/clusters/fan-control';
import { Thermostat } from '@matter/main/clusters/thermostat';
import { AirPurifierDevice } from '@matter/main/devices/air-purifier';
import { DishwasherDevice } from '@matter/main/devices/dishwasher';
import { EnergyEvseDevice } from '@matter/main/devices/energy-evse';
import { FanDevice } from '@matter/main/devices/fan';
import { LaundryWasherDevice } from '@matter/main/devices/laundry-washer';
import { RefrigeratorDevice } from '@matter/main/devices/refrigerator';
import { RoboticVacuumCleanerDevice } from '@matter/main/devices/robotic-vacuum-cleaner';
import { RoomAirConditionerDevice } from '@matter/main/devices/room-air-conditioner';
import { TemperatureControlledCabinetDevice } from '@matter/main/devices/temperature-controlled-cabinet';
import { WaterHeaterDevice } from '@matter/main/devices/water-heater';
import { WaterValveDevice } from '@matter/main/devices/water-valve';

/** The standard's numbers of an operational state. Spec: Matter 1.4 Application Clusters § 1.14.4, 7.4.4. */
const State = {
  stopped: 0,
  running: 1,
  paused: 2,
  error: 3,
  seekingCharger: 64,
  charging: 65,
  docked: 66,
};
const DONE = { commandResponseState: { errorStateId: 0 } };
const NOT_NOW = { commandResponseState: { errorStateId: 3 } };

class Programme extends OperationalStateServer {
  override start() {
    this.state.operationalState = State.running;
    return DONE;
  }
  override stop() {
    this.state.operationalState = State.stopped;
    return DONE;
  }
  override pause() {
    if (this.state.operationalState !== State.running) return NOT_NOW;
    this.state.operationalState = State.paused;
    return DONE;
  }
  override resume() {
    if (this.state.operationalState !== State.paused) return NOT_NOW;
    this.state.operationalState = State.running;
    return DONE;
  }
}

class Vacuum extends RvcOperationalStateServer {
  override pause() {
    if (this.state.operationalState !== State.running) return NOT_NOW;
    this.state.operationalState = State.paused;
    return DONE;
  }
  override resume() {
    this.state.operationalState = State.running;
    return DONE;
  }
  override goHome() {
    this.state.operationalState = State.seekingCharger;
    return DONE;
  }
}

class Cabinet extends TemperatureControlServer.with('TemperatureNumber') {
  override setTemperature({ targetTemperature }: { targetTemperature?: number }) {
    if (targetTemperature !== undefined) this.state.temperatureSetpoint = targetTemperature;
  }
}

class Charger extends EnergyEvseServer {
  override enableCharging() {
    this.state.supplyState = EnergyEvse.SupplyState.ChargingEnabled;
  }
  override disable() {
    this.state.supplyState = EnergyEvse.SupplyState.Disabled;
  }
}

class Boiler extends WaterHeaterManagementServer {
  override boost() {
    this.state.boostState = 1;
  }
  override cancelBoost() {
    this.state.boostState = 0;
  }
}

class Valve extends ValveConfigurationAndControlServer {
  override open() {
    this.state.currentState = 1;
    this.state.targetState = 1;
  }
  override close() {
    this.state.currentState = 0;
    this.state.targetState = 0;
  }
}

const operation = (...further: readonly number[]) => ({
  phaseList: null,
  currentPhase: null,
  operationalStateList: [0, 1, 2, 3, ...further].map((operationalStateId) => ({
    operationalStateId,
  })),
  operationalState: State.stopped,
  operationalError: { errorStateId: 0 },
});

/** Modes of an appliance: their names and what they mean by the standard. */
const modes = (...all: readonly (readonly [label: string, tag: number])[]) => ({
  supportedModes: all.map(([label, value], mode) => ({ label, mode, modeTags: [{ value }] })),
  currentMode: 0,
});

const fan = {
  fanMode: FanControl.FanMode.Off,
  fanModeSequence: FanControl.FanModeSequence.OffLowMedHigh,
  percentSetting: 0,
  percentCurrent: 0,
};

export const APPLIANCES = {
  fan: (id: string) => new Endpoint(FanDevice, { id, fanControl: fan }),
  'air-purifier': (id: string) =>
    new Endpoint(AirPurifierDevice.with(HepaFilterMonitoringServer.with('Condition')), {
      id,
      fanControl: fan,
      hepaFilterMonitoring: { condition: 80, degradationDirection: 1, changeIndication: 0 },
    }),
  dishwasher: (id: string) =>
    new Endpoint(DishwasherDevice.with(Programme, DishwasherModeServer), {
      id,
      operationalState: {
        ...operation(),
        phaseList: ['soak', 'wash', 'dry'],
        currentPhase: 0,
      },
      dishwasherMode: modes(['Normal', 0x4000], ['Heavy', 0x4001], ['Light', 0x4002]),
    }),
  'laundry-washer': (id: string) =>
    new Endpoint(LaundryWasherDevice.with(Programme), { id, operationalState: operation() }),
  refrigerator: (id: string) =>
    new Endpoint(RefrigeratorDevice.with(RefrigeratorAlarmServer), {
      id,
      refrigeratorAlarm: {
        mask: { doorOpen: true },
        state: { doorOpen: false },
        supported: { doorOpen: true },
      },
    }),
  cabinet: (id: string) =>
    new Endpoint(TemperatureControlledCabinetDevice.with(Cabinet), {
      id,
      temperatureControl: {
        temperatureSetpoint: 400,
        minTemperature: -2_500,
        maxTemperature: 1_000,
      },
    }),
  'robot-vacuum': (id: string) =>
    new Endpoint(RoboticVacuumCleanerDevice.with(Vacuum, RvcCleanModeServer, RvcRunModeServer), {
      id,
      rvcOperationalState: {
        ...operation(State.seekingCharger, State.charging, State.docked),
        operationalState: State.docked,
      },
      rvcRunMode: modes(['Idle', 0x4000], ['Cleaning', 0x4001]),
      rvcCleanMode: modes(['Vacuum', 0x4001], ['Mop', 0x4002]),
    }),
  'room-air-conditioner': (id: string) =>
    new Endpoint(
      RoomAirConditionerDevice.with(ThermostatServer.with('Cooling'), FanControlServer),
      {
        id,
        thermostat: {
          controlSequenceOfOperation: Thermostat.ControlSequenceOfOperation.CoolingOnly,
          systemMode: Thermostat.SystemMode.Cool,
          localTemperature: 2_650,
          externalMeasuredIndoorTemperature: 2_650,
          occupiedCoolingSetpoint: 2_400,
        },
        fanControl: fan,
      },
    ),
  'car-charger': (id: string) =>
    new Endpoint(EnergyEvseDevice.with(Charger, EnergyEvseModeServer), {
      id,
      energyEvse: {
        state: EnergyEvse.State.PluggedInDemand,
        supplyState: EnergyEvse.SupplyState.Disabled,
        faultState: EnergyEvse.FaultState.NoError,
        chargingEnabledUntil: null,
        circuitCapacity: 32_000,
        minimumChargeCurrent: 6_000,
        maximumChargeCurrent: 16_000,
        sessionId: null,
        sessionDuration: null,
        sessionEnergyCharged: null,
      },
      energyEvseMode: modes(['Manual', 0x4000], ['Solar', 0x4002]),
    }),
  'water-heater': (id: string) =>
    new Endpoint(
      WaterHeaterDevice.with(ThermostatServer.with('Heating'), Boiler, WaterHeaterModeServer),
      {
        id,
        thermostat: {
          controlSequenceOfOperation: Thermostat.ControlSequenceOfOperation.HeatingOnly,
          systemMode: Thermostat.SystemMode.Heat,
          localTemperature: 4_500,
          externalMeasuredIndoorTemperature: 4_500,
          absMaxHeatSetpointLimit: 6_500,
          maxHeatSetpointLimit: 6_500,
          occupiedHeatingSetpoint: 5_500,
        },
        waterHeaterManagement: {
          heaterTypes: { immersionElement1: true },
          heatDemand: {},
          boostState: 0,
        },
        waterHeaterMode: modes(['Off', 0x4000], ['Manual', 0x4001]),
      },
    ),
  'water-valve': (id: string) =>
    new Endpoint(WaterValveDevice.with(Valve), {
      id,
      valveConfigurationAndControl: {
        openDuration: null,
        defaultOpenDuration: null,
        remainingDuration: null,
        currentState: 0,
        targetState: null,
      },
    }),
} as const;
