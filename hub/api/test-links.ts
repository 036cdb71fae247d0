// A radio for tests of the API: a device that reports its state and is bound to the hub, and agrees to all.
import { createNodeLinks } from '../household/node-links.ts';
import type { AdapterCall } from '../model/adapter-port.ts';
import type { DeviceRecord } from '../model/device.ts';
import type { NodeBinding, NodeLinks, NodeLinksPort, Reporting } from '../model/node-links.ts';

const ON_OFF = { endpoint: 1, cluster: 'genOnOff' } as const;

let reporting: readonly Reporting[] = [
  { ...ON_OFF, attribute: 'onOff', minimumSeconds: 0, maximumSeconds: 3_600, change: null },
];
let bindings: readonly NodeBinding[] = [{ ...ON_OFF, to: { kind: 'hub' } }];

/** Answers the calls about links as the Zigbee adapter does. */
function testLinks(call: AdapterCall): NodeLinks {
  if (call.kind === 'changeLinks') {
    const { change } = call;
    if (change.kind === 'report') reporting = [change.reporting];
    else if (change.kind === 'bind') bindings = [...bindings, change.binding];
    else if (change.kind === 'unbind') {
      const gone = JSON.stringify(change.binding);
      bindings = bindings.filter((each) => JSON.stringify(each) !== gone);
    }
  }
  return {
    setUp: { kind: 'done' },
    isAsked: call.kind === 'links' && call.isAsked,
    problem: null,
    reporting,
    bindings,
    endpoints: [{ endpoint: 1, inputs: ['genOnOff'], outputs: ['genOta'] }],
  };
}

/** The devices' reports and bindings, as such a radio has them. */
export function testNodeLinks(devices: () => readonly DeviceRecord[]): NodeLinksPort {
  return createNodeLinks({ devices, callAdapter: async (_, call) => testLinks(call) });
}
