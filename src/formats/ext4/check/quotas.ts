import { QUOTA_MAGICS } from '../layout/quota.js';
import { openContent } from '../reader/file-content.js';
import type { CheckContext } from './context.js';
import { readQuotaFile } from './quota-file.js';
import { QUOTA_KINDS } from './quota-totals.js';
import type { CountedUsage, QuotaUsage } from './quota-totals.js';

/** Checks that quota files say of everybody what their inodes come to, as e2fsck does: limits are not read. */
export async function checkQuotas(context: CheckContext): Promise<void> {
  const { superblock, volume, findings, quotas, orphans, inodes } = context;
  // Files that were deleted while open are counted until they are gone.
  if (!quotas || orphans.size > 0) return;
  for (const [kind, number] of superblock.quotaInodes.entries()) {
    if (number === 0 || inodes.get(number)?.type !== 'file') continue;
    const where = `${QUOTA_KINDS[kind]!} quotas`;
    const file = openContent(volume, await volume.anyInode(number));
    const isTooLong = file.sizeBytes > superblock.blockCount * superblock.blockSizeBytes;
    const stated = isTooLong ? undefined : await readQuotaFile(file, QUOTA_MAGICS[kind]!);
    if (!stated) {
      findings.add('quota-file', where, 'the file of the quotas is damaged');
      continue;
    }
    const counted = quotas.of(kind);
    for (const id of new Set([...stated.keys(), ...counted.keys()])) {
      const says = stated.get(id) ?? NOTHING;
      const uses = counted.get(id) ?? NOTHING;
      findings.expect(
        (says.inodes === uses.inodes || says.inodes === uses.inodes - uses.inlineSymlinks) &&
          says.bytes === uses.bytes,
        'quota-usage',
        `${QUOTA_KINDS[kind]!} ${id}`,
        `the quotas say ${describe(says)}, there are ${describe(uses)}`,
      );
    }
  }
}

const NOTHING: CountedUsage = { inodes: 0, bytes: 0, inlineSymlinks: 0 };

const describe = ({ inodes, bytes }: QuotaUsage): string => `${inodes} inodes and ${bytes} bytes`;
