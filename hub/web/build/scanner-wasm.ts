// A build step: puts the decoder of pictured codes among the page's own files, so that the hub serves it and nobody
// else is asked. The page loads it only when somebody reads a code.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { Plugin } from 'vite';

const ID = 'virtual:scanner-wasm';
const RESOLVED = `\0${ID}`;

/** The decoder that belongs to the library for codes. */
function wasmFile(): string {
  const library = createRequire(import.meta.url).resolve('barcode-detector/ponyfill');
  return createRequire(library).resolve('zxing-wasm/reader/zxing_reader.wasm');
}

/** The Vite plugin: `virtual:scanner-wasm`, whose default export is the decoder's address. */
export function scannerWasm(): Plugin {
  let isBuild = false;
  return {
    name: 'ingle:scanner-wasm',
    configResolved(config) {
      isBuild = config.command === 'build';
    },
    resolveId(id) {
      return id === ID ? RESOLVED : undefined;
    },
    load(id) {
      if (id !== RESOLVED) return undefined;
      const file = wasmFile();
      if (!isBuild) return `export default ${JSON.stringify(`/@fs${file}`)};`;
      const source = readFileSync(file);
      const reference = this.emitFile({ type: 'asset', name: 'zxing_reader.wasm', source });
      return `export default import.meta.ROLLUP_FILE_URL_${reference};`;
    },
  };
}
