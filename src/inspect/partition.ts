import { ZosiaError } from '../errors.js';
import { option, wording } from '../wording.js';
import type { Text } from '../wording.js';
import { isGguf } from '../formats/gguf/layout.js';
import type { Partition, PartitionTable } from '../formats/gpt/reader.js';
import type { RandomAccess } from '../image/random-access.js';
import { recogniseFileSystem } from './recognise.js';
import type { FileSystemKind } from './recognise.js';
import { sliceAccess } from '../image/slice-access.js';

export interface DiskPartition extends Partition {
  /** What it begins with; undefined: nothing that is looked into. */
  readonly fileSystem: FileSystemKind | undefined;
  /** Whether it is a model itself, from its first byte on. */
  readonly isGguf: boolean;
}

export interface DiskTable extends PartitionTable {
  readonly partitions: readonly DiskPartition[];
}

export interface ChosenPartition extends DiskPartition {
  readonly fileSystem: FileSystemKind;
}

/** Looks what each partition of a table holds. */
export async function surveyPartitions(
  disk: RandomAccess,
  table: PartitionTable,
): Promise<DiskTable> {
  const partitions: DiskPartition[] = [];
  for (const partition of table.partitions) {
    const source = sliceAccess(disk, partition.offset, partition.sizeBytes);
    // The bytes of a model may look like anything further on.
    const gguf = await isGguf(source);
    const fileSystem = gguf ? undefined : await recogniseFileSystem(source);
    partitions.push({ ...partition, fileSystem, isGguf: gguf });
  }
  return { ...table, partitions };
}

/** Those that hold a file system. */
export function partitionsToLookInto(
  table: Pick<DiskTable, 'partitions'> | undefined,
): ChosenPartition[] {
  const hasFileSystem = (partition: DiskPartition): partition is ChosenPartition =>
    partition.fileSystem !== undefined;
  return table?.partitions.filter(hasFileSystem) ?? [];
}

export interface PartitionChoice {
  /** The partition asked for; undefined: the only one with a file system. */
  readonly number: number | undefined;
  /** The only kind of file system that counts; undefined: each. */
  readonly fileSystem: FileSystemKind | undefined;
}

const KIND_NAMES: Readonly<Record<FileSystemKind, string>> = { ext4: 'ext4', fat: 'FAT' };

/** The partition to look into, or why there is none: a ZosiaError `ZOSIA_NO_SUCH_PARTITION`. */
export function choosePartition(
  { partitions }: DiskTable,
  path: string,
  { number, fileSystem }: PartitionChoice,
): ChosenPartition | ZosiaError {
  const candidates = partitionsToLookInto({ partitions }).filter(
    (partition) => partition.fileSystem === (fileSystem ?? partition.fileSystem),
  );
  const none = (message: string, hint: Text): ZosiaError =>
    new ZosiaError('ZOSIA_NO_SUCH_PARTITION', message, { hint });
  const wanted = fileSystem
    ? `${KIND_NAMES[fileSystem]} file system`
    : 'file system that zosia reads';
  if (number === undefined) {
    const [only, ...more] = candidates;
    if (!only) {
      return none(
        `no partition of ${path} holds a ${wanted} (partitions: ${listed(partitions)})`,
        'zosia inspect shows its table; zosia looks into FAT, ext2, ext3 and ext4.',
      );
    }
    if (more.length === 0) return only;
    return none(
      `${path} has a file system in each of the partitions ${listed(candidates)}`,
      wording`Say which one with ${option('partition', 'N')}.`,
    );
  }
  const chosen = candidates.find((partition) => partition.number === number);
  if (chosen) return chosen;
  return none(
    partitions.some((partition) => partition.number === number)
      ? `partition ${number} of ${path} holds no ${wanted}`
      : `${path} has no partition ${number} (partitions: ${listed(partitions)})`,
    `Partitions with a ${wanted}: ${listed(candidates)}.`,
  );
}

/** `1 (FAT), 2, 3 (ext4)` */
function listed(partitions: readonly DiskPartition[]): string {
  const texts = partitions.map(({ number, fileSystem }) =>
    fileSystem ? `${number} (${KIND_NAMES[fileSystem]})` : String(number),
  );
  return texts.join(', ') || 'none';
}
