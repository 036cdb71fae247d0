// What outputs and meters measure: power and energy of a switch, a light, a cover or a meter, of one phase and of
// three.
// Spec: https://shelly-api-docs.shelly.cloud/gen2/ComponentsAndServices/EM and its neighbours.
import type { PropertyName } from '../../../../hub/model/properties.ts';
import type { Json } from '../rpc.ts';
import {
  type Component,
  changed,
  type Describe,
  type Draft,
  inside,
  kilowattHours,
  number,
  told,
} from './component.ts';

/** What an output or a meter of one phase measures, where it does. */
export function meteringOf({ status }: Component): Draft[] {
  return [
    ...told('power', status, 'apower'),
    ...told('voltage', status, 'voltage'),
    ...told('current', status, 'current'),
    ...told('frequency', status, 'freq'),
    ...told('powerFactor', status, 'pf'),
    ...told('apparentPower', status, 'aprtpower'),
    ...counted('energy', status, 'aenergy'),
    ...counted('producedEnergy', status, 'ret_aenergy'),
    ...ownTemperature(status),
  ];
}

function counted(name: 'energy' | 'producedEnergy', status: Json, field: string): Draft[] {
  if (number(inside(status[field], 'total')) === undefined) return [];
  return [{ name, read: (whole) => changed(number(inside(whole[field], 'total')), kilowattHours) }];
}

function ownTemperature(status: Json): Draft[] {
  if (!('tC' in Object(status.temperature))) return [];
  return [{ name: 'deviceTemperature', read: (whole) => number(inside(whole.temperature, 'tC')) }];
}

/** A meter of one phase. */
export const pm1: Describe = (component) => ({
  drafts: [...meteringOf(component)],
});

export const em1: Describe = (component) => {
  const { status } = component;
  return {
    drafts: [
      ...meteringOf(component),
      ...told('power', status, 'act_power'),
      ...told('apparentPower', status, 'aprt_power'),
    ],
  };
};

export const em1data: Describe = ({ status }) => ({
  drafts: [
    ...told('energy', status, 'total_act_energy', kilowattHours),
    ...told('producedEnergy', status, 'total_act_ret_energy', kilowattHours),
  ],
});

/** Endpoints of a meter of three phases: 1 to 3 are the phases, 4 is the sum, 5 is the neutral conductor. */
const PHASES = ['a', 'b', 'c'] as const;
const SUM = 4;
const NEUTRAL = 5;
const PHASE_FIELDS: readonly (readonly [field: string, name: PropertyName])[] = [
  ['act_power', 'power'],
  ['voltage', 'voltage'],
  ['current', 'current'],
  ['freq', 'frequency'],
  ['pf', 'powerFactor'],
  ['aprt_power', 'apparentPower'],
];

/** Each meter of three phases of a device takes ten endpoints. */
function place({ id }: Component, endpoint: number): number {
  return id * 10 + endpoint;
}

function at(drafts: readonly Draft[], endpoint: number): Draft[] {
  return drafts.map((draft) => ({ ...draft, endpoint }));
}

export const em: Describe = (component) => {
  const { status } = component;
  const phases = PHASES.flatMap((phase, index) =>
    at(
      [...PHASE_FIELDS.flatMap(([field, name]) => told(name, status, `${phase}_${field}`))],
      place(component, index + 1),
    ),
  );
  const sums = [
    ...told('power', status, 'total_act_power'),
    ...told('current', status, 'total_current'),
    ...told('apparentPower', status, 'total_aprt_power'),
  ];
  const neutral =
    number(status.n_current) === undefined ? [] : told('current', status, 'n_current');
  return {
    drafts: [
      ...phases,
      ...at(sums, place(component, SUM)),
      ...at(neutral, place(component, NEUTRAL)),
    ],
  };
};

export const emdata: Describe = (component) => {
  const { status } = component;
  const phases = PHASES.flatMap((phase, index) =>
    at(
      [
        ...told('energy', status, `${phase}_total_act_energy`, kilowattHours),
        ...told('producedEnergy', status, `${phase}_total_act_ret_energy`, kilowattHours),
      ],
      place(component, index + 1),
    ),
  );
  const sums = [
    ...told('energy', status, 'total_act', kilowattHours),
    ...told('producedEnergy', status, 'total_act_ret', kilowattHours),
  ];
  return { drafts: [...phases, ...at(sums, place(component, SUM))] };
};
