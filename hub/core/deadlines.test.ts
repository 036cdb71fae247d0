import { describe, expect, it } from 'vitest';
import { createDeadlines } from './deadlines.ts';

describe('deadlines', () => {
  it('come in order of time, and ties in order of their keys', () => {
    const deadlines = createDeadlines();
    deadlines.arm('b', 20);
    deadlines.arm('c', 10);
    deadlines.arm('a', 20);
    expect(deadlines.takeDue(30)).toBe('c');
    expect(deadlines.takeDue(30)).toBe('a');
    expect(deadlines.takeDue(30)).toBe('b');
    expect(deadlines.takeDue(30)).toBeUndefined();
  });

  it('are moved by arming again and gone after disarming', () => {
    const deadlines = createDeadlines();
    deadlines.arm('a', 10);
    deadlines.arm('a', 50);
    deadlines.arm('b', 20);
    deadlines.disarm('b');
    expect(deadlines.takeDue(40)).toBeUndefined();
    expect(deadlines.next()).toBe(50);
    expect(deadlines.takeDue(50)).toBe('a');
    expect(deadlines.size).toBe(0);
  });

  it('fire once when moved away and back again', () => {
    const deadlines = createDeadlines();
    deadlines.arm('a', 10);
    deadlines.arm('a', 20);
    deadlines.arm('a', 10);
    expect(deadlines.takeDue(10)).toBe('a');
    expect(deadlines.takeDue(30)).toBeUndefined();
  });
});
