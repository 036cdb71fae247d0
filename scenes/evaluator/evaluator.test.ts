import { describe, expect, it } from 'vitest';
import { TestWorld } from './test-world.ts';

const HALL = `
scene: Light the hall
when:
  - becomes: {hall-motion.occupancy: true}
do:
  - set: {hall-lamp: {on: true, brightness: 60}}
  - wait: {holds: {hall-motion.occupancy: false}, for: 2min}
    timeout: 1h
  - set: {hall-lamp: {on: false}}
again: restart
`;

describe('a scene that is triggered by a change', () => {
  it('runs its steps in order, waits, and tells what it did in both languages', () => {
    const home = new TestWorld();
    home.scene('hall', HALL);
    home.given('hall-motion.occupancy', false);
    home.report('hall-motion.occupancy', true);
    expect(home.asked()).toEqual(['hall-lamp.on=true', 'hall-lamp.brightness=60']);
    home.pass(10_000);
    home.report('hall-motion.occupancy', false);
    home.pass(119_999);
    expect(home.asked()).toHaveLength(2);
    home.pass(1);
    expect(home.asked().at(-1)).toBe('hall-lamp.on=false');
    const [run] = home.runs();
    expect(run?.state).toBe('done');
    expect(run?.summary).toEqual({
      en: "Hall motion detects motion: turned Hall lamp on; set Hall lamp's brightness to 60 %; turned Hall lamp off",
      zh: 'Hall motion 检测到有人移动\uff1a已打开 Hall lamp\uff1b已把 Hall lamp 的亮度设为 60 %\uff1b已关闭 Hall lamp',
    });
    expect(run?.steps.map(({ text }) => text.en)).toEqual([
      'Hall motion detects motion',
      'Turned Hall lamp on',
      "Set Hall lamp's brightness to 60 %",
      'Waited until Hall motion sees no motion for 2 minutes',
      'Turned Hall lamp off',
    ]);
    expect(home.tables.runs.size).toBe(0);
  });
});
