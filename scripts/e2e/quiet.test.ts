// Goal: the restart of a home in which nothing was reported for a while is no outage. Method: a hold is waiting, the
// house is left quiet for longer than an outage is short, the hub is stopped and started, and the trace is read.
import { expect, test } from 'vitest';
import { openHouse } from './house.ts';
import { waitFor } from './running-hub.ts';

/** A gap as long as this counts as an outage; the restart itself takes a few seconds. */
const OUTAGE_MS = 10_000;
const HOLD_SECONDS = 20;

test('a hold goes on over the restart of a quiet hub, and nobody is told of an outage', async () => {
  await using house = await openHouse();
  await house.add('Hall lamp', 'Bedroom lamp');
  const scene = await house.scene(
    [
      'scene: Quiet',
      `when: [{holds: {hall-lamp.on: true}, for: ${HOLD_SECONDS}s}]`,
      'do: [{set: {bedroom-lamp: {on: true}}}]',
      '',
    ].join('\n'),
  );
  const lamp = await house.device('hall-lamp');
  const { body: lit } = await house.hub.call<{ state: string }>(
    `/api/devices/${lamp.id}/commands?wait=observed`,
    { body: { property: 'on', value: true } },
  );
  expect(lit.state).toBe('observed');
  const heardMs = performance.now();
  await waitFor(
    'the house to have been quiet',
    () => performance.now() - heardMs > OUTAGE_MS + 2_000,
  );
  await house.hub.stop();
  await house.restart();
  const run = await waitFor('the hold to end', async () => {
    const { body } = await house.hub.call<{
      items: { state: string; steps: { text: { en: string; zh: string } }[] }[];
    }>(`/api/runs?scene=${scene}`);
    return body.items.find(({ state }) => state === 'done');
  });
  const told = JSON.stringify(run.steps.map(({ text }) => text));
  expect(told).toContain('Hall lamp');
  expect(told).not.toMatch(/the hub was off|停机/);
}, 90_000);
