import type { Ext4Superblock } from '../reader/superblock.js';
import type { Volume } from '../reader/volume.js';
import type { AttributeBlocks } from './attribute-blocks.js';
import type { BlockClaims } from './claims.js';
import type { InodeRecords } from './inode-records.js';
import type { ValueInodes } from './value-inodes.js';
import type { QuotaTotals } from './quota-totals.js';
import type { Findings } from '../../findings.js';

/** What could not be checked. */
export interface Unchecked {
  /** Names in directories without case whose hashes take Unicode's tables. */
  foldedNameCount: number;
}

/** What the parts of a check share. */
export interface CheckContext {
  /** Does not verify checksums itself: the check says more about them than that they fail. */
  readonly volume: Volume;
  readonly superblock: Ext4Superblock;
  readonly findings: Findings;
  readonly claims: BlockClaims;
  readonly inodes: InodeRecords;
  readonly attributeBlocks: AttributeBlocks;
  readonly valueInodes: ValueInodes;
  /** Blocks of extent nodes and of pointers, none of which is followed twice. */
  readonly treeBlocks: Set<number>;
  /** What there is to compare quotas with; undefined: there are none. */
  readonly quotas: QuotaTotals | undefined;
  /** Of encrypted inodes, what all below one have in common; empty where it is of an unknown kind. */
  readonly policies: Map<number, string>;
  readonly unchecked: Unchecked;
  /** Inodes that were deleted while open, as the orphan list has them. */
  readonly orphans: ReadonlySet<number>;
  /** Seconds since 1970 that no time may lie after; undefined: times are not judged. */
  readonly nowSeconds: number | undefined;
  readonly signal: AbortSignal | undefined;
}
