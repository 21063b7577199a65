import type { Closable } from '../../../image/closable.js';
import { closeAccess } from '../../../image/random-access.js';
import type { RandomAccess } from '../../../image/random-access.js';
import type { Ext4Name } from '../entry.js';
import { ZosiaError } from '../../../errors.js';
import { XATTR_NAMESPACE } from '../layout/xattr.js';
import { aclFromDisk } from './acl.js';
import { readDirectory } from './directory.js';
import type { Ext4DirectoryEntry } from './directory.js';
import { corrupt, refuseProblems } from './corrupt.js';
import { openContent } from './file-content.js';
import { mapBlocks } from './file-map.js';
import type { FileExtent } from './file-map.js';
import type { Ext4Group } from './group-descriptor.js';
import type { Inode } from './inode.js';
import { readSoundSuperblock } from './open.js';
import { describePath, resolvePath } from './path.js';
import { statOf } from './stat.js';
import type { Ext4Stat } from './stat.js';
import type { Ext4Superblock } from './superblock.js';
import { readTarget } from './symlink.js';
import { readValueInode } from './value-inode.js';
import { Volume } from './volume.js';
import { walkTree } from './walk.js';
import type { Ext4Walked } from './walk.js';
import { attributeChecksumMatches, blockAttributes, inodeAttributes } from './xattr.js';
import type { StoredAttribute } from './xattr.js';

export type { Ext4DirectoryEntry } from './directory.js';
export type { Ext4Feature } from './features.js';
export type { FileExtent } from './file-map.js';
export type { Ext4Group } from './group-descriptor.js';
export type { Ext4FileType } from './inode.js';
export { escapeName, unescapeName } from '../../escaped-name.js';
export type { Ext4Stat } from './stat.js';
export type { Ext4Superblock } from './superblock.js';
export type { Ext4Walked } from './walk.js';

/**
 * A file in the image: a path from its root, or what `stat` or `walk` gave for it. In text `\xHH`
 * stands for a byte and `\\` for a backslash (see `escapeName`); bytes are taken as they are.
 */
export type Ext4Target = Ext4Name | Ext4Stat;

export interface Ext4ReaderOptions {
  /** Whether damage that only a checksum tells is refused; default true. */
  readonly verifyChecksums?: boolean | undefined;
}

/**
 * Opens an ext2, ext3 or ext4 file system for reading; nothing is written, a journal is not replayed.
 *
 * @throws ZosiaError `ZOSIA_NOT_EXT4`, `ZOSIA_EXT4_UNSUPPORTED_FEATURE` naming the features,
 * `ZOSIA_EXT4_CORRUPT` naming the structure
 */
export async function openExt4(
  source: RandomAccess,
  options: Ext4ReaderOptions = {},
): Promise<Ext4Reader> {
  const { verifyChecksums = true } = options;
  const { superblock } = await readSoundSuperblock(source, verifyChecksums);
  return new Ext4Reader(new Volume(source, superblock, verifyChecksums));
}

/**
 * Reads a file system. Every method that takes a path throws ZosiaError `ZOSIA_EXT4_NO_SUCH_PATH`,
 * `ZOSIA_EXT4_SYMLINK_LOOP` and, when it meets damage, `ZOSIA_EXT4_CORRUPT`.
 */
export class Ext4Reader implements Closable {
  readonly #volume: Volume;

  constructor(volume: Volume) {
    this.#volume = volume;
  }

  /** Closes what it was opened on, if that is a file. */
  async close(): Promise<void> {
    await closeAccess(this.#volume.source);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  get superblock(): Ext4Superblock {
    return this.#volume.superblock;
  }

  /** The block groups, in order. */
  async *groups(): AsyncGenerator<Ext4Group, void, undefined> {
    for (let group = 0; group < this.superblock.groupCount; group++) {
      yield await this.#volume.group(group);
    }
  }

  /** Attributes; a symlink at the end is followed. */
  async stat(target: Ext4Target): Promise<Ext4Stat> {
    return statOf(await this.#inode(target, true));
  }

  /** Attributes; a symlink at the end is not followed. */
  async lstat(target: Ext4Target): Promise<Ext4Stat> {
    return statOf(await this.#inode(target, false));
  }

  /**
   * The names in a directory, in the order in which they lie there, without `.` and `..`; encrypted ones
   * as `encodeEncryptedName` shows them.
   *
   * @throws ZosiaError `ZOSIA_EXT4_NOT_A_DIRECTORY`
   */
  async *list(target: Ext4Target): AsyncGenerator<Ext4DirectoryEntry, void, undefined> {
    const inode = await this.#inode(target, true);
    if (inode.type !== 'directory') throw wrongType(target, 'directory', inode);
    yield* readDirectory(this.#volume, inode);
  }

  /**
   * The target of a symlink, which is bytes like a name; an encrypted one as `encodeEncryptedName` shows it.
   *
   * @throws ZosiaError `ZOSIA_EXT4_NOT_A_SYMLINK`
   */
  async readLink(target: Ext4Target): Promise<Uint8Array> {
    const inode = await this.#inode(target, false);
    if (inode.type !== 'symlink') throw wrongType(target, 'symlink', inode);
    return readTarget(this.#volume, inode);
  }

  /**
   * Extended attributes by their full names, sorted, with values as getxattr(2) gives them. A symlink
   * at the end is not followed.
   */
  async xattrs(target: Ext4Target): Promise<ReadonlyMap<string, Uint8Array>> {
    const inode = await this.#inode(target, false);
    const stored = [...this.#inodeAttributes(inode), ...(await this.#blockAttributes(inode))];
    const visible = stored.filter(({ name }) => name !== 'system.data');
    visible.sort((a, b) => (a.name < b.name ? -1 : 1));
    const values = new Map<string, Uint8Array>();
    for (const attribute of visible) {
      const { valueInode } = attribute;
      const value = valueInode === 0 ? attribute.value : await this.#readValue(inode, attribute);
      values.set(attribute.name, visibleValue(inode, { ...attribute, value }));
    }
    return values;
  }

  /**
   * The content of a regular file, to be read at any place; nothing is read before that.
   *
   * @throws ZosiaError `ZOSIA_EXT4_NOT_A_FILE`, `ZOSIA_EXT4_ENCRYPTED`
   */
  async open(target: Ext4Target): Promise<RandomAccess> {
    const inode = await this.#inode(target, true);
    if (inode.type !== 'file') throw wrongType(target, 'file', inode);
    return openContent(this.#volume, inode);
  }

  /**
   * Where the content of a file or directory lies, in order; what is not mentioned are holes. A file
   * whose content lies in its inode has none.
   */
  async *fileExtents(target: Ext4Target): AsyncGenerator<FileExtent, void, undefined> {
    yield* mapBlocks(this.#volume, await this.#inode(target, true));
  }

  /**
   * Every path, parents before their children, the root first. A file with several names appears under
   * each of them. Symlinks are not followed.
   */
  walk(): AsyncGenerator<Ext4Walked, void, undefined> {
    return walkTree(this.#volume);
  }

  async #inode(target: Ext4Target, followLast: boolean): Promise<Inode> {
    if (typeof target === 'string' || target instanceof Uint8Array) {
      return resolvePath(this.#volume, target, followLast);
    }
    return this.#volume.inode(target.inode);
  }

  async #readValue(owner: Inode, attribute: StoredAttribute): Promise<Uint8Array> {
    const { value, problems } = await readValueInode(this.#volume, owner, attribute);
    refuseProblems(`inode ${owner.number}`, problems);
    return value;
  }

  #inodeAttributes(inode: Inode): readonly StoredAttribute[] {
    const { attributes, problems } = inodeAttributes(inode);
    refuseProblems(`inode ${inode.number}`, problems);
    return attributes;
  }

  async #blockAttributes(inode: Inode): Promise<readonly StoredAttribute[]> {
    const { attributesBlock, number } = inode;
    if (attributesBlock === 0) return [];
    const where = `extended attributes of inode ${number}`;
    const bytes = await this.#volume.readBlock(attributesBlock, where);
    const { attributes, problems } = blockAttributes(bytes);
    refuseProblems(where, problems);
    const matches = attributeChecksumMatches(bytes, attributesBlock, this.superblock);
    if (this.#volume.verifyChecksums && !matches) {
      throw corrupt(where, 'the checksum of their block does not match its contents');
    }
    return attributes;
  }
}

const ACL_NAMESPACES: ReadonlySet<number> = new Set([
  XATTR_NAMESPACE.posixAclAccess,
  XATTR_NAMESPACE.posixAclDefault,
]);

/** ACLs are stored in a shorter form than programs see. */
function visibleValue(inode: Inode, { name, namespace, value }: StoredAttribute): Uint8Array {
  if (!ACL_NAMESPACES.has(namespace)) return value;
  const acl = aclFromDisk(value);
  if (!acl) throw corrupt(`inode ${inode.number}`, `its attribute ${name} is no ACL`);
  return acl;
}

const WRONG_TYPE = {
  directory: ['ZOSIA_EXT4_NOT_A_DIRECTORY', 'is not a directory'],
  symlink: ['ZOSIA_EXT4_NOT_A_SYMLINK', 'is not a symlink'],
  file: ['ZOSIA_EXT4_NOT_A_FILE', 'is not a regular file'],
} as const;

function wrongType(target: Ext4Target, wanted: keyof typeof WRONG_TYPE, inode: Inode): ZosiaError {
  const [code, problem] = WRONG_TYPE[wanted];
  const isPath = typeof target === 'string' || target instanceof Uint8Array;
  const what = isPath ? describePath(target) : `inode ${inode.number}`;
  return new ZosiaError(code, `${what} ${problem} but a ${inode.type ?? 'file without a type'}`, {
    hint: 'See what it is with `zosia ls IMAGE`.',
  });
}
