import { readNumber } from '../../fields.js';
import { XATTR_BLOCK_HEADER, XATTR_BLOCK_HEADER_BYTES } from '../layout/xattr.js';
import { attributeChecksumMatches, blockAttributes } from '../reader/xattr.js';
import type { Inode } from '../reader/inode.js';
import type { Volume } from '../reader/volume.js';
import { checkAttributes, combinedHash } from './attributes.js';
import type { BlockClaims } from './claims.js';
import type { ValueInodes, ValueUsage } from './value-inodes.js';
import type { Findings } from '../../findings.js';

interface AttributeBlock {
  /** How many inodes the block says use it. */
  readonly statedCount: number;
  referenceCount: number;
  /** What its attributes take in inodes of their own; it counts for each inode that uses the block. */
  usage: ValueUsage;
}

const NOTHING: ValueUsage = { blockCount: 0, inodeCount: 0 };

/** The blocks of extended attributes, which several inodes may share. */
export class AttributeBlocks {
  readonly #blocks = new Map<number, AttributeBlock>();

  constructor(
    private readonly volume: Volume,
    private readonly findings: Findings,
    private readonly claims: BlockClaims,
    private readonly values: ValueInodes,
  ) {}

  /** Notes that an inode uses its block, and checks the block when it is the first one. */
  async use(inode: Inode): Promise<ValueUsage> {
    const block = inode.attributesBlock;
    const where = `attribute block ${block} of inode ${inode.number}`;
    if (!this.volume.contains(block)) {
      this.findings.add('xattr-place', where, 'it lies outside of the file system');
      return NOTHING;
    }
    const known = this.#blocks.get(block);
    if (known) {
      known.referenceCount++;
      return known.usage;
    }
    this.claims.add(block, 1, inode.number);
    const bytes = await this.volume.readBlock(block, where);
    const statedCount = readNumber(XATTR_BLOCK_HEADER.referenceCount, bytes);
    const added: AttributeBlock = { statedCount, referenceCount: 1, usage: NOTHING };
    this.#blocks.set(block, added);
    const area = blockAttributes(bytes);
    this.findings.addAll(where, area.problems);
    this.findings.expect(
      attributeChecksumMatches(bytes, block, this.volume.superblock),
      'xattr-checksum',
      where,
      'its checksum does not match its contents',
    );
    if (area.problems.length > 0) return NOTHING;
    checkAttributes(this.findings, area, XATTR_BLOCK_HEADER_BYTES, where);
    const hash = readNumber(XATTR_BLOCK_HEADER.hash, bytes);
    this.findings.expect(
      hash === 0 || hash === combinedHash(area.attributes),
      'xattr-block-hash',
      where,
      'its hash does not match those of its entries',
    );
    added.usage = await this.values.use(inode, area.attributes, where);
    return added.usage;
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
