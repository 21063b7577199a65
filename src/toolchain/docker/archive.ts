import { pipeline } from 'node:stream/promises';
import { pack } from 'tar-stream';
import { ZosiaError } from '../../errors.js';
import { accessPieces } from '../../image/access-pieces.js';
import { accessBytes } from '../../image/random-access.js';
import type { RandomAccess } from '../../image/random-access.js';
import { joinChunks } from '../../formats/compression/limits.js';
import { readTar } from '../../formats/tar/open.js';
import type { TarDataSink } from '../../formats/tar/visit.js';
import type { BuilderFile } from '../builder.js';

/** GNU tar calls a time of zero implausibly old; when a file was changed is nobody's affair. */
const MODIFIED = new Date('1980-01-01T00:00:00Z');

/** Files as a tar archive, piece by piece; the same files give the same bytes. */
export async function* packFiles(
  files: readonly BuilderFile[],
): AsyncGenerator<Uint8Array, void, undefined> {
  const archive = pack();
  for (const { path, data } of files) {
    archive.entry({ name: path, mode: 0o644, mtime: MODIFIED }, Buffer.from(data as Uint8Array));
  }
  archive.finalize();
  for await (const piece of archive) yield piece as Uint8Array;
}

/**
 * One file as a tar archive, of whose contents only a piece at a time is in memory.
 *
 * @throws what reading `source` throws; the signal's reason when cancelled
 */
export async function* packLargeFile(
  path: string,
  source: RandomAccess,
  signal?: AbortSignal,
): AsyncGenerator<Uint8Array, void, undefined> {
  const archive = pack();
  const size = source.sizeBytes;
  const entry = archive.entry({ name: path, mode: 0o644, mtime: MODIFIED, size });
  const filling = pipeline(accessPieces(source, signal), entry).then(
    () => {
      archive.finalize();
    },
    (error: unknown) => {
      archive.destroy(error as Error);
    },
  );
  try {
    for await (const piece of archive) yield piece as Uint8Array;
  } finally {
    archive.destroy();
    await filling;
  }
}

/**
 * The contents of the one file in a tar archive.
 *
 * @throws ZosiaError `ZOSIA_DOCKER_FAILED` for an archive that has none, or breaks off
 */
export async function unpackFile(archive: Uint8Array): Promise<Uint8Array> {
  let pieces: Uint8Array[] | undefined;
  const first = (): TarDataSink | undefined => {
    if (pieces) return undefined;
    const kept: Uint8Array[] = (pieces = []);
    return { write: (piece) => void kept.push(piece), end: () => undefined };
  };
  try {
    await readTar(accessBytes(archive), first, { maxBytes: archive.length });
  } catch (cause) {
    throw broken(cause);
  }
  if (!pieces) throw broken();
  return joinChunks(pieces);
}

function broken(cause?: unknown): ZosiaError {
  return new ZosiaError('ZOSIA_DOCKER_FAILED', 'a file did not come whole out of the container', {
    hint: 'Run the same command again.',
    cause,
  });
}
