import { ZosiaError } from '../../../errors.js';
import { contentImage } from '../../../image/file-data.js';
import type { Image } from '../../../image/image.js';
import { checkEntry } from '../../check-entry.js';
import { pathNames } from '../../member-path.js';
import type { FatAttributes, FatEntry } from '../entry.js';
import { MAX_DIRECTORY_ENTRIES } from '../layout/directory.js';
import { pieceCount } from '../long-name.js';
import { compareNames, entryPath, foldName, quote } from '../names.js';
import { checkAttributes } from '../options.js';
import { storeNames } from './short-name.js';
import type { StoredName } from './short-name.js';

interface NodeBase {
  readonly name: string;
  readonly path: string;
  /** Undefined for the root only. */
  readonly parent: DirectoryNode | undefined;
  attributes: FatAttributes;
  /** How the parent stores the name; the root has no name. */
  stored: StoredName | undefined;
  /** First of its clusters, which lie in a row; 0 until placed, and for empty files. */
  firstCluster: number;
}

export interface FileNode extends NodeBase {
  readonly type: 'file';
  readonly data: Image;
}

export interface DirectoryNode extends NodeBase {
  readonly type: 'directory';
  /** By folded name. */
  readonly children: Map<string, TreeNode>;
  /** The children by name, once the tree is complete. */
  sorted: readonly TreeNode[];
  /** Entries of 32 bytes that it takes, `.` and `..` and a label counted. */
  entryCount: number;
  /** Whether an entry named it, as opposed to a directory made for its children. */
  named: boolean;
}

export type TreeNode = FileNode | DirectoryNode;

export interface Tree {
  readonly root: DirectoryNode;
  /** The root first, parents before their children, by path. */
  readonly directories: readonly DirectoryNode[];
  /** In the same order. */
  readonly files: readonly FileNode[];
}

const MAX_FILE_BYTES = 0xffff_ffff;

/**
 * Builds the tree that a list of entries describes and gives every name its short one. The order of
 * the entries makes no difference.
 *
 * @param hasLabel whether the root has an entry for a volume label
 * @throws ZosiaError `ZOSIA_FAT_BAD_PATH`, `ZOSIA_FAT_BAD_NAME`, `ZOSIA_FAT_NAME_TOO_LONG`,
 * `ZOSIA_BAD_ENTRY`, `ZOSIA_FAT_DUPLICATE_PATH`, `ZOSIA_FAT_NOT_A_DIRECTORY`, `ZOSIA_FAT_FILE_TOO_LARGE`,
 * `ZOSIA_FAT_DIRECTORY_FULL`
 */
export function buildTree(entries: readonly FatEntry[], hasLabel: boolean): Tree {
  const root = makeDirectory('', '/', undefined);
  for (const entry of entries) insert(root, entry);
  const directories: DirectoryNode[] = [];
  const files: FileNode[] = [];
  // Without recursion: a path may have thousands of names.
  const pending: TreeNode[] = [root];
  for (let node = pending.pop(); node; node = pending.pop()) {
    if (node.type === 'file') {
      files.push(node);
      continue;
    }
    directories.push(node);
    finish(node, hasLabel);
    for (let i = node.sorted.length - 1; i >= 0; i--) pending.push(node.sorted[i]!);
  }
  return { root, directories, files };
}

function insert(root: DirectoryNode, entry: FatEntry): void {
  checkEntry(entry, { format: 'a FAT volume', types: ['file', 'directory'] });
  checkAttributes(entry, quote(entry.path));
  const path = entryPath(entry.path);
  const names = pathNames(path);
  if (entry.type === 'directory') {
    const directory = names.reduce(enterDirectory, root);
    if (directory.named) throw duplicate(path, directory.path);
    directory.attributes = entry;
    directory.named = true;
    return;
  }
  const data = contentImage(entry.data);
  if (data.sizeBytes > MAX_FILE_BYTES) {
    throw new ZosiaError(
      'ZOSIA_FAT_FILE_TOO_LARGE',
      `${quote(path)} has ${data.sizeBytes} bytes; FAT files have at most ${MAX_FILE_BYTES}`,
      {
        hint: 'Use an ext4 disk for it, or a smaller file: a model of fewer or of shorter weights.',
      },
    );
  }
  const name = names.at(-1);
  if (name === undefined) throw duplicate(path, '/');
  const parent = names.slice(0, -1).reduce(enterDirectory, root);
  const { children } = parent;
  const existing = children.get(foldName(name));
  if (existing) throw duplicate(path, existing.path);
  children.set(foldName(name), {
    type: 'file',
    name,
    path,
    parent,
    attributes: entry,
    stored: undefined,
    firstCluster: 0,
    data,
  });
}

function enterDirectory(directory: DirectoryNode, name: string): DirectoryNode {
  const key = foldName(name);
  const existing = directory.children.get(key);
  const prefix = directory.parent ? directory.path : '';
  if (existing) {
    if (existing.name !== name) throw duplicate(`${prefix}/${name}`, existing.path);
    if (existing.type === 'directory') return existing;
    throw new ZosiaError(
      'ZOSIA_FAT_NOT_A_DIRECTORY',
      `${quote(existing.path)} is not a directory, but something is to lie in it`,
      { hint: 'Rename one of the two.' },
    );
  }
  const made = makeDirectory(name, `${prefix}/${name}`, directory);
  directory.children.set(key, made);
  return made;
}

function makeDirectory(
  name: string,
  path: string,
  parent: DirectoryNode | undefined,
): DirectoryNode {
  return {
    type: 'directory',
    name,
    path,
    parent,
    attributes: {},
    stored: undefined,
    firstCluster: 0,
    children: new Map(),
    sorted: [],
    entryCount: 0,
    named: false,
  };
}

/** Sorts a directory, names its children for good, and counts its entries. */
function finish(directory: DirectoryNode, hasLabel: boolean): void {
  const sorted = [...directory.children.values()].sort((a, b) => compareNames(a.name, b.name));
  const names = storeNames(sorted.map(({ name }) => name));
  let entryCount = directory.parent ? 2 : Number(hasLabel);
  names.forEach((stored, i) => {
    sorted[i]!.stored = stored;
    entryCount += entriesOf(stored);
  });
  if (entryCount > MAX_DIRECTORY_ENTRIES) {
    throw new ZosiaError(
      'ZOSIA_FAT_DIRECTORY_FULL',
      `${quote(directory.path)} takes ${entryCount} directory entries; FAT has room for ` +
        `${MAX_DIRECTORY_ENTRIES}`,
      { hint: 'Spread its files over several directories, or give them shorter names.' },
    );
  }
  directory.sorted = sorted;
  directory.entryCount = entryCount;
}

/** How many directory entries a name takes. */
export function entriesOf({ name, isLong }: StoredName): number {
  return 1 + (isLong ? pieceCount(name) : 0);
}

function duplicate(path: string, other: string): ZosiaError {
  const [message, hint] =
    path === other
      ? [`${quote(path)} is named twice`, 'Rename or leave out one of them.']
      : [
          `${quote(path)} and ${quote(other)} differ in nothing but case`,
          'FAT takes them for one name: spell directories the same way, rename other files.',
        ];
  return new ZosiaError('ZOSIA_FAT_DUPLICATE_PATH', message, { hint });
}
