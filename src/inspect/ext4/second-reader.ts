import type { RandomAccess } from '../../image/random-access.js';
import type { Findings } from '../../formats/findings.js';
import type { Comparison, ComparisonLimits } from './comparison.js';
import type { Libext2fs } from './libext2fs.js';
import type { ImageNode, ImageTree, NamedNode, NodeType } from '../node.js';
import { walkTree } from '../walk.js';
import type { LocatedNode, Walked } from '../walk.js';

export interface ComparisonOptions {
  readonly limits: ComparisonLimits;
  /** Whether the file system keeps small files in inodes, where libext2fs misreads symlinks. */
  readonly hasInlineData?: boolean | undefined;
  /** Is shown every directory, so that nobody has to walk once more. */
  readonly gather?: ((directory: LocatedNode, children: readonly NamedNode[]) => void) | undefined;
  readonly signal?: AbortSignal | undefined;
}

const CHUNK_BYTES = 1 << 18;
const SEQUENTIALLY = -1;
const MODE_BITS = 0o7777;
const TYPE_BITS: Readonly<Record<NodeType, number>> = {
  fifo: 0o010000,
  'character-device': 0o020000,
  directory: 0o040000,
  'block-device': 0o060000,
  file: 0o100000,
  symlink: 0o120000,
  socket: 0o140000,
};

/**
 * Reads every directory with libext2fs, too, and compares: names, then types, permissions, sizes,
 * targets and contents of the files, within the limits. Differences become findings.
 */
export async function compareReaders(
  tree: ImageTree,
  other: Libext2fs,
  findings: Findings,
  { limits, hasInlineData = false, gather, signal }: ComparisonOptions,
): Promise<Comparison> {
  const comparison = new ReaderComparison(other, findings, limits, hasInlineData);
  for await (const walked of walkTree(tree, await tree.lookUp('/', false), true)) {
    signal?.throwIfAborted();
    if (walked.node.type !== 'directory') continue;
    gather?.(walked, await walked.children());
    await comparison.directory(walked);
  }
  return comparison.result;
}

class ReaderComparison {
  readonly result: Comparison = {
    nameCount: 0,
    attributesCount: 0,
    wholeFileCount: 0,
    partFileCount: 0,
    withoutAttributesCount: 0,
    unreadCount: 0,
    misreadTargetCount: 0,
    encryptedCount: 0,
    comparedBytes: 0,
  };

  #searchedBytes = 0;

  /** What libext2fs read last. One for all files: most are far shorter, and there are many. */
  readonly #buffer = Buffer.alloc(CHUNK_BYTES);

  constructor(
    private readonly other: Libext2fs,
    private readonly findings: Findings,
    private readonly limits: ComparisonLimits,
    private readonly hasInlineData: boolean,
  ) {}

  async directory(walked: Walked): Promise<void> {
    const { names, nameBytes, node } = walked;
    const where = `/${names.join('/')}`;
    if (node.isEncrypted) {
      this.result.encryptedCount++;
      return;
    }
    const path = joinPath(nameBytes);
    const children = await walked.children();
    const theirs = await this.#attempt(() => this.other.readdir(path));
    if (!theirs) return;
    this.#compareNames(where, children, theirs);
    for (const child of children) {
      const childWhere = `${where === '/' ? '' : where}/${child.name}`;
      if (this.#searchedBytes + node.sizeBytes > this.limits.searchedBytes) {
        if (child.node.type === 'file') this.result.partFileCount++;
        continue;
      }
      this.#searchedBytes += node.sizeBytes;
      await this.#attempt(() =>
        this.#compareFile(childWhere, joinPath([...nameBytes, child.nameBytes]), child.node),
      );
    }
  }

  /** The package gives names as UTF-8, so ours are compared as that. */
  #compareNames(where: string, children: readonly NamedNode[], theirs: readonly string[]): void {
    const unmatched = new Set(children.map(utf8Name));
    this.result.nameCount += children.length;
    for (const name of theirs) {
      if (unmatched.delete(name)) continue;
      this.#differs('names', where, `only libext2fs reads the name ${JSON.stringify(name)}`);
    }
    for (const name of unmatched) {
      this.#differs('names', where, `only zosia reads the name ${JSON.stringify(name)}`);
    }
    if (children.length !== theirs.length) {
      const message = `zosia reads ${children.length} names, libext2fs ${theirs.length}`;
      this.#differs('names', where, message);
    }
  }

  async #compareFile(where: string, path: Uint8Array, node: ImageNode): Promise<void> {
    if (node.isEncrypted && node.type !== 'directory') {
      this.result.encryptedCount++;
      return;
    }
    const { O_RDONLY, O_NOFOLLOW } = this.other.constants;
    const { fd, read } = await this.#open(path, O_RDONLY | O_NOFOLLOW);
    try {
      const sameSize = await this.#compareAttributes(where, fd, node);
      if (node.type === 'symlink') await this.#compareTarget(where, path, node);
      if (node.type === 'file' && sameSize) {
        await this.#compareContent(where, await node.open(), read);
      }
    } finally {
      await this.other.close(fd);
    }
  }

  async #open(
    path: Uint8Array,
    flags: number,
  ): Promise<{ fd: number; read: (length: number) => Promise<Uint8Array> }> {
    const handle = await this.other.open(path, flags);
    return {
      fd: handle.fd,
      read: async (length) => {
        // Positions have only 32 bits; reading on from the last one has no such limit.
        const { bytesRead } = await handle.read(this.#buffer, 0, length, SEQUENTIALLY);
        return this.#buffer.subarray(0, bytesRead);
      },
    };
  }

  /** Whether the sizes agree, or nothing else is known. */
  async #compareAttributes(where: string, fd: number, node: ImageNode): Promise<boolean> {
    // It takes times before 1970 and after 2038 for errors.
    const stats = await this.other.fstat(fd).catch(() => undefined);
    if (!stats) {
      this.result.withoutAttributesCount++;
      return true;
    }
    this.result.attributesCount++;
    const mode = TYPE_BITS[node.type] | (node.mode & MODE_BITS);
    if (stats.mode !== mode) {
      const message = `zosia reads the mode ${octal(mode)}, libext2fs ${octal(stats.mode)}`;
      this.#differs('mode', where, message);
    }
    if (stats.size !== node.sizeBytes) {
      const message = `zosia reads a size of ${node.sizeBytes} bytes, libext2fs ${stats.size}`;
      this.#differs('size', where, message);
    }
    return stats.size === node.sizeBytes;
  }

  async #compareTarget(where: string, path: Uint8Array, node: ImageNode): Promise<void> {
    const ours = Buffer.from(await node.readLink()).toString('utf8');
    const theirs = await this.other.readlink(path);
    if (ours === theirs) return;
    if (this.hasInlineData && isMisread(ours, theirs)) {
      this.result.misreadTargetCount++;
      return;
    }
    const message = `zosia reads the target ${JSON.stringify(ours)}, libext2fs ${JSON.stringify(theirs)}`;
    this.#differs('target', where, message);
  }

  async #compareContent(
    where: string,
    ours: RandomAccess,
    read: (length: number) => Promise<Uint8Array>,
  ): Promise<void> {
    const { bytesPerFile, bytesInAll } = this.limits;
    const end = Math.min(ours.sizeBytes, bytesPerFile, bytesInAll - this.result.comparedBytes);
    for (let done = 0; done < end;) {
      const theirs = await read(Math.min(CHUNK_BYTES, end - done));
      const expected = await ours.read(done, theirs.length);
      if (theirs.length === 0 || Buffer.compare(theirs, expected) !== 0) {
        const at = done + firstDifference(theirs, expected);
        this.#differs('content', where, `from byte ${at} on, libext2fs reads something else`);
        return;
      }
      done += theirs.length;
      this.result.comparedBytes += theirs.length;
    }
    if (end === ours.sizeBytes) this.result.wholeFileCount++;
    else this.result.partFileCount++;
  }

  /** What libext2fs cannot read in a sound structure is its own limit: counted, and no finding. */
  async #attempt<T>(action: () => Promise<T>): Promise<T | undefined> {
    try {
      return await action();
    } catch (error) {
      if (!(error instanceof Error) || error.name !== 'ErrnoException') throw error;
      this.result.unreadCount++;
      return undefined;
    }
  }

  #differs(code: string, where: string, message: string): void {
    this.findings.add(`second-reader-${code}`, where, message, 'second reader');
  }
}

/** Bytes of an inode's block field, where the first part of a target of inline data lies. */
const BLOCK_FIELD_BYTES = 60;

/**
 * Whether libext2fs misread the target of a symlink that is inline data: of 60 bytes and more it takes
 * those in the block field and then goes on behind them, not in the attribute that has the rest. e2fsck,
 * debugfs and Linux read as zosia does.
 */
function isMisread(ours: string, theirs: string): boolean {
  const start = (text: string): Buffer => Buffer.from(text).subarray(0, BLOCK_FIELD_BYTES);
  return Buffer.byteLength(ours) >= BLOCK_FIELD_BYTES && start(ours).equals(start(theirs));
}

/** A name as the package decodes it. One that has nothing escaped in it is that already. */
function utf8Name({ name, nameBytes }: NamedNode): string {
  return name.includes('\\') ? Buffer.from(nameBytes).toString('utf8') : name;
}

function firstDifference(a: Uint8Array, b: Uint8Array): number {
  const at = a.findIndex((byte, i) => byte !== b[i]);
  return at < 0 ? a.length : at;
}

function joinPath(names: readonly Uint8Array[]): Uint8Array {
  const slash = Buffer.from('/');
  return Buffer.concat(names.length === 0 ? [slash] : names.flatMap((name) => [slash, name]));
}

const octal = (mode: number): string => `0${mode.toString(8)}`;
