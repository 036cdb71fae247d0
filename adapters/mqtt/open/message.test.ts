// What a program says over MQTT is read strictly: a slip of the pen is told with an example and becomes nothing else.
import { expect, test } from 'vitest';
import { type AskTopic, isAsk, readAsk } from './message.ts';

const read = (what: AskTopic, text: string, isKept = false) => readAsk('lamp', what, text, isKept);

test('the topics of a program are those that the page names', () => {
  expect(['description', 'report', 'event', 'availability', 'outcome'].every(isAsk)).toBe(true);
  for (const other of ['command', 'problem', 'toString', '']) expect(isAsk(other)).toBe(false);
});

test('each message is read as what comes over HTTP', () => {
  const values = { on: true };
  expect(read('report', '{"on": true}')).toMatchObject({ kind: 'report', values, isKept: false });
  expect(read('report', '{"values": {"on": true}}', true)).toMatchObject({ values, isKept: true });
  const pressed = { kind: 'event', device: 'lamp', property: 'button', value: 'single' };
  expect(read('event', '{"property": "button", "value": "single"}')).toEqual(pressed);
  for (const [text, online, reason] of [
    ['online', true, null],
    [' offline\n', false, null],
    ['{"online": false, "reason": "battery empty"}', false, 'battery empty'],
  ] as const) {
    expect(read('availability', text)).toMatchObject({ online, reason });
  }
  expect(read('outcome', '{"id": "cmd_1", "state": "failed", "message": "hot"}')).toEqual({
    ...{ kind: 'outcome', id: 'cmd_1', state: 'failed', message: 'hot' },
  });
});

test.each([
  ['report', '{on: true}', /is no JSON/, /\{"on": true\}/],
  ['report', '[1]', /is no JSON object/, /\{"on": true\}/],
  ['event', '{"value": 1}', /"property" is missing/, /"button"/],
  ['availability', 'on', /"on" is no JSON/, /online, or offline/],
  ['availability', '{"online": "yes"}', /it says/, /online, or offline/],
  ['outcome', '{"state": "acknowledged"}', /"id".*is missing/, /cmd_/],
  ['outcome', '{"id": "cmd_1", "state": "done"}', /acknowledged or failed, not "done"/, /cmd_/],
] as const)('%s %s is told what is wrong and how it looks', (what, text, wrong, example) => {
  try {
    read(what, text);
  } catch (error) {
    expect(error).toMatchObject({
      ...{ code: 'invalid-input', message: expect.stringMatching(wrong) },
      hint: expect.stringMatching(example),
    });
    return;
  }
  expect.unreachable('it was taken');
});

test('what is over in a moment is never taken from what the broker has kept: it would happen at each start', () => {
  expect(() => read('event', '{"property": "button", "value": "single"}', true)).toThrow(/is old/);
  expect(() => read('outcome', '{"id": "cmd_1", "state": "failed"}', true)).toThrow(/is old/);
  expect(read('availability', 'offline', true)).toMatchObject({ online: false });
});
