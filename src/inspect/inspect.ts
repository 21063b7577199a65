import { ZosiaError } from '../errors.js';
import { describeModel } from '../formats/gguf/model-info.js';
import type { ModelInfo } from '../formats/gguf/model-info.js';
import { readGguf } from '../formats/gguf/reader.js';
import { isEfiSystemPartition } from '../formats/gpt/partition.js';
import type { Finding } from '../formats/findings.js';
import type { RandomAccess } from '../image/random-access.js';
import { sliceAccess } from '../image/slice-access.js';
import type { BackingFile } from './backing-file.js';
import { describeCpio } from './cpio/describe.js';
import type { CpioDescription } from './cpio/describe.js';
import { describeExt4 } from './ext4/describe.js';
import type { Ext4Description } from './ext4/describe.js';
import { describeFat } from './fat/describe.js';
import type { FatDescription } from './fat/describe.js';
import { efiModelProblems } from './efi-problems.js';
import type { ImageContent, OpenImage } from './open-image.js';
import type { DiskPartition } from './partition.js';
import type { DiskExtent } from './vmdk-disk.js';

/** What `zosia inspect` says of an image. */
export interface Inspection {
  readonly path: string;
  readonly container: 'raw' | 'vmdk';
  readonly kind: ImageContent['kind'];
  readonly sizeBytes: number;
  /** What the image's files take on the host's disk. */
  readonly allocatedBytes: number;
  readonly files: readonly BackingFile[];
  readonly extents: readonly DiskExtent[];
  readonly table?:
    | {
        readonly scheme: 'gpt' | 'mbr';
        readonly diskId: string;
        readonly partitions: readonly DescribedPartition[];
        readonly problems: readonly Finding[];
        readonly warnings: readonly Finding[];
        /** The partition that the rest is about; undefined: none, and `problem` says why. */
        readonly chosen?: number | undefined;
        readonly problem?: string | undefined;
      }
    | undefined;
  readonly ext4?: Ext4Description | undefined;
  readonly fat?: FatDescription | undefined;
  readonly cpio?: CpioDescription | undefined;
  /** What keeps the EFI machine from running the model of a disk; verifying finds more. */
  readonly problems: readonly Finding[];
}

export interface DescribedPartition extends DiskPartition {
  /** Whether firmware looks for boot programs there. */
  readonly isEfiSystem: boolean;
  /** Of one that is a GGUF. */
  readonly gguf?: DescribedGguf | undefined;
}

/** What a GGUF says of itself; of a part of a split one, what the part says. */
export type DescribedGguf =
  | (Pick<ModelInfo, 'architecture' | 'name' | 'quantisation' | 'parameterCount' | 'splitCount'> & {
      readonly tensorCount: number;
    })
  | { readonly problem: string };

/**
 * Describes an image: what it is made of, and what lies where in it.
 *
 * @throws ZosiaError as `describeExt4`, `describeFat` and `describeCpio`
 */
export async function inspectImage(image: OpenImage, signal?: AbortSignal): Promise<Inspection> {
  const { path, container, sizeBytes, files, extents, content } = image;
  const allocatedBytes = files.reduce((sum, file) => sum + file.allocatedBytes, 0);
  return {
    path,
    container,
    kind: content.kind,
    sizeBytes,
    allocatedBytes,
    files,
    extents,
    ...(await describeTable(image)),
    ...(await describeContent(content, signal)),
    problems: await efiModelProblems(image, signal),
  };
}

async function describeTable({
  disk,
  table,
  partition,
  content,
}: OpenImage): Promise<Pick<Inspection, 'table'>> {
  if (!table) return {};
  const partitions: DescribedPartition[] = [];
  for (const each of table.partitions) {
    const gguf = each.isGguf
      ? await describeGguf(sliceAccess(disk, each.offset, each.sizeBytes))
      : undefined;
    partitions.push({ ...each, isEfiSystem: isEfiSystemPartition(each), gguf });
  }
  return {
    table: {
      ...table,
      partitions,
      chosen: partition?.number,
      problem: content.kind === 'partitions' ? content.problem.message : undefined,
    },
  };
}

async function describeGguf(source: RandomAccess): Promise<DescribedGguf> {
  try {
    const header = await readGguf(source);
    const { architecture, name, quantisation, parameterCount, splitCount } = describeModel(header);
    const tensorCount = header.tensors.length;
    return { architecture, name, quantisation, parameterCount, splitCount, tensorCount };
  } catch (error) {
    if (error instanceof ZosiaError) return { problem: error.message };
    throw error;
  }
}

async function describeContent(
  content: ImageContent,
  signal?: AbortSignal,
): Promise<Pick<Inspection, 'ext4' | 'fat' | 'cpio'>> {
  switch (content.kind) {
    case 'ext4':
      return { ext4: await describeExt4(content.source, signal) };
    case 'fat':
      return { fat: await describeFat(content.source, signal) };
    case 'cpio':
      return { cpio: await describeCpio(content.source) };
    case 'partitions':
      return {};
  }
}
