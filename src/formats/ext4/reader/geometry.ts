import { readNumber } from '../../fields.js';
import { GROUP_DESCRIPTOR_BYTES } from '../layout/group-descriptor.js';
import { CLASSIC_INODE_BYTES } from '../layout/inode.js';
import { FIRST_INODE, SUPERBLOCK } from '../layout/superblock.js';
import { finding } from '../../findings.js';
import type { LocalFinding } from '../../findings.js';
import type { Ext4Superblock } from './superblock.js';

/** Blocks of 64 KiB are the largest that Linux knows. */
export const MAX_LOG_BLOCK_SIZE = 6;
export const MAX_LOG_GROUPS_PER_FLEX = 31;
/** Clusters of 512 MiB in blocks of 1 KiB are the largest that Linux knows. */
export const MAX_LOG_CLUSTER_BLOCKS = 19;
const MAX_LOG_CLUSTER_SIZE = 19;
const MAX_DESCRIPTOR_BYTES = 1024;

/** Everything that places in the image are computed from, bounded. */
export function geometryFindings(
  superblock: Ext4Superblock,
  bytes: Uint8Array,
  imageBytes: number,
): LocalFinding[] {
  const { blockSizeBytes, blockCount, firstDataBlock, blocksPerGroup, inodesPerGroup } = superblock;
  const { inodeSizeBytes, groupCount, inodeCount, firstInode } = superblock;
  const { clusterBlockCount, clustersPerGroup } = superblock;
  const bad: LocalFinding[] = [];
  const expect = (good: boolean, message: string): void => {
    if (!good) bad.push(finding('superblock-geometry', message));
  };
  const logBlockSize = readNumber(SUPERBLOCK.logBlockSize, bytes);
  const isDescriptorSize = (value: number): boolean =>
    value <= MAX_DESCRIPTOR_BYTES && isPowerOfTwo(value);
  const isPowerOfTwo = (value: number): boolean => value > 0 && Number.isInteger(Math.log2(value));
  expect(logBlockSize <= MAX_LOG_BLOCK_SIZE, `a block size of 2^${10 + logBlockSize} bytes`);
  const logClusterSize = readNumber(SUPERBLOCK.logClusterSize, bytes);
  expect(
    superblock.features.has('bigalloc')
      ? logClusterSize >= logBlockSize && logClusterSize <= MAX_LOG_CLUSTER_SIZE
      : logClusterSize === logBlockSize,
    `clusters of 2^${10 + logClusterSize} bytes`,
  );
  expect(superblock.revision <= 1, `the unknown revision ${superblock.revision}`);
  expect(
    firstDataBlock === (blockSizeBytes === 1024 && clusterBlockCount === 1 ? 1 : 0),
    `group 0 cannot begin at block ${firstDataBlock}`,
  );
  expect(blockCount > firstDataBlock, `a file system of ${blockCount} blocks`);
  expect(
    blockCount <= Math.floor(imageBytes / blockSizeBytes),
    `the file system has ${blockCount} blocks of ${blockSizeBytes} bytes, the image only ${imageBytes} bytes`,
  );
  expect(
    clustersPerGroup >= 8 && clustersPerGroup % 8 === 0 && clustersPerGroup <= 8 * blockSizeBytes,
    `${clustersPerGroup} clusters in a group`,
  );
  expect(
    inodeSizeBytes >= CLASSIC_INODE_BYTES &&
      inodeSizeBytes <= blockSizeBytes &&
      isPowerOfTwo(inodeSizeBytes),
    `inodes of ${inodeSizeBytes} bytes`,
  );
  expect(
    inodesPerGroup >= 8 && inodesPerGroup % 8 === 0 && inodesPerGroup <= 8 * blockSizeBytes,
    `${inodesPerGroup} inodes in a group`,
  );
  expect(
    inodeCount === inodesPerGroup * groupCount,
    `${inodeCount} inodes in ${groupCount} groups of ${inodesPerGroup}`,
  );
  expect(
    firstInode >= FIRST_INODE && firstInode <= inodeCount,
    `the first unreserved inode is ${firstInode}`,
  );
  // Without the 64bit feature nothing depends on the field, which is mostly zero then.
  const descriptorField = readNumber(SUPERBLOCK.descriptorSize, bytes);
  expect(
    superblock.features.has('64bit')
      ? descriptorField >= GROUP_DESCRIPTOR_BYTES && isDescriptorSize(descriptorField)
      : descriptorField === 0 || isDescriptorSize(descriptorField),
    `group descriptors of ${descriptorField} bytes`,
  );
  expect(
    blocksPerGroup === clustersPerGroup * clusterBlockCount,
    `${blocksPerGroup} blocks in a group of ${clustersPerGroup} clusters`,
  );
  const logGroupsPerFlex = readNumber(SUPERBLOCK.logGroupsPerFlex, bytes);
  expect(logGroupsPerFlex <= MAX_LOG_GROUPS_PER_FLEX, `flexible groups of 2^${logGroupsPerFlex}`);
  return bad;
}
