// A device gets another node: what that node said under its former device holds, and the old node's words count for
// nothing until it is put back.
import { expect, test } from 'vitest';
import type { DeviceRecord } from '../model/device.ts';
import { deviceId } from '../model/identifiers.ts';
import { changes, createHome, device, LAMP, sent, set } from './test-core.ts';

const SPARE = deviceId('dev_spare');
const KEYS = ['on', 'brightness'] as const;
const lamp = device(LAMP, 'light', [...KEYS]);
const spare = device(SPARE, 'light', [...KEYS]);

/** The lamp with the spare one's node, and the spare one gone. */
function replaced(home: ReturnType<typeof createHome>): DeviceRecord {
  const next = { ...lamp, description: { ...spare.description }, version: 2 };
  home.turn({ kind: 'device', device: next }, { kind: 'deviceRemoved', id: SPARE });
  return next;
}

function begin() {
  const home = createHome().furnish();
  home.turn({ kind: 'device', device: spare });
  home.report(SPARE, { on: true, brightness: 40 });
  home.items({ kind: 'availability', node: spare.description.node, online: true, reason: null });
  home.report(LAMP, { on: false, brightness: 80 });
  home.items({
    ...{ kind: 'availability', node: lamp.description.node, online: false },
    reason: 'It does not answer.',
  });
  return home;
}

function stateOf(home: ReturnType<typeof createHome>, id: string) {
  const live: Record<string, unknown> = {};
  for (const { table, key: name, value } of home.kept()) {
    if (name.startsWith(id)) live[`${table} ${name.slice(id.length)}`] = value;
  }
  return JSON.stringify(live);
}

test('the values and the reach of the new node are the device’s own at once', () => {
  const home = begin();
  replaced(home);
  expect(stateOf(home, LAMP)).toContain('"online":true');
  expect(stateOf(home, LAMP)).toContain('"value":40');
  const effects = home.items({
    ...{ kind: 'report', node: spare.description.node, values: { brightness: 55 } },
    reason: 'report',
  });
  expect(changes(effects)).toMatchObject([{ device: LAMP, property: 'brightness', value: 55 }]);
});

test('commands go to the new node, and the dead one’s late words change nothing', () => {
  const home = begin();
  replaced(home);
  const { effects } = home.command(LAMP, set('on', false));
  expect(sent(effects)).toMatchObject([{ node: spare.description.node }]);
  expect(changes(home.report(LAMP, { brightness: 1 }))).toEqual([]);
});

test('a command under way to the dead node ends, and an undo brings back what each node said last', () => {
  const home = begin();
  const { command } = home.command(LAMP, set('brightness', 10));
  const next = { ...lamp, description: { ...spare.description }, version: 2 };
  const effects = home.turn({ kind: 'device', device: next }, { kind: 'deviceRemoved', id: SPARE });
  const ended = effects.out.find(
    (each) => each.kind === 'command' && each.command.id === command.id,
  );
  expect(ended).toMatchObject({ command: { state: 'failed' } });
  home.report(LAMP, { brightness: 3 });
  home.turn({ kind: 'device', device: { ...lamp, version: 3 } }, { kind: 'device', device: spare });
  expect(stateOf(home, LAMP)).toContain('"online":false');
  expect(stateOf(home, LAMP)).toContain('"value":3');
  expect(stateOf(home, SPARE)).toContain('"online":true');
  expect(stateOf(home, SPARE)).toContain('"value":40');
});

test('a device that was heard before it was in the home is within reach from the first moment', () => {
  const home = createHome().furnish();
  home.items({ kind: 'availability', node: spare.description.node, online: true, reason: null });
  home.turn({ kind: 'device', device: spare });
  expect(stateOf(home, SPARE)).toContain('"online":true');
});
