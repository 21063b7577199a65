import { ZosiaError } from '../../errors.js';
import { escapeName } from '../../formats/escaped-name.js';
import { isGguf } from '../../formats/gguf/layout.js';
import { isExtendedType } from '../../formats/gpt/logical.js';
import { isEfiSystemPartition } from '../../formats/gpt/partition.js';
import type { Partition, PartitionTable } from '../../formats/gpt/partition.js';
import { tableStructures } from '../../formats/gpt/structures.js';
import { sliceAccess } from '../../image/slice-access.js';
import type { RandomAccess } from '../../image/random-access.js';
import { recogniseFileSystem } from '../recognise.js';
import type { FileSystemKind } from '../recognise.js';
import { ggufRanges } from './content.js';
import type { Contents } from './content.js';
import { ext4Range } from './ext4.js';
import { fatRange } from './fat.js';
import { tile } from './range.js';
import type { MapRange } from './range.js';

/**
 * What lies on a disk with a partition table, in order: the table, the partitions and what is in them,
 * and what is in no partition. A file system that cannot be read is one range, whose note says why.
 */
export async function diskRanges(
  disk: RandomAccess,
  table: PartitionTable,
  contents: Contents,
  signal?: AbortSignal,
): Promise<MapRange[]> {
  const structures = await tableStructures(disk);
  const ranges = structures.map((each): MapRange => ({ ...each, kind: 'structure' }));
  const isExtended = ({ type }: Partition): boolean =>
    table.scheme === 'mbr' && isExtendedType(Number.parseInt(type, 16));
  const extended = table.partitions.find(isExtended);
  const logical: MapRange[] = [];
  for (const partition of table.partitions) {
    if (isExtended(partition)) continue;
    const range = await partitionRange(disk, partition, contents, signal);
    const isLogical = extended !== undefined && partition.number > LAST_PRIMARY;
    if (isLogical) logical.push({ ...range, offset: range.offset - extended.offset });
    else ranges.push(range);
  }
  for (const partition of table.partitions.filter(isExtended)) {
    const { number, offset, sizeBytes } = partition;
    const inside = partition === extended ? logical : [];
    ranges.push({
      offset,
      length: sizeBytes,
      kind: 'container',
      what: `extended partition ${number}`,
      children: tile(inside, sizeBytes, { kind: 'structure', what: 'boot records, and gaps' }),
    });
  }
  return tile(withConflicts(ranges), disk.sizeBytes, {
    kind: 'free',
    what: 'not partitioned',
  });
}

/** Notes on partitions that overlap, as in a damaged table, what that says: they cannot all be drawn whole. */
function withConflicts(ranges: readonly MapRange[]): MapRange[] {
  return ranges.map((range) => {
    const { kind, offset, length, note } = range;
    const isClaimed = ranges.some(
      (other) =>
        other !== range && other.offset < offset + length && offset < other.offset + other.length,
    );
    if (kind !== 'container' || !isClaimed) return range;
    const conflict = `the table says ${length} bytes from ${offset}, some of which others claim, too`;
    return { ...range, note: note === undefined ? conflict : `${note}; ${conflict}` };
  });
}

/** Those that the master boot record itself has room for. */
const LAST_PRIMARY = 4;

async function partitionRange(
  disk: RandomAccess,
  partition: Partition,
  contents: Contents,
  signal?: AbortSignal,
): Promise<MapRange> {
  const { number, offset, sizeBytes, type, name } = partition;
  const purpose = isEfiSystemPartition(partition) ? 'EFI system partition, ' : '';
  const inside = await partitionContent(sliceAccess(disk, offset, sizeBytes), contents, signal);
  return {
    offset,
    length: sizeBytes,
    kind: 'container',
    what: `partition ${number}`,
    name: name === '' ? undefined : escapeName(new TextEncoder().encode(name)),
    note: `${purpose}type ${type}`,
    children: [inside],
  };
}

async function partitionContent(
  source: RandomAccess,
  contents: Contents,
  signal?: AbortSignal,
): Promise<MapRange> {
  const all = { offset: 0, length: source.sizeBytes } as const;
  if (await isGguf(source)) return ggufRange(source);
  const kind = await recogniseFileSystem(source);
  if (!kind) return { ...all, kind: 'lost', what: 'nothing that zosia knows' };
  try {
    return await fileSystemRange(kind, source, contents, signal);
  } catch (error) {
    if (!(error instanceof ZosiaError)) throw error;
    return { ...all, kind: 'lost', what: 'a file system that cannot be read', note: error.message };
  }
}

/** A partition that is a model. */
async function ggufRange(source: RandomAccess): Promise<MapRange> {
  const all = { offset: 0, length: source.sizeBytes } as const;
  try {
    return { ...all, kind: 'container', what: 'GGUF', children: await ggufRanges(source) };
  } catch (error) {
    if (!(error instanceof ZosiaError)) throw error;
    return { ...all, kind: 'lost', what: 'a GGUF that cannot be read', note: error.message };
  }
}

/** @throws ZosiaError as {@link ext4Range} and {@link fatRange} */
export async function fileSystemRange(
  kind: FileSystemKind,
  source: RandomAccess,
  contents: Contents,
  signal?: AbortSignal,
): Promise<MapRange> {
  const read = kind === 'ext4' ? ext4Range : fatRange;
  return read(source, contents, signal);
}
