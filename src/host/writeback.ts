import type { FileHandle } from 'node:fs/promises';
import { MIB } from '../image/units.js';

/** Enough for a long sequential write to the disk, little enough that the last wait is short. */
const INTERVAL_BYTES = 128 * MIB;

/**
 * Whether `datasync` is meant for that: on macOS libuv makes it F_FULLFSYNC, which has the drive empty its
 * cache. Once, at the end, is right for that.
 */
const isCheap = (platform: NodeJS.Platform): boolean => platform !== 'darwin';

/**
 * Sends what was written so far to the disk while more is being written, so that the disk is at work
 * during a copy and not only after it.
 */
export class Writeback {
  readonly #file: FileHandle;
  readonly #isSending: boolean;
  #unsentBytes = 0;
  #sending: Promise<void> | undefined;
  /** The first failure: the kernel tells each one once, and then the data are lost. */
  #failure: { readonly error: unknown } | undefined;

  constructor(file: FileHandle, platform: NodeJS.Platform = process.platform) {
    this.#file = file;
    this.#isSending = isCheap(platform);
  }

  /** Counts bytes that were written. @throws the error of an earlier write to the disk */
  wrote(sizeBytes: number): void {
    if (this.#failure) throw this.#failure.error;
    this.#unsentBytes += sizeBytes;
    if (!this.#isSending || this.#unsentBytes < INTERVAL_BYTES || this.#sending) return;
    this.#unsentBytes = 0;
    this.#sending = this.#file
      .datasync()
      .catch((error: unknown) => {
        this.#failure ??= { error };
      })
      .finally(() => {
        this.#sending = undefined;
      });
  }

  /** Waits for the disk to be done with what it was sent, so that the file can be closed. */
  async settle(): Promise<void> {
    await this.#sending;
  }

  /** Throws the error that sending ended with, if any. */
  check(): void {
    if (this.#failure) throw this.#failure.error;
  }
}
