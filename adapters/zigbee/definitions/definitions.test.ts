// Which nodes share what is known of their model.
import { expect, it } from 'vitest';
import type { Device } from '../coordinator/herdsman.ts';
import { Definitions } from './definitions.ts';

/** As much of a node as the library looks at to find its definition. */
function node(parts: object): Device {
  const endpoint = { ID: 1, deviceID: 770, profileID: 260, inputClusters: [0, 1, 1026, 1029] };
  return {
    ieeeAddr: '0x00124b0024c1a2b3',
    type: 'EndDevice',
    powerSource: 'Battery',
    modelID: 'SNZB-02P',
    manufacturerName: 'eWeLink',
    endpoints: [{ ...endpoint, outputClusters: [25] }],
    getEndpoint: () => endpoint,
    ...parts,
  } as unknown as Device;
}

it('looks up a model once for all nodes that are alike', async () => {
  const definitions = new Definitions();
  const first = await definitions.find(node({}), {});
  const second = await definitions.find(node({ ieeeAddr: '0x00124b0024c1ffff' }), {});
  expect(first?.definition.model).toBe('SNZB-02P');
  expect(second).toBe(first);
});

it('looks anew for a node that differs in anything that the library may look at', async () => {
  const definitions = new Definitions();
  const first = await definitions.find(node({}), {});
  for (const other of [{ manufacturerName: 'SONOFF' }, { endpoints: [] }, { dateCode: '2024' }]) {
    expect(await definitions.find(node(other), {})).not.toBe(first);
  }
});

it('shares nothing of a model that the library does not know', async () => {
  const definitions = new Definitions();
  const unknown = { modelID: 'no such model', endpoints: [], getEndpoint: () => undefined };
  const first = await definitions.find(node(unknown), {});
  expect(first?.definition.generated).toBe(true);
  expect(await definitions.find(node(unknown), {})).not.toBe(first);
});
