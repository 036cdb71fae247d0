// The emulated network of the Zigbee bench, a process of its own: a coordinator on TCP and its nodes of many models,
// without air latency. It sends what the bench asks for on its line, and ends with it.
import { startVirtualHome } from '../virtual-home/home.ts';
import { answerBench } from './radio/line.ts';
import { PAIRS, ReportLoad } from './radio/load.ts';
import { isThermometer, manyNodes } from './radio/many-models.ts';

/** One node asks to join every so many milliseconds. */
const JOIN_STAGGER_MS = 10;

const guests = manyNodes(Number(process.env.INGLE_BENCH_NODES ?? '200'));
const home = await startVirtualHome({
  devices: [],
  guests,
  latency: { minMs: 0, maxMs: 0 },
  residents: false,
  joinStaggerMs: JOIN_STAGGER_MS,
});
const thermometers = guests
  .filter(({ model }) => model !== undefined && isThermometer(model))
  .slice(0, PAIRS)
  .map(({ placement }) => placement.ieee);
const load = new ReportLoad((pair, temperature) => {
  const ieee = thermometers[pair];
  if (ieee !== undefined) home.control.set(ieee, { temperature });
});

const line = answerBench((request) => {
  switch (request.kind) {
    case 'load':
      return load.run(request.spec);
    case 'describe':
      return {
        zigbeePort: home.zigbeePort,
        network: { coordinatorIeee: '', thermometers: [], plugs: [] },
      };
    case 'configure':
      throw new Error('the emulated coordinator has its own network');
  }
});
// It never outlives the bench.
line.on('close', () => process.exit(0));
