import { constants } from 'node:fs';
import { lstat, open, rename, stat, unlink } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import { ZosiaError } from '../errors.js';
import { identityOf } from '../host/file-identity.js';
import { ForeignWrites } from './foreign-writes.js';
import { partPath, readJournal, removeJournal, writeJournal } from './journal.js';
import { OrderedHash } from './ordered-hash.js';
import { Ranges } from './ranges.js';
import { ifRangeOf } from './version.js';
import type { Version } from './version.js';

/** The journal is written after so many new bytes unless told otherwise, or after so much time. */
const JOURNAL_BYTES = 16 << 20;
const JOURNAL_MS = 2000;

/** What has to be known of a file to go on with what is there of it. */
export interface Identity {
  /** Without the query. */
  readonly from: string;
  readonly sizeBytes?: number | undefined;
  readonly sha256?: string | undefined;
}

/** A file that is not whole yet, with the journal beside it. */
export class PartFile {
  #ranges: Ranges;
  #hash: OrderedHash;
  #foreign: ForeignWrites;
  #version: Version;
  #sizeBytes: number | undefined;
  #journaled: Promise<void> = Promise.resolve();
  #bytesSinceJournal = 0;
  #journalAt = performance.now();
  /** Whether bytes of an earlier run are among those that are there. */
  hasOldBytes: boolean;

  private constructor(
    private readonly target: string,
    private readonly file: FileHandle,
    private readonly identity: Identity,
    private readonly journalBytes: number,
    known: { ranges: Ranges; version: Version; sizeBytes?: number | undefined },
  ) {
    this.#ranges = known.ranges;
    this.#version = known.version;
    this.#sizeBytes = known.sizeBytes;
    this.hasOldBytes = known.ranges.totalBytes > 0;
    this.#foreign = new ForeignWrites(file, known.ranges.all.at(-1)?.[1] ?? 0);
    this.#hash = this.#newHash();
    // What is there is hashed again, while the rest arrives.
    this.#hash.catchUp();
  }

  /**
   * Opens what an earlier run has left of a file, if it is of the same file, else an empty one.
   *
   * @throws the system's errors as they are
   */
  static async open(
    target: string,
    identity: Identity,
    journalBytes = JOURNAL_BYTES,
  ): Promise<PartFile> {
    const path = partPath(target);
    const journal = await readJournal(target);
    const status = await stat(path).catch(() => undefined);
    const end = journal?.have.at(-1)?.[1] ?? 0;
    const isUsable =
      journal !== undefined &&
      status !== undefined &&
      status.size >= end &&
      isOfSameFile(identity, journal);
    const { O_RDWR, O_CREAT, O_NOFOLLOW } = constants;
    const file = await open(path, O_RDWR | O_CREAT | O_NOFOLLOW, 0o644);
    if (isUsable) {
      const { have, sizeBytes } = journal;
      // Another place has validators of its own; there the digest alone tells.
      const version = journal.from === identity.from ? journal.version : {};
      return new PartFile(target, file, identity, journalBytes, {
        ranges: new Ranges(have),
        version,
        sizeBytes,
      });
    }
    try {
      await removeJournal(target);
      await file.truncate(0);
    } catch (error) {
      await file.close();
      throw error;
    }
    return new PartFile(target, file, identity, journalBytes, {
      ranges: new Ranges(),
      version: {},
    });
  }

  get ranges(): Ranges {
    return this.#ranges;
  }

  /** What the server has said of the file that the bytes are of. */
  get version(): Version {
    return this.#version;
  }

  get sizeBytes(): number | undefined {
    return this.#sizeBytes;
  }

  /** Takes down what the server says of the file. */
  describe(version: Version, sizeBytes: number | undefined): void {
    this.#version = version;
    this.#sizeBytes = sizeBytes;
  }

  /** Writes bytes that follow each other. @throws the system's errors as they are */
  async write(offset: number, chunks: readonly Uint8Array[]): Promise<void> {
    const length = chunks.reduce((sum, chunk) => sum + chunk.length, 0);
    // Written by another thread while this one hashes.
    const writing = this.#foreign.during(offset + length, () =>
      this.#writeAll(offset, chunks, length),
    );
    this.#hash.offer(offset, chunks);
    await writing;
    this.#ranges.add(offset, offset + length);
    this.#hash.catchUp();
    this.#bytesSinceJournal += length;
    const isDue = performance.now() - this.#journalAt >= JOURNAL_MS;
    if (isDue || this.#bytesSinceJournal >= this.journalBytes) this.#saveSoon();
  }

  /** Forgets all that is there. */
  async restart(): Promise<void> {
    await this.#hash.stop();
    await this.#journaled;
    await removeJournal(this.target);
    await this.file.truncate(0);
    this.#ranges = new Ranges();
    this.#version = {};
    this.#sizeBytes = undefined;
    this.hasOldBytes = false;
    this.#foreign = new ForeignWrites(this.file, 0);
    this.#hash = this.#newHash();
  }

  /** The sha256 of all bytes. */
  digest(sizeBytes: number, signal?: AbortSignal): Promise<string> {
    return this.#hash.digest(sizeBytes, signal);
  }

  /**
   * What was hashed is what was sent. Where somebody else has written to the file meanwhile, it is read once more.
   *
   * @throws ZosiaError `ZOSIA_FILE_CHANGED` where the file is not what was written to it; the signal's reason
   */
  async requireUntouched(sizeBytes: number, sha256: string, signal?: AbortSignal): Promise<void> {
    const path = partPath(this.target);
    const named = await lstat(path, { bigint: true }).catch(() => undefined);
    if (named === undefined) throw changed(path, 'was removed');
    const own = await this.file.stat({ bigint: true });
    if (identityOf(named) !== identityOf(own)) throw changed(path, 'was replaced');
    if (Number(own.size) !== sizeBytes) throw changed(path, 'was changed');
    if (!this.#foreign.isSuspected()) return;
    const found = await this.#newHash().digest(sizeBytes, signal);
    if (found !== sha256) throw changed(path, 'was changed');
  }

  /** Gives the file its name. The caller has seen that all of it is there and right. */
  async publish(): Promise<void> {
    await this.#journaled;
    await this.file.sync();
    await this.file.close();
    await rename(partPath(this.target), this.target);
    await removeJournal(this.target);
  }

  /** Leaves what is there to a later run, and nothing where that could not go on with it. */
  async keep(): Promise<void> {
    if (!this.#isOfUse()) return this.remove();
    await this.#hash.stop();
    await this.#journaled;
    const isSaved = await this.#save().then(
      () => true,
      () => false,
    );
    // Where there is no room for a journal, the last one still holds, if there was any.
    if (!isSaved && (await readJournal(this.target)) === undefined) return this.remove();
    await this.file.close();
  }

  async remove(): Promise<void> {
    await this.#hash.stop();
    await this.#journaled;
    await this.file.close();
    await removeJournal(this.target);
    await unlink(partPath(this.target)).catch(() => undefined);
  }

  /** Whether a later run can tell of which file these bytes are, as {@link isOfSameFile} does. */
  #isOfUse(): boolean {
    const isKnown = this.identity.sha256 !== undefined || ifRangeOf(this.#version) !== undefined;
    return isKnown && this.#sizeBytes !== undefined && this.#ranges.totalBytes > 0;
  }

  #newHash(): OrderedHash {
    return new OrderedHash(partPath(this.target), this.file, this.#ranges);
  }

  async #writeAll(offset: number, chunks: readonly Uint8Array[], length: number): Promise<void> {
    const { bytesWritten } = await this.file.writev(chunks, offset);
    if (bytesWritten === length) return;
    // The system may take fewer at once.
    const rest = Buffer.concat(chunks).subarray(bytesWritten);
    await this.#writeAll(offset + bytesWritten, [rest], rest.length);
  }

  #saveSoon(): void {
    this.#bytesSinceJournal = 0;
    this.#journalAt = performance.now();
    // A journal that cannot be written costs a later run its start, not this one its end.
    this.#journaled = this.#journaled.then(() => this.#save()).catch(() => undefined);
  }

  async #save(): Promise<void> {
    const { from, sha256 } = this.identity;
    const sizeBytes = this.#sizeBytes;
    const have = this.#ranges.all;
    if (sizeBytes === undefined || have.length === 0) return;
    // Where no digest tells in the end, bytes that a crash of the host has lost must not count as there.
    if (sha256 === undefined) await this.file.datasync();
    await writeJournal(this.target, { from, sizeBytes, sha256, version: this.#version, have });
  }
}

const changed = (path: string, what: string): ZosiaError =>
  new ZosiaError('ZOSIA_FILE_CHANGED', `${path} ${what} while it was downloaded`, {
    hint: 'Let nothing else write there, then run the same command again.',
  });

/** Whether what an earlier run has left is of the file that is wanted, as far as can be told without asking for it. */
function isOfSameFile(
  wanted: Identity,
  found: Required<Pick<Identity, 'from' | 'sizeBytes'>> & Identity & { readonly version: Version },
): boolean {
  if (wanted.sizeBytes !== undefined && wanted.sizeBytes !== found.sizeBytes) return false;
  if (wanted.sha256 !== undefined) return wanted.sha256 === found.sha256;
  return wanted.from === found.from && ifRangeOf(found.version) !== undefined;
}
