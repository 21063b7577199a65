import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { writeFields } from '../../../src/formats/fields.js';
import { DIRECTORY_ENTRY } from '../../../src/formats/fat/layout/directory.js';
import { planFat } from '../../../src/formats/fat/plan.js';
import { clusterOffset } from '../../../src/formats/fat/reader/boot-sector.js';
import { FatReader } from '../../../src/formats/fat/reader/reader.js';
import { openFile } from '../../../src/inspect/open-file.js';
import type { ImageTree } from '../../../src/inspect/node.js';
import { walkTree } from '../../../src/inspect/walk.js';
import { arbitraryTree } from '../../formats/fat/arbitrary-tree.js';
import { LAYOUTS, file } from '../../formats/fat/layouts.js';
import { collect } from '../../support/async.js';
import { zosiaError } from '../../support/errors.js';
import { imageBytes } from '../../support/images.js';
import { listAll } from '../samples.js';
import { TEXT_SECONDS, fatBytes, oddlyNamed, treeOf, volumeOf } from './samples.js';

async function textOf(tree: ImageTree, path: string): Promise<string> {
  const content = await openFile(tree, path);
  return Buffer.from(await content.read(0, content.sizeBytes)).toString();
}

async function idsOf(tree: ImageTree): Promise<number[]> {
  const walked = await collect(walkTree(tree, await tree.lookUp('/', false)));
  return walked.map(({ node }) => node.id);
}

describe('fatTree', () => {
  it('lists files with their modes, sizes and times', async () => {
    const listed = await listAll(await treeOf(await fatBytes()));
    expect(listed.map(({ path }) => path)).toEqual([
      '/EFI',
      '/EFI/BOOT',
      '/EFI/BOOT/BOOTX64.EFI',
      '/EFI/BOOT/bootaa64.efi',
      '/EFI/BOOT/readme.txt',
      '/Grüße aus 東京.text',
      '/also empty',
      '/closed',
      '/empty',
      '/llama2.cfg',
    ]);
    expect(listed.find(({ path }) => path === '/llama2.cfg')).toEqual({
      path: '/llama2.cfg',
      type: 'file',
      mode: '0444',
      uid: 0,
      gid: 0,
      sizeBytes: 9,
      linkCount: 1,
      modified: new Date(TEXT_SECONDS * 1000).toISOString().replace('.000', ''),
    });
    const modes = Object.fromEntries(listed.map(({ path, mode }) => [path, mode]));
    expect(modes).toMatchObject({ '/EFI': '0755', '/closed': '0555', '/empty': '0644' });
  });

  it('looks up paths in any letter case, by short names and with ".."', async () => {
    const tree = await treeOf(await fatBytes([file('/A long Folder/back\u00dflash.text', 'here')]));
    for (const path of [
      '/a LONG folder/BACK\u00dfLASH.TEXT',
      'ALONGF~1/../A long folder//back\u00dflash.text',
    ]) {
      expect(await textOf(tree, path)).toBe('here');
    }
    for (const path of ['/none', '/A long Folder/none', '/A long Folder/back\u00dflash.text/x']) {
      await expect(tree.lookUp(path, true)).rejects.toThrow(zosiaError('ZOSIA_FAT_NO_SUCH_PATH'));
    }
    await expect(openFile(tree, '/A long folder')).rejects.toThrow(zosiaError('ZOSIA_NOT_A_FILE'));
  });

  it('escapes control characters and backslashes in names', async () => {
    const tree = await treeOf(await oddlyNamed('a\n\\\u009b name'));
    const [only] = await listAll(tree);
    expect(only!.path).toBe('/a\\x0a\\\\\\xc2\\x9b name');
    expect(await textOf(tree, only!.path)).toBe('odd');
  });

  it('gives each file a unique id, the same in a walk and in a lookup', async () => {
    const bytes = await fatBytes();
    const tree = await treeOf(bytes);
    const ids = await idsOf(tree);
    expect(ids).toHaveLength(11);
    expect(new Set(ids).size).toBe(ids.length);
    expect(await idsOf(await treeOf(bytes))).toEqual(ids);
    for (const { names, node } of await collect(walkTree(tree, await tree.lookUp('/', false)))) {
      expect((await tree.lookUp(`/${names.join('/')}`, false)).id).toBe(node.id);
    }
  });

  it.each(LAYOUTS)('lists the same files the second time: $name', async ({ entries, options }) => {
    const tree = await treeOf(await imageBytes(planFat(entries, options)));
    const first = await listAll(tree);
    expect(await listAll(tree)).toEqual(first);
    expect(first.length).toBeGreaterThanOrEqual(entries.length);
  });

  it('returns the planned files, byte for byte', async () => {
    await fc.assert(
      fc.asyncProperty(arbitraryTree, async ({ entries, options, expected }) => {
        const tree = await treeOf(await imageBytes(planFat(entries, options)));
        const found = new Map<string, Uint8Array | undefined>();
        for (const { nameBytes, node } of await collect(
          walkTree(tree, await tree.lookUp('/', false)),
        )) {
          if (nameBytes.length === 0) continue;
          const path = `/${nameBytes.map((name) => Buffer.from(name).toString()).join('/')}`;
          const content = node.type === 'file' ? await node.open() : undefined;
          found.set(path, content && (await content.read(0, content.sizeBytes)));
          const ranges = await collect(node.dataRanges());
          expect(ranges.reduce((sum, { length }) => sum + length, 0)).toBe(node.sizeBytes);
        }
        expect([...found.keys()].sort()).toEqual([...expected.keys()].sort());
        for (const [path, bytes] of expected) expect(found.get(path)).toEqual(bytes);
      }),
      { numRuns: 40 },
    );
  });
});

describe('a hostile FAT volume', () => {
  /** Makes a directory's entry lead to another cluster. */
  async function redirected(path: string, toPath: string): Promise<Uint8Array> {
    const bytes = await fatBytes([file('/one/inner/x', 'x'), file('/two/y', 'y')], {
      type: 'FAT16',
    });
    const volume = await volumeOf(bytes);
    const reader = new FatReader(volume);
    const { firstCluster } = await reader.stat(toPath);
    const parent = await reader.stat(path.slice(0, path.lastIndexOf('/')));
    const { bootSector } = volume;
    const start = parent.isRoot
      ? bootSector.rootOffset
      : clusterOffset(bootSector, parent.firstCluster);
    const name = Buffer.from(
      path
        .slice(path.lastIndexOf('/') + 1)
        .toUpperCase()
        .padEnd(11),
    );
    const at = Buffer.from(bytes).indexOf(name, start);
    writeFields(DIRECTORY_ENTRY, bytes, at, { firstClusterLow: firstCluster });
    return bytes;
  }

  it.each([
    ['within itself', '/one/inner', '/one'],
    ['in two places', '/two', '/one'],
    ['in two places, of different depth', '/two', '/one/inner'],
  ])('with a directory %s is rejected', async (_what, path, toPath) => {
    const tree = await treeOf(await redirected(path, toPath));
    await expect(listAll(tree)).rejects.toThrow(zosiaError('ZOSIA_IMAGE_LOOP'));
  });

  it('with directories that share clusters is rejected', async () => {
    const many = Array.from({ length: 200 }, (_, i) =>
      file(`/big/a file with a long name ${i}`, ''),
    );
    const bytes = await fatBytes([...many, { type: 'directory', path: '/other' }], {
      type: 'FAT16',
      clusterSizeBytes: 512,
    });
    const reader = new FatReader(await volumeOf(bytes));
    const { firstCluster } = await reader.stat('/big');
    const { bootSector } = reader;
    const at = Buffer.from(bytes).indexOf(Buffer.from('OTHER      '), bootSector.rootOffset);
    // The second cluster of the large one.
    writeFields(DIRECTORY_ENTRY, bytes, at, { firstClusterLow: firstCluster + 1 });
    const tree = await treeOf(bytes);
    await expect(listAll(tree)).rejects.toThrow(zosiaError('ZOSIA_FAT_CORRUPT'));
    await expect(listAll(tree)).rejects.toThrow(/something else uses/);
  });
});
