import type { Ext4Superblock } from '../../formats/ext4/reader/superblock.js';
import { escapeName } from '../../formats/escaped-name.js';
import type { RandomAccess } from '../../image/random-access.js';
import { flavourOf } from '../ext4/describe.js';
import { mapExt4 } from '../ext4/map.js';
import { openExt4Volume } from '../ext4/volume.js';
import type { Contents } from './content.js';
import { regionRanges } from './pieces.js';
import { nest } from './range.js';
import type { MapRange } from './range.js';

/** More groups than this are drawn several at a time. */
const MAX_GROUP_RANGES = 1024;

/**
 * An ext2, ext3 or ext4 file system: its groups, and in them what lies where.
 *
 * @throws ZosiaError as `openExt4Volume` and `mapExt4`
 */
export async function ext4Range(
  source: RandomAccess,
  contents: Contents,
  signal?: AbortSignal,
): Promise<MapRange> {
  const volume = await openExt4Volume(source);
  const { superblock } = volume;
  const regions = await mapExt4(volume, signal);
  const ranges = await regionRanges(regions, source, contents);
  const { label, blockCount, blockSizeBytes } = superblock;
  return {
    offset: 0,
    length: source.sizeBytes,
    kind: 'container',
    what: `${flavourOf(superblock)} file system`,
    name: label === '' ? undefined : escapeName(new TextEncoder().encode(label)),
    note: `${blockCount} blocks of ${blockSizeBytes} bytes`,
    children: nest(ranges, groupRanges(superblock, source.sizeBytes)),
  };
}

/** The groups, one behind the other, with what lies before the first and behind the last. */
function groupRanges(superblock: Ext4Superblock, sizeBytes: number): MapRange[] {
  const { groupCount, blocksPerGroup, firstDataBlock, blockCount, blockSizeBytes } = superblock;
  const ranges: MapRange[] = [];
  const start = firstDataBlock * blockSizeBytes;
  if (start > 0) ranges.push({ offset: 0, length: start, kind: 'structure', what: 'boot area' });
  const together = 2 ** Math.max(0, Math.ceil(Math.log2(groupCount / MAX_GROUP_RANGES)));
  const end = Math.min(blockCount * blockSizeBytes, sizeBytes);
  for (let group = 0; group < groupCount; group += together) {
    const offset = start + group * blocksPerGroup * blockSizeBytes;
    const length = Math.min(end - offset, together * blocksPerGroup * blockSizeBytes);
    if (length <= 0) break;
    const last = Math.min(group + together, groupCount) - 1;
    const what = last > group ? `groups ${group} to ${last}` : `group ${group}`;
    ranges.push({ offset, length, kind: 'container', what });
  }
  if (end < sizeBytes) {
    ranges.push({ offset: end, length: sizeBytes - end, kind: 'free', what: OUTSIDE });
  }
  return ranges;
}

const OUTSIDE = 'outside of the file system';
