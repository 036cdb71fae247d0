import { describe, expect, it } from 'vitest';
import type { SlotJson, TemplateJson } from '../../../api/scene-templates-shapes.ts';
import { bindingsOf, firstChoice } from './template-bindings.ts';

function slot(name: string, kind: string, more: Partial<SlotJson> = {}): SlotJson {
  return {
    ...{ name, kind, label: { en: name, zh: name }, isOptional: false, wants: null, unit: null },
    ...{ min: null, max: null, from: null, to: null, initial: null, choices: [], suggested: [] },
    ...{ options: [], ...more },
  };
}

const slots = [
  slot('lamps', 'devices', { suggested: ['a', 'b'] }),
  slot('lock', 'device', { isOptional: true, suggested: ['front'] }),
  slot('room', 'room', { suggested: ['hall'] }),
  slot('level', 'number', { initial: 20 }),
  slot('days', 'days', { initial: ['mon'] }),
];
const template: TemplateJson = {
  ...{ id: 't', name: { en: 't', zh: 't' }, description: { en: 't', zh: 't' }, group: 'day' },
  ...{ households: [], isOwn: false, missing: [], slots, text: '' },
};

describe('what is chosen for a template', () => {
  it('is at first what the hub proposes', () => {
    const chosen = firstChoice(template, null);
    expect(bindingsOf(slots, chosen)).toEqual({
      devices: { lamps: ['a', 'b'], lock: ['front'] },
      rooms: { room: 'hall' },
      values: { level: 20, days: ['mon'] },
    });
  });

  it('is of a scene that is bound anew what it has, and what it left open stays open', () => {
    const uses = { template: 't', devices: { lamps: ['c'] }, rooms: {}, values: { level: 5 } };
    const chosen = firstChoice(template, uses);
    expect(chosen.lamps).toEqual(['c']);
    expect(chosen.lock).toEqual([]);
    expect(chosen.level).toEqual(['5']);
    expect(bindingsOf(slots, chosen).devices).toEqual({ lamps: ['c'] });
  });

  it('sends what is no number as it was written, for the hub to say what is wrong', () => {
    expect(bindingsOf(slots, { level: ['many'] }).values).toEqual({ level: 'many' });
    expect(bindingsOf(slots, { level: ['2,5'] }).values).toEqual({ level: 2.5 });
  });
});
