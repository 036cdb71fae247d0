// Who may decide what: unsigned and older firmware is an owner's affair, and one that failed goes nowhere by itself.
import { expect, it } from 'vitest';
import type { DeviceRecord } from '../hub/model/device.ts';
import { HubError } from '../hub/model/errors.ts';
import type { Role } from '../hub/model/home.ts';
import type { Actor } from '../hub/model/hub-port.ts';
import { deviceId } from '../hub/model/identifiers.ts';
import { demandAhead, demandNotHeld, demandOwner, takesNone } from './guards.ts';

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

it('begins no update at a time that is over or more than a year off, and says what time it is', () => {
  const now = Date.parse('2026-11-22T12:00:00Z');
  const at = (text: string) => problem(() => demandAhead(Date.parse(text), now));
  expect(at('2020-01-01T00:00:00Z')).toMatchObject({
    code: 'invalid-input',
    message: 'No update can begin at 2020-01-01T00:00:00.000Z: that is over',
    hint: expect.stringContaining('It is 2026-11-22T12:00:00.000Z now'),
    zh: { message: expect.stringContaining('这个时间已经过去') },
  });
  expect(at('2062-11-23T02:30:00Z')?.message).toContain('more than a year ahead');
  expect(at('2026-11-23T02:30:00Z')).toBeNull();
  // A clock that is a little off, or a minute that has just begun.
  expect(at('2026-11-22T11:59:30Z')).toBeNull();
});

it('says of a device that no image can come to by the hub where else to look', () => {
  const record = (adapter: string) =>
    ({ name: 'Coffee machine', description: { adapter } }) as unknown as DeviceRecord;
  const unknown = new HubError('unsupported', 'Shelly devices know no "firmwareCheck"');
  expect(takesNone(unknown, record('shelly'))).toMatchObject({
    message: 'Coffee machine takes no firmware from the hub',
    hint: expect.stringContaining("maker's app"),
    zh: { message: 'Coffee machine 不从中枢接收固件' },
  });
  expect(takesNone(unknown, record('zigbee'))).toBeNull();
  expect(takesNone(new Error('out of order'), record('shelly'))).toBeNull();
});
