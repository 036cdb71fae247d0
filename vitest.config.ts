// Real workers, sockets, SQLite files and a browser: what tests share, and how many run at once.
import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['{hub,adapters,scenes,sync,firmware-images,scripts}/**/*.test.ts'],
    exclude: ['**/node_modules/**', '**/dist/**'],
    // Real workers, sockets and SQLite files: processes keep one test file's natives from another's.
    pool: 'forks',
    maxWorkers: 2,
    testTimeout: 20_000,
    hookTimeout: 30_000,
    env: { TZ: 'UTC' },
  },
});
