import { flatten, makeImage } from '../../image/image.js';
import type { Image, Segment } from '../../image/image.js';
import { SECTOR_BYTES } from '../sector.js';
import { fileRuns } from './file-runs.js';

/** A run of sectors of a disk that is a run of sectors of a file. */
export interface Extent {
  readonly sectorCount: number;
  /** Undefined where it is the metadata image. */
  readonly path: string | undefined;
  /** Where the run starts there, in sectors. */
  readonly startSector: number;
}

export interface ExtentPlan {
  /** In the disk's order, without gaps: whole sectors, a last partial one filled with zeros. */
  readonly extents: readonly Extent[];
  /** Everything that is not read from the files in place, gaps too. Sparse, and often empty. */
  readonly metadata: Image;
  /** The files that extents refer to, each once, in the order of the disk. */
  readonly files: readonly string[];
  /** How many bytes of the metadata image are copies of what lies in files. */
  readonly copiedBytes: number;
}

export interface ExtentOptions {
  /** File ranges shorter than this are copied: an extent has its price. 64 KiB unless given. */
  readonly minimumExtentBytes?: number | undefined;
}

/**
 * Splits a disk into what is read from files in place and what has to be written for it: extents that
 * alternate between a metadata image and those files. They are whole sectors, so the sectors that a file
 * shares with something else go into the metadata image.
 */
export function planExtents(image: Image, options: ExtentOptions = {}): ExtentPlan {
  const { minimumExtentBytes = 64 * 1024 } = options;
  if (image.sizeBytes === 0) throw new RangeError('a disk has one sector at least');
  const files = new Set<string>();
  const parts: Segment[] = [];
  const extents: Extent[] = [];
  let position = 0;
  let metadataBytes = 0;
  const metadataUpTo = (end: number): void => {
    const length = end - position;
    if (length === 0) return;
    extents.push(extent(length, undefined, metadataBytes));
    const source = { kind: 'image', image, offset: position } as const;
    const held = Math.min(length, image.sizeBytes - position);
    parts.push({ offset: metadataBytes, length: held, source });
    metadataBytes += length;
    position = end;
  };

  for (const { offset, length, path, fileOffset } of fileRuns(image, minimumExtentBytes)) {
    metadataUpTo(offset);
    files.add(path);
    extents.push(extent(length, path, fileOffset));
    position += length;
  }
  metadataUpTo(Math.ceil(image.sizeBytes / SECTOR_BYTES) * SECTOR_BYTES);

  const leaves = flatten(makeImage(metadataBytes, parts));
  let copiedBytes = 0;
  for (const { source, length } of leaves) if (source.kind !== 'bytes') copiedBytes += length;
  return { extents, metadata: makeImage(metadataBytes, leaves), files: [...files], copiedBytes };
}

function extent(lengthBytes: number, path: string | undefined, fileOffset: number): Extent {
  return {
    sectorCount: lengthBytes / SECTOR_BYTES,
    path,
    startSector: fileOffset / SECTOR_BYTES,
  };
}
