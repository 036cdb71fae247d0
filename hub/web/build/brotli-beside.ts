// A build step: writes NAME.br beside each text file of the built page, so that the hub never compresses at run time.
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { brotliCompressSync, constants } from 'node:zlib';
import type { Plugin } from 'vite';

const TEXT = /\.(html|js|css|svg|json|webmanifest|wasm)$/;
/** Below this a compressed file saves no packet. */
const SMALLEST_BYTES = 1024;

/** The Vite plugin; it runs after the build has written its files. */
export function brotliBeside(): Plugin {
  let folder = '';
  return {
    name: 'ingle:brotli-beside',
    apply: 'build',
    configResolved(config) {
      folder = path.resolve(config.root, config.build.outDir);
    },
    closeBundle() {
      for (const name of readdirSync(folder, { recursive: true, encoding: 'utf8' })) {
        if (!TEXT.test(name)) continue;
        const file = path.join(folder, name);
        const content = readFileSync(file);
        if (content.length < SMALLEST_BYTES) continue;
        const params = {
          [constants.BROTLI_PARAM_QUALITY]: 11,
          [constants.BROTLI_PARAM_SIZE_HINT]: content.length,
        };
        writeFileSync(`${file}.br`, brotliCompressSync(content, { params }));
      }
    },
  };
}
