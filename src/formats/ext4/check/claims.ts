/** Blocks that something uses, from `start` up to, not including, `end`. */
export interface ClaimedRange {
  readonly start: number;
  readonly end: number;
}

/** Blocks that are used twice. */
export interface Collision extends ClaimedRange {
  readonly owners: readonly [number, number];
}

/** The owner of what belongs to no inode: superblocks, descriptors, bitmaps, inode tables. */
export const FILE_SYSTEM = 0;

const INITIAL_CLAIMS = 64;

/**
 * Which blocks are used, and by which inode. Keeps ranges, not blocks: its size follows the number of
 * fragments, not of bytes.
 */
export class BlockClaims {
  #starts = new Float64Array(INITIAL_CLAIMS);
  #ends = new Float64Array(INITIAL_CLAIMS);
  #owners = new Uint32Array(INITIAL_CLAIMS);
  #count = 0;

  add(start: number, blockCount: number, owner: number): void {
    const last = this.#count - 1;
    if (last >= 0 && this.#owners[last] === owner && this.#ends[last] === start) {
      this.#ends[last] = start + blockCount;
      return;
    }
    if (this.#count === this.#starts.length) this.#grow();
    this.#starts[this.#count] = start;
    this.#ends[this.#count] = start + blockCount;
    this.#owners[this.#count] = owner;
    this.#count++;
  }

  /**
   * The used clusters as ranges in order, neither overlapping nor touching, and the blocks that are used
   * twice: one by one, or as parts of a cluster that belongs to another.
   *
   * @param clusterBlockCount blocks of a cluster; 1: ranges are of blocks
   */
  resolve(clusterBlockCount = 1): {
    readonly ranges: readonly ClaimedRange[];
    readonly collisions: readonly Collision[];
  } {
    const blocks = this.#merge(1);
    if (clusterBlockCount === 1) return blocks;
    const clusters = this.#merge(clusterBlockCount);
    const isOneOwner = ({ owners }: Collision): boolean => owners[0] === owners[1];
    return {
      ranges: clusters.ranges,
      collisions: [
        ...blocks.collisions.filter(isOneOwner),
        ...clusters.collisions
          .filter((collision) => !isOneOwner(collision))
          .map(({ start, end, owners }) => ({
            start: start * clusterBlockCount,
            end: end * clusterBlockCount,
            owners,
          })),
      ],
    };
  }

  /** Ranges and collisions in units of so many blocks, each taken as a whole. */
  #merge(unit: number): { ranges: ClaimedRange[]; collisions: Collision[] } {
    const order = new Uint32Array(this.#count).map((_, i) => i);
    order.sort((a, b) => this.#starts[a]! - this.#starts[b]!);
    const ranges: { start: number; end: number }[] = [];
    const collisions: Collision[] = [];
    // Whose claim reaches furthest so far.
    let furthestOwner = FILE_SYSTEM;
    for (const i of order) {
      const start = Math.floor(this.#starts[i]! / unit);
      const end = Math.ceil(this.#ends[i]! / unit);
      const owner = this.#owners[i]!;
      const last = ranges.at(-1);
      if (last && start < last.end) {
        const owners = [furthestOwner, owner] as const;
        collisions.push({ start, end: Math.min(end, last.end), owners });
      }
      if (last && start <= last.end) {
        if (end > last.end) {
          last.end = end;
          furthestOwner = owner;
        }
      } else {
        ranges.push({ start, end });
        furthestOwner = owner;
      }
    }
    return { ranges, collisions };
  }

  #grow(): void {
    const capacity = this.#starts.length * 2;
    const [starts, ends] = [this.#starts, this.#ends];
    this.#starts = new Float64Array(capacity);
    this.#starts.set(starts);
    this.#ends = new Float64Array(capacity);
    this.#ends.set(ends);
    const owners = this.#owners;
    this.#owners = new Uint32Array(capacity);
    this.#owners.set(owners);
  }
}
