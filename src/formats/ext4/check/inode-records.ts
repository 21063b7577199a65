import { FILE_TYPES } from '../file-type.js';
import type { Ext4FileType } from '../reader/inode.js';

const TYPES = Object.keys(FILE_TYPES) as Ext4FileType[];
/** In the place of a type, for an inode whose mode names none. */
const NO_TYPE = TYPES.length;
const INITIAL_CAPACITY = 1024;

/**
 * The inodes in use and what is known of them: a few bytes each, as there can be billions. They are
 * added in the order of their numbers; afterwards an inode is known by its position.
 */
export class InodeRecords {
  #numbers = new Uint32Array(INITIAL_CAPACITY);
  #types = new Uint8Array(INITIAL_CAPACITY);
  #linkCounts = new Uint16Array(INITIAL_CAPACITY);
  #referenceCounts = new Uint32Array(INITIAL_CAPACITY);
  #count = 0;
  readonly #directories = new Map<number, DirectoryRecord>();
  readonly #hidden = new Set<number>();

  add(number: number, type: Ext4FileType | undefined, linkCount: number): void {
    if (this.#count === this.#numbers.length) this.#grow();
    const position = this.#count++;
    this.#numbers[position] = number;
    this.#types[position] = type === undefined ? NO_TYPE : TYPES.indexOf(type);
    this.#linkCounts[position] = linkCount;
    if (type === 'directory') this.#directories.set(number, { number, parent: 0, dotDot: 0 });
  }

  get(number: number): InodeRecord | undefined {
    const position = this.#find(number);
    return position === undefined ? undefined : this.#record(position);
  }

  /** Counts an entry that leads to an inode; false when the inode is not in use. */
  addReference(number: number): boolean {
    const position = this.#find(number);
    if (position === undefined) return false;
    this.#referenceCounts[position]!++;
    return true;
  }

  /** Marks an inode that no directory has an entry for: quotas, the orphan file. */
  hide(number: number): void {
    this.#hidden.add(number);
  }

  isHidden(number: number): boolean {
    return this.#hidden.has(number);
  }

  directory(number: number): DirectoryRecord | undefined {
    return this.#directories.get(number);
  }

  *all(): Generator<InodeRecord> {
    for (let position = 0; position < this.#count; position++) yield this.#record(position);
  }

  directories(): IterableIterator<DirectoryRecord> {
    return this.#directories.values();
  }

  #record(position: number): InodeRecord {
    return {
      number: this.#numbers[position]!,
      type: TYPES[this.#types[position]!],
      linkCount: this.#linkCounts[position]!,
      referenceCount: this.#referenceCounts[position]!,
    };
  }

  #find(number: number): number | undefined {
    let low = 0;
    let high = this.#count;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.#numbers[middle]! < number) low = middle + 1;
      else high = middle;
    }
    return low < this.#count && this.#numbers[low] === number ? low : undefined;
  }

  #grow(): void {
    const capacity = this.#numbers.length * 2;
    this.#numbers = copyInto(new Uint32Array(capacity), this.#numbers);
    this.#types = copyInto(new Uint8Array(capacity), this.#types);
    this.#linkCounts = copyInto(new Uint16Array(capacity), this.#linkCounts);
    this.#referenceCounts = copyInto(new Uint32Array(capacity), this.#referenceCounts);
  }
}

/** An inode in use. */
export interface InodeRecord {
  readonly number: number;
  readonly type: Ext4FileType | undefined;
  readonly linkCount: number;
  /** Directory entries that lead to it, `.` and `..` counted. */
  readonly referenceCount: number;
}

export interface DirectoryRecord {
  readonly number: number;
  /** The directory that has an entry for it; 0: none was found. */
  parent: number;
  /** What its entry `..` says; 0: it has none. */
  dotDot: number;
}

function copyInto<T extends Uint8Array | Uint16Array | Uint32Array>(to: T, from: T): T {
  to.set(from);
  return to;
}
