// Node-RED at its best: a quiet log, and all rules in one function node with a table by topic. Its editor is there, as
// the hub's page is: without it nobody could change a rule.
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { type BenchProcess, freePort, startProcess } from '../process.ts';
import { installedPackage } from './install.ts';
import { Z2M_TOPIC } from './zigbee2mqtt.ts';

const VERSION = '4.1.15';

/** When a thermometer crosses the threshold in one direction, a plug is switched. */
export interface Rule {
  readonly thermometer: number;
  readonly plug: number;
  readonly threshold: number;
  readonly direction: 'above' | 'below';
  readonly isOn: boolean;
}

function functionText(rules: readonly Rule[]): string {
  const base = Z2M_TOPIC.base;
  const rows: Record<string, [number, boolean, string, string][]> = {};
  for (const rule of rules) {
    const topic = `${base}/${Z2M_TOPIC.thermometer(rule.thermometer)}`;
    rows[topic] ??= [];
    rows[topic].push([
      rule.threshold,
      rule.direction === 'above',
      `${base}/${Z2M_TOPIC.plug(rule.plug)}/set`,
      rule.isOn ? 'ON' : 'OFF',
    ]);
  }
  // The table is made once, in the node's setup; a message costs one look-up and its topic's few rules.
  return `context.set('rules', new Map(Object.entries(${JSON.stringify(rows)}))); context.set('last', new Map());`;
}

const ON_MESSAGE = `
const rules = context.get('rules').get(msg.topic);
const now = msg.payload.temperature;
if (rules === undefined || typeof now !== 'number') return null;
const last = context.get('last');
const before = last.get(msg.topic);
last.set(msg.topic, now);
if (before === undefined) return null;
for (const [threshold, isAbove, topic, state] of rules) {
  const fires = isAbove ? before <= threshold && now > threshold : before >= threshold && now < threshold;
  if (fires) node.send({ topic, payload: { state } });
}
return null;`;

function flows(brokerPort: number, rules: readonly Rule[]): object[] {
  return [
    { id: 'tab', type: 'tab', label: 'rules' },
    {
      id: 'broker',
      type: 'mqtt-broker',
      broker: '127.0.0.1',
      port: String(brokerPort),
      autoConnect: true,
      protocolVersion: '4',
      keepalive: '60',
      cleansession: true,
    },
    {
      id: 'in',
      type: 'mqtt in',
      z: 'tab',
      broker: 'broker',
      topic: `${Z2M_TOPIC.base}/thermometers/+`,
      qos: '0',
      datatype: 'json',
      inputs: 0,
      wires: [['rules']],
    },
    {
      id: 'rules',
      type: 'function',
      z: 'tab',
      func: ON_MESSAGE,
      initialize: functionText(rules),
      outputs: 1,
      noerr: 0,
      libs: [],
      wires: [['out']],
    },
    {
      id: 'out',
      type: 'mqtt out',
      z: 'tab',
      broker: 'broker',
      qos: '0',
      retain: 'false',
      wires: [],
    },
  ];
}

function settings(port: number): string {
  return `module.exports = {
  flowFile: 'flows.json',
  uiHost: '127.0.0.1',
  uiPort: ${port},
  credentialSecret: false,
  logging: { console: { level: 'error', metrics: false, audit: false } },
  telemetry: { enabled: false, updateNotification: false },
  externalModules: { autoInstall: false },
};
`;
}

export interface NodeRedOptions {
  readonly folder: string;
  readonly brokerPort: number;
  readonly rules: readonly Rule[];
  readonly environment: Readonly<Record<string, string>>;
}

/** Starts it; it serves rules some time after this returns. */
export async function startNodeRed(options: NodeRedOptions): Promise<BenchProcess> {
  const { folder, brokerPort, rules, environment } = options;
  const peer = installedPackage('node-red', VERSION);
  mkdirSync(folder, { recursive: true });
  writeFileSync(path.join(folder, 'flows.json'), JSON.stringify(flows(brokerPort, rules)));
  writeFileSync(path.join(folder, 'settings.js'), settings(await freePort()));
  return startProcess({
    name: 'node-red',
    command: process.execPath,
    args: [
      path.join(peer, 'red.js'),
      '--userDir',
      folder,
      '--settings',
      path.join(folder, 'settings.js'),
    ],
    cwd: folder,
    environment,
  });
}
