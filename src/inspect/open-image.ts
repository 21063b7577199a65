import { ZosiaError } from '../errors.js';
import { option, wording } from '../wording.js';
import { readPartitionTable } from '../formats/gpt/reader.js';
import { openVolume as openFatVolume } from '../formats/fat/reader/volume.js';
import { accessFile } from '../host/access-file.js';
import type { RandomAccess } from '../image/random-access.js';
import { closable } from '../image/closable.js';
import type { Closable } from '../image/closable.js';
import { backingFile } from './backing-file.js';
import type { BackingFile } from './backing-file.js';
import { cpioTree } from './cpio/tree.js';
import { ext4Tree } from './ext4/tree.js';
import { openExt4Volume } from './ext4/volume.js';
import { fatTree } from './fat/tree.js';
import { imageFiles } from './image-files.js';
import type { ImageFiles } from './image-files.js';
import type { ImageTree } from './node.js';
import { choosePartition, surveyPartitions } from './partition.js';
import type { DiskPartition, DiskTable } from './partition.js';
import { recognise, recogniseFileSystem, recogniseForeign } from './recognise.js';
import type { FileSystemKind } from './recognise.js';
import { sliceAccess } from '../image/slice-access.js';
import { openVmdk } from './vmdk-disk.js';
import type { DiskExtent } from './vmdk-disk.js';

export interface OpenImageOptions {
  /** Number of the partition to look into; the one with a file system unless given. */
  readonly partition?: number | undefined;
  /** The only kind of file system that makes a partition the one to look into; each unless given. */
  readonly fileSystem?: FileSystemKind | undefined;
  /** See `OpenVmdkOptions`. */
  readonly allowOutside?: boolean | undefined;
}

/** What an image holds, opened for reading. */
export type ImageContent =
  | {
      readonly kind: FileSystemKind;
      /** The bytes of the file system: the whole disk, or a partition of it. */
      readonly source: RandomAccess;
      readonly offset: number;
    }
  | { readonly kind: 'cpio'; readonly source: RandomAccess }
  /** A disk whose partitions hold nothing to look into, or too much; `problem` says which. */
  | { readonly kind: 'partitions'; readonly problem: ZosiaError };

export interface OpenImage extends Closable, ImageFiles {
  readonly path: string;
  readonly container: 'raw' | 'vmdk';
  /** The size of the disk that the image is. */
  readonly sizeBytes: number;
  /** The files on the host that hold it; the one that was named comes first. */
  readonly files: readonly BackingFile[];
  /** Of a VMDK: which part of the disk lies where. */
  readonly extents: readonly DiskExtent[];
  /** All its bytes: those of the file, or of the disk that a descriptor describes. */
  readonly disk: RandomAccess;
  readonly table: DiskTable | undefined;
  /** The partition that the content is that of. */
  readonly partition: DiskPartition | undefined;
  readonly content: ImageContent;
}

/**
 * Opens an image and finds out what it is: a FAT volume or an ext2, ext3 or ext4 file system, one in a
 * partition of a disk (GPT or MBR), either of them in a file or behind a VMDK descriptor, or an initramfs
 * (newc cpio, perhaps packed). What it holds is not checked yet.
 *
 * @throws ZosiaError `ZOSIA_IMAGE_UNKNOWN`, `ZOSIA_NO_SUCH_PARTITION`, and whatever opening the
 * container throws
 */
export async function openImage(path: string, options: OpenImageOptions = {}): Promise<OpenImage> {
  const named = await backingFile(path);
  const file = await accessFile(path);
  const opened: { close(): Promise<void> }[] = [file];
  const closing = closable(async () => {
    for (const each of opened) await each.close();
  });
  try {
    const kind = await recognise(file);
    if (kind === 'cpio') {
      const content: ImageContent = { kind: 'cpio', source: file };
      return {
        path,
        container: 'raw',
        sizeBytes: file.sizeBytes,
        files: [named],
        extents: [],
        disk: file,
        table: undefined,
        partition: undefined,
        content,
        ...imageFiles(() => readTree(content)),
        ...closing,
      };
    }
    const vmdk = kind === 'vmdk' ? await openVmdk(file, path, options) : undefined;
    if (vmdk) opened.push(vmdk.disk);
    const disk = vmdk?.disk ?? file;
    const { table, partition, content } = await findContent(disk, path, options);
    return {
      path,
      container: vmdk ? 'vmdk' : 'raw',
      sizeBytes: disk.sizeBytes,
      files: [named, ...(vmdk?.files ?? [])],
      extents: vmdk?.extents ?? [],
      disk,
      table,
      partition,
      content,
      ...imageFiles(() => readTree(content)),
      ...closing,
    };
  } catch (error) {
    await closing.close();
    throw error;
  }
}

async function findContent(
  disk: RandomAccess,
  path: string,
  { partition: number, fileSystem }: OpenImageOptions,
): Promise<Pick<OpenImage, 'table' | 'partition' | 'content'>> {
  const bare = number === undefined ? await recogniseFileSystem(disk) : undefined;
  if (bare) {
    const content = { kind: bare, source: disk, offset: 0 };
    return { table: undefined, partition: undefined, content };
  }
  const read = await readPartitionTable(disk);
  if (!read) throw await unknownImage(disk, path, { partition: number, fileSystem });
  const table = await surveyPartitions(disk, read);
  const chosen = choosePartition(table, path, { number, fileSystem });
  if (chosen instanceof ZosiaError) {
    if (number !== undefined) throw chosen;
    return { table, partition: undefined, content: { kind: 'partitions', problem: chosen } };
  }
  const { offset, sizeBytes, fileSystem: kind } = chosen;
  const source = sliceAccess(disk, offset, sizeBytes);
  return { table, partition: chosen, content: { kind, source, offset } };
}

async function unknownImage(
  disk: RandomAccess,
  path: string,
  { partition, fileSystem }: Pick<OpenImageOptions, 'partition' | 'fileSystem'>,
): Promise<ZosiaError> {
  if (partition !== undefined) {
    return new ZosiaError('ZOSIA_NO_SUCH_PARTITION', `${path} has no partition table`, {
      hint: wording`Leave out ${option('partition')}: it may be a file system without one.`,
    });
  }
  const foreign = await recogniseForeign(disk, path);
  return new ZosiaError(
    'ZOSIA_IMAGE_UNKNOWN',
    foreign ? `${path} is ${foreign.what}` : `${path} holds nothing that zosia can look into`,
    {
      hint: foreign
        ? `Try: ${foreign.instead}`
        : fileSystem === 'fat'
          ? 'Name a FAT image, a disk with one in a partition, or a VMDK of either: zosia image efi writes such disks.'
          : 'Name a FAT or ext4 image, a disk with one in a partition, a VMDK of either, or an initramfs.',
    },
  );
}

/**
 * The files in an image.
 *
 * @throws ZosiaError `ZOSIA_NO_SUCH_PARTITION`, `ZOSIA_FAT_CORRUPT`, and as {@link openExt4Volume} and
 * `cpioTree`
 */
async function readTree(content: ImageContent): Promise<ImageTree> {
  switch (content.kind) {
    case 'cpio':
      return cpioTree(content.source);
    case 'fat':
      return fatTree(await openFatVolume(content.source));
    case 'ext4':
      return ext4Tree(await openExt4Volume(content.source));
    case 'partitions':
      throw content.problem;
  }
}
