import { sha256Hash } from '../../image/sha256.js';
import type { Sha256 } from '../../image/sha256.js';
import { ZosiaError } from '../../errors.js';
import { option, wording } from '../../wording.js';
import { flatten, makeImage } from '../../image/image.js';
import type { Image, LeafSegment, Segment } from '../../image/image.js';
import { formatDescriptor } from './descriptor.js';
import type { FlatExtent } from './descriptor.js';
import { MAX_EXTENTS, NO_CID } from './layout.js';
import { fileRuns } from './runs.js';
import { SECTOR_BYTES } from '../sector.js';

export interface VmdkOptions {
  /**
   * How the descriptor names the file of that path: absolute, or relative to the descriptor's folder.
   * Called once for each file referred to.
   */
  readonly extentName: (path: string) => string;
  /** How the descriptor names the file that {@link VmdkPlan.metadata} will be written to. */
  readonly metadataName: string;
  /** File ranges shorter than this are copied: an extent costs QEMU an open file. 64 KiB unless given. */
  readonly minimumExtentBytes?: number | undefined;
  /** How many bytes of files may be copied into the metadata file. 64 MiB unless given. */
  readonly maximumCopiedBytes?: number | undefined;
  /** Begins a sha256: the core's own unless given, which takes ten times as long as the host's. */
  readonly sha256?: (() => Sha256) | undefined;
}

export interface VmdkPlan {
  /** The descriptor's text. */
  readonly descriptor: string;
  /** The metadata file: everything that is not read from the files in place. Sparse. */
  readonly metadata: Image;
  /** The files the descriptor refers to, each once, in the order of the disk. */
  readonly files: readonly string[];
}

/**
 * Plans a disk without copying what lies in files already: a VMDK descriptor whose extents alternate
 * between a small metadata file and those files. Extents are whole sectors (VMware, "Virtual Disk
 * Format 5.0"), so the sectors a file shares with something else go into the metadata file, and so do
 * gaps, as holes: QEMU passes over extents of type ZERO. A last partial sector is filled with zeros.
 *
 * @throws ZosiaError `ZOSIA_VMDK_NAME` for a name that cannot be written in a descriptor,
 * `ZOSIA_VMDK_UNALIGNED` when too much would have to be copied, `ZOSIA_VMDK_FRAGMENTED` when QEMU
 * would have to hold too many files open
 */
export function planVmdk(image: Image, options: VmdkOptions): VmdkPlan {
  const {
    metadataName,
    minimumExtentBytes = 64 * 1024,
    maximumCopiedBytes = 64 << 20,
    sha256 = sha256Hash,
  } = options;
  if (image.sizeBytes === 0) throw new RangeError('a disk has one sector at least');
  const names = new Map<string, string>();
  const parts: Segment[] = [];
  const extents: FlatExtent[] = [];
  let position = 0;
  let metadataBytes = 0;
  const metadataUpTo = (end: number): void => {
    const length = end - position;
    if (length === 0) return;
    extents.push(flatExtent(length, metadataName, metadataBytes));
    const source = { kind: 'image', image, offset: position } as const;
    const held = Math.min(length, image.sizeBytes - position);
    parts.push({ offset: metadataBytes, length: held, source });
    metadataBytes += length;
    position = end;
  };

  for (const { offset, length, path, fileOffset } of fileRuns(image, minimumExtentBytes)) {
    metadataUpTo(offset);
    if (!names.has(path)) names.set(path, options.extentName(path));
    extents.push(flatExtent(length, names.get(path)!, fileOffset));
    position += length;
  }
  metadataUpTo(Math.ceil(image.sizeBytes / SECTOR_BYTES) * SECTOR_BYTES);

  if (extents.length > MAX_EXTENTS) {
    throw new ZosiaError(
      'ZOSIA_VMDK_FRAGMENTED',
      `the disk lies in ${extents.length} pieces, and QEMU does well with ${MAX_EXTENTS} at most`,
      { hint: wording`Write the disk as raw instead (${option('format', 'raw')}).` },
    );
  }
  const leaves = flatten(makeImage(metadataBytes, parts));
  checkCopied(leaves, maximumCopiedBytes);
  return {
    descriptor: formatDescriptor({ cid: contentId(extents, leaves, sha256()), extents }),
    metadata: makeImage(metadataBytes, leaves),
    files: [...names.keys()],
  };
}

function flatExtent(lengthBytes: number, name: string, fileOffset: number): FlatExtent {
  return {
    sectorCount: lengthBytes / SECTOR_BYTES,
    name,
    fileSector: fileOffset / SECTOR_BYTES,
  };
}

function checkCopied(leaves: readonly LeafSegment[], maximumBytes: number): void {
  let copiedBytes = 0;
  for (const { source, length } of leaves) if (source.kind !== 'bytes') copiedBytes += length;
  if (copiedBytes <= maximumBytes) return;
  throw new ZosiaError(
    'ZOSIA_VMDK_UNALIGNED',
    `${copiedBytes} bytes of files are too short, or not aligned to sectors, and cannot be read in place`,
    { hint: wording`Write the disk as raw instead (${option('format', 'raw')}).` },
  );
}

/**
 * A content id from what is known without reading the files: the extents, and the metadata's own bytes.
 * All ones means "none", so that one is not given.
 */
function contentId(
  extents: readonly FlatExtent[],
  leaves: readonly LeafSegment[],
  hash: Sha256,
): number {
  hash.update(JSON.stringify(extents));
  for (const { offset, length, source } of leaves) {
    hash.update(`${offset} ${length} ${source.kind === 'bytes' ? '' : source.offset}\n`);
    if (source.kind === 'bytes') hash.update(source.bytes);
  }
  const { buffer, byteOffset } = hash.digest();
  const cid = new DataView(buffer, byteOffset).getUint32(0);
  return cid === NO_CID ? 0 : cid;
}
