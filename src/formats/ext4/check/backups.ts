import { SUPERBLOCK_BYTES } from '../layout/superblock.js';
import {
  descriptorChecksumFindings,
  groupStart,
  parseGroupDescriptor,
} from '../reader/group-descriptor.js';
import { hasSuperblockMagic, parseSuperblock } from '../reader/parse-superblock.js';
import { hasBackup } from '../reader/superblock.js';
import type { Ext4Superblock } from '../reader/superblock.js';
import type { CheckContext } from './context.js';
import { copiesIn, readGroup } from './groups.js';

/** What a backup has in common with the original for as long as both exist. */
const LASTING = [
  'blockSizeBytes',
  'blockCount',
  'clusterBlockCount',
  'inodeCount',
  'firstDataBlock',
  'blocksPerGroup',
  'inodesPerGroup',
  'inodeSizeBytes',
  'descriptorSizeBytes',
  'firstInode',
  'uuid',
] as const satisfies readonly (keyof Ext4Superblock)[];

/**
 * Checks the copies of superblock and descriptors. Counts and times in them may be old, as nothing
 * updates them in daily use; what places things has to agree.
 */
export async function checkBackups(context: CheckContext): Promise<void> {
  const { superblock } = context;
  for (let group = 1; group < superblock.groupCount; group++) {
    context.signal?.throwIfAborted();
    if (hasBackup(superblock, group)) await checkBackupSuperblock(context, group);
    await checkBackupDescriptors(context, group);
  }
}

async function checkBackupSuperblock(context: CheckContext, group: number): Promise<void> {
  const { superblock, findings, volume } = context;
  const { source } = volume;
  const where = `backup superblock in group ${group}`;
  const offset = groupStart(superblock, group) * superblock.blockSizeBytes;
  const bytes = await source.read(offset, SUPERBLOCK_BYTES);
  if (!hasSuperblockMagic(bytes)) {
    findings.add('backup-magic', where, 'it has no magic number');
    return;
  }
  const { superblock: backup, problems } = parseSuperblock(bytes, source.sizeBytes);
  for (const { message } of problems) findings.add('backup-superblock', where, message);
  for (const key of LASTING) {
    findings.expect(
      backup[key] === superblock[key],
      'backup-superblock',
      where,
      `its ${key} is ${backup[key]}, that of the superblock ${superblock[key]}`,
    );
  }
  findings.expect(
    backup.blockGroupNumber === group,
    'backup-superblock',
    where,
    `it says that it lies in group ${backup.blockGroupNumber}`,
  );
}

/** Checks the copies of descriptors that lie in a group. */
async function checkBackupDescriptors(context: CheckContext, holder: number): Promise<void> {
  const { superblock, findings, volume } = context;
  const { features, blockSizeBytes, descriptorSizeBytes, firstMetaGroup, groupCount } = superblock;
  const perBlock = blockSizeBytes / descriptorSizeBytes;
  const isBackup = hasBackup(superblock, holder);
  const run = copiesIn(context, holder).at(isBackup ? 1 : 0);
  if (!run) return;
  const metaGroup = Math.floor(holder / perBlock);
  const isMeta = features.has('meta_bg') && metaGroup >= firstMetaGroup;
  // The first group of a meta group holds the originals.
  if (isMeta && holder % perBlock === 0) return;
  const firstGroup = isMeta ? metaGroup * perBlock : 0;
  const held = isMeta ? perBlock : groupCount;
  const where = `backup descriptors in group ${holder}`;
  const endGroup = Math.min(
    groupCount,
    firstGroup + held,
    firstGroup + (run.blockCount - reservedIn(superblock, isMeta)) * perBlock,
  );
  for (let group = firstGroup; group < endGroup; group++) {
    const at = (group - firstGroup) * descriptorSizeBytes;
    const block = run.block + Math.floor(at / blockSizeBytes);
    const bytes = await volume.readBlock(block, where);
    const base = at % blockSizeBytes;
    const problems = descriptorChecksumFindings(bytes, base, group, superblock);
    for (const { message } of problems) {
      findings.add('backup-descriptor', where, `descriptor ${group}: ${message}`);
    }
    const original = await readGroup(context, group);
    const backup = parseGroupDescriptor(bytes, base, group, superblock);
    findings.expect(
      backup.blockBitmapBlock === original.blockBitmapBlock &&
        backup.inodeBitmapBlock === original.inodeBitmapBlock &&
        backup.inodeTableBlock === original.inodeTableBlock,
      'backup-descriptor',
      where,
      `descriptor ${group} points to other places than the original`,
    );
  }
}

function reservedIn(superblock: Ext4Superblock, isMeta: boolean): number {
  return isMeta ? 0 : superblock.reservedDescriptorBlockCount;
}
