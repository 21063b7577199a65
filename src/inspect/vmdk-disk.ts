import { realpath } from 'node:fs/promises';
import { ZosiaError } from '../errors.js';
import { option, wording } from '../wording.js';
import { readVmdk } from '../formats/vmdk/reader.js';
import { openPlan } from '../host/image-reader.js';
import type { Image } from '../image/image.js';
import type { OpenRandomAccess, RandomAccess } from '../image/random-access.js';
import { backingFile } from './backing-file.js';
import type { BackingFile } from './backing-file.js';
import { extentFolder, extentPath, isBelow } from './extent-path.js';
import { matchesManifest, readManifestFiles } from './vmdk-manifest.js';

/** A run of bytes of a disk that lies in a file. */
export interface DiskExtent {
  readonly offset: number;
  readonly length: number;
  readonly path: string;
  readonly fileOffset: number;
}

export interface VmdkDisk {
  readonly image: Image;
  readonly disk: OpenRandomAccess;
  readonly extents: readonly DiskExtent[];
  /** The files of the extents, each once. */
  readonly files: readonly BackingFile[];
}

export interface OpenVmdkOptions {
  /** Whether the disk may be made of any file of the host. */
  readonly allowOutside?: boolean | undefined;
}

/**
 * Opens the disk that a VMDK descriptor describes. A relative name in it starts at the descriptor's own
 * folder, as it does for QEMU; only plain files are opened. A descriptor may come from anywhere, and what
 * it names would become readable as a disk: files that do not lie below its folder, whatever links lead
 * there, are refused, but for those whose contents the manifest beside it proves to know.
 *
 * @throws ZosiaError `ZOSIA_VMDK_FILE_MISSING`, `ZOSIA_VMDK_OUTSIDE`, and as `readVmdk`
 */
export async function openVmdk(
  descriptor: RandomAccess,
  path: string,
  { allowOutside = false }: OpenVmdkOptions = {},
): Promise<VmdkDisk> {
  const folder = await extentFolder(path);
  const described = await readManifestFiles(path);
  const files = new Map<string, BackingFile>();
  const image = await readVmdk(descriptor, async (name) => {
    const file = await realFile(extentPath(folder, name)).catch((cause: unknown) => {
      if (!(cause instanceof ZosiaError)) throw cause;
      throw new ZosiaError(
        'ZOSIA_VMDK_FILE_MISSING',
        `${path} is made of ${JSON.stringify(name)}, but ${cause.message}`,
        { hint: 'Put the file back where it was, or build the disk again.', cause },
      );
    });
    const isAllowed =
      allowOutside ||
      isBelow(folder, file.path) ||
      (await matchesManifest(described.get(name), file.path, file.sizeBytes));
    if (!isAllowed) throw outside(path, name, described.has(name));
    files.set(file.path, file);
    return file;
  });
  const extents = image.segments.flatMap(({ offset, length, source }) =>
    source.kind === 'file'
      ? [{ offset, length, path: source.path, fileOffset: source.offset }]
      : [],
  );
  return { image, disk: openPlan(image), extents, files: [...files.values()] };
}

/** A file by its path without symbolic links. */
async function realFile(path: string): Promise<BackingFile> {
  const { path: named } = await backingFile(path);
  return backingFile(await realpath(named));
}

const WRITTEN_BY_ZOSIA =
  'One that zosia wrote needs the .json beside it; write it again if that is lost or the file has changed.';

function outside(path: string, name: string, isInManifest: boolean): ZosiaError {
  const what = isInManifest
    ? `which is not the file that ${path}.json describes`
    : 'which is not below its own folder';
  return new ZosiaError(
    'ZOSIA_VMDK_OUTSIDE',
    `${path} is made of ${JSON.stringify(name)}, ${what}`,
    {
      hint: [
        wording`Add ${option('allowOutside')} if you know where the disk comes from. ${WRITTEN_BY_ZOSIA}`,
        WRITTEN_BY_ZOSIA,
      ],
    },
  );
}
