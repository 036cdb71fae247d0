// Goal: one bad part does not take the house down. Method: a real hub on an emulated coordinator; its parts are
// killed, stalled and unplugged one by one, and the rest is asked to go on.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { connected, type House, nodeOf, openHouse } from './house.ts';
import { waitFor } from './running-hub.ts';

interface Health {
  readonly notices: readonly {
    about: string;
    severity: string;
    text: { en: string; zh: string };
  }[];
  readonly parts: readonly { name: string; state: string; restarts: number }[];
  readonly adapters: readonly { id: string; state: string; restarts: number }[];
}

let house: House;

beforeAll(async () => {
  house = await openHouse({ environment: { INGLE_FAULTS: '1' } });
  await house.add('Hall lamp', 'Hall motion', 'Bedside button', 'Bedroom lamp');
  await house.scene(
    'scene: Light\nwhen: [{becomes: {hall-motion.occupancy: true}}]\ndo: [{set: {hall-lamp: {on: true}}}]\n',
  );
  await house.scene(
    'scene: Button\nwhen: [{presses: {bedside-button.button: single}}]\ndo:\n  - toggle: bedroom-lamp.on\n  - notify: {to: adults, text: Pressed}\n',
  );
}, 120_000);

afterAll(async () => {
  await house?.[Symbol.asyncDispose]();
});

const health = async (): Promise<Health> => (await house.hub.call<Health>('/api/health')).body;
const noticeOf = async (about: string) =>
  (await health()).notices.find((one) => one.about === about);
const isOn = (name: string) => nodeOf(house, name).state.on === true;

async function fault(body: object): Promise<void> {
  const { status } = await house.hub.call('/api/faults', { body });
  expect(status).toBe(204);
}

async function command(handle: string, value: boolean) {
  const { id } = await house.device(handle);
  return house.hub.call<{ state?: string; code?: string }>(
    `/api/devices/${id}/commands?wait=observed`,
    { body: { property: 'on', value } },
  );
}

async function lastRun(scene: string) {
  const { body: scenes } = await house.hub.call<{ items: { id: string; name: string }[] }>(
    '/api/scenes',
  );
  const id = scenes.items.find((one) => one.name === scene)?.id;
  const { body } = await house.hub.call<{
    items: {
      state: string;
      summary: { en: string; zh: string };
      steps: { kind: string; state: string; problem?: { code: string } }[];
    }[];
  }>(`/api/runs?scene=${id}`);
  return body.items[0];
}

describe('a house whose parts fail', () => {
  it('lights the hall by a motion report, and the trace says what, when and why in both languages', async () => {
    house.home.control.move(nodeOf(house, 'Hall motion').ieee);
    await waitFor('the lamp to be lit', () => isOn('Hall lamp'));
    const run = await waitFor('the run to end', async () => {
      const last = await lastRun('Light');
      return last?.state === 'done' && last;
    });
    expect(run.summary.en).toBe('Hall motion detects motion: turned Hall lamp on');
    expect(run.summary.zh).toBe('Hall motion 检测到有人移动：已打开 Hall lamp');
    expect(run.steps.map(({ kind }) => kind)).toEqual(['trigger', 'command']);
  });

  it('toggles a lamp at once while the disk stalls; the message waits and says "not recorded"', async () => {
    const before = isOn('Bedroom lamp');
    await fault({ kind: 'stallStorage', ms: 5_000 });
    const pressedMs = performance.now();
    house.home.control.press(nodeOf(house, 'Bedside button').ieee, 'single');
    await waitFor('the lamp to be toggled', () => isOn('Bedroom lamp') !== before);
    expect(performance.now() - pressedMs).toBeLessThan(2_000);
    const run = await waitFor('the run to end', async () => {
      const last = await lastRun('Button');
      return last && last.state !== 'running' && last;
    });
    const notify = run.steps.find((step) => step.kind === 'notify');
    expect(notify).toMatchObject({ state: 'failed', problem: { code: 'not-recorded' } });
    const inbox = await waitFor('the disk to answer again', async () => {
      const { body, status } = await house.hub.call<{ items: unknown[] }>('/api/notifications');
      return status === 200 && body;
    });
    expect(inbox.items).toEqual([]);
  });

  it('names a coordinator that was unplugged, in both languages, and connects again by itself', async () => {
    house.home.control.fault({ kind: 'unplug', ms: 3_000 });
    const notice = await waitFor('the notice', () => noticeOf('zigbee'));
    expect(notice.text.en).toMatch(
      /^The Zigbee coordinator \(tcp:\/\/.*\) cannot be reached\. Check that it is plugged in/,
    );
    expect(notice.text.zh).toMatch(/^连不上 Zigbee 网关（协调器）.*请检查它是否插好并已通电/);
    const failed = await command('hall-lamp', false);
    expect(failed).toMatchObject({ status: 503, body: { code: 'unreachable' } });
    await waitFor(
      'Zigbee to be back',
      async () => (await connected(house)) && !(await noticeOf('zigbee')),
      20_000,
    );
    expect((await command('hall-lamp', false)).body.state).toBe('observed');
  });

  it('starts a killed Zigbee worker again within 20 s while the rest goes on', async () => {
    await fault({ kind: 'kill', part: 'zigbee' });
    expect((await house.hub.call('/api/devices')).status).toBe(200);
    await waitFor(
      'a new worker to be connected',
      async () => {
        const [zigbee] = (await health()).adapters;
        return zigbee?.restarts === 1 && zigbee.state === 'connected';
      },
      20_000,
    );
    expect((await command('hall-lamp', true)).body.state).toBe('observed');
  });

  it('has a killed core back within a second, with its state, and nothing done twice', async () => {
    const lamp = await house.device('hall-lamp');
    const killedMs = performance.now();
    await fault({ kind: 'kill', part: 'core' });
    house.home.control.press(nodeOf(house, 'Bedside button').ieee, 'single');
    const before = isOn('Bedroom lamp');
    await waitFor('the core to run again', async () => {
      const core = (await health()).parts.find((part) => part.name === 'core');
      return core?.restarts === 1 && core.state === 'running';
    });
    expect(performance.now() - killedMs).toBeLessThan(1_500);
    await waitFor('the press to act once', () => isOn('Bedroom lamp') !== before);
    expect((await house.device('hall-lamp')).properties.on?.value).toBe(lamp.properties.on?.value);
    expect((await command('hall-lamp', false)).body.state).toBe('observed');
    expect(isOn('Bedroom lamp')).toBe(!before);
  });

  it('goes on after garbage on the coordinator’s line', async () => {
    house.home.control.fault({ kind: 'garbage', bytes: 2_000 });
    await waitFor(
      'a command to work again',
      async () => (await command('hall-lamp', true)).body.state === 'observed',
      40_000,
    );
  }, 60_000);

  it('notices a mute coordinator and one that reset itself within 15 s, and recovers', async () => {
    for (const kind of ['mute', 'reset'] as const) {
      house.home.control.fault(kind === 'mute' ? { kind, ms: 16_000 } : { kind });
      await waitFor(
        `the ${kind} to be noticed`,
        async () => {
          const [zigbee] = (await health()).adapters;
          return zigbee?.state !== 'connected';
        },
        16_000,
      );
      await waitFor(
        'Zigbee to be back',
        async () => {
          const [zigbee] = (await health()).adapters;
          return zigbee?.state === 'connected';
        },
        40_000,
      );
      expect((await command('hall-lamp', kind === 'mute')).body.state).toBe('observed');
    }
  }, 120_000);
});
