import type { DirectoryEntry, HardlinkEntry, Timestamp } from '../../../src/formats/entry.js';
import type { Ext4Attributes, Ext4Entry, Ext4Name } from '../../../src/formats/ext4/entry.js';
import { contentImage } from '../../../src/image/file-data.js';
import { planXattrs } from '../../../src/formats/ext4/writer/xattr.js';
import type { Layout } from '../../formats/ext4/layouts.js';
import { contentDigest, dataRuns } from './contents.js';
import type { Run } from './contents.js';
import type { KernelEntry } from './listing.js';

type Inode = Exclude<Ext4Entry, HardlinkEntry<Ext4Name>>;

const SECTOR_BYTES = 512;
const TYPES: Record<Inode['type'], { mode: number; permissions: number }> = {
  fifo: { mode: 0o010000, permissions: 0o644 },
  'character-device': { mode: 0o020000, permissions: 0o644 },
  directory: { mode: 0o040000, permissions: 0o755 },
  'block-device': { mode: 0o060000, permissions: 0o644 },
  file: { mode: 0o100000, permissions: 0o644 },
  symlink: { mode: 0o120000, permissions: 0o777 },
  socket: { mode: 0o140000, permissions: 0o644 },
};

/** Flags of an inode (kernel documentation, filesystems/ext4/inodes). */
const FLAGS = { index: 0x1000, extents: 0x8_0000 };
const MAX_LINEAR_BLOCKS = 2;
/** A shorter symlink's target lies in the inode. */
const FIRST_SLOW_TARGET_BYTES = 60;
/** Past so many links a directory's count says only that it is not known. */
const MAX_LINKS = 65_000;
/** What reading a user attribute answers where none can be set (man 7 xattr). */
const ENODATA = '!61';

/**
 * What the kernel has to say of a disk that was planned of these entries, by path. How a directory
 * packs its names is the planner's affair, so its size is asked for, and only has to be possible.
 */
export function expectedEntries(
  { entries, options }: Layout,
  directoryBytes: (path: string) => number,
): Map<string, KernelEntry> {
  const { blockSizeBytes = 4096, epochSeconds = 0 } = options;
  const inodes = namedInodes(entries);
  const pathsOf = new Map<Inode, string[]>();
  const subdirectoryCounts = new Map<string, number>();
  for (const [path, inode] of inodes) {
    pathsOf.set(inode, [...(pathsOf.get(inode) ?? []), path]);
    if (inode.type !== 'directory' || path === '/') continue;
    const parent = parentOf(path);
    subdirectoryCounts.set(parent, (subdirectoryCounts.get(parent) ?? 0) + 1);
  }

  const describe = (path: string, inode: Inode): KernelEntry => {
    const { mode, permissions } = TYPES[inode.type];
    const paths = pathsOf.get(inode)!.sort();
    const isDevice = inode.type === 'character-device' || inode.type === 'block-device';
    const mtime = inode.mtime ?? { seconds: epochSeconds };
    const links = 2 + (subdirectoryCounts.get(path) ?? 0);
    const content = contentOf(inode, blockSizeBytes, () => directoryBytes(path));
    const xattrsInBlock = planXattrs(inode.xattrs, path, blockSizeBytes).inBlock.length > 0 ? 1 : 0;
    const nodes = extentNodes(content.extentCount, options, blockSizeBytes);
    return {
      path,
      firstPath: paths[0]!,
      directoryType: mode >> 12,
      mode: mode | (inode.mode ?? permissions),
      uid: inode.uid ?? 0,
      gid: inode.gid ?? 0,
      linkCount: inode.type === 'directory' ? (links > MAX_LINKS ? 1 : links) : paths.length,
      sizeBytes: content.sizeBytes,
      sectorCount: (content.blockCount + nodes + xattrsInBlock) * (blockSizeBytes / SECTOR_BYTES),
      major: isDevice ? inode.major : 0,
      minor: isDevice ? inode.minor : 0,
      mtime: timeText(mtime),
      atime: timeText(inode.atime ?? mtime),
      ctime: timeText(inode.ctime ?? mtime),
      crtime: timeText(inode.crtime ?? mtime),
      xattrs: xattrsOf(inode),
      flags: content.flags,
      target: inode.type === 'symlink' ? binary(inode.target) : undefined,
      runs: content.runs.map(({ offset, length }) => `${offset}+${length}`),
      sha256:
        inode.type === 'file' ? contentDigest(contentImage(inode.data), content.runs) : undefined,
    };
  };
  return new Map([...inodes].map(([path, inode]) => [path, describe(path, inode)]));
}

/** Every path of the disk, those that no entry names included, and what lies there. */
function namedInodes(entries: readonly Ext4Entry[]): Map<string, Inode> {
  const links = new Map<string, string>();
  const inodes = new Map<string, Inode>();
  for (const entry of entries) {
    const path = binary(entry.path);
    if (entry.type === 'hardlink') links.set(path, binary(entry.target));
    else inodes.set(path, entry);
  }
  for (const [path, target] of links) {
    let original = target;
    while (links.has(original)) original = links.get(original)!;
    inodes.set(path, inodes.get(original)!);
  }
  const directory = (path: string, mode: number): DirectoryEntry<Ext4Name> & Ext4Attributes => ({
    type: 'directory',
    path: Buffer.from(path, 'latin1'),
    mode,
  });
  for (const path of [...inodes.keys()]) {
    for (let parent = parentOf(path); !inodes.has(parent); parent = parentOf(parent)) {
      inodes.set(parent, directory(parent, TYPES.directory.permissions));
    }
  }
  if (!inodes.has('/')) inodes.set('/', directory('/', TYPES.directory.permissions));
  if (!inodes.has('/lost+found')) inodes.set('/lost+found', directory('/lost+found', 0o700));
  return inodes;
}

function binary(name: Ext4Name): string {
  const bytes = typeof name === 'string' ? Buffer.from(name, 'utf8') : Buffer.from(name);
  return bytes.toString('latin1');
}

function parentOf(path: string): string {
  return path.slice(0, path.lastIndexOf('/')) || '/';
}

function timeText({ seconds, nanoseconds = 0 }: Timestamp): string {
  return `${seconds}.${nanoseconds}`;
}

function xattrsOf({ type, xattrs = new Map() }: Inode): Record<string, string> {
  const hasUserXattrs = type === 'file' || type === 'directory';
  return Object.fromEntries(
    [...xattrs].map(([name, value]) => {
      const readable = hasUserXattrs || !name.startsWith('user.');
      return [binary(name), readable ? Buffer.from(value).toString('hex') : ENODATA];
    }),
  );
}

interface Content {
  readonly sizeBytes: number;
  readonly blockCount: number;
  readonly extentCount: number;
  readonly flags: number | undefined;
  readonly runs: readonly Run[];
}

function contentOf(inode: Inode, blockSizeBytes: number, directoryBytes: () => number): Content {
  const none = { sizeBytes: 0, blockCount: 0, extentCount: 0, flags: undefined, runs: [] };
  if (inode.type === 'file') {
    const data = contentImage(inode.data);
    const runs = dataRuns(data, blockSizeBytes);
    const blockCounts = runs.map(({ length }) => Math.ceil(length / blockSizeBytes));
    return {
      sizeBytes: data.sizeBytes,
      blockCount: sum(blockCounts),
      extentCount: sum(blockCounts.map((count) => Math.ceil(count / MAX_EXTENT_BLOCKS))),
      flags: FLAGS.extents,
      runs,
    };
  }
  if (inode.type === 'directory') {
    const blockCount = Math.max(1, Math.floor(directoryBytes() / blockSizeBytes));
    const flags = FLAGS.extents | (blockCount > MAX_LINEAR_BLOCKS ? FLAGS.index : 0);
    return { ...none, sizeBytes: blockCount * blockSizeBytes, blockCount, flags };
  }
  if (inode.type === 'symlink') {
    const sizeBytes = binary(inode.target).length;
    return { ...none, sizeBytes, blockCount: sizeBytes < FIRST_SLOW_TARGET_BYTES ? 0 : 1 };
  }
  return none;
}

/** Extent trees (kernel documentation, filesystems/ext4/ifork): headers and entries have 12 bytes. */
const MAX_EXTENT_BLOCKS = 32_768;
const EXTENTS_IN_INODE = 4;
const EXTENT_BYTES = 12;
const EXTENT_TAIL_BYTES = 4;

function extentNodes(count: number, options: Layout['options'], blockSizeBytes: number): number {
  const most = Math.floor((blockSizeBytes - EXTENT_BYTES - EXTENT_TAIL_BYTES) / EXTENT_BYTES);
  const perNode = Math.min(options.extentsPerNode ?? most, most);
  let nodes = 0;
  for (let level = count; level > EXTENTS_IN_INODE; nodes += level) {
    level = Math.ceil(level / perNode);
  }
  return nodes;
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
