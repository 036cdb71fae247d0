// What a vendor's process writes straight onto its line to the core, past its own host: what is right goes on, all
// else is left out and counted, and more than it may is refused, whatever its shape.
import { describe, expect, it } from 'vitest';
import { VENDOR_LIMITS } from '../../hub/model/vendor-adapter.ts';
import { createRandom } from '../../scripts/virtual-home/random.ts';
import { batchGate } from './vendor-batch.ts';

const REPORT = { kind: 'report', node: 'lamp-1', values: { on: true }, reason: 'report' };
const batchOf = (items: unknown, number = 1) => ({ kind: 'batch', host: 'h', number, items });

function gated() {
  let dropped = 0;
  const gate = batchGate(
    () => {
      dropped += 1;
    },
    () => 0,
  );
  return { gate, dropped: () => dropped };
}

describe('the core’s end of a vendor’s line', () => {
  it('takes what is right, and leaves out what is not, item by item', () => {
    const { gate, dropped } = gated();
    const colour = { ...REPORT, values: { color: { hue: 1, saturation: 2 } } };
    const items = [
      REPORT,
      null,
      { ...REPORT, values: null },
      { ...REPORT, values: { on: { deep: { er: 1 } } } },
      { ...REPORT, reason: 'restore' },
      { kind: 'event', node: 'lamp-1', property: 'button', value: 'single', monoMs: '1' },
      { kind: 'outcome', command: 'cmd_1', state: 'done', problem: null },
      { kind: 'message', topic: 'a', payload: 'b', isRetained: false, monoMs: 1 },
      { kind: 'waiting', node: 'lamp-1', command: 'cmd_1' },
      colour,
    ];
    expect(gate(batchOf(items))?.items).toEqual([REPORT, colour]);
    expect(dropped()).toBe(8);
  });

  it.each([
    null,
    'text',
    { kind: 'taken' },
    batchOf(null),
    batchOf([REPORT], Number.NaN),
    batchOf([REPORT], 0),
    { ...batchOf([]), host: 'x'.repeat(300) },
  ])('takes nothing of what is no batch (%#)', (given) => {
    const { gate, dropped } = gated();
    expect([gate(given), dropped()]).toEqual([null, 1]);
  });

  it('takes no more items than its own host could have kept, and of no more nodes than there may be', () => {
    const many = gated();
    let taken = 0;
    for (let number = 1; number <= 100; number += 1) {
      taken +=
        many.gate(
          batchOf(
            Array.from({ length: 500 }, () => REPORT),
            number,
          ),
        )?.items.length ?? 0;
    }
    expect(taken).toBe(10_000 + VENDOR_LIMITS.rates.items.atOnce * 2);
    expect(many.dropped()).toBe(50_000 - taken);
    const nodes = gated();
    const of = Array.from({ length: 5_000 }, (_, n) => ({ ...REPORT, node: `n${n}` }));
    expect(nodes.gate(batchOf(of))?.items.length).toBe(VENDOR_LIMITS.nodes * 2);
  });

  it('never throws, whatever comes (10,000 mutations)', () => {
    const seed = Number(process.env.INGLE_SEED ?? 29);
    const count = Number(process.env.INGLE_COUNT ?? 10_000);
    process.stdout.write(`seed ${seed}, ${count} mutations\n`);
    const random = createRandom(seed);
    const text = JSON.stringify(
      batchOf([REPORT, { kind: 'outcome', command: 'c', state: 'sent' }]),
    );
    const words = ['null', '[]', '{}', '1e999', '"__proto__"', '-1', '""', 'true'];
    for (let n = 0; n < count; n += 1) {
      const at = random.integer(0, text.length);
      const mutated = `${text.slice(0, at)}${random.pick(words)}${text.slice(at + random.integer(0, 9))}`;
      let given: unknown = mutated;
      try {
        given = JSON.parse(mutated);
      } catch {
        // A text is something that could come as well.
      }
      for (const item of gated().gate(given)?.items ?? []) expect(typeof item.kind).toBe('string');
    }
  });
});
