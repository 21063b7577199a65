import { constants } from 'node:fs';
import type { FileHandle } from 'node:fs/promises';
import { open } from 'node:fs/promises';
import { systemErrorCode } from '../errors.js';
import { ALIGNMENT_BYTES, isAligned } from './aligned-memory.js';
import { writeAll } from './write-all.js';

/** Shorter runs are gathered by the page cache: each direct write waits for the disk. */
const MINIMUM_BYTES = 1 << 20;

/** What a file system says of a direct write that it does not take: in this way, or at all. */
const NOT_TAKEN: readonly (string | undefined)[] = ['EINVAL', 'EOPNOTSUPP'];

/**
 * Writes to a file past the page cache (`O_DIRECT`), as far as it can. A copy of several GiB through the
 * page cache is bound by finding memory for it, and pushes out what others had there; the disk is given
 * the same bytes either way. What is too short for that, or lies in memory where the system does not take
 * it from, goes through the page cache like any write.
 *
 * Writes to different pages may be on their way at once. Those to one page may not: where one is direct
 * and the other goes through the page cache, the kernel keeps them apart only if they follow each other.
 */
export class DirectWriter {
  readonly #file: FileHandle;
  #direct: FileHandle | undefined;

  private constructor(file: FileHandle, direct: FileHandle) {
    this.#file = file;
    this.#direct = direct;
  }

  /**
   * @param file stays open, and the caller's: syncing it covers what is written here
   * @param system Node's constants: some systems have no `O_DIRECT`
   * @returns undefined where there is no direct I/O: on macOS, and on some file systems
   */
  static async open(
    file: FileHandle,
    system: { readonly O_DIRECT?: number } = constants,
  ): Promise<DirectWriter | undefined> {
    if (system.O_DIRECT === undefined) return undefined;
    try {
      // The same file, under whatever name it has now.
      const path = `/proc/self/fd/${file.fd}`;
      const direct = await open(path, constants.O_WRONLY | system.O_DIRECT);
      return new DirectWriter(file, direct);
    } catch {
      return undefined;
    }
  }

  /** Writes bytes to a place of the file, all of them. */
  async write(bytes: Uint8Array, offset: number): Promise<void> {
    const start = roundUp(offset) - offset;
    const end = roundDown(offset + bytes.length) - offset;
    const middle = bytes.subarray(start, Math.max(start, end));
    const written = await this.#writeDirectly(middle, offset + start);
    if (written === 0) {
      await writeAll(this.#file, bytes, offset);
      return;
    }
    await writeAll(this.#file, bytes.subarray(0, start), offset);
    const done = start + written;
    await writeAll(this.#file, bytes.subarray(done), offset + done);
  }

  async close(): Promise<void> {
    const direct = this.#direct;
    this.#direct = undefined;
    await direct?.close();
  }

  /** @returns how many of the bytes were written: all, or those before one that cannot be in this way */
  async #writeDirectly(bytes: Uint8Array, offset: number): Promise<number> {
    if (bytes.length < MINIMUM_BYTES || !isAligned(bytes)) return 0;
    let done = 0;
    while (done < bytes.length && done % ALIGNMENT_BYTES === 0) {
      // Of several writes under way, another one may have found that there is no direct I/O.
      const direct = this.#direct;
      if (!direct) break;
      const length = bytes.length - done;
      try {
        done += (await direct.write(bytes, done, length, offset + done)).bytesWritten;
      } catch (error) {
        if (!NOT_TAKEN.includes(systemErrorCode(error))) throw error;
        await this.close();
        break;
      }
    }
    return done;
  }
}

const roundDown = (bytes: number): number => bytes - (bytes % ALIGNMENT_BYTES);
const roundUp = (bytes: number): number => roundDown(bytes + ALIGNMENT_BYTES - 1);
