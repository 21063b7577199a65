import { dirname, resolve } from 'node:path';
import { ZosiaError } from '../errors.js';
import { readVmdk } from '../formats/vmdk/reader.js';
import { accessImage } from '../image/image-reader.js';
import type { OpenRandomAccess, RandomAccess } from '../image/random-access.js';
import { backingFile } from './backing-file.js';
import type { BackingFile } from './backing-file.js';

/** A run of bytes of a disk that lies in a file. */
export interface DiskExtent {
  readonly offset: number;
  readonly length: number;
  readonly path: string;
  readonly fileOffset: number;
}

export interface VmdkDisk {
  readonly disk: OpenRandomAccess;
  readonly extents: readonly DiskExtent[];
  /** The files of the extents, each once. */
  readonly files: readonly BackingFile[];
}

/**
 * Opens the disk that a VMDK descriptor describes. A relative name in it starts at the descriptor's own
 * folder, as it does for QEMU; only plain files are opened.
 *
 * @throws ZosiaError `ZOSIA_VMDK_FILE_MISSING`, and as `readVmdk`
 */
export async function openVmdk(descriptor: RandomAccess, path: string): Promise<VmdkDisk> {
  const folder = dirname(resolve(path));
  const files = new Map<string, BackingFile>();
  const image = await readVmdk(descriptor, async (name) => {
    const file = await backingFile(resolve(folder, name)).catch((cause: unknown) => {
      if (!(cause instanceof ZosiaError)) throw cause;
      throw new ZosiaError(
        'ZOSIA_VMDK_FILE_MISSING',
        `${path} is made of ${JSON.stringify(name)}, but ${cause.message}`,
        { hint: 'Put the file back where it was, or build the disk again.', cause },
      );
    });
    files.set(file.path, file);
    return file;
  });
  const extents = image.segments.flatMap(({ offset, length, source }) =>
    source.kind === 'file'
      ? [{ offset, length, path: source.path, fileOffset: source.offset }]
      : [],
  );
  return { disk: accessImage(image), extents, files: [...files.values()] };
}
