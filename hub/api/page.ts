// The page's files. Only what stands in the built folder's list is served, so there is no path to climb out by;
// assets carry their hash in the name and are kept by browsers for ever, everything else is asked for anew.
import { readdir, readFile, stat } from 'node:fs/promises';
import path from 'node:path';
import type { ApiContext } from './context.ts';

const MEDIA_TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.json': 'application/json',
  '.wasm': 'application/wasm',
  '.webmanifest': 'application/manifest+json',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.ico': 'image/x-icon',
  '.woff2': 'font/woff2',
  '.txt': 'text/plain; charset=utf-8',
};
const FILES_MAX = 1_000;
/** A screen's address as people type it: without the `#` that the page has in its own. */
const SCREEN = /^(?:\/[A-Za-z0-9_-]{1,80}){1,6}$/;
/** Files of the page are small; beyond this they are read for each request. */
const KEPT_BYTES_MAX = 8 * 1024 * 1024;

interface PageFile {
  readonly path: string;
  readonly mediaType: string;
  readonly isHashed: boolean;
  readonly hasBrotli: boolean;
}

export type PageHandler = (c: ApiContext) => Promise<Response>;

/** Serves the folder that the page is built into; it is listed at the first request. */
export function createPage(folder: string): PageHandler {
  let listing: { readonly files: ReadonlyMap<string, PageFile>; readonly builtMs: number } | null =
    null;
  const kept = new Map<string, Uint8Array<ArrayBuffer>>();
  let keptBytes = 0;

  /** The files by their URL path; a page that was built anew is listed anew. Null while there is none. */
  async function list(): Promise<ReadonlyMap<string, PageFile> | null> {
    const builtMs = await stat(path.join(folder, 'index.html')).then(
      ({ mtimeMs }) => mtimeMs,
      () => null,
    );
    if (builtMs === null) return null;
    if (listing?.builtMs === builtMs) return listing.files;
    const entries = await readdir(folder, { recursive: true, withFileTypes: true });
    const names = entries
      .filter((entry) => entry.isFile())
      .map((entry) =>
        path.relative(folder, path.join(entry.parentPath, entry.name)).replaceAll(path.sep, '/'),
      )
      .slice(0, FILES_MAX);
    const all = new Set(names);
    const files = new Map<string, PageFile>();
    for (const name of names) {
      const mediaType = MEDIA_TYPES[path.extname(name)];
      if (mediaType === undefined) continue;
      const isHashed = name.startsWith('assets/') && /-[A-Za-z0-9_-]{8,}\.[a-z0-9]+$/.test(name);
      const hasBrotli = all.has(`${name}.br`);
      files.set(`/${name}`, { path: path.join(folder, name), mediaType, isHashed, hasBrotli });
    }
    kept.clear();
    keptBytes = 0;
    listing = { files, builtMs };
    return files;
  }

  async function read(file: string): Promise<Uint8Array<ArrayBuffer>> {
    const known = kept.get(file);
    if (known !== undefined) return known;
    const bytes = await readFile(file);
    if (keptBytes + bytes.byteLength <= KEPT_BYTES_MAX) {
      kept.set(file, bytes);
      keptBytes += bytes.byteLength;
    }
    return bytes;
  }

  return async (c) => {
    const files = await list();
    if (files === null) {
      return c.text(
        'The page is not built yet. Run "npm run build" (npm start does it by itself).\n',
        503,
      );
    }
    const file = files.get(c.req.path === '/' ? '/index.html' : c.req.path);
    if (file === undefined) return isScreen(c) ? c.redirect(`/#${c.req.path}`) : notFound(c);
    c.header('Vary', 'Accept-Encoding');
    c.header('Content-Type', file.mediaType);
    c.header('Cache-Control', file.isHashed ? 'public, max-age=31536000, immutable' : 'no-cache');
    const isBrotli = file.hasBrotli && /\bbr\b/.test(c.req.header('Accept-Encoding') ?? '');
    if (isBrotli) c.header('Content-Encoding', 'br');
    return c.body(await read(isBrotli ? `${file.path}.br` : file.path));
  };
}

/** A browser that was given an address, and no program: the page has the screen, or says itself that there is none. */
function isScreen(c: ApiContext): boolean {
  return SCREEN.test(c.req.path) && /\btext\/html\b/.test(c.req.header('Accept') ?? '');
}

function notFound(c: ApiContext): Response {
  return c.html(
    `<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>Not found · 未找到</title><p>There is nothing here. · 这里什么都没有。</p><p><a href="/">Home · 回到首页</a></p></html>`,
    404,
  );
}
