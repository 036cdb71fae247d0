// The process of one adapter that is not ours: `vendor.child ID MAIN HOSTS`, started with Node's permission model, so that
// it reads its package, writes its own folder, and starts nothing. The network is held to HOSTS (a JSON list) before a
// line of the vendor's code runs.
import os from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { HubError } from '../../hub/model/errors.ts';
import { runChildHost } from './child-host.ts';
import { monotonicMs } from './host.ts';
import { guardNetwork, RefusedHosts } from './network-guard.ts';
import { type CreateVendorAdapter, hostedVendor } from './vendor-host.ts';
import { vendorMainLine } from './vendor-line.ts';

const [id = '', file = '', hosts = '[]'] = process.argv.slice(2);

/** The core's own socket stands in a folder of the hub's making. */
function isCoreSocket(file: string): boolean {
  return path.basename(file) === 'core.sock' && path.dirname(file).startsWith(os.tmpdir());
}

async function load(): Promise<CreateVendorAdapter> {
  const module: { createAdapter?: unknown } = await import(pathToFileURL(file).href);
  if (typeof module.createAdapter === 'function')
    return module.createAdapter as CreateVendorAdapter;
  throw new TypeError(`${path.basename(file)} does not export a function createAdapter`);
}

/** A package that cannot be loaded is a fault that is told, and no reason to begin again and again. */
function broken(error: unknown): CreateVendorAdapter {
  const said = error instanceof Error ? error.message : String(error);
  return () => {
    throw new HubError('invalid-input', `The code of the ${id} adapter cannot be loaded: ${said}`, {
      hint: 'Install a version that can, or remove it.',
      zh: { message: `无法加载适配器 ${id} 的代码：${said}`, hint: '请安装可用的版本，或删除它。' },
    });
  };
}

const main = vendorMainLine();
const refused = new RefusedHosts();
guardNetwork(JSON.parse(hosts) as string[], isCoreSocket, refused);
const createAdapter = await load().catch(broken);
runChildHost(
  id,
  hostedVendor(createAdapter, {
    nowMs: monotonicMs,
    onRefused: (listener) => refused.listen(listener),
  }),
  main,
);
