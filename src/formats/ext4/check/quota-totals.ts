import { INODE_FLAGS } from '../layout/inode.js';
import type { Inode } from '../reader/inode.js';

/** What somebody uses. */
export interface QuotaUsage {
  inodes: number;
  bytes: number;
}

/** What inodes come to. */
export interface CountedUsage extends QuotaUsage {
  /** Inodes of symlinks with inline data: Linux counts them, e2fsck does not. */
  inlineSymlinks: number;
}

/** In the order of the superblock's quota inodes, and of QUOTA_MAGICS. */
export const QUOTA_KINDS = ['user', 'group', 'project'] as const;

/** What users, groups and projects use, summed over inodes. */
export class QuotaTotals {
  readonly #totals = QUOTA_KINDS.map(() => new Map<number, CountedUsage>());

  /** @param inodeCount the inode itself, and those with values of its attributes */
  add(inode: Inode, inodeCount: number): void {
    const { uid, gid, projectId, allocatedBytes, type, flags } = inode;
    const isInlineSymlink = type === 'symlink' && (flags & INODE_FLAGS.inlineData) !== 0;
    for (const [kind, id] of [uid, gid, projectId].entries()) {
      const usage = this.#totals[kind]!.get(id) ?? { inodes: 0, bytes: 0, inlineSymlinks: 0 };
      usage.inodes += inodeCount;
      usage.bytes += allocatedBytes;
      if (isInlineSymlink) usage.inlineSymlinks += inodeCount;
      this.#totals[kind]!.set(id, usage);
    }
  }

  of(kind: number): ReadonlyMap<number, CountedUsage> {
    return this.#totals[kind]!;
  }
}
