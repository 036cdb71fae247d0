// How the page is built: Svelte into hashed files of our own host, each also as Brotli beside it.
import { svelte } from '@sveltejs/vite-plugin-svelte';
import { defineConfig } from 'vite';
import { brotliBeside } from './build/brotli-beside.ts';
import { propertyTable } from './build/property-table.ts';
import { scannerWasm } from './build/scanner-wasm.ts';

export default defineConfig({
  root: import.meta.dirname,
  plugins: [svelte({ configFile: false }), propertyTable(), scannerWasm(), brotliBeside()],
  // Files are never inlined as data: URLs: the page's content policy allows its own host only.
  build: {
    outDir: 'dist',
    emptyOutDir: true,
    target: 'es2022',
    assetsInlineLimit: 0,
    reportCompressedSize: false,
    // How long a plugin took is no news to somebody who starts the hub on a slow board.
    rolldownOptions: { checks: { pluginTimings: false } },
  },
  server: {
    proxy: { '/api': { target: process.env.INGLE_DEV_HUB ?? 'http://127.0.0.1:8420' } },
  },
});
