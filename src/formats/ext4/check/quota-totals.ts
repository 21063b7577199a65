import type { Inode } from '../reader/inode.js';

/** What somebody uses. */
export interface QuotaUsage {
  inodes: number;
  bytes: number;
}

/** In the order of the superblock's quota inodes, and of QUOTA_MAGICS. */
export const QUOTA_KINDS = ['user', 'group', 'project'] as const;

/** What users, groups and projects use, summed over inodes. */
export class QuotaTotals {
  readonly #totals = QUOTA_KINDS.map(() => new Map<number, QuotaUsage>());

  add({ uid, gid, projectId, allocatedBytes }: Inode): void {
    for (const [kind, id] of [uid, gid, projectId].entries()) {
      const usage = this.#totals[kind]!.get(id) ?? { inodes: 0, bytes: 0 };
      usage.inodes += 1;
      usage.bytes += allocatedBytes;
      this.#totals[kind]!.set(id, usage);
    }
  }

  of(kind: number): ReadonlyMap<number, QuotaUsage> {
    return this.#totals[kind]!;
  }
}
