// What others' code says reaches the home only where it can be: wrong words stay with it and are told, and nothing that
// speaks for the whole home is lent to it.
import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { adapterId } from '../../hub/model/identifiers.ts';
import { describeProperty } from '../../hub/model/properties.ts';
import { createRandom } from '../../scripts/virtual-home/random.ts';
import { inProcess, ScriptedHub } from './scripted-hub.ts';
import {
  asNotices,
  asProblem,
  asState,
  descriptionProblem,
  valuesProblem,
} from './vendor-check.ts';
import { type CreateVendorAdapter, hostedVendor, type VendorContext } from './vendor-host.ts';

const DESCRIPTION = {
  ...{ adapter: 'acme', node: 'lamp-1', manufacturer: 'Acme', model: 'L1', title: 'Acme lamp' },
  ...{ kind: 'light', power: 'mains', tier: 'core', support: 'exact', firmware: null },
  properties: [describeProperty('on'), describeProperty('brightness')],
  commands: ['identify'],
};

let dataFolder = '';
beforeEach(() => {
  dataFolder = mkdtempSync(path.join(os.tmpdir(), 'ingle-'));
});
afterEach(() => rmSync(dataFolder, { recursive: true, force: true }));

/** Runs code with the context of a vendor's adapter, as it starts. */
async function run(
  code: (context: Record<keyof VendorContext, (...given: unknown[]) => void>) => void,
): Promise<ScriptedHub> {
  // The border: others' code is not held to our types.
  const create = ((context: never) => ({
    start: async () => code(context),
    stop: async () => {},
    send: () => {},
    call: async () => null,
  })) as unknown as CreateVendorAdapter;
  const host = hostedVendor(create, { nowMs: () => performance.now() });
  const hub = new ScriptedHub(inProcess(adapterId('acme'), host));
  hub.start({ dataFolder, settings: {} });
  await hub.connectCore();
  return hub;
}

const noticesOf = (hub: ScriptedHub) =>
  hub.messages.findLast((message) => message.kind === 'notices')?.notices ?? [];

describe('what an adapter of others says', () => {
  it('goes on where it is right, under its own name', async () => {
    await using hub = await run((context) => {
      context.described(DESCRIPTION);
      context.state({ kind: 'connected', detail: 'here' });
      context.report('lamp-1', { on: true, brightness: 40 }, 'report');
      context.availability('lamp-1', true, null);
    });
    const { description } = await hub.until('it', () =>
      hub.messages.find((message) => message.kind === 'described'),
    );
    expect(description).toMatchObject({ adapter: 'acme', node: 'lamp-1' });
    await hub.until('the report', () => hub.items.some((item) => item.kind === 'report'));
    expect(noticesOf(hub)).toEqual([]);
  });

  it.each([
    ['values that are none', (one) => one.report('lamp-1', null, 'report'), /are an object/],
    ['a wrong type', (one) => one.report('lamp-1', { on: 'yes' }, 'report'), /on cannot be "yes"/],
    ['what it has not described', (one) => one.report('lamp-1', { x_a: 1 }, 'report'), /"x_a" was/],
    ['a node that is none of its own', (one) => one.event('other', 'on', true), /"other"/],
    ['a description without words', (one) => one.described({ node: 'b' }), /title is a text/],
    ['a strange kind', (one) => one.described({ ...DESCRIPTION, kind: 'ship' }), /no kind "ship"/],
    ['a state that is none', (one) => one.state({ kind: 'great' }), /A state has the kind/],
    ['an outcome that is none', (one) => one.outcome('cmd_1', 'done', null), /"done"/],
  ] satisfies readonly [string, Parameters<typeof run>[0], RegExp][])(
    'stays with it where it is %s, and is told in both languages',
    async (_, say, told) => {
      await using hub = await run((context) => {
        context.described(DESCRIPTION);
        say(context);
      });
      const [notice] = await hub.until(
        'the notice',
        () => noticesOf(hub).length > 0 && noticesOf(hub),
      );
      expect(notice?.text.en).toMatch(told);
      expect(notice?.text.zh).toMatch(/上报的内容有误/);
      expect(hub.items).toEqual([]);
      expect(hub.messages.filter(({ kind }) => kind === 'described')).toHaveLength(1);
    },
  );

  it('is bounded, whatever it says too often, and told once', async () => {
    await using hub = await run((context) => {
      context.described(DESCRIPTION);
      for (let n = 0; n < 5_000; n += 1) {
        context.report('lamp-1', { on: n % 2 === 0 }, 'report');
        context.described({ ...DESCRIPTION, title: `Lamp ${n}` });
        context.outcome(`cmd_${n}`, 'failed', null);
        context.state({ kind: 'connecting' });
        context.log('info', `line ${n}`);
      }
    });
    await hub.until('the notice', () => noticesOf(hub).length > 0);
    await hub.stop();
    expect(noticesOf(hub).map(({ text }) => text.en)).toEqual([
      expect.stringMatching(/tells more than 200 things a second; what is more is dropped/),
    ]);
    expect(hub.items.length).toBeLessThan(1_300);
    expect(hub.messages.length).toBeLessThan(2_600);
  });

  it('has no words for what is the hub’s own: messages of the home, the bridge, what is shared, pairing', async () => {
    let lent: string[] = [];
    await using hub = await run((context) => {
      lent = Object.keys(context).sort();
    });
    await hub.until('the start', () => lent.length > 0);
    for (const own of [
      'message',
      'bridge',
      'share',
      'care',
      'pairProgress',
      'waiting',
      'abandon',
    ]) {
      expect(lent).not.toContain(own);
    }
  });

  it('of any shape at all is either right or refused, and never thrown over (10,000 mutations)', () => {
    const seed = Number(process.env.INGLE_SEED ?? 23);
    const count = Number(process.env.INGLE_COUNT ?? 10_000);
    process.stdout.write(`seed ${seed}, ${count} mutations\n`);
    const random = createRandom(seed);
    const text = JSON.stringify({
      ...DESCRIPTION,
      ...{ problem: { code: 'x', message: 'm', hint: 'h' }, retryAtMs: 1, detail: 'd' },
      ...{ text: { en: 'e', zh: 'z' }, severity: 'fault', on: true, brightness: 4 },
    });
    const words = ['null', '[]', '{}', '1e999', '"__proto__"', '-1', '"x_"', '""', 'true'];
    let right = 0;
    for (let n = 0; n < count; n += 1) {
      let mutated = text;
      for (let times = random.integer(1, 3); times > 0; times -= 1) {
        const at = random.integer(0, mutated.length);
        mutated = `${mutated.slice(0, at)}${random.pick(words)}${mutated.slice(at + random.integer(0, 8))}`;
      }
      let given: unknown = mutated;
      try {
        given = JSON.parse(mutated);
      } catch {
        // A text is something that could be said as well.
      }
      const problem = descriptionProblem(given);
      if (problem === null) {
        right += 1;
        const { title, properties } = given as typeof DESCRIPTION;
        expect(typeof title).toBe('string');
        for (const one of properties) expect(typeof one.key).toBe('string');
      }
      valuesProblem(DESCRIPTION as never, given);
      const state = asState(given);
      if (state?.kind === 'fault') expect(typeof state.problem.message).toBe('string');
      expect(typeof asProblem(given).code).toBe('string');
      for (const { text: said } of asNotices([given])) expect(typeof said.en).toBe('string');
    }
    expect(right).toBeGreaterThan(0);
    expect(right).toBeLessThan(count);
  });
});
