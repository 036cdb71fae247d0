// What a Shelly senses: inputs, climate, smoke and water, light, people, voltages, and its own battery.
import type { PropertyName } from '../../../../hub/model/properties.ts';
import type { Json } from '../rpc.ts';
import {
  boolean,
  type Component,
  type Describe,
  type Draft,
  inside,
  labelOf,
  number,
  text,
  vendor,
} from './component.ts';

/** Of an input's events those that say how it was pressed; `btn_down` and `btn_up` only frame them. */
const PRESSES: Readonly<Record<string, string>> = {
  single_push: 'single',
  double_push: 'double',
  triple_push: 'triple',
  long_push: 'long',
};

/** The press that an event says. */
export function pressOf({ event }: Json): string | undefined {
  return typeof event === 'string' && Object.hasOwn(PRESSES, event) ? PRESSES[event] : undefined;
}

/** A button that tells how it was pressed. */
export function buttonDraft(endpoint?: number): Draft {
  const values = Object.values(PRESSES);
  return {
    name: 'button',
    values,
    event: pressOf,
    ...(endpoint === undefined ? {} : { endpoint }),
  };
}

export const input: Describe = (component) => {
  const { config } = component;
  switch (config.type) {
    case 'analog':
      return { drafts: [...analogOf(component)] };
    case 'count':
      return { drafts: [...countOf(component)] };
    case 'button':
      return { drafts: [buttonDraft()] };
    default:
      return { drafts: switchOf(component) };
  }
};

/** A switch on the wall: what it stands at, and that it was turned. */
function switchOf(component: Component): Draft[] {
  return [
    {
      name: 'button',
      values: ['on', 'off'],
      happened: ({ state }) => (typeof state === 'boolean' ? (state ? 'on' : 'off') : undefined),
    },
    vendor('x_input', 'boolean', labelOf(component, 'Input', '输入'), {
      read: ({ state }) => boolean(state),
    }),
  ];
}

function analogOf(component: Component): Draft[] {
  const { config } = component;
  const label = labelOf(component, 'Analog input', '模拟输入');
  const unit = text(inside(config.xpercent, 'unit'));
  const own = vendor('x_analog_value', 'number', label, {
    ...(unit === undefined ? {} : { unit }),
    read: ({ xpercent }) => number(xpercent),
  });
  const hasOwn = text(inside(config.xpercent, 'expr')) !== undefined;
  return [
    vendor('x_analog', 'number', label, { unit: '%', read: ({ percent }) => number(percent) }),
    ...(hasOwn ? [own] : []),
  ];
}

function countOf(component: Component): Draft[] {
  const { config, status } = component;
  const label = labelOf(component, 'Pulses', '脉冲数');
  const own = (name: `x_${string}`, field: 'xcounts' | 'xfreq', read: Draft['read']): Draft[] => {
    if (text(inside(config[field], 'expr')) === undefined || read === undefined) return [];
    const unit = text(inside(config[field], 'unit'));
    return [vendor(name, 'number', label, { ...(unit === undefined ? {} : { unit }), read })];
  };
  const total = (field: string) => (whole: Json) => number(inside(whole.counts, field));
  const frequency = vendor(
    'x_pulse_frequency',
    'number',
    labelOf(component, 'Pulse frequency', '脉冲频率'),
    {
      unit: 'Hz',
      read: ({ freq }) => number(freq),
    },
  );
  return [
    vendor('x_pulses', 'number', label, { min: 0, read: total('total') }),
    ...own('x_pulses_value', 'xcounts', total('xtotal')),
    ...('freq' in status ? [frequency] : []),
    ...own('x_pulse_frequency_value', 'xfreq', ({ xfreq }) => number(xfreq)),
  ];
}

const plain =
  (name: PropertyName, field: string): Describe =>
  () => ({ drafts: [{ name, read: (status) => number(status[field]) }] });

export const temperature: Describe = plain('temperature', 'tC');
export const humidity: Describe = plain('humidity', 'rh');

export const illuminance: Describe = () => ({
  drafts: [
    { name: 'illuminance', read: ({ lux }) => number(lux) },
    vendor(
      'x_illumination',
      'enum',
      { en: 'Daylight', zh: '光线' },
      {
        values: ['dark', 'twilight', 'bright'],
        read: ({ illumination }) => text(illumination),
      },
    ),
  ],
});

export const voltmeter: Describe = (component) => {
  const { config } = component;
  const unit = text(inside(config.xvoltage, 'unit'));
  const own = vendor('x_voltage_value', 'number', labelOf(component, 'Measured value', '测量值'), {
    ...(unit === undefined ? {} : { unit }),
    read: ({ xvoltage }) => number(xvoltage),
  });
  const hasOwn = text(inside(config.xvoltage, 'expr')) !== undefined;
  return {
    drafts: [{ name: 'voltage', read: ({ voltage }) => number(voltage) }, ...(hasOwn ? [own] : [])],
  };
};

export const devicepower: Describe = ({ status }) => {
  const external = vendor(
    'x_external_power',
    'boolean',
    { en: 'External power', zh: '外部供电' },
    {
      read: (whole) => boolean(inside(whole.external, 'present')),
    },
  );
  const hasBattery = number(inside(status.battery, 'percent')) !== undefined;
  const battery: Draft[] = [
    { name: 'battery', read: (whole) => number(inside(whole.battery, 'percent')) },
    { name: 'batteryVoltage', read: (whole) => number(inside(whole.battery, 'V')) },
  ];
  return {
    drafts: [...(hasBattery ? battery : []), ...('external' in status ? [external] : [])],
  };
};

export const smoke: Describe = ({ id }) => ({
  drafts: [
    { name: 'smoke', read: ({ alarm }) => boolean(alarm) },
    { name: 'muted', read: ({ mute }) => boolean(mute) },
  ],
  commands: [{ name: 'mute', request: { method: 'Smoke.Mute', params: { id } } }],
});

export const flood: Describe = () => ({
  drafts: [
    { name: 'waterLeak', read: ({ alarm }) => boolean(alarm) },
    { name: 'muted', read: ({ mute }) => boolean(mute) },
  ],
});

const PEOPLE = { en: 'People', zh: '人数' };

/** Somebody in the room, or in one zone of it, and how many. */
export const presence: Describe = ({ status }) => ({
  drafts: [
    { name: 'presence', read: isSomebodyThere },
    ...('num_objects' in status
      ? [
          vendor('x_people', 'number', PEOPLE, {
            min: 0,
            read: (whole) => number(whole.num_objects),
          }),
        ]
      : []),
  ],
});

function isSomebodyThere({ value, state, num_objects: people }: Json): boolean | undefined {
  const count = number(people);
  return boolean(value) ?? boolean(state) ?? (count === undefined ? undefined : count > 0);
}
