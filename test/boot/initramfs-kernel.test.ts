import { createHash } from 'node:crypto';
import { beforeAll, describe, expect, it } from 'vitest';
import { FILE_TYPES } from '../../src/formats/cpio/layout.js';
import { escapeName } from '../../src/formats/escaped-name.js';
import { accessBytes } from '../../src/image/random-access.js';
import { cpioTree } from '../../src/inspect/cpio/tree.js';
import type { CpioTree } from '../../src/inspect/cpio/tree.js';
import type { ImageNode } from '../../src/inspect/node.js';
import { walkTree } from '../../src/inspect/walk.js';
import { temporaryFolder } from '../support/temporary.js';
import { buildListingGuest, listUnpacked } from './kernel-listing/guest.js';
import type { KernelEntry, Listing } from './kernel-listing/listing.js';
import { ODD_ARCHIVES, STOPPING_ARCHIVES } from './kernel-listing/odd-archives.js';

/** What zosia shows all the same, with the folders it takes, and says to be left out by the kernel. */
const LEFT_OUT = [
  '/hard links/missing',
  '/hard links/missing/first',
  '/made late/folder/before',
  '/no folder/missing',
  '/no folder/missing/deeper',
  '/no folder/missing/deeper/folder',
  '/no folder/missing/deeper/folder/file',
  '/no folder/missing/file',
  '/no folder/missing/link',
  '/symlinks/nowhere',
  '/symlinks/nowhere/file',
];
const NO_FOLDER = [
  '/odd/no folder/missing/file',
  '/odd/no folder/missing/deeper/folder',
  '/odd/no folder/missing/deeper/folder/file',
  '/odd/no folder/missing/link',
  '/odd/no folder/missing/link/file',
  '/odd/no folder/missing/link/file',
  '/odd/made late/folder/before',
  '/odd/made late/file/before',
  '/odd/symlinks/dangling/file',
  '/odd/hard links/missing/first',
];

const typeBits = (type: ImageNode['type']): number => FILE_TYPES[type];

/** What both can tell of a file; of a folder its size and number of links are the file system's affair. */
type Told = Pick<KernelEntry, 'mode' | 'uid' | 'gid' | 'target' | 'sha256' | 'firstPath'> & {
  readonly device: string;
  readonly links: number | undefined;
  readonly mtime: string | undefined;
};

function fromKernel(listing: Listing): Record<string, Told> {
  const printable = (path: string): string =>
    path
      .split('/')
      .map((name) => escapeName(Buffer.from(name, 'latin1')))
      .join('/');
  return Object.fromEntries(
    listing.disks[0]!.map((entry) => {
      const { mode, uid, gid, target, sha256, firstPath, major, minor, linkCount, mtime } = entry;
      const isFolder = entry.directoryType === 4;
      const told: Told = {
        mode,
        uid,
        gid,
        target,
        sha256,
        firstPath: printable(firstPath),
        device: `${major}:${minor}`,
        links: isFolder ? undefined : linkCount,
        mtime: isFolder ? undefined : mtime.replace(/\..*/, ''),
      };
      return [printable(entry.path), told];
    }),
  );
}

async function fromZosia(tree: CpioTree): Promise<Record<string, Told>> {
  const told: Record<string, Told> = {};
  const first = new Map<number, string>();
  const walked: { path: string; node: ImageNode }[] = [];
  for await (const { names, node } of walkTree(tree, await tree.lookUp('/odd', false))) {
    walked.push({ path: `/${names.join('/')}`, node });
  }
  for (const { path, node } of walked) {
    const known = first.get(node.id);
    if (known === undefined || path < known) first.set(node.id, path);
  }
  for (const { path, node } of walked) {
    const { type, mode, uid, gid, id, device, linkCount, mtime } = node;
    const isFolder = type === 'directory';
    told[path] = {
      mode: typeBits(type) | mode,
      uid,
      gid,
      firstPath: first.get(id)!,
      target:
        type === 'symlink' ? Buffer.from(await node.readLink()).toString('latin1') : undefined,
      sha256: type === 'file' ? await digest(node) : undefined,
      device: `${device?.major ?? 0}:${device?.minor ?? 0}`,
      links: isFolder ? undefined : linkCount,
      mtime: isFolder ? undefined : `${mtime.seconds}`,
    };
  }
  return told;
}

async function digest(node: ImageNode): Promise<string> {
  const content = await node.open();
  const bytes = await content.read(0, content.sizeBytes);
  return createHash('sha256').update(bytes).digest('hex');
}

describe('malformed archives behind an initramfs', () => {
  const folder = temporaryFolder();
  const archives = Buffer.concat([...ODD_ARCHIVES, ...STOPPING_ARCHIVES]);
  let listing: Listing;
  let tree: CpioTree;
  beforeAll(async () => {
    const guest = await buildListingGuest('x86_64', folder.path);
    listing = await listUnpacked(guest, archives, '/odd');
    tree = await cpioTree(accessBytes(archives));
  });

  it('are read by zosia as the kernel reads them', async () => {
    expect(listing.problems).toEqual([]);
    const unpacked = fromKernel(listing);
    const shown = await fromZosia(tree);
    expect(Object.keys(shown).filter((path) => !(path in unpacked))).toEqual(LEFT_OUT);
    expect(shown).toMatchObject(unpacked);
    const noFolder = tree.skipped.problems.filter(({ code }) => code === 'no-folder');
    expect(noFolder.map(({ where }) => where)).toEqual(NO_FOLDER);
  });

  it('are read to the place where the kernel stops', () => {
    expect(listing.kernelLog.join('\n')).toMatch(/Initramfs unpacking failed: bad data checksum/);
    expect(tree.damage?.message).toMatch(/checksum/);
  });
});
