import { readNumber } from '../../fields.js';
import { XATTR_BLOCK_HEADER, XATTR_BLOCK_HEADER_BYTES } from '../layout/xattr.js';
import { attributeChecksumMatches, blockAttributes } from '../reader/xattr.js';
import type { Volume } from '../reader/volume.js';
import { checkAttributes, combinedHash } from './attributes.js';
import type { BlockClaims } from './claims.js';
import type { Findings } from '../../findings.js';

interface AttributeBlock {
  /** How many inodes the block says use it. */
  readonly statedCount: number;
  referenceCount: number;
}

/** The blocks of extended attributes, which several inodes may share. */
export class AttributeBlocks {
  readonly #blocks = new Map<number, AttributeBlock>();

  constructor(
    private readonly volume: Volume,
    private readonly findings: Findings,
    private readonly claims: BlockClaims,
  ) {}

  /** Notes that an inode uses a block, and checks the block when it is the first one. */
  async use(block: number, inode: number): Promise<void> {
    const where = `attribute block ${block} of inode ${inode}`;
    if (!this.volume.contains(block)) {
      this.findings.add('xattr-place', where, 'it lies outside of the file system');
      return;
    }
    const known = this.#blocks.get(block);
    if (known) {
      known.referenceCount++;
      return;
    }
    this.claims.add(block, 1, inode);
    const bytes = await this.volume.readBlock(block, where);
    const statedCount = readNumber(XATTR_BLOCK_HEADER.referenceCount, bytes);
    this.#blocks.set(block, { statedCount, referenceCount: 1 });
    const area = blockAttributes(bytes);
    this.findings.addFaults(where, area.faults);
    this.findings.expect(
      attributeChecksumMatches(bytes, block, this.volume.superblock),
      'xattr-checksum',
      where,
      'its checksum does not match its contents',
    );
    if (area.faults.length > 0) return;
    checkAttributes(this.findings, area, XATTR_BLOCK_HEADER_BYTES, where);
    const hash = readNumber(XATTR_BLOCK_HEADER.hash, bytes);
    this.findings.expect(
      hash === 0 || hash === combinedHash(area.attributes),
      'xattr-block-hash',
      where,
      'its hash does not match those of its entries',
    );
  }

  /** After all inodes: whether as many use each block as it says. */
  checkReferences(): void {
    for (const [block, { statedCount, referenceCount }] of this.#blocks) {
      this.findings.expect(
        statedCount === referenceCount,
        'xattr-references',
        `attribute block ${block}`,
        `${referenceCount} inodes use it, it says ${statedCount}`,
      );
    }
  }
}
