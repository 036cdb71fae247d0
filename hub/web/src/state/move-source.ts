// The files of a Zigbee2MQTT folder that a person chose in the browser: only those that the hub wants, as texts.

/** Why a folder cannot be sent. */
export type SourceFault = 'noConfiguration' | 'tooLarge';

const BYTES_MAX = 4 * 1024 * 1024;
const FILES_MAX = 100;
const WANTED = /^(database\.db|coordinator_backup\.json|[^/]+\.ya?ml)$/;
/** The household's own programs: only their names are told. */
const CODE = /^external_(converters|extensions)\/[^/]+\.[cm]?js$/;

interface Chosen {
  readonly name: string;
  readonly size: number;
  /** With the chosen folder's own name in front. */
  readonly webkitRelativePath: string;
  text(): Promise<string>;
}

/** Reads what is wanted of the chosen folder; the files are null exactly where there is a fault. */
export async function readSource(chosen: readonly Chosen[]): Promise<{
  readonly files: Readonly<Record<string, string>> | null;
  readonly fault: SourceFault | null;
}> {
  const named = chosen.map((file) => ({
    file,
    path: file.webkitRelativePath.split('/').slice(1).join('/') || file.name,
  }));
  const configuration = named
    .map(({ path }) => path)
    .filter((path) => path.split('/').at(-1) === 'configuration.yaml')
    .sort((a, b) => a.length - b.length)[0];
  if (configuration === undefined) return { files: null, fault: 'noConfiguration' };
  // Whoever chose the folder above it meant the one with the configuration.
  const base = configuration.slice(0, -'configuration.yaml'.length);
  const inside = named
    .filter(({ path }) => path.startsWith(base))
    .map(({ file, path }) => ({ file, path: path.slice(base.length) }));
  const wanted = inside.filter(({ path }) => WANTED.test(path));
  const code = inside.filter(({ path }) => CODE.test(path));
  const bytes = wanted.reduce((sum, { file }) => sum + file.size, 0);
  if (bytes > BYTES_MAX || wanted.length + code.length > FILES_MAX) {
    return { files: null, fault: 'tooLarge' };
  }
  const texts = await Promise.all(
    wanted.map(async ({ file, path }) => [path, await file.text()] as const),
  );
  const names = code.map(({ path }) => [path, ''] as const);
  return { files: Object.fromEntries([...texts, ...names]), fault: null };
}
