import { ZosiaError } from '../errors.js';
import { readPartitionTable } from '../formats/gpt/reader.js';
import type { Partition, PartitionTable } from '../formats/gpt/reader.js';
import { gunzip } from '../formats/gzip/gzip.js';
import { accessBytes, accessFile } from '../image/random-access.js';
import type { RandomAccess } from '../image/random-access.js';
import { backingFile } from './backing-file.js';
import type { BackingFile } from './backing-file.js';
import { cpioTree } from './cpio/tree.js';
import type { CpioTree } from './cpio/tree.js';
import { ext4Tree } from './ext4/tree.js';
import { openExt4Volume } from './ext4/volume.js';
import type { ImageTree } from './node.js';
import { choosePartition } from './partition.js';
import { recognise, recogniseForeign } from './recognise.js';
import { sliceAccess } from './slice.js';
import { openVmdk } from './vmdk-disk.js';
import type { DiskExtent } from './vmdk-disk.js';

/** An initramfs is at most so large, packed or unpacked: both are held in memory. */
const MAX_INITRAMFS_BYTES = 1 << 30;

export interface OpenImageOptions {
  /** Number of the partition to look into; the one with an ext4 file system unless given. */
  readonly partition?: number | undefined;
}

/** What an image holds, opened for reading. */
export type ImageContent =
  | {
      readonly kind: 'ext4';
      /** The bytes of the file system: the whole disk, or a partition of it. */
      readonly source: RandomAccess;
      readonly offset: number;
    }
  | { readonly kind: 'cpio'; readonly source: RandomAccess; readonly isCompressed: boolean };

export interface OpenImage {
  readonly path: string;
  readonly container: 'raw' | 'vmdk';
  /** The size of the disk that the image is. */
  readonly sizeBytes: number;
  /** The files on the host that hold it; the one that was named comes first. */
  readonly files: readonly BackingFile[];
  /** Of a VMDK: which part of the disk lies where. */
  readonly extents: readonly DiskExtent[];
  readonly table: PartitionTable | undefined;
  readonly partition: Partition | undefined;
  readonly content: ImageContent;
  close(): Promise<void>;
}

/**
 * Opens an image and finds out what it is: an ext2, ext3 or ext4 file system, one in a partition of a
 * disk (GPT or MBR), either of them in a file or behind a VMDK descriptor, or an initramfs (newc cpio,
 * perhaps gzipped). What it holds is not checked yet.
 *
 * @throws ZosiaError `ZOSIA_IMAGE_UNKNOWN`, `ZOSIA_NO_SUCH_PARTITION`, and whatever opening the
 * container throws
 */
export async function openImage(path: string, options: OpenImageOptions = {}): Promise<OpenImage> {
  const named = await backingFile(path);
  const file = await accessFile(path);
  const opened: { close(): Promise<void> }[] = [file];
  const close = async (): Promise<void> => {
    for (const each of opened.splice(0)) await each.close();
  };
  try {
    const kind = await recognise(file);
    if (kind === 'cpio' || kind === 'gzip-cpio') {
      const isCompressed = kind === 'gzip-cpio';
      const source = isCompressed ? await unpack(file) : file;
      return {
        ...{ path, container: 'raw', sizeBytes: file.sizeBytes, files: [named], extents: [] },
        ...{ table: undefined, partition: undefined, close },
        content: { kind: 'cpio', source, isCompressed },
      };
    }
    const vmdk = kind === 'vmdk' ? await openVmdk(file, path) : undefined;
    if (vmdk) opened.push(vmdk.disk);
    const disk = vmdk?.disk ?? file;
    const { table, partition, content } = await openDisk(disk, path, options.partition);
    return {
      ...{ path, container: vmdk ? 'vmdk' : 'raw', sizeBytes: disk.sizeBytes },
      ...{ files: [named, ...(vmdk?.files ?? [])], extents: vmdk?.extents ?? [] },
      ...{ table, partition, content, close },
    };
  } catch (error) {
    await close();
    throw error;
  }
}

async function openDisk(
  disk: RandomAccess,
  path: string,
  number: number | undefined,
): Promise<Pick<OpenImage, 'table' | 'partition' | 'content'>> {
  if (number === undefined && (await recognise(disk)) === 'ext4') {
    const content = { kind: 'ext4', source: disk, offset: 0 } as const;
    return { table: undefined, partition: undefined, content };
  }
  const table = await readPartitionTable(disk);
  if (!table) throw await unknownImage(disk, path, number);
  const partition = await choosePartition(disk, table, path, number);
  const source = sliceAccess(disk, partition.offset, partition.sizeBytes);
  return { table, partition, content: { kind: 'ext4', source, offset: partition.offset } };
}

async function unpack(file: RandomAccess): Promise<RandomAccess> {
  if (file.sizeBytes > MAX_INITRAMFS_BYTES) {
    throw new ZosiaError('ZOSIA_IMAGE_TOO_LARGE', `${file.sizeBytes} bytes are no initramfs`, {
      hint: 'Unpack it first, and name what comes out.',
    });
  }
  const packed = await file.read(0, file.sizeBytes);
  return accessBytes(gunzip(packed, { maxBytes: MAX_INITRAMFS_BYTES }));
}

async function unknownImage(
  disk: RandomAccess,
  path: string,
  partition: number | undefined,
): Promise<ZosiaError> {
  if (partition !== undefined) {
    return new ZosiaError('ZOSIA_NO_SUCH_PARTITION', `${path} has no partition table`, {
      hint: 'Leave out --partition: it may be a file system without one.',
    });
  }
  const foreign = await recogniseForeign(disk, path);
  return new ZosiaError(
    'ZOSIA_IMAGE_UNKNOWN',
    foreign ? `${path} is ${foreign.what}` : `${path} holds nothing that zosia can look into`,
    {
      hint: foreign
        ? `Try: ${foreign.instead}`
        : 'Name an ext4 image, a disk with an ext4 partition, a VMDK of either, or an initramfs.',
    },
  );
}

/**
 * The files in an image.
 *
 * @throws ZosiaError as {@link openExt4Volume} and `cpioTree`
 */
export async function openTree(image: OpenImage): Promise<ImageTree | CpioTree> {
  const { content } = image;
  if (content.kind === 'cpio') return cpioTree(content.source);
  return ext4Tree(await openExt4Volume(content.source));
}
