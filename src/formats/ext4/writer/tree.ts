import { ZosiaError } from '../../../errors.js';
import { contentImage } from '../../../image/file-data.js';
import type { Image } from '../../../image/image.js';
import type { HardlinkEntry } from '../../entry.js';
import type { Ext4Attributes, Ext4Entry, Ext4Name } from '../entry.js';
import { MAX_LINKS } from '../layout/inode.js';
import { FIRST_INODE, ROOT_INODE } from '../layout/superblock.js';
import { checkEntry } from '../../check-entry.js';
import { pathNames } from '../../member-path.js';
import { entryPath } from '../names.js';
import { compareByteStrings, displayName, toByteString } from '../../byte-string.js';
import type { ByteString } from '../../byte-string.js';

export interface DirectoryContent {
  readonly type: 'directory';
  readonly children: Map<ByteString, TreeInode>;
  readonly parent: TreeInode | undefined;
}

export type InodeContent =
  | DirectoryContent
  | { readonly type: 'file'; readonly data: Image }
  | { readonly type: 'symlink'; readonly target: ByteString }
  | {
      readonly type: 'character-device' | 'block-device';
      readonly major: number;
      readonly minor: number;
    }
  | { readonly type: 'fifo' | 'socket' };

/** An inode to be: what a name in the tree leads to. Hard links lead to the same one. */
export interface TreeInode {
  readonly content: InodeContent;
  /** Replaced when a directory made for its children turns out to have an entry. */
  attributes: Ext4Attributes;
  /** Whether an entry named it, as opposed to a directory made for its children. */
  named: boolean;
  /** The first of its paths, for people. */
  readonly path: string;
  linkCount: number;
  /** 0 until the inodes are numbered. */
  number: number;
}

export interface Tree {
  readonly root: TreeInode;
  /** Every inode once, by ascending number. */
  readonly inodes: readonly TreeInode[];
}

type Ext4Hardlink = HardlinkEntry<Ext4Name>;

const LOST_AND_FOUND = 'lost+found';

/**
 * Builds the tree that a list of entries describes, with /lost+found, and numbers its inodes: the
 * root, lost+found, then everything by path. The order of the entries makes no difference.
 *
 * @throws ZosiaError `ZOSIA_BAD_ENTRY`, `ZOSIA_EXT4_BAD_PATH`, `ZOSIA_EXT4_NAME_TOO_LONG`, `ZOSIA_EXT4_DUPLICATE_PATH`,
 * `ZOSIA_EXT4_NOT_A_DIRECTORY`, `ZOSIA_EXT4_LINK_TARGET_MISSING`, `ZOSIA_EXT4_TOO_MANY_LINKS`
 */
export function buildTree(entries: readonly Ext4Entry[]): Tree {
  const root = makeInode(directoryContent(undefined), {}, '/');
  for (const entry of entries) {
    checkEntry(entry, { format: 'an ext4 file system', takesBytes: true });
    if (entry.type !== 'hardlink') insert(root, entry);
  }
  addHardlinks(
    root,
    entries.filter((entry) => entry.type === 'hardlink'),
  );
  const lostAndFound = addLostAndFound(root);
  return { root, inodes: numberInodes(root, lostAndFound) };
}

/** The children of a directory by name, in byte order. */
export function sortedChildren(directory: DirectoryContent): [ByteString, TreeInode][] {
  return [...directory.children].sort(([a], [b]) => compareByteStrings(a, b));
}

function directoryContent(parent: TreeInode | undefined): DirectoryContent {
  return { type: 'directory', children: new Map(), parent };
}

function makeInode(content: InodeContent, attributes: Ext4Attributes, path: string): TreeInode {
  const linkCount = content.type === 'directory' ? 2 : 1;
  return { content, attributes, named: false, path, linkCount, number: 0 };
}

function insert(root: TreeInode, entry: Exclude<Ext4Entry, Ext4Hardlink>): void {
  const at = entryPath(entry.path);
  const path = displayName(at);
  if (entry.type === 'directory') {
    const directory = pathNames(at).reduce(enterDirectory, root);
    if (directory.named) throw duplicate(path);
    directory.attributes = entry;
    directory.named = true;
    return;
  }
  const inode = makeInode(contentOf(entry), entry, path);
  inode.named = true;
  addChild(root, at, inode);
}

function addChild(root: TreeInode, path: ByteString, inode: TreeInode): void {
  const names = pathNames(path);
  const parent = names.slice(0, -1).reduce(enterDirectory, root);
  const children = childrenOf(parent);
  const name = names.at(-1);
  if (name === undefined || children.has(name)) throw duplicate(displayName(path));
  children.set(name, inode);
}

function contentOf(entry: Exclude<Ext4Entry, Ext4Hardlink | { type: 'directory' }>): InodeContent {
  switch (entry.type) {
    case 'file':
      return { type: 'file', data: contentImage(entry.data) };
    case 'symlink':
      return { type: 'symlink', target: toByteString(entry.target) };
    case 'character-device':
    case 'block-device':
      return { type: entry.type, major: entry.major, minor: entry.minor };
    case 'fifo':
    case 'socket':
      return { type: entry.type };
  }
}

function childrenOf(directory: TreeInode): Map<ByteString, TreeInode> {
  if (directory.content.type !== 'directory') throw notADirectory(directory.path);
  return directory.content.children;
}

function enterDirectory(directory: TreeInode, name: ByteString): TreeInode {
  const children = childrenOf(directory);
  const existing = children.get(name);
  if (existing) {
    childrenOf(existing);
    return existing;
  }
  const prefix = directory.path === '/' ? '' : directory.path;
  const made = makeInode(directoryContent(directory), {}, `${prefix}/${displayName(name)}`);
  children.set(name, made);
  directory.linkCount++;
  return made;
}

function addHardlinks(root: TreeInode, links: readonly Ext4Hardlink[]): void {
  const targets = new Map<ByteString, Ext4Hardlink>();
  for (const link of links) {
    const path = entryPath(link.path);
    if (targets.has(path)) throw duplicate(displayName(path));
    targets.set(path, link);
  }
  const resolved = new Map<ByteString, TreeInode>();
  for (const link of links) {
    const inode = resolveTarget(root, link, targets, resolved);
    addChild(root, entryPath(link.path), inode);
    inode.linkCount++;
    if (inode.linkCount > MAX_LINKS) {
      throw new ZosiaError(
        'ZOSIA_EXT4_TOO_MANY_LINKS',
        `${inode.path} would have more than ${MAX_LINKS} hard links`,
        { hint: 'Use symlinks for the rest, or a second copy of the file.' },
      );
    }
  }
}

/** Follows hard links to hard links, each of them once however many lead to it. */
function resolveTarget(
  root: TreeInode,
  link: Ext4Hardlink,
  links: ReadonlyMap<ByteString, Ext4Hardlink>,
  resolved: Map<ByteString, TreeInode>,
): TreeInode {
  const passed = new Set<ByteString>();
  let path = entryPath(link.path);
  for (let next = links.get(path); next && !passed.has(path); next = links.get(path)) {
    if (resolved.has(path)) break;
    passed.add(path);
    path = entryPath(next.target);
  }
  const inode = resolved.get(path) ?? find(root, pathNames(path));
  if (!inode || inode.content.type === 'directory') {
    throw new ZosiaError(
      'ZOSIA_EXT4_LINK_TARGET_MISSING',
      `the hard link ${displayName(toByteString(link.path))} leads to ` +
        `${displayName(toByteString(link.target))}, which is no file of this disk`,
      { hint: 'A hard link names the path of another entry that is not a directory.' },
    );
  }
  for (const each of passed) resolved.set(each, inode);
  return inode;
}

function find(root: TreeInode, names: readonly ByteString[]): TreeInode | undefined {
  let inode: TreeInode | undefined = root;
  for (const name of names) {
    if (inode?.content.type !== 'directory') return undefined;
    inode = inode.content.children.get(name);
  }
  return inode;
}

function addLostAndFound(root: TreeInode): TreeInode {
  const inode = enterDirectory(root, LOST_AND_FOUND);
  if (!inode.named) inode.attributes = { mode: 0o700 };
  return inode;
}

/** Walks without recursion: a path may have any number of names. */
function numberInodes(root: TreeInode, lostAndFound: TreeInode): TreeInode[] {
  root.number = ROOT_INODE;
  lostAndFound.number = FIRST_INODE;
  const inodes = [root, lostAndFound];
  const pending: TreeInode[] = [root];
  for (let inode = pending.pop(); inode; inode = pending.pop()) {
    if (inode.number === 0) {
      inode.number = FIRST_INODE + inodes.length - 1;
      inodes.push(inode);
    }
    if (inode.content.type === 'directory') {
      const children = sortedChildren(inode.content);
      for (let i = children.length - 1; i >= 0; i--) pending.push(children[i]![1]);
    }
  }
  return inodes;
}

function duplicate(path: string): ZosiaError {
  return new ZosiaError('ZOSIA_EXT4_DUPLICATE_PATH', `${path} is named twice`, {
    hint: 'Every path inside the disk can hold one thing; rename or leave out one of them.',
  });
}

function notADirectory(path: string): ZosiaError {
  return new ZosiaError(
    'ZOSIA_EXT4_NOT_A_DIRECTORY',
    `${path} is not a directory, but something is to lie in it`,
    { hint: 'Rename one of the two.' },
  );
}
