import { sha256Hash } from '../../image/sha256.js';
import type { Sha256 } from '../../image/sha256.js';
import { ZosiaError } from '../../errors.js';
import { option, wording } from '../../wording.js';
import { flatten } from '../../image/image.js';
import type { Image, LeafSegment } from '../../image/image.js';
import { planExtents } from '../extents/plan.js';
import type { ExtentOptions } from '../extents/plan.js';
import { formatDescriptor } from './descriptor.js';
import type { FlatExtent } from './descriptor.js';
import { MAX_EXTENTS, NO_CID } from './layout.js';

export interface VmdkOptions extends ExtentOptions {
  /**
   * How the descriptor names the file of that path: absolute, or relative to the descriptor's folder.
   * Called once for each file referred to.
   */
  readonly extentName: (path: string) => string;
  /** How the descriptor names the file that {@link VmdkPlan.metadata} will be written to. */
  readonly metadataName: string;
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
 * between a small metadata file and those files (VMware, "Virtual Disk Format 5.0"). Gaps are holes of the
 * metadata file: QEMU passes over extents of type ZERO.
 *
 * @throws ZosiaError `ZOSIA_VMDK_NAME` for a name that cannot be written in a descriptor,
 * `ZOSIA_VMDK_UNALIGNED` when too much would have to be copied, `ZOSIA_VMDK_FRAGMENTED` when QEMU
 * would have to hold too many files open
 */
export function planVmdk(image: Image, options: VmdkOptions): VmdkPlan {
  const { metadataName, maximumCopiedBytes = 64 << 20, sha256 = sha256Hash } = options;
  const { extents: runs, metadata, files, copiedBytes } = planExtents(image, options);
  const names = new Map(files.map((path) => [path, options.extentName(path)]));
  const extents = runs.map(({ sectorCount, path, startSector }) => ({
    sectorCount,
    name: path === undefined ? metadataName : names.get(path)!,
    fileSector: startSector,
  }));
  if (extents.length > MAX_EXTENTS) {
    throw new ZosiaError(
      'ZOSIA_VMDK_FRAGMENTED',
      `the disk lies in ${extents.length} pieces, and QEMU does well with ${MAX_EXTENTS} at most`,
      { hint: wording`Write the disk as raw instead (${option('format', 'raw')}).` },
    );
  }
  if (copiedBytes > maximumCopiedBytes) {
    throw new ZosiaError(
      'ZOSIA_VMDK_UNALIGNED',
      `${copiedBytes} bytes of files are too short, or not aligned to sectors, and cannot be read in place`,
      { hint: wording`Write the disk as raw instead (${option('format', 'raw')}).` },
    );
  }
  const cid = contentId(extents, flatten(metadata), sha256());
  return { descriptor: formatDescriptor({ cid, extents }), metadata, files };
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
