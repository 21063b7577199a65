import type { Findings } from '../../formats/findings.js';
import { checkByKind } from '../../formats/gguf/loadable.js';
import { isGgufPartition } from '../../formats/gpt/partition.js';
import type { RandomAccess } from '../../image/random-access.js';
import { sliceAccess } from '../../image/slice-access.js';
import type { DiskTable } from '../partition.js';
import { reported } from './model.js';
import type { VerifiedModel } from './model.js';
import { headerOfAll } from './parts.js';
import { readGgufPartitions } from './partitions.js';
import type { GgufPartition } from './partitions.js';

/** The partitions of a disk that are GGUFs by their type, in the order of their numbers. */
export function ggufPartitions({
  disk,
  table,
}: {
  readonly disk: RandomAccess;
  readonly table: DiskTable | undefined;
}): GgufPartition[] {
  return (table?.partitions ?? []).filter(isGgufPartition).map(({ number, offset, sizeBytes }) => ({
    number,
    access: sliceAccess(disk, offset, sizeBytes),
  }));
}

/** Checks of the GGUF that partitions are what `checkGgufModels` checks of files. */
export async function checkGgufPartitions(
  image: Parameters<typeof ggufPartitions>[0],
  findings: Findings,
  signal?: AbortSignal,
): Promise<VerifiedModel[]> {
  const partitions = ggufPartitions(image);
  const [first] = partitions;
  if (!first) return [];
  signal?.throwIfAborted();
  const pathOf = ({ number }: GgufPartition): string => `partition ${number}`;
  const parts = await reported(findings, pathOf(first), async () => {
    const read = await readGgufPartitions(partitions, 'the disk');
    checkByKind(headerOfAll(read), pathOf(first));
    return read;
  });
  return (parts ?? []).map(({ sizeBytes, header }, index) => ({
    format: 'gguf',
    path: pathOf(partitions[index]!),
    sizeBytes,
    tensorCount: header.tensors.length,
  }));
}
