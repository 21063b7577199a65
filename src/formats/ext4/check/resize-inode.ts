import { BLOCK_MAP } from '../layout/block-map.js';
import { readPointer, pointersPerBlock } from '../reader/block-map.js';
import { copyStart } from '../reader/group-descriptor.js';
import type { Inode } from '../reader/inode.js';
import { hasBackup } from '../reader/superblock.js';
import { isZero } from './inode-table.js';
import type { CheckContext } from './context.js';

const WHERE = 'resize inode';
/** The pointer of the inode that leads to blocks of pointers to blocks of pointers. */
const DOUBLE_INDIRECT = BLOCK_MAP.directPointers + 1;

/**
 * Checks the inode that keeps blocks for more descriptors: its one block of pointers leads to each
 * reserved block after the descriptors, and each of those lists its counterparts in the groups with
 * backups (kernel Documentation/filesystems/ext4/special_inodes.rst).
 */
export async function checkResizeInode(context: CheckContext, inode: Inode): Promise<void> {
  const { superblock, findings, volume, claims } = context;
  const { blockSizeBytes, groupCount, descriptorSizeBytes, reservedDescriptorBlockCount } =
    superblock;
  const bad = (message: string): void => {
    findings.add('resize-inode', WHERE, message);
  };
  const block = readPointer(inode.block, DOUBLE_INDIRECT);
  const others = inode.block.slice();
  others.fill(
    0,
    DOUBLE_INDIRECT * BLOCK_MAP.pointerBytes,
    (DOUBLE_INDIRECT + 1) * BLOCK_MAP.pointerBytes,
  );
  if (inode.type !== 'file' || inode.linkCount === 0 || !isZero(others)) {
    bad('it is no file with one block of pointers');
    return;
  }
  if (!volume.contains(block)) {
    bad(`its block of pointers at ${block} lies outside of the file system`);
    return;
  }
  claims.add(block, 1, inode.number);
  const perBlock = pointersPerBlock(blockSizeBytes);
  const descriptorBlocks = Math.ceil((groupCount * descriptorSizeBytes) / blockSizeBytes);
  const holders = Array.from({ length: groupCount }, (_, group) => group).filter(
    (group) => group > 0 && hasBackup(superblock, group),
  );
  const pointers = (await volume.readBlock(block, WHERE)).slice();
  const view = new DataView(pointers.buffer);
  let blockCount = 1;
  for (let i = 0; i < reservedDescriptorBlockCount; i++) {
    const index = descriptorBlocks + i;
    const expected = copyStart(superblock, 0) + 1 + index;
    const slot = (index % perBlock) * BLOCK_MAP.pointerBytes;
    if (view.getUint32(slot, true) !== expected) {
      bad(`it does not lead to block ${expected}, which is reserved for descriptors`);
      return;
    }
    view.setUint32(slot, 0, true);
    blockCount += 1 + holders.length;
    const backups = await volume.readBlock(expected, WHERE);
    const listed = holders.every(
      (group, k) =>
        readPointer(backups, k) ===
        expected + copyStart(superblock, group) - copyStart(superblock, 0),
    );
    const rest = backups.subarray(holders.length * BLOCK_MAP.pointerBytes);
    if (!listed || !isZero(rest)) bad(`block ${expected} does not list its backups`);
  }
  if (!isZero(pointers)) bad('it leads to more blocks than are reserved for descriptors');
  // With bigalloc each counts as a cluster, though they share them.
  const expectedBytes = blockCount * blockSizeBytes * superblock.clusterBlockCount;
  findings.expect(
    inode.allocatedBytes === expectedBytes,
    'inode-blocks',
    WHERE,
    `it says that it takes ${inode.allocatedBytes} bytes, its blocks have ${expectedBytes}`,
  );
}
