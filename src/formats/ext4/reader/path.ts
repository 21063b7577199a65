import { ZosiaError } from '../../../errors.js';
import type { Ext4Name } from '../entry.js';
import { ROOT_INODE } from '../layout/superblock.js';
import { byteStringBytes } from '../../byte-string.js';
import type { ByteString } from '../../byte-string.js';
import { findEntry, readParent } from './directory.js';
import { encryptedError, isEncrypted } from './encrypted.js';
import { corrupt } from './corrupt.js';
import type { Inode } from './inode.js';
import { escapeName, pathNames } from '../../escaped-name.js';
import { MAX_TARGET_BYTES, readTarget } from './symlink.js';
import type { Volume } from './volume.js';

const SLASH = 0x2f;
/** What Linux allows along one path. */
const MAX_SYMLINKS = 40;
/** Names in the targets along one path: as many as one target can have. */
const MAX_TARGET_NAMES = MAX_TARGET_BYTES / 2;

/**
 * Follows a path from the root. `..` at the root stays there, and absolute symlink targets begin at
 * the root of the image: no path leads out of it.
 *
 * @param followLast whether a symlink at the end is followed, too
 * @throws ZosiaError `ZOSIA_EXT4_NO_SUCH_PATH`, `ZOSIA_EXT4_SYMLINK_LOOP`, `ZOSIA_EXT4_CORRUPT`,
 * `ZOSIA_EXT4_ENCRYPTED` for an encrypted symlink that is to be followed
 */
export async function resolvePath(
  volume: Volume,
  path: Ext4Name,
  followLast: boolean,
): Promise<Inode> {
  // The next name to look up is the last one.
  const pending = pathNames(path).reverse();
  let current = await volume.inode(ROOT_INODE);
  let symlinks = 0;
  let targetNames = 0;
  for (let name = pending.pop(); name !== undefined; name = pending.pop()) {
    if (current.type !== 'directory') throw noSuchPath(path, name, 'does not lie in a directory');
    const parent = current;
    current = await volume.inode(await lookUp(volume, parent, name, path));
    if (current.type !== 'symlink' || (pending.length === 0 && !followLast)) continue;
    if (isEncrypted(current)) throw encryptedError(current);
    const target = await readTarget(volume, current);
    const names = pathNames(target);
    targetNames += names.length;
    if (++symlinks > MAX_SYMLINKS || targetNames > MAX_TARGET_NAMES) {
      throw new ZosiaError(
        'ZOSIA_EXT4_SYMLINK_LOOP',
        `${describePath(path)} leads through too many symlinks`,
        { hint: 'The symlinks in the image lead round in a circle; name the file itself.' },
      );
    }
    pending.push(...names.reverse());
    current = target[0] === SLASH ? await volume.inode(ROOT_INODE) : parent;
  }
  return current;
}

async function lookUp(
  volume: Volume,
  directory: Inode,
  name: ByteString,
  path: Ext4Name,
): Promise<number> {
  if (name === '..') return readParent(volume, directory);
  const found = await findEntry(volume, directory, name);
  if (found === undefined) throw noSuchPath(path, name, 'does not exist');
  if (found === directory.number) {
    throw corrupt(`directory ${directory.number}`, 'it has an entry that leads to itself');
  }
  return found;
}

function noSuchPath(path: Ext4Name, name: ByteString, problem: string): ZosiaError {
  const printable = escapeName(byteStringBytes(name));
  return new ZosiaError(
    'ZOSIA_EXT4_NO_SUCH_PATH',
    `${describePath(path)} is not in the image: ${printable} ${problem}`,
    { hint: 'List what there is with `zosia ls IMAGE`.' },
  );
}

export function describePath(path: Ext4Name): string {
  return typeof path === 'string' ? path : escapeName(path);
}
