// Who may decide what: unsigned and older firmware is an owner's affair, and one that failed goes nowhere by itself.
import { expect, it } from 'vitest';
import { HubError } from '../hub/model/errors.ts';
import type { Role } from '../hub/model/home.ts';
import type { Actor } from '../hub/model/hub-port.ts';
import { deviceId } from '../hub/model/identifiers.ts';
import { demandNotHeld, demandOwner } from './guards.ts';

const actor = (role: Role) =>
  ({ member: { name: 'Ann', role }, cause: { kind: 'local' } }) as unknown as Actor;

function problem(work: () => void): HubError | null {
  try {
    work();
    return null;
  } catch (error) {
    if (error instanceof HubError) return error;
    throw error;
  }
}

it('lets an owner and root decide on unsigned and older firmware, and nobody else', () => {
  for (const role of ['adult', 'installer', 'child', 'elder', 'guest'] as const) {
    const refused = problem(() => demandOwner(true, actor(role)));
    expect(refused?.code, role).toBe('forbidden');
    expect(refused?.zh?.message).toMatch(/不是这个家的房主/);
    expect(problem(() => demandOwner(false, actor(role)))).toBeNull();
  }
  expect(problem(() => demandOwner(true, actor('owner')))).toBeNull();
  const root: Actor = { member: null, cause: { kind: 'local' } };
  expect(problem(() => demandOwner(true, root))).toBeNull();
});

it('keeps an image that failed from other devices until somebody says so', () => {
  const reason = { en: 'It runs 0x1.', zh: '它运行 0x1。' };
  const hold = { device: deviceId('dev_1'), name: 'Hall lamp', reason, atMs: 0 };
  const refused = problem(() => demandNotHeld(hold, false));
  expect(refused?.message).toBe('This firmware failed on Hall lamp: It runs 0x1.');
  expect(refused?.zh?.message).toContain('Hall lamp');
  expect(problem(() => demandNotHeld(hold, true))).toBeNull();
  expect(problem(() => demandNotHeld(null, false))).toBeNull();
});
