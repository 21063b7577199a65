import { createHash } from 'node:crypto';
import type { Hash } from 'node:crypto';
import { byteStringBytes } from '../../formats/byte-string.js';
import { ALIGNMENT_BYTES, FILE_TYPES, FILE_TYPE_MASK } from '../../formats/cpio/layout.js';
import type { CpioObserver, StoredMember } from '../../formats/cpio/observer.js';
import { Findings } from '../../formats/findings.js';
import { COMPARED_NUMBERS, CpioStreamArchive, CpioStreamError } from './cpio-stream-archive.js';
import type { CpioStreamEntry } from './cpio-stream-archive.js';

/** How much of an initramfs two readers agreed or disagreed about. */
export interface CpioComparison {
  /** Members whose names, headers and contents were compared. */
  memberCount: number;
  /** Of contents. */
  comparedBytes: number;
  /** Names of which cpio-stream knows only the lower seven bits of each byte. */
  partlyComparedNameCount: number;
}

/**
 * Reads every archive with cpio-stream, too, and compares member by member: names, all numbers of the
 * headers, targets and contents. It knows nothing of archives that follow each other, so that each begins
 * with a parser of its own.
 */
export class SecondReader implements CpioObserver {
  readonly comparison: CpioComparison = {
    memberCount: 0,
    comparedBytes: 0,
    partlyComparedNameCount: 0,
  };
  readonly differences = new Findings(undefined, 'second reader');
  /** Undefined between archives, and from where it could not go on. */
  #archive: CpioStreamArchive | undefined;
  #key = '';
  #current: { readonly stored: StoredMember; readonly hash: Hash; target: Buffer } | undefined;

  async member(stored: StoredMember): Promise<void> {
    const key = `${stored.part.offset}:${stored.archive}`;
    if (key !== this.#key) this.#archive = await CpioStreamArchive.begin();
    this.#key = key;
    this.#current = { stored, hash: createHash('sha256'), target: Buffer.alloc(0) };
    await this.#write(stored.headerBytes);
    await this.#write(stored.nameField);
  }

  async data(bytes: Uint8Array): Promise<void> {
    const current = this.#current!;
    if (isSymlink(current.stored)) current.target = Buffer.concat([current.target, bytes]);
    else current.hash.update(bytes);
    this.comparison.comparedBytes += bytes.length;
    await this.#write(bytes);
  }

  async end(padding: Uint8Array): Promise<void> {
    const { stored, hash, target } = this.#current!;
    // It waits for padding that may be missing at the end of a file.
    const missing = -(stored.header.sizeBytes + padding.length) & (ALIGNMENT_BYTES - 1);
    await this.#write(Buffer.concat([padding, Buffer.alloc(missing)]));
    const theirs = await this.#attempt((archive) => archive.takeEntries());
    if (!theirs) return;
    if (theirs.length !== (stored.isTrailer ? 0 : 1)) {
      const message = stored.isTrailer
        ? 'cpio-stream reads a member where zosia reads a trailer'
        : `cpio-stream reads ${theirs.length} members where zosia reads one`;
      this.#differs('members', stored.path, message);
      return;
    }
    if (stored.isTrailer) return;
    this.comparison.memberCount++;
    this.#compare(stored, hash.digest('hex'), target, theirs[0]!);
  }

  #compare(stored: StoredMember, sha256: string, target: Buffer, theirs: CpioStreamEntry): void {
    const { path, header } = stored;
    const { name, isWhole } = asAscii(stored.name);
    if (!isWhole) this.comparison.partlyComparedNameCount++;
    // Of a name that NULs pad it keeps them.
    if (theirs.name !== name && !theirs.name.startsWith(`${name}\0`)) {
      this.#differs('name', path, `cpio-stream reads the name ${JSON.stringify(theirs.name)}`);
    }
    for (const number of COMPARED_NUMBERS) {
      const [ours, other] = [header[number], theirs.numbers[number]];
      if (ours === other) continue;
      this.#differs('header', path, `zosia reads the ${number} ${ours}, cpio-stream ${other}`);
    }
    if (theirs.target !== target.toString('utf8')) {
      const message = `cpio-stream reads the target ${JSON.stringify(theirs.target)}`;
      this.#differs('target', path, message);
    }
    if (theirs.sha256 !== sha256) {
      const message = `zosia reads content of the sha256 ${sha256}, cpio-stream ${theirs.sha256}`;
      this.#differs('content', path, message);
    }
  }

  async #write(bytes: Uint8Array): Promise<void> {
    if (bytes.length > 0) await this.#attempt((archive) => archive.write(bytes));
  }

  /** Where cpio-stream does not go on, it is left out until the next archive begins. */
  async #attempt<T>(action: (archive: CpioStreamArchive) => Promise<T>): Promise<T | undefined> {
    if (!this.#archive) return undefined;
    try {
      return await action(this.#archive);
    } catch (error) {
      if (!(error instanceof CpioStreamError)) throw error;
      this.#archive = undefined;
      const { path } = this.#current!.stored;
      this.#differs('stopped', path, `cpio-stream reads no further: ${error.message}`);
      return undefined;
    }
  }

  #differs(code: string, where: string, message: string): void {
    this.differences.add(`second-reader-${code}`, where, message);
  }
}

function isSymlink({ header }: StoredMember): boolean {
  return (header.mode & FILE_TYPE_MASK) === FILE_TYPES.symlink;
}

/** A name as cpio-stream decodes it. @returns isWhole whether nothing of it was lost */
function asAscii(name: string): { name: string; isWhole: boolean } {
  const ascii = Buffer.from(byteStringBytes(name)).toString('ascii');
  return { name: ascii, isWhole: ascii === name };
}
