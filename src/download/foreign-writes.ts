import { fstatSync } from 'node:fs';
import type { FileHandle } from 'node:fs/promises';

/**
 * Tells whether somebody else may have written to a file that this process writes: by its size, and by its time where
 * no write of this process is under way. What is suspected has to be read: some file systems tell times late.
 */
export class ForeignWrites {
  #isSuspected = false;
  #running = 0;
  /** After the last write, where none is running. */
  #mtimeNs: bigint | undefined;
  #end: number;

  /** @param end up to where the file has been written already */
  constructor(
    private readonly file: FileHandle,
    end: number,
  ) {
    this.#end = end;
  }

  /**
   * Does a write of this process.
   *
   * @param end up to where it writes
   * @throws what `write` does; the system's errors as they are
   */
  async during(end: number, write: () => Promise<void>): Promise<void> {
    this.#look();
    this.#mtimeNs = undefined;
    this.#running += 1;
    try {
      await write();
      this.#end = Math.max(this.#end, end);
    } finally {
      this.#running -= 1;
    }
    if (this.#running === 0) this.#mtimeNs = this.#stat().mtimeNs;
  }

  /** @throws the system's errors as they are */
  isSuspected(): boolean {
    this.#look();
    return this.#isSuspected;
  }

  #look(): void {
    const { size, mtimeNs } = this.#stat();
    const isLater = this.#mtimeNs !== undefined && mtimeNs !== this.#mtimeNs;
    if (isLater || Number(size) < this.#end) this.#isSuspected = true;
  }

  /** At once, so that no write of this process comes between; of an open file the system knows it. */
  #stat() {
    return fstatSync(this.file.fd, { bigint: true });
  }
}
