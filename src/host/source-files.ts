import { open } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import { becameShorter, noLongerReadable } from './file-errors.js';
import { checkStamp, stampOf } from './file-stamp.js';
import type { FileStamp, FileSource } from '../image/image.js';

interface OpenSource {
  readonly path: string;
  readonly handle: FileHandle;
  readonly stamp: FileStamp;
}

/**
 * The files that an image refers to, read in one pass over it: one is open at a time. A file that changes
 * during the pass is refused, since what was read of it before and after fits together in no version.
 */
export class SourceFiles {
  #current: OpenSource | undefined;
  readonly #stamps = new Map<string, FileStamp>();

  /**
   * Fills `target` from a source.
   *
   * @throws ZosiaError `ZOSIA_FILE_NOT_FOUND`; `ZOSIA_FILE_CHANGED` when the file is shorter than
   * planned, is not the expected one, or changed between two looks at it
   */
  async read(source: FileSource, target: Uint8Array): Promise<void> {
    const { path, offset, expect } = source;
    const { handle, stamp } = await this.#use(path);
    if (expect) checkStamp(path, stamp, expect);
    for (let done = 0; done < target.length;) {
      const { bytesRead } = await handle
        .read(target, done, target.length - done, offset + done)
        .catch((cause: unknown) => {
          throw noLongerReadable(path, cause);
        });
      if (bytesRead === 0) throw becameShorter(path);
      done += bytesRead;
    }
  }

  /** Ends the use of the file that is open: has it changed meanwhile, that is an error. */
  async finish(): Promise<void> {
    if (!this.#current) return;
    const { path, handle, stamp } = this.#current;
    checkStamp(path, await stampOfHandle(handle), stamp);
    await this.close();
  }

  async close(): Promise<void> {
    const current = this.#current;
    this.#current = undefined;
    await current?.handle.close();
  }

  async #use(path: string): Promise<OpenSource> {
    if (this.#current?.path === path) return this.#current;
    await this.finish();
    const handle = await open(path, 'r').catch((cause: unknown) => {
      throw noLongerReadable(path, cause);
    });
    try {
      const stamp = await stampOfHandle(handle);
      const before = this.#stamps.get(path);
      if (before) checkStamp(path, stamp, before);
      this.#stamps.set(path, stamp);
      return (this.#current = { path, handle, stamp });
    } catch (error) {
      await handle.close();
      throw error;
    }
  }
}

async function stampOfHandle(handle: FileHandle): Promise<FileStamp> {
  return stampOf(await handle.stat({ bigint: true }));
}
