// External converters as people write them and share them: each form is loaded, and each that cannot be is told by its
// name and cause while the others work. In a Node of its own: the libraries keep what is defined in static places, and
// the loading hooks into Node's own modules.
import { execFile } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { LoadedConverters } from './external-converters.ts';

const run = promisify(execFile);
const LIB = 'zigbee-herdsman-converters';

/** A definition's first lines. */
const about = (model: string) =>
  `zigbeeModel: ['${model}'], model: '${model}', vendor: 'Own', description: 'Own ${model}'`;

const GOOD: Readonly<Record<string, string>> = {
  // As the library's own page shows it.
  'as-shown.js': `const {temperature, humidity, battery} = require('${LIB}/lib/modernExtend');
    const definition = {${about('SHOWN')}, extend: [temperature(), humidity(), battery()]};
    module.exports = definition;`,
  // A module of one's own endpoints, as a wizard generates it.
  'generated.mjs': `import * as m from '${LIB}/lib/modernExtend';
    export default {${about('GENERATED')}, extend: [
      m.deviceEndpoints({"endpoints": {"1": 1, "2": 2}}), m.temperature(), m.pressure(),
      m.numeric({"name": "rainfall", "cluster": "genAnalogInput", "attribute": "presentValue",
        "reporting": {"min": "MIN", "max": "MAX", "change": 1}, "description": "Rain", "access": "STATE_GET",
        "endpointNames": ["2"], "unit": "mm"})], meta: {"multiEndpoint": true}};`,
  // Both spellings of an import in a file that ends with .js.
  'spelled.js': `import fz from '${LIB}/converters/fromZigbee';
    import {presets as e, access as ea} from '${LIB}/lib/exposes';
    import {Zcl} from 'zigbee-herdsman';
    import {posix} from 'node:path';
    const own = {cluster: 0xfc00, type: ['raw'], convert: (model, msg) => ({level: msg.data[0]})};
    export default [{${about('SPELLED')}, fromZigbee: [fz.battery, own], toZigbee: [],
      exposes: [e.battery(), e.numeric('level', ea.STATE)], meta: {status: Zcl.Status.SUCCESS, at: posix.sep}}];`,
  // Of the years before: converters of its own put among the library's, and a vendor's way of timing.
  'old-script.js': `const zhc = require('${LIB}');
    const exposes = require('${LIB}/lib/exposes');
    const tuya = require('${LIB}/lib/tuya');
    // const ota = require('${LIB}/lib/ota');
    const fz = zhc.fromZigbee;
    fz.own_on_off = {cluster: 'genOnOff', type: ['attributeReport', 'readResponse'],
      convert: (model, msg) => ({['state_l' + msg.endpoint.ID]: msg.data.onOff === 1 ? 'ON' : 'OFF'})};
    module.exports = [
      {${about('OLD')}, fromZigbee: [fz.own_on_off, fz.ignore_basic_report], toZigbee: [zhc.toZigbee.on_off],
       exposes: [exposes.presets.switch().withEndpoint('l1')], endpoint: () => ({l1: 1}), onEvent: tuya.onEventSetTime},
      {fingerprint: tuya.fingerprint('TS0601', ['_TZE204_own']), model: 'OLD-2', vendor: 'Own', description: 'Own',
       fromZigbee: [tuya.fz.datapoints], toZigbee: [tuya.tz.datapoints], configure: tuya.configureMagicPacket,
       exposes: [exposes.presets.voltage()], meta: {tuyaDatapoints: [[112, 'voltage', tuya.valueConverter.divideBy10]]}}];`,
  // A vendor's helpers, and a file of its own beside it.
  'vendors.cjs': `const sonoff = require('${LIB}/lib/sonoff');
    const {model} = require('./parts/model.cjs');
    if (typeof sonoff !== 'object') throw new Error('no helpers');
    module.exports = {zigbeeModel: [model], model, vendor: 'Own', description: 'Own',
      extend: [require('${LIB}/lib/modernExtend').onOff()]};`,
  // With types, which are taken out.
  'typed.ts': `import type {DefinitionWithExtend} from '${LIB}/lib/types';
    import * as m from '${LIB}/lib/modernExtend';
    const definitions: DefinitionWithExtend[] = [{${about('TYPED')}, extend: [m.onOff()]}];
    export default definitions;`,
  'typed-too.mts': `import {onOff} from '${LIB}/lib/modernExtend';
    export default {${about('TYPED-TOO')}, extend: [onOff()]} satisfies object;`,
  'typed-script.ts': `const m = require('${LIB}/lib/modernExtend');
    module.exports = {${about('TYPED-SCRIPT')}, extend: [m.onOff() as object]};`,
  // What fails only when it is used is no reason to leave it out.
  'throws-later.mjs': `import {onOff} from '${LIB}/lib/modernExtend';
    export default {${about('LATER')}, extend: [onOff()], onEvent: () => { throw new Error('boom'); },
      configure: async () => { throw new Error('boom'); }};`,
};

/** What each is told by. */
const BROKEN: Readonly<Record<string, readonly [text: string, why: string]>> = {
  'half.js': ["\nmodule.exports = {model: 'X'\n", 'Unexpected end of input (line 3)'],
  'half.mjs': [
    "export const one = 1;\nexport default {model: 'X';\n",
    "Unexpected token ';' (line 2)",
  ],
  'half.ts': ["export default {\n  model: 'X' as string;\n};\n", '(line 2)'],
  'enumerated.ts': ['enum Level { low }\nexport default Level;', 'enum'],
  'number.mjs': ['export default 42;', 'no definition and no list'],
  'nothing.mjs': ['export const definition = {};', 'no definition and no list'],
  'no-model.mjs': [`export default {vendor: 'Own', extend: []};`, 'model is undefined'],
  'throws.js': ["\n\nthrow new Error('no luck today');", 'no luck today (line 3)'],
  'unknown-word.js': [
    `module.exports = {${about('W')}, extend: [numeric()]};`,
    'numeric is not defined',
  ],
  'gone.js': [
    `const ota = require('${LIB}/lib/ota'); module.exports = {${about('G')}, ota: ota.zigbeeOTA, extend: []};`,
    'which is gone: write "ota: true"',
  ],
  'gone.mjs': [`import x from '${LIB}/lib/xiaomi'; export default x;`, 'lib/lumi takes its place'],
  'greedy.js': [`require('${LIB}/../secret');`, 'which the hub does not offer'],
  'foreign.js': [`require('left-pad-of-somebody');`, "Cannot find module 'left-pad-of-somebody'"],
};

let folder = '';
let told: LoadedConverters;

beforeAll(async () => {
  folder = mkdtempSync(path.join(os.tmpdir(), 'ingle-'));
  for (const [name, text] of Object.entries(GOOD)) writeFileSync(path.join(folder, name), text);
  for (const [name, [text]] of Object.entries(BROKEN)) writeFileSync(path.join(folder, name), text);
  mkdirSync(path.join(folder, 'parts'));
  writeFileSync(path.join(folder, 'parts', 'model.cjs'), "exports.model = 'PARTS';");
  writeFileSync(path.join(folder, 'notes.txt'), 'not a converter');
  writeFileSync(path.join(folder, 'types.d.ts'), 'export type Own = string;');
  const open = path.join(folder, 'open.mjs');
  writeFileSync(open, `export default {${about('OPEN')}};`);
  chmodSync(open, 0o666);
  const module = new URL('./external-converters.ts', import.meta.url).href;
  const script = `
    const {loadExternalConverters} = await import(${JSON.stringify(module)});
    const zhc = await import('${LIB}');
    const loaded = await loadExternalConverters(process.argv[1]);
    const node = (modelID) => ({modelID, manufacturerName: 'Own', type: 'Router', endpoints: [], getEndpoint: () => undefined});
    const found = await zhc.findByDevice(node('PARTS'), false);
    process.stdout.write(JSON.stringify({...loaded, parts: found?.externalConverterName}), () => process.exit(0));`;
  const { stdout } = await run(process.execPath, ['--input-type=module', '-e', script, folder], {
    cwd: import.meta.dirname,
    timeout: 60_000,
  });
  told = JSON.parse(stdout);
}, 60_000);

afterAll(() => rmSync(folder, { recursive: true, force: true }));

test('every form of a good one is loaded, and counts for its model', () => {
  expect(told.broken.filter(({ file }) => Object.hasOwn(GOOD, file))).toEqual([]);
  expect(Object.fromEntries(told.loaded.map(({ file, models }) => [file, models]))).toEqual({
    ...Object.fromEntries(Object.keys(GOOD).map((name) => [name, 1])),
    'old-script.js': 2,
  });
  // It names one that is gone.
  expect(told.loaded.find(({ leftOut }) => leftOut > 0)).toMatchObject({
    file: 'old-script.js',
    leftOut: 1,
  });
  expect(told).toMatchObject({ parts: 'vendors.cjs' });
});

test.each(Object.entries(BROKEN))('%s is told by its cause', (name, [, why]) => {
  expect(told.broken.find(({ file }) => file === name)?.error).toContain(why);
});

test('one that everybody may change is not run', () => {
  expect(told.broken.find(({ file }) => file === 'open.mjs')?.error).toContain('chmod o-w');
  expect(told.broken).toHaveLength(Object.keys(BROKEN).length + 1);
});
