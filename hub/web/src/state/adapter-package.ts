// Which files of a chosen folder belong to an adapter's package, and how they are called in it.

import { SIGNATURES_FILE } from '../../../model/vendor-adapter.ts';

const SHIPPED = /\.(?:js|mjs|json)$/;

/** The file's path within its package; null for what is not shipped: tests, dot files, other kinds. */
export function packagePath(relative: string): string | null {
  const parts = relative.split('/');
  const inner = parts.length > 1 ? parts.slice(1) : parts;
  const [first = ''] = inner;
  if (inner.some((part) => part.startsWith('.')) || ['test', 'node_modules'].includes(first)) {
    return null;
  }
  const path = inner.join('/');
  return SHIPPED.test(path) || path === SIGNATURES_FILE ? path : null;
}
