// What warms, cools and moves the air: climate and fan.
// Spec: ESPHome native API, api.proto, ClimateMode and the other enumerations, whose order is that of these lists.
import type { PropertyName, PropertyValue } from '../../../../hub/model/properties.ts';
import { type Convert, type Draft, draftOf, type Parts, vendorDraft } from '../draft.ts';
import type { Entity, Said } from '../entity.ts';

const HEAT_COOL = 1;
const AUTO = 6;
/** In the table's words; where a device has both an automatic and one of two targets, the latter keeps its own. */
const MODES = ['off', 'auto', 'cool', 'heat', 'fan_only', 'dry', 'auto'] as const;
const ACTIONS = ['idle', 'idle', 'cool', 'heat', 'idle', 'drying', 'fan_only'] as const;
const FAN_MODES = [
  ...['on', 'off', 'auto', 'low', 'medium'],
  ...['high', 'middle', 'focus', 'diffuse', 'quiet'],
] as const;
const SWINGS = ['off', 'both', 'vertical', 'horizontal'] as const;
const PRESETS = [
  ...['none', 'home', 'away', 'boost'],
  ...['comfort', 'eco', 'sleep', 'activity'],
] as const;

/** Spec: ESPHome, climate_mode.h, ClimateFeature. */
const FEATURE = {
  currentTemperature: 1,
  twoPoint: 2,
  onlyTwoPoint: 4,
  currentHumidity: 8,
  targetHumidity: 16,
  action: 32,
} as const;

export const convertClimate: Convert = (entity, parts) => {
  const { said } = entity;
  const { drafts } = parts;
  const flags = said.number('featureFlags') ?? 0;
  const has = (feature: number, older: string) => (flags & feature) !== 0 || said.flag(older);
  targets(entity, parts, flags);
  if (has(FEATURE.currentTemperature, 'supportsCurrentTemperature')) {
    drafts.push(draftOf('temperature', { read: numberOf('currentTemperature') }));
  }
  if (has(FEATURE.currentHumidity, 'supportsCurrentHumidity')) {
    drafts.push(draftOf('humidity', { read: numberOf('currentHumidity') }));
  }
  if (has(FEATURE.targetHumidity, 'supportsTargetHumidity')) {
    drafts.push(
      vendorDraft(entity, 'number', {
        word: 'target_humidity',
        unit: '%',
        min: said.number('visualMinHumidity') ?? 0,
        max: said.number('visualMaxHumidity') || 100,
        read: numberOf('targetHumidity'),
        write: (value) => ({ hasTargetHumidity: true, targetHumidity: Number(value) }),
      }),
    );
  }
  const modes = said.numbers('supportedModesList');
  const isBoth = modes.includes(HEAT_COOL) && modes.includes(AUTO);
  const modeNames = MODES.map((name, at) => (isBoth && at === HEAT_COOL ? 'heat_cool' : name));
  choice(drafts, 'mode', 'mode', { names: modeNames, listed: modes });
  choice(drafts, 'fanMode', 'fanMode', {
    names: FAN_MODES,
    listed: said.numbers('supportedFanModesList'),
    own: said.texts('supportedCustomFanModesList'),
  });
  choice(drafts, 'swing', 'swingMode', {
    names: SWINGS,
    listed: said.numbers('supportedSwingModesList'),
  });
  choice(drafts, 'preset', 'preset', {
    names: PRESETS,
    listed: said.numbers('supportedPresetsList'),
    own: said.texts('supportedCustomPresetsList'),
  });
  if (has(FEATURE.action, 'supportsAction')) {
    const values = [...new Set(ACTIONS)];
    drafts.push(
      draftOf('runningState', { values, read: (state) => ACTIONS[state.number('action') ?? 0] }),
    );
  }
};

const numberOf =
  (name: string) =>
  (state: Said): number | undefined =>
    state.number(name) ?? undefined;

function targets({ said }: Entity, { drafts }: Parts, flags: number): void {
  const step = said.number('visualTargetTemperatureStep') ?? 0;
  const own = {
    min: said.number('visualMinTemperature') ?? 5,
    max: said.number('visualMaxTemperature') || 35,
    ...(step > 0 ? { step } : {}),
  };
  const onlyTwo =
    (flags & FEATURE.onlyTwoPoint) !== 0 ||
    (flags === 0 && said.flag('supportsTwoPointTargetTemperature'));
  const hasTwo = onlyTwo || (flags & FEATURE.twoPoint) !== 0;
  const isTwo = (mode: number | null) => onlyTwo || (hasTwo && mode === HEAT_COOL);
  drafts.push(
    draftOf('targetTemperature', {
      ...own,
      read: (state) =>
        numberOf(isTwo(state.number('mode')) ? 'targetTemperatureLow' : 'targetTemperature')(state),
      write: (value, now) => {
        const mode = now.of('mode');
        const isLow = isTwo(mode === 'auto' || mode === 'heat_cool' ? HEAT_COOL : null);
        return isLow
          ? { hasTargetTemperatureLow: true, targetTemperatureLow: Number(value) }
          : { hasTargetTemperature: true, targetTemperature: Number(value) };
      },
    }),
  );
  if (!hasTwo) return;
  drafts.push(
    draftOf('coolingTarget', {
      ...own,
      read: (state) =>
        isTwo(state.number('mode')) ? numberOf('targetTemperatureHigh')(state) : undefined,
      write: (value) => ({ hasTargetTemperatureHigh: true, targetTemperatureHigh: Number(value) }),
    }),
  );
}

interface Choice {
  /** In the order of the protocol's numbers. */
  readonly names: readonly string[];
  readonly listed: readonly number[];
  /** Words of the device's own, which it tells in a field of their own. */
  readonly own?: readonly string[];
}

/** One of several words, of the protocol's and of the device's; not there without any. */
function choice(
  drafts: Draft[],
  name: PropertyName,
  field: string,
  { names, listed, own = [] }: Choice,
): void {
  const known = listed.flatMap((number) => names[number] ?? []);
  const values = [...new Set([...known, ...own])];
  if (values.length === 0) return;
  const capital = `${field.charAt(0).toUpperCase()}${field.slice(1)}`;
  drafts.push(
    draftOf(name, {
      values,
      read: (state) => {
        const special = own.length > 0 ? state.text(`custom${capital}`, 64) : '';
        const word = special === '' ? names[state.number(field) ?? 0] : special;
        return word !== undefined && values.includes(word) ? word : undefined;
      },
      write: (value) => {
        const number = listed.find((one) => names[one] === value);
        return number === undefined
          ? { [`hasCustom${capital}`]: true, [`custom${capital}`]: value }
          : { [`has${capital}`]: true, [field]: number };
      },
    }),
  );
}

const SPINS = ['forward', 'reverse'] as const;

export const convertFan: Convert = (entity, { drafts }) => {
  const { said } = entity;
  drafts.push(
    draftOf('on', {
      read: (state) => state.flag('state'),
      write: (value) => ({ hasState: true, state: value === true }),
    }),
  );
  if (said.flag('supportsSpeed')) {
    const levels = Math.max(1, said.number('supportedSpeedCount') ?? 3);
    drafts.push(
      draftOf('fanSpeed', {
        read: (state) => {
          const level = state.flag('state') ? (state.number('speedLevel') ?? 0) : 0;
          return Math.min(100, Math.max(0, Math.round((level / levels) * 100)));
        },
        write: (value) => {
          const level = Math.ceil((Number(value) / 100) * levels);
          return level <= 0
            ? { hasState: true, state: false }
            : { hasState: true, state: true, hasSpeedLevel: true, speedLevel: level };
        },
      }),
    );
  }
  if (said.flag('supportsOscillation')) {
    drafts.push(
      draftOf('swing', {
        values: ['on', 'off'],
        read: (state) => (state.flag('oscillating') ? 'on' : 'off'),
        write: (value) => ({ hasOscillating: true, oscillating: value === 'on' }),
      }),
    );
  }
  const presets = said.texts('supportedPresetModesList');
  if (presets.length > 0) {
    drafts.push(
      draftOf('fanMode', {
        values: presets,
        read: (state) => {
          const preset = state.text('presetMode', 64);
          return presets.includes(preset) ? preset : undefined;
        },
        write: (value) => ({ hasState: true, state: true, hasPresetMode: true, presetMode: value }),
      }),
    );
  }
  if (!said.flag('supportsDirection')) return;
  const spin = (value: PropertyValue) => ({
    hasDirection: true,
    direction: value === 'reverse' ? 1 : 0,
  });
  drafts.push(
    vendorDraft(entity, 'enum', {
      word: 'direction',
      values: SPINS,
      read: (state) => SPINS[state.number('direction') ?? 0],
      write: spin,
    }),
  );
};
