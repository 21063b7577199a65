import { INODE_FLAGS } from '../layout/inode.js';
import { readValueInode, statedValueReferences } from '../reader/value-inode.js';
import type { Inode } from '../reader/inode.js';
import type { Volume } from '../reader/volume.js';
import type { StoredAttribute } from '../reader/xattr.js';
import { valueEntryHashes } from './attributes.js';
import type { InodeRecords } from './inode-records.js';
import type { Findings } from '../../findings.js';

/** What attributes take in inodes of their own: it counts for whoever has the attribute. */
export interface ValueUsage {
  readonly blockCount: number;
  readonly inodeCount: number;
}

interface ValueInode {
  references: number;
  readonly isCounted: boolean;
}

/** The inodes that hold values of attributes (ea_inode), which several attributes may share. */
export class ValueInodes {
  readonly #inodes = new Map<number, ValueInode>();

  constructor(
    private readonly volume: Volume,
    private readonly findings: Findings,
  ) {}

  /** Checks the values of an inode's attributes that lie in other inodes, and counts what they take. */
  async use(
    owner: Inode,
    attributes: readonly StoredAttribute[],
    where: string,
  ): Promise<ValueUsage> {
    const { blockSizeBytes, clusterBlockCount, features } = this.volume.superblock;
    let blockCount = 0;
    let inodeCount = 0;
    for (const attribute of attributes) {
      const { name, valueInode, sizeBytes } = attribute;
      if (valueInode === 0) continue;
      const { hash, problems } = await readValueInode(this.volume, owner, attribute);
      this.findings.addAll(where, problems);
      this.findings.expect(
        features.has('ea_inode'),
        'xattr-feature',
        where,
        `the value of ${name} lies in another inode, which the file system has not the feature for`,
      );
      if (problems.length > 0) continue;
      const isCounted = hash !== undefined;
      const known = this.#inodes.get(valueInode);
      if (known) known.references++;
      else this.#inodes.set(valueInode, { references: 1, isCounted });
      if (!isCounted) continue;
      this.findings.expect(
        valueEntryHashes(attribute, hash).includes(attribute.hash),
        'xattr-hash',
        where,
        `the hash of ${name} does not match`,
      );
      const clusterBytes = blockSizeBytes * clusterBlockCount;
      blockCount += Math.ceil(sizeBytes / clusterBytes) * clusterBlockCount;
      inodeCount++;
    }
    return { blockCount, inodeCount };
  }

  /** After all inodes: those with values have no name, and as many attributes as they say. */
  async checkReferences(inodes: InodeRecords): Promise<void> {
    for (const [number, { references, isCounted }] of this.#inodes) {
      inodes.hide(number);
      if (!isCounted) continue;
      const stated = statedValueReferences(await this.volume.anyInode(number));
      this.findings.expect(
        stated === references,
        'xattr-references',
        `inode ${number}`,
        `${references} attributes have their value in it, it says ${stated}`,
      );
    }
  }
}

/** Whether an inode says that it holds the value of an attribute. */
export function holdsValue({ flags }: Inode): boolean {
  return (flags & INODE_FLAGS.attributeValue) !== 0;
}
