// The file in which a core keeps its scenes as they were read, for the next start. It is a cache: one that is missing,
// damaged or of another program costs the time of reading the scenes' own text, and nothing else.
import { createHash } from 'node:crypto';
import {
  closeSync,
  mkdirSync,
  openSync,
  readFileSync,
  readSync,
  renameSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

/** Set to true by the build; not defined at all when the sources run. */
declare const INGLE_BUNDLED: boolean | undefined;

export interface SceneFile {
  /** What was written last, by this very program; null where there is nothing of the kind. */
  read(): string | null;
  /** Failing to write is no fault: the next start takes longer. What is there already is not written again. */
  write(text: string): void;
}

export interface SceneFileOptions {
  readonly dataFolder: string;
  /** Stands for the code that reads scenes; null: that is not known, so nothing is kept. Absent: the bundle's own. */
  readonly program?: string | null;
}

/** Opens nothing yet. The text is sealed with a hash over itself and the program. */
export function createSceneFile(options: SceneFileOptions): SceneFile {
  const { program = ownProgram() } = options;
  const folder = path.join(options.dataFolder, 'cache');
  const file = path.join(folder, 'scenes.json');
  const seal = (text: string) =>
    createHash('sha256')
      .update(program ?? '')
      .update(text)
      .digest('hex');

  return {
    read() {
      if (program === null) return null;
      try {
        const whole = readFileSync(file, 'utf8');
        const end = whole.indexOf('\n');
        const text = whole.slice(end + 1);
        return whole.slice(0, end) === seal(text) ? text : null;
      } catch {
        return null;
      }
    },
    write(text) {
      if (program === null) return;
      try {
        const sealed = seal(text);
        if (beginsWith(file, sealed)) return;
        mkdirSync(folder, { recursive: true, mode: 0o700 });
        writeFileSync(`${file}.new`, `${sealed}\n${text}`, { mode: 0o600 });
        renameSync(`${file}.new`, file);
      } catch {
        // A full or read-only disk is told by storage, which needs it.
      }
    },
  };
}

function beginsWith(file: string, text: string): boolean {
  try {
    const handle = openSync(file, 'r');
    try {
      const bytes = Buffer.alloc(Buffer.byteLength(text));
      readSync(handle, bytes);
      return bytes.toString() === text;
    } finally {
      closeSync(handle);
    }
  } catch {
    return false;
  }
}

/** The bundle is one file, so that its hash stands for all that reads a scene; sources change file by file. */
function ownProgram(): string | null {
  if (typeof INGLE_BUNDLED === 'undefined') return null;
  const code = readFileSync(fileURLToPath(import.meta.url));
  return createHash('sha256').update(code).digest('hex');
}
