// Goal: what loading left behind is given back, and never while the thread has something to do. Method: a process that
// lets go of megabytes, in a quiet and in a busy life, with the times of a home made short.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { expect, it } from 'vitest';

const MODULE = path.join(import.meta.dirname, 'once-loaded.ts');
/** Held long enough to be old, then let go: what V8 by itself leaves where it is while little is asked for. */
const LOADING = `
  let loaded = Array.from({ length: 200_000 }, (_, index) => ({ index, text: 'text ' + index }));
  for (let count = 0; count < 3; count++) Array.from({ length: 200_000 }, (_, index) => [index]);
  loaded = null;
  const usedMb = () => process.memoryUsage().heapUsed / 1e6;
  const beforeMb = usedMb();
  const say = (what) => process.stdout.write(JSON.stringify(what));`;

/** What a program says before it ends; it says what it knows after so many milliseconds. */
async function run(flags: readonly string[], life: string): Promise<Record<string, number>> {
  const program = `import { onceLoaded } from ${JSON.stringify(MODULE)};
    ${LOADING}
    ${life}`;
  const child = spawn(process.execPath, [...flags, '--input-type=module', '--eval', program], {
    env: { PATH: process.env.PATH },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let said = '';
  child.stdout.on('data', (chunk: Buffer) => {
    said += chunk.toString('utf8');
  });
  const [code] = (await once(child, 'close')) as [number];
  expect(code).toBe(0);
  return JSON.parse(said) as Record<string, number>;
}

const TIMES = '{ collectAfterMs: 50, lookEveryMs: 100 }';

it('gives back what loading left behind, once the thread is quiet', async () => {
  const { beforeMb = 0, afterMb = 0 } = await run(
    ['--expose-gc'],
    `onceLoaded(${TIMES});
    const look = setInterval(() => {
      if (usedMb() > beforeMb / 2) return;
      clearInterval(look);
      say({ beforeMb, afterMb: usedMb() });
    }, 50);`,
  );
  expect(beforeMb).toBeGreaterThan(15);
  expect(afterMb).toBeLessThan(beforeMb / 2);
}, 20_000);

it('waits while the thread computes, and collects when that is over', async () => {
  const { whileBusy, afterwards } = await run(
    ['--expose-gc'],
    `let collections = 0;
    const { gc } = globalThis;
    globalThis.gc = (options) => { collections += 1; gc(options); };
    onceLoaded(${TIMES});
    let whileBusy = -1;
    const busy = setInterval(() => {
      for (const endsAt = performance.now() + 15; performance.now() < endsAt; );
    }, 30);
    setTimeout(() => { whileBusy = collections; clearInterval(busy); }, 1_500);
    const look = setInterval(() => {
      if (collections === 0 || whileBusy < 0) return;
      clearInterval(look);
      say({ whileBusy, afterwards: collections });
    }, 50);`,
  );
  expect({ whileBusy, afterwards }).toEqual({ whileBusy: 0, afterwards: 1 });
}, 20_000);

it('does without where the process was not given the means', async () => {
  const { isThere } = await run(
    [],
    `onceLoaded(${TIMES});
    setTimeout(() => say({ isThere: Number(globalThis.gc !== undefined) }), 500);`,
  );
  expect(isThere).toBe(0);
}, 20_000);
