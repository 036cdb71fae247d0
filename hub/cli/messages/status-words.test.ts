// How `ingle status` tells of a device that is gone, with and without a time since when.
import { expect, test } from 'vitest';
import { en } from './en.ts';
import { zh } from './zh.ts';

test('a device that was not heard since the hub has started is offline without a time', () => {
  const never = 'Not heard from yet.';
  expect(en.status.offline('Lamp', null, never)).toBe('Lamp is offline: Not heard from yet.');
  expect(zh.status.offline('Lamp', null, '还没有收到它的消息。')).toBe(
    'Lamp 离线：还没有收到它的消息。',
  );
  expect(en.status.offline('Lamp', 'Sunday', null)).toBe('Lamp is offline since Sunday');
  expect(zh.status.offline('Lamp', '周日', null)).toBe('Lamp 自 周日 起离线');
});
