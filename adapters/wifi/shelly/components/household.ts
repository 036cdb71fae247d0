// What people have put into a Shelly by themselves: virtual components, scripts; and what the device says of itself.
// Spec: https://shelly-api-docs.shelly.cloud/gen2/DynamicComponents/Virtual/.
import { isJson, type Json } from '../rpc.ts';
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
import { pressOf } from './sensors.ts';

const OPTIONS_MAX = 100;
const TEXT_MAX = 255;

/** A virtual component of which a device may have many: its number is part of its name. */
function virtual(
  component: Component,
  type: 'boolean' | 'number' | 'string' | 'enum',
  space: string,
  more: Omit<Draft, 'name' | 'type' | 'label' | 'set'>,
): Draft {
  const { kind, id } = component;
  const label = labelOf(component, `${space} ${id}`, `${space} ${id}`);
  return vendor(`x_${kind}_${id}`, type, label, {
    ...more,
    set: (value) => ({ method: `${space}.Set`, params: { id, value } }),
  });
}

export const virtualBoolean: Describe = (component) => ({
  drafts: [virtual(component, 'boolean', 'Boolean', { read: ({ value }) => boolean(value) })],
});

export const virtualNumber: Describe = (component) => {
  const { config } = component;
  const { min, max } = config;
  const unit = text(inside(inside(config.meta, 'ui'), 'unit'));
  const step = number(inside(inside(config.meta, 'ui'), 'step'));
  const limits = { min: number(min), max: number(max), step };
  const own = Object.fromEntries(Object.entries(limits).filter(([, limit]) => limit !== undefined));
  return {
    drafts: [
      virtual(component, 'number', 'Number', {
        ...own,
        ...(unit === undefined ? {} : { unit }),
        read: ({ value }) => number(value),
      }),
    ],
  };
};

export const virtualText: Describe = (component) => ({
  drafts: [
    virtual(component, 'string', 'Text', {
      read: ({ value }) => (typeof value === 'string' ? value.slice(0, TEXT_MAX) : undefined),
    }),
  ],
});

export const virtualEnum: Describe = (component) => {
  const { options } = component.config;
  const values = Array.isArray(options)
    ? options.slice(0, OPTIONS_MAX).filter((option) => typeof option === 'string')
    : [];
  const read = ({ value }: Json) => (typeof value === 'string' ? value : undefined);
  return { drafts: [virtual(component, 'enum', 'Enum', { values, read })] };
};

/** A button of the device's own page: it is pressed from here, and told when somebody else presses it. */
export const virtualButton: Describe = (component) => {
  const { id } = component;
  const label = labelOf(component, `Button ${id}`, `按键 ${id}`);
  return {
    drafts: [
      { name: 'button', values: ['single', 'double', 'triple', 'long'], event: pressOf },
      vendor(`x_button_${id}`, 'boolean', label, {
        set: () => ({ method: 'Button.Trigger', params: { id, event: 'single_push' } }),
      }),
    ],
  };
};

/** A script: whether it runs, which may be set. */
export const script: Describe = (component) => {
  const { id } = component;
  const name = component.name ?? `${id}`;
  return {
    drafts: [
      vendor(
        `x_script_${id}`,
        'boolean',
        { en: `Script ${name}`, zh: `脚本 ${name}` },
        {
          read: ({ running }) => boolean(running),
          set: (value) => ({
            method: value === true ? 'Script.Start' : 'Script.Stop',
            params: { id },
          }),
        },
      ),
    ],
  };
};

/** The device itself: a restart that it waits for, and firmware that its vendor offers. */
export const sys: Describe = ({ status }) => ({
  drafts: [
    ...('restart_required' in status ? [RESTART] : []),
    vendor('x_update', 'string', { en: 'Newer firmware', zh: '可用的新固件' }, { read: updateOf }),
  ],
});

const RESTART = vendor(
  'x_restart_required',
  'boolean',
  { en: 'Wants a restart', zh: '需要重启' },
  { read: (status) => boolean(status.restart_required) },
);

/** The version that its vendor offers; empty where it has the newest. */
export function updateOf(status: Json): string | undefined {
  const offered = status.available_updates;
  return isJson(offered) ? (text(inside(offered.stable, 'version')) ?? '') : undefined;
}

export const wifi: Describe = ({ status }) => ({
  drafts:
    'rssi' in status
      ? [
          vendor(
            'x_rssi',
            'number',
            { en: 'Wi-Fi signal', zh: 'Wi-Fi 信号' },
            {
              unit: 'dBm',
              read: ({ rssi }) => number(rssi),
            },
          ),
        ]
      : [],
});
