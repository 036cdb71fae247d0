// The table of options in README.md, held to the code: what it says is honoured is looked at, and what it says is left
// out is named as left out of the device. And the two options that tell how long a value holds, at a real broker.
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import type { Entity } from './announcement.ts';
import { type Conversion, convert } from './convert.ts';

const PAGE = readFileSync(path.join(import.meta.dirname, '..', 'README.md'), 'utf8');

interface Row {
  readonly title: string;
  readonly component: string;
  readonly schema: string | null;
  readonly honoured: readonly string[];
  readonly leftOut: readonly string[];
}

const words = (cell: string) => (cell === '–' ? [] : cell.split(', '));

const ROWS: readonly Row[] = PAGE.split('\n').flatMap((line) => {
  const match = /^\| ([a-z_]+)([a-z, ]*) \| ([a-z_, ]+) \| ([a-z_, –]+) \|$/.exec(line);
  if (match === null || match[1] === 'component') return [];
  const [, component = '', more = '', honoured = '', leftOut = ''] = match;
  const schema = /schema (\w+)/.exec(more)?.[1] ?? null;
  const title = `${component}${more}`;
  return [{ title, component, schema, honoured: words(honoured), leftOut: words(leftOut) }];
});

const LISTS: Readonly<Record<string, readonly string[]>> = {
  supported_color_modes: ['hs', 'color_temp'],
  'vacuum supported_features': [
    ...['start', 'pause', 'stop', 'return_home', 'clean_spot', 'locate', 'fan_speed'],
  ],
  'alarm_control_panel supported_features': [
    ...['arm_home', 'arm_away', 'arm_night', 'arm_vacation', 'arm_custom_bypass', 'trigger'],
  ],
};
const FLAGS = /^(optimistic|tilt_optimistic|reports_position|color_temp_kelvin|brightness|flash)$/;
const NUMBERS =
  /^(min|max|step|initial|off_delay|expire_after)$|_(scale|min|max|closed|open|step|temp|humidity|kelvin|mireds|value)$|^(min|max)_/;

/** Something that an announcement may say there. */
function sample(component: string, option: string): unknown {
  const list = LISTS[`${component} ${option}`] ?? LISTS[option];
  if (list !== undefined) return list;
  if (FLAGS.test(option) || /^support_|_required$/.test(option)) return true;
  if (/(^|_)topic$/.test(option)) return `acme/${option}`;
  if (/_template$/.test(option)) return '{{ value }}';
  if (/^flash_time/.test(option) || (NUMBERS.test(option) && !/^(payload|state)_/.test(option))) {
    return 10;
  }
  if (/(modes|_list|_types|_tones|options)$/.test(option)) return ['one', 'two'];
  if (option === 'unit_of_measurement') return '°C';
  if (option === 'device_class') return component === 'sensor' ? 'temperature' : 'identify';
  return option;
}

function conversionOf({ component, schema }: Row, options: readonly string[]): Conversion {
  const fields = Object.fromEntries(options.map((option) => [option, sample(component, option)]));
  const entity: Entity = {
    ...{ id: 'homeassistant/x/config', component, objectId: 'x' },
    fields: { ...(fields as Entity['fields']), ...(schema === null ? {} : { schema }) },
  };
  return convert([entity], {});
}

/** A template of its own comes before the one for all. */
const DEFAULTED = ['climate', 'water_heater'];

describe('the table of options', () => {
  test('has a row for each component that becomes something', () => {
    expect(new Set(ROWS.map(({ component }) => component)).size).toBe(28);
  });

  test.each(ROWS)('$title: all that is honoured is looked at', (row) => {
    const isDefaulted = DEFAULTED.includes(row.component);
    const honoured = row.honoured.filter((one) => !isDefaulted || one !== 'value_template');
    const { leftOut, unneeded } = conversionOf(row, honoured);
    expect(leftOut.map(({ what }) => what)).toEqual([]);
    expect(unneeded).toEqual([]);
  });

  test.each(DEFAULTED)(
    '%s: a state without a template of its own goes by value_template',
    (component) => {
      const row = ROWS.find((one) => one.component === component);
      const options = ['mode_state_topic', 'modes', 'value_template'];
      const conversion = row && conversionOf(row, options);
      expect(conversion?.leftOut).toEqual([]);
      expect([...(conversion?.bindings.keys() ?? [])]).toContain('mode');
    },
  );

  const LEFT = ROWS.flatMap((row) => row.leftOut.map((option) => ({ ...row, option })));
  test.each(LEFT)('$title: $option is named as left out, in both languages', (row) => {
    const honoured = row.honoured.filter((one) => one !== row.option);
    const { leftOut } = conversionOf(row, [...honoured, row.option]);
    const left = leftOut.find(({ what }) => what === `${row.component}/x ${row.option}`);
    expect(left?.why.en).toBeTruthy();
    expect(left?.why.zh).toMatch(/\p{Script=Han}/u);
  });

  test('what every component may have is left out of each, and what is not needed is told as such', () => {
    for (const row of ROWS) {
      const more = ['json_attributes_topic', 'message_expiry_interval', 'encoding', 'icon', 'qos'];
      const { leftOut, unneeded } = conversionOf(row, [...row.honoured, ...more]);
      const told = leftOut.map(({ what }) => what);
      for (const option of more.slice(0, 3)) expect(told).toContain(`${row.component}/x ${option}`);
      expect(unneeded).toEqual(expect.arrayContaining(['icon', 'qos']));
    }
  });

  test('an option that nobody knows is told as well', () => {
    const [row] = ROWS;
    const { leftOut } = conversionOf(row as Row, ['state_topic', 'colour_of_the_box']);
    expect(leftOut.at(-1)?.what).toMatch(/ colour_of_the_box$/);
  });
});
