import type { Partition, PartitionFault } from '../formats/gpt/reader.js';
import type { BackingFile } from './backing-file.js';
import { describeCpio } from './cpio/describe.js';
import type { CpioDescription } from './cpio/describe.js';
import { describeExt4 } from './ext4/describe.js';
import type { Ext4Description } from './ext4/describe.js';
import type { OpenImage } from './open-image.js';
import type { DiskExtent } from './vmdk-disk.js';

/** What `zosia inspect` says of an image. */
export interface Inspection {
  readonly path: string;
  readonly container: 'raw' | 'vmdk';
  readonly kind: 'ext4' | 'cpio';
  readonly sizeBytes: number;
  /** What the image's files take on the host's disk. */
  readonly allocatedBytes: number;
  readonly files: readonly BackingFile[];
  readonly extents: readonly DiskExtent[];
  readonly table?: {
    readonly scheme: 'gpt' | 'mbr';
    readonly diskId: string;
    readonly partitions: readonly Partition[];
    readonly faults: readonly PartitionFault[];
    /** The partition that the rest is about. */
    readonly chosen: number;
  };
  readonly ext4?: Ext4Description;
  readonly cpio?: CpioDescription;
}

/**
 * Describes an image: what it is made of, and what lies where in it.
 *
 * @throws ZosiaError as `describeExt4` and `describeCpio`
 */
export async function inspectImage(image: OpenImage, signal?: AbortSignal): Promise<Inspection> {
  const { path, container, sizeBytes, files, extents, table, partition, content } = image;
  const allocatedBytes = files.reduce((sum, file) => sum + file.allocatedBytes, 0);
  const described =
    content.kind === 'ext4'
      ? { ext4: await describeExt4(content.source, signal) }
      : { cpio: await describeCpio(content.source, content.isCompressed) };
  return {
    ...{ path, container, kind: content.kind, sizeBytes, allocatedBytes, files, extents },
    ...(table && partition ? { table: { ...table, chosen: partition.number } } : {}),
    ...described,
  };
}
