import { pack } from 'tar-stream';
import { ZosiaError } from '../../errors.js';
import { accessBytes } from '../../image/random-access.js';
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
