import { createHash } from 'node:crypto';
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Writable } from 'node:stream';
import { ALIGNMENT_BYTES } from '../../formats/cpio/layout.js';

/** A member as cpio-stream reads it. */
export interface CpioStreamEntry {
  /** As ASCII: the highest bit of each byte is lost. */
  readonly name: string;
  /** The numbers of its header, by the names that `NewcHeader` has for them. */
  readonly numbers: Readonly<Record<ComparedNumber, number>>;
  /** Of a symlink, as UTF-8. */
  readonly target: string;
  /** Of its data, but for a symlink's. */
  readonly sha256: string;
}

export const COMPARED_NUMBERS = [
  ...(['inode', 'mode', 'uid', 'gid', 'linkCount', 'mtimeSeconds', 'sizeBytes'] as const),
  ...(['deviceMajor', 'deviceMinor', 'rdevMajor', 'rdevMinor'] as const),
] as const;
export type ComparedNumber = (typeof COMPARED_NUMBERS)[number];

/** Turns of the event loop in which it has to go on: all that it waits for comes within one. */
const MAX_TURNS = 16;

/** cpio-stream does not go on, or refuses what it reads. */
export class CpioStreamError extends Error {}

/** One archive, being read by cpio-stream piece by piece. */
export class CpioStreamArchive {
  readonly #entries: CpioStreamEntry[] = [];
  #held: Uint8Array = new Uint8Array(0);
  #error: Error | undefined;

  private constructor(private readonly parser: Writable) {}

  static async begin(): Promise<CpioStreamArchive> {
    const { extract } = await import('cpio-stream');
    const parser = extract();
    const archive = new CpioStreamArchive(parser);
    parser.on('error', (error: Error) => (archive.#error = error));
    parser.on('entry', (header, data, next) => {
      const hash = createHash('sha256');
      data.on('data', (bytes: Uint8Array) => hash.update(bytes));
      data.on('end', () => {
        archive.#entries.push({
          name: header.name,
          numbers: {
            inode: header.ino,
            mode: header.mode,
            uid: header.uid,
            gid: header.gid,
            linkCount: header.nlink,
            mtimeSeconds: header.mtime.getTime() / 1000,
            sizeBytes: header.size,
            deviceMajor: header.devmajor,
            deviceMinor: header.devminor,
            rdevMajor: header.rdevmajor,
            rdevMinor: header.rdevminor,
          },
          target: header.linkname ?? '',
          sha256: hash.digest('hex'),
        });
        next();
      });
    });
    return archive;
  }

  /**
   * Holds back what is shorter than the alignment: cpio-stream never takes the rest of what is cut within padding.
   *
   * @throws CpioStreamError
   */
  async write(bytes: Uint8Array): Promise<void> {
    if (bytes.length >= ALIGNMENT_BYTES && this.#held.length > 0) await this.#flush();
    this.#held = this.#held.length > 0 ? Buffer.concat([this.#held, bytes]) : bytes;
  }

  /** Ends a member: what cpio-stream has read by then, one if it reads as zosia does, none for a trailer. */
  async takeEntries(): Promise<readonly CpioStreamEntry[]> {
    await this.#flush();
    return this.#entries.splice(0);
  }

  async #flush(): Promise<void> {
    const write = { isTaken: false };
    this.parser.write(this.#held, () => (write.isTaken = true));
    this.#held = new Uint8Array(0);
    const isOver = (): boolean => write.isTaken || this.#error !== undefined;
    for (let turn = 0; !isOver() && turn < MAX_TURNS; turn++) await nextTurn();
    if (this.#error) throw new CpioStreamError(this.#error.message);
    if (!write.isTaken) throw new CpioStreamError('it waits for more');
  }
}
