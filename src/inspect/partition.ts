import { ZosiaError } from '../errors.js';
import type { Partition, PartitionTable } from '../formats/gpt/reader.js';
import type { RandomAccess } from '../image/random-access.js';
import { hasExt4Magic } from './recognise.js';
import { sliceAccess } from './slice.js';

/**
 * The partition with a number, or the only one that holds an ext2, ext3 or ext4 file system.
 *
 * @throws ZosiaError `ZOSIA_NO_SUCH_PARTITION`
 */
export async function choosePartition(
  disk: RandomAccess,
  table: PartitionTable,
  path: string,
  number: number | undefined,
): Promise<Partition> {
  const withExt4: Partition[] = [];
  for (const partition of table.partitions) {
    const source = sliceAccess(disk, partition.offset, partition.sizeBytes);
    if (await hasExt4Magic(source)) withExt4.push(partition);
  }
  const numbers = (partitions: readonly Partition[]): string =>
    partitions.map((partition) => partition.number).join(', ') || 'none';
  if (number === undefined) {
    const [only] = withExt4;
    if (only && withExt4.length === 1) return only;
    throw new ZosiaError(
      'ZOSIA_NO_SUCH_PARTITION',
      only
        ? `${path} has an ext4 file system in each of the partitions ${numbers(withExt4)}`
        : `no partition of ${path} holds an ext4 file system (partitions: ${numbers(table.partitions)})`,
      {
        hint: only
          ? 'Say which one with --partition N.'
          : 'Look at the table with other tools: zosia looks into ext2, ext3 and ext4 only.',
      },
    );
  }
  const chosen = table.partitions.find((partition) => partition.number === number);
  if (chosen && withExt4.includes(chosen)) return chosen;
  throw new ZosiaError(
    'ZOSIA_NO_SUCH_PARTITION',
    chosen
      ? `partition ${number} of ${path} holds no ext4 file system`
      : `${path} has no partition ${number} (partitions: ${numbers(table.partitions)})`,
    { hint: `Partitions with an ext4 file system: ${numbers(withExt4)}.` },
  );
}
