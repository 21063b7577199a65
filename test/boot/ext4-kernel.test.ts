import { mkdtemp, open, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { ARCHITECTURES } from '../../src/artifacts/architectures.js';
import { INODE, INODE_BYTES } from '../../src/formats/ext4/layout/inode.js';
import { FIRST_INODE } from '../../src/formats/ext4/layout/superblock.js';
import { planExt4 } from '../../src/formats/ext4/plan.js';
import { planDeviceMapper } from '../../src/formats/device-mapper/table.js';
import { bytesSegment, makeImage } from '../../src/image/image.js';
import type { Image } from '../../src/image/image.js';
import { withMappedDisk } from '../../src/recipes/mapped-disk.js';
import { pattern } from '../formats/ext4/layouts.js';
import type { Layout } from '../formats/ext4/layouts.js';
import { arbitraryTree } from '../oracle/ext4/arbitrary-tree.js';
import { folderForMetadata, writeMetadata } from '../oracle/ext4/programs.js';
import { temporaryFolder } from '../support/temporary.js';
import { LISTED_LAYOUTS, TIB, allocatedData, planDisks } from './kernel-listing/disks.js';
import { expectedEntries } from './kernel-listing/expected.js';
import { buildListingGuest, listDisks } from './kernel-listing/guest.js';
import type { ListingGuest } from './kernel-listing/guest.js';
import type { KernelEntry, Listing } from './kernel-listing/listing.js';

const EBADMSG = 74;
const MAX_SHOWN = 5;

function expectAsPlanned(layout: Layout, listed: readonly KernelEntry[]): void {
  const entries = new Map(listed.map((entry) => [entry.path, entry]));
  expect(entries.size, `${layout.name}: names that differ`).toBe(listed.length);
  const planned = expectedEntries(layout, (path) => entries.get(path)?.sizeBytes ?? 0);
  expect([...entries.keys()].sort(), layout.name).toEqual([...planned.keys()].sort());
  for (const [path, entry] of planned) {
    // The matcher explains a difference, and is slow.
    if (isDeepStrictEqual(entries.get(path), entry)) continue;
    expect(entries.get(path), `${layout.name}: ${JSON.stringify(path)}`).toStrictEqual(entry);
  }
}

/** What the kernel has to say of file systems and disks, but that it mounted and unmounted them. */
function complaints({ kernelLog }: Listing): string[] {
  return kernelLog.filter(
    (line) =>
      /EXT4-fs|JBD2|I\/O error|beyond end of device/.test(line) &&
      !/EXT4-fs \((?:vda1?|dm-0)\): (mounted|unmounting) filesystem/.test(line),
  );
}

function expectClean(listing: Listing, diskCount: number): void {
  expect(listing.problems.slice(0, MAX_SHOWN)).toEqual([]);
  expect(complaints(listing)).toEqual([]);
  const mounts = listing.kernelLog.filter((line) => / EXT4-fs .*: mounted filesystem/.test(line));
  expect(mounts).toHaveLength(diskCount);
  expect(listing.disks).toHaveLength(diskCount);
}

describe.each(ARCHITECTURES)('the %s Linux kernel', (arch) => {
  const folder = temporaryFolder();
  let guest: ListingGuest;
  beforeAll(async () => {
    guest = await buildListingGuest(arch, folder.path);
  });

  async function expectListed(layouts: readonly Layout[]): Promise<void> {
    const { image, ranges } = planDisks(layouts);
    const disk = folder.file('disks.img');
    await writeMetadata(image, disk);
    const listing = await listDisks(guest, disk, ranges);
    await rm(disk);
    expectClean(listing, layouts.length);
    layouts.forEach((layout, i) => {
      expectAsPlanned(layout, listing.disks[i]!);
    });
  }

  it('reads all kinds of disks as they were planned', () => expectListed(LISTED_LAYOUTS));

  it('reads generated trees as they were planned', async () => {
    const trees = fc.array(arbitraryTree, { minLength: 24, maxLength: 24 });
    await fc.assert(
      fc.asyncProperty(trees, (list) =>
        expectListed(
          list.map(({ blockSizeBytes, entries }, i) => ({
            name: `tree ${i}`,
            entries,
            options: { label: 'TREE', blockSizeBytes },
          })),
        ),
      ),
      { numRuns: 1, endOnFailure: true },
    );
  });

  it('reads a model of 1 TiB on a whole disk', async () => {
    const layout: Layout = {
      name: 'a model of 1 TiB',
      entries: [{ type: 'file', path: '/model.gguf', data: allocatedData(TIB) }],
      options: { label: 'ZOSIA_MODEL' },
    };
    const image = planExt4(layout.entries, layout.options);
    const parent = await folderForMetadata(image);
    expect(parent, 'a folder that holds a sparse file of this size').toBeDefined();
    const large = await mkdtemp(join(parent!, 'zosia-'));
    try {
      const disk = join(large, 'disk.img');
      await writeMetadata(image, disk);
      const listing = await listDisks(guest, disk, []);
      expectClean(listing, 1);
      expectAsPlanned(layout, listing.disks[0]!);
    } finally {
      await rm(large, { recursive: true });
    }
  });

  it('reads a disk that it puts together of files as it was planned', async () => {
    const parts = [1, 2, 3].map((number) => ({
      name: `/part-${number}.gguf`,
      bytes: pattern(90_000 * number + number),
      path: folder.file(`part-${number}`),
    }));
    for (const { path, bytes } of parts) await writeFile(path, bytes);
    const layoutOf = (dataOf: (part: (typeof parts)[number]) => Image): Layout => ({
      name: 'parts of a model',
      entries: parts.map((part) => ({ type: 'file', path: part.name, data: dataOf(part) })),
      options: { label: 'ZOSIA_MODEL' },
    });
    const inMemory = layoutOf(({ bytes }) => makeImage(bytes.length, [bytesSegment(0, bytes)]));
    const inFiles = layoutOf(({ bytes: { length }, path }) =>
      makeImage(length, [{ offset: 0, length, source: { kind: 'file', path, offset: 0 } }]),
    );
    const plan = planDeviceMapper(planExt4(inFiles.entries, inFiles.options));
    expect(plan.disks).toHaveLength(1 + parts.length);
    const listing = await withMappedDisk(plan, (disk) => listDisks(guest, disk, []));
    expectClean(listing, 1);
    expectAsPlanned(inMemory, listing.disks[0]!);
  });

  it('complains about a damaged inode, and the listing reports it', async () => {
    const layout = LISTED_LAYOUTS.find(({ name }) => name === 'a model')!;
    const image = planExt4(layout.entries, layout.options);
    const table = image.segments.find(({ label }) => label === 'inode tables')!;
    const disk = folder.file('damaged.img');
    await writeMetadata(image, disk);
    const file = await open(disk, 'r+');
    // The model has the inode after lost+found's. It gets another owner than its checksum covers.
    const owner = FIRST_INODE * INODE_BYTES + INODE.uidLow.offset;
    await file.write(Uint8Array.of(1), 0, 1, table.offset + owner);
    await file.close();
    const listing = await listDisks(guest, disk, []);
    expect(listing.problems).toEqual([`problem call=statx error=${EBADMSG} path="/model.gguf"`]);
    expect(complaints(listing).join('\n')).toMatch(/EXT4-fs error .*iget: checksum invalid/);
  });
});
