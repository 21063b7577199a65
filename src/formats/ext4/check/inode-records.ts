import type { Ext4FileType } from '../reader/inode.js';

/** What the check remembers of an inode in use. */
export interface InodeRecord {
  readonly number: number;
  readonly type: Ext4FileType | undefined;
  readonly linkCount: number;
  /** Directory entries that lead to it, `.` and `..` counted. */
  referenceCount: number;
}

export interface DirectoryRecord extends InodeRecord {
  /** The directory that has an entry for it; 0: none was found. */
  parent: number;
  /** What its entry `..` says; 0: it has none. */
  dotDot: number;
}

/** The inodes in use, which are added in the order of their numbers. */
export class InodeRecords {
  readonly #records = new Map<number, InodeRecord>();
  readonly #hidden = new Set<number>();
  readonly #directories = new Map<number, DirectoryRecord>();

  add(number: number, type: Ext4FileType | undefined, linkCount: number): void {
    const record = { number, type, linkCount, referenceCount: 0 };
    if (type === 'directory') {
      const directory = { ...record, parent: 0, dotDot: 0 };
      this.#directories.set(number, directory);
      this.#records.set(number, directory);
    } else {
      this.#records.set(number, record);
    }
  }

  /** Marks an inode that no directory has an entry for: quotas, the orphan file. */
  hide(number: number): void {
    this.#hidden.add(number);
  }

  isHidden(number: number): boolean {
    return this.#hidden.has(number);
  }

  get(number: number): InodeRecord | undefined {
    return this.#records.get(number);
  }

  directory(number: number): DirectoryRecord | undefined {
    return this.#directories.get(number);
  }

  all(): IterableIterator<InodeRecord> {
    return this.#records.values();
  }

  directories(): IterableIterator<DirectoryRecord> {
    return this.#directories.values();
  }
}
