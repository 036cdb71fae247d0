// The kit for vendors: makes a package from the template, and puts a package through what the hub and the contract
// demand of it, in the very process in which the hub would run it. Needs no test runner.
import {
  cpSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { ConflictError, toProblem, ValidationError } from '../../hub/model/errors.ts';
import { nodeAddress } from '../../hub/model/identifiers.ts';
import { type PropertyValue, parsePropertyKey } from '../../hub/model/properties.ts';
import {
  readManifest,
  SIGNATURES_FILE,
  type VendorFiles,
  type VendorManifest,
} from '../../hub/model/vendor-adapter.ts';
import { type ConformancePlan, type ConformanceResult, runConformance } from './conformance.ts';
import { packageStatement } from './package-statement.ts';
import { inVendorProcess } from './scripted-hub.ts';
import { vendorProcess } from './vendor-process.ts';
import { watchVendor } from './vendor-watch.ts';

/** What stands in a folder and is no part of the package. */
const LEFT_OUT = ['node_modules', 'test'];
const SHIPPED = /\.(?:js|mjs|json)$/;
const FILES_MAX = 200;
const NAME = /^[a-z][a-z0-9-]{1,23}$/;
/** Where emulated devices of a test stand, beside what the package declares. */
const EMULATED = ['127.0.0.1', '::1', 'localhost'];

/** What a package's `test/conformance.js` gives. */
export interface VendorPlan extends Pick<ConformancePlan, 'settings' | 'touch' | 'reach'> {
  readonly subject: {
    readonly node: string;
    readonly property: string;
    readonly values: readonly [PropertyValue, PropertyValue];
  };
  readonly secrets?: readonly string[];
  stop?(): Promise<void> | void;
}

/** Makes a package from the template in a new folder of that name; gives the folder. @throws ConflictError, ValidationError */
export function newPackage(template: string, name: string, parent: string): string {
  if (!NAME.test(name)) {
    throw new ValidationError(`"${name.slice(0, 40)}" cannot be the name of an adapter`, {
      hint: 'It has 2 to 24 small letters, digits and hyphens, a letter first.',
      zh: {
        message: `“${name.slice(0, 40)}”不能作为适配器的名称`,
        hint: '请用 2 到 24 个小写字母、数字和连字符，以字母开头。',
      },
    });
  }
  const folder = path.join(parent, name);
  if (existsSync(folder)) {
    throw new ConflictError(`${folder} exists already`, {
      hint: 'Choose another name, or another folder.',
      zh: { message: `${folder} 已经存在`, hint: '请换一个名称或文件夹。' },
    });
  }
  cpSync(template, folder, { recursive: true });
  for (const file of ['README.md', 'ingle-adapter.json', 'package.json']) {
    const full = path.join(folder, file);
    writeFileSync(full, readFileSync(full, 'utf8').replaceAll('NAME', name));
  }
  return folder;
}

/** The files of a package's folder that are shipped. @throws ValidationError for a folder that is none */
export function packageFiles(folder: string): VendorFiles {
  if (!existsSync(folder)) {
    throw new ValidationError(`There is no folder ${folder}`, {
      hint: 'Give the folder of the package, with its ingle-adapter.json.',
      zh: {
        message: `没有文件夹 ${folder}`,
        hint: '请给出包的文件夹，里面有 ingle-adapter.json。',
      },
    });
  }
  const files: Record<string, string> = {};
  const walk = (inner: string): void => {
    for (const entry of readdirSync(path.join(folder, inner), { withFileTypes: true })) {
      const name = inner === '' ? entry.name : `${inner}/${entry.name}`;
      if (entry.name.startsWith('.') || LEFT_OUT.includes(name)) continue;
      if (entry.isDirectory()) walk(name);
      else if (
        (SHIPPED.test(name) || name === SIGNATURES_FILE) &&
        Object.keys(files).length < FILES_MAX
      ) {
        files[name] = readFileSync(path.join(folder, name), 'utf8');
      }
    }
  };
  walk('');
  return files;
}

/** What whoever has tried the package signs. @throws ValidationError for a folder that is no package */
export function statementOf(folder: string): Buffer {
  return packageStatement(packageFiles(folder));
}

/** Adds a signer's line to those of the package; a line of the same key goes. */
export function addSignature(folder: string, line: string): void {
  const file = path.join(folder, SIGNATURES_FILE);
  const before = existsSync(file) ? readFileSync(file, 'utf8').split('\n') : [];
  const [key = ''] = line.split(' ');
  const others = before.filter((one) => one !== '' && !one.startsWith(`${key} `));
  writeFileSync(file, [...others, line].join('\n'));
}

/** What came of testing a package. */
export interface VendorVerdict {
  readonly manifest: VendorManifest;
  readonly results: readonly ConformanceResult[];
  readonly isMet: boolean;
}

/**
 * Tests a package: what it says of itself, then every demand of the contract on it as it runs.
 * @param entry the file of `vendor.child`
 * @throws ValidationError for a package that cannot be installed, or that brings nothing to test it with
 */
export async function testPackage(folder: string, entry: URL): Promise<VendorVerdict> {
  const root = path.resolve(folder);
  const manifest = readManifest(packageFiles(root));
  const plan = await planOf(root);
  const dataFolder = mkdtempSync(path.join(os.tmpdir(), 'ingle-adapter-'));
  try {
    const own = path.join(dataFolder, manifest.id);
    const how = vendorProcess(entry, {
      ...{ id: manifest.id, packageFolder: root, main: manifest.main, dataFolder: own },
      hosts: [...manifest.hosts, ...EMULATED],
    });
    const { open, demands } = watchVendor(inVendorProcess(how));
    const whole: ConformancePlan = {
      ...plan,
      ...{ open, dataFolder },
      subject: {
        node: nodeAddress(plan.subject.node),
        property: parsePropertyKey(plan.subject.property).key,
        values: plan.subject.values,
      },
      secrets: () => plan.secrets ?? [],
    };
    const results = await runConformance(whole, demands);
    return { manifest, results, isMet: results.every(({ isMet }) => isMet) };
  } finally {
    await plan.stop?.();
    rmSync(dataFolder, { recursive: true, force: true });
  }
}

async function planOf(root: string): Promise<VendorPlan> {
  const file = path.join(root, 'test', 'conformance.js');
  try {
    const module: { plan?: unknown } = await import(pathToFileURL(file).href);
    if (typeof module.plan !== 'function') throw new TypeError('it exports no function plan');
    return (await module.plan()) as VendorPlan;
  } catch (error) {
    const said = toProblem(error).message;
    throw new ValidationError(`${file} cannot be used: ${said}`, {
      hint: 'It exports plan(), which starts an emulated device and says which node and property are tried.',
      zh: {
        message: `${file} 不能用：${said}`,
        hint: '它要导出 plan()，启动模拟设备，并说明试哪个节点和属性。',
      },
    });
  }
}
