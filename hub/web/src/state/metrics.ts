// The few numbers of `/metrics` that the page shows, out of Prometheus' text. Pure.

/** What storage says of itself; null where the hub does not tell. */
export interface StorageNumbers {
  /** Size of each file on disk, by name. */
  readonly files: readonly { readonly name: string; readonly bytes: number }[];
  readonly writtenBytes: number | null;
  readonly commitMs: number | null;
}

/** Reads the storage's numbers out of the text. */
export function storageNumbers(text: string): StorageNumbers {
  const files: { name: string; bytes: number }[] = [];
  let writtenBytes: number | null = null;
  let commitMs: number | null = null;
  for (const line of text.split('\n')) {
    const [, name = '', labels = '', value = ''] =
      /^(ingle_storage_[a-z_]+)(?:\{([^}]*)\})? (\S+)$/.exec(line) ?? [];
    const amount = Number(value);
    if (name === '' || !Number.isFinite(amount)) continue;
    const file = /file="([^"]*)"/.exec(labels)?.[1];
    if (file !== undefined && name.endsWith('file_bytes'))
      files.push({ name: file, bytes: amount });
    else if (name === 'ingle_storage_written_bytes_total') writtenBytes = amount;
    else if (name === 'ingle_storage_commit_ms') commitMs = amount;
  }
  return { files, writtenBytes, commitMs };
}
