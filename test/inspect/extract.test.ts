import {
  link,
  lstat,
  mkdir,
  readFile,
  readdir,
  readlink,
  symlink,
  writeFile,
} from 'node:fs/promises';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import fc from 'fast-check';
import { DIRECTORY_ENTRY } from '../../src/formats/fat/layout/directory.js';
import { FatReader } from '../../src/formats/fat/reader/reader.js';
import { writeFields } from '../../src/formats/fields.js';
import { planExt4 } from '../../src/formats/ext4/plan.js';
import type { Ext4Entry } from '../../src/formats/ext4/plan.js';
import { bytesSegment, makeImage } from '../../src/image/image.js';
import { extractFiles } from '../../src/inspect/extract.js';
import type { ExtractOptions } from '../../src/inspect/extract.js';
import type { ExtractSummary } from '../../src/inspect/extraction.js';
import { TargetFolder } from '../../src/inspect/target-folder.js';
import { fatTree } from '../../src/inspect/fat/tree.js';
import { file as fatFile } from '../formats/fat/layouts.js';
import { zosiaError } from '../support/errors.js';
import { imageBytes } from '../support/images.js';
import { temporaryFolder } from '../support/temporary.js';
import { underUmask } from '../support/umask.js';
import { fatBytes, oddlyNamed, treeOf, volumeOf } from './fat/samples.js';
import { SMALL_TREE, cpioBytes, fakeNode, fakeTree, file, withTree } from './samples.js';

const folder = temporaryFolder();
let serial = 0;

interface Target {
  readonly out: string;
  /** A folder beside it, which has to stay as it is. */
  readonly beside: string;
}

async function freshTarget(): Promise<Target> {
  const place = folder.file(`case ${++serial}`);
  await mkdir(`${place}/beside`, { recursive: true });
  await writeFile(`${place}/beside/precious`, 'untouched');
  return { out: `${place}/out`, beside: `${place}/beside` };
}

async function extract(
  entries: readonly Ext4Entry[],
  target: Target,
  options: Omit<ExtractOptions, 'out'> = {},
): Promise<ExtractSummary> {
  const image = planExt4(entries, { label: 'OUT', blockSizeBytes: 1024 });
  return withTree(folder.file('extract.img'), await imageBytes(image), (tree) =>
    extractFiles(tree, { out: target.out, ...options }),
  );
}

async function expectUntouched({ beside }: Target): Promise<void> {
  expect(await readdir(beside)).toEqual(['precious']);
  expect(await readFile(`${beside}/precious`, 'utf8')).toBe('untouched');
}

const bits = async (path: string): Promise<number> => (await lstat(path)).mode & 0o7777;

describe('extractFiles', () => {
  it('skips a symlink without a target, and reports it', async () => {
    const { out } = await freshTarget();
    const tree = fakeTree([
      [Buffer.from('empty'), fakeNode({ type: 'symlink', target: '' })],
      [Buffer.from('link'), fakeNode({ type: 'symlink', target: 'empty' })],
    ]);
    const { skipped, symlinkCount } = await extractFiles(tree, { out });
    expect(skipped).toEqual([{ path: '/empty', type: 'symlink without a target' }]);
    expect(symlinkCount).toBe(1);
    expect(await readdir(out)).toEqual(['link']);
  });

  it('extracts files, folders, symlinks and hard links, and skips special files', async () => {
    const target = await freshTarget();
    const summary = await extract(SMALL_TREE, target);
    const { out } = target;
    expect(summary).toMatchObject({
      fileCount: 2,
      directoryCount: 3,
      symlinkCount: 4,
      hardLinkCount: 1,
      dataBytes: 10,
      skipped: [
        { path: '/console', type: 'character-device' },
        { path: '/pipe', type: 'fifo' },
        { path: '/socket', type: 'socket' },
      ],
    });
    expect(await readFile(`${out}/hello`, 'utf8')).toBe('hello\n');
    expect(await readFile(`${out}/deep/er/file`, 'utf8')).toBe('deep');
    expect((await lstat(`${out}/deep/linked`)).ino).toBe((await lstat(`${out}/hello`)).ino);
    expect(await readlink(`${out}/to-folder`)).toBe('/deep');
    expect(await readlink(`${out}/up`)).toBe('../../../hello');
    expect((await readdir(out)).sort()).toEqual(
      ['deep', 'hello', 'lost+found', 'round', 'to-file', 'to-folder', 'up'].sort(),
    );
    expect(await bits(`${out}/hello`)).toBe(await underUmask(0o640));
  });

  it('extracts one directory, or one file', async () => {
    const target = await freshTarget();
    await extract(SMALL_TREE, target, { path: '/deep/er' });
    await extract(SMALL_TREE, target, { path: '/hello' });
    expect((await readdir(target.out)).sort()).toEqual(['file', 'hello']);
  });

  it('drops set-user-id, set-group-id and sticky bits', async () => {
    const target = await freshTarget();
    await extract(
      [file('/rooted', 'x', 0o6755), { type: 'directory', path: '/shared', mode: 0o1700 }],
      target,
    );
    expect(await bits(`${target.out}/rooted`)).toBe(await underUmask(0o755));
    expect(await bits(`${target.out}/shared`)).toBe(0o700);
  });

  it('gives the owner access to folders that deny it', async () => {
    const target = await freshTarget();
    await extract(
      [{ type: 'directory', path: '/shut', mode: 0 }, file('/shut/in', 'x', 0)],
      target,
    );
    expect(await bits(`${target.out}/shut`)).toBe(0o700);
    expect(await bits(`${target.out}/shut/in`)).toBe(0);
  });

  it('keeps the holes of a sparse file', async () => {
    const target = await freshTarget();
    const data = makeImage(50 << 20, [bytesSegment(40 << 20, Buffer.alloc(2048, 'x'))]);
    await extract([{ type: 'file', path: '/sparse', data }], target);
    const { size, blocks } = await lstat(`${target.out}/sparse`);
    expect(size).toBe(50 << 20);
    expect(blocks * 512).toBeLessThan(1 << 20);
    const content = await readFile(`${target.out}/sparse`);
    expect(content.subarray(40 << 20, (40 << 20) + 2048).every((byte) => byte === 0x78)).toBe(true);
    expect(content.indexOf(0x78)).toBe(40 << 20);
  });

  it.each(['/', '/deep', '/deep/er/file'])('reports its progress to the end: %s', async (path) => {
    const told: (readonly [number, number])[] = [];
    const onProgress = (...progress: [number, number]): number => told.push(progress);
    await extract(SMALL_TREE, await freshTarget(), { path, onProgress });
    const [doneBytes, totalBytes] = told.at(-1)!;
    expect(doneBytes).toBe(totalBytes);
    expect(new Set(told.map(([, total]) => total)).size).toBe(1);
  });

  it('keeps names that are not UTF-8', async () => {
    const target = await freshTarget();
    const bytes = Buffer.from('caf\xe9', 'latin1');
    const tree = fakeTree([[bytes, fakeNode({ content: 'coffee' })]]);
    if (process.platform === 'darwin') return;
    await extractFiles(tree, { out: target.out });
    expect(await readdir(target.out, { encoding: 'buffer' })).toEqual([bytes]);
  });

  it('leaves no part of a file behind when it is cancelled', async () => {
    const target = await freshTarget();
    const cancel = new AbortController();
    const node = fakeNode({ content: 'x'.repeat(10) });
    const reading = {
      ...node,
      open: async () => {
        const content = await node.open();
        cancel.abort(new Error('stopped'));
        return content;
      },
    };
    const tree = fakeTree([[Buffer.from('file'), reading]]);
    await expect(extractFiles(tree, { out: target.out, signal: cancel.signal })).rejects.toThrow(
      'stopped',
    );
    expect(await readdir(target.out)).toEqual([]);
  });
});

describe('an existing file in the target folder', () => {
  it('is replaced only with force', async () => {
    const target = await freshTarget();
    await mkdir(target.out);
    await writeFile(`${target.out}/hello`, 'mine');
    await expect(extract(SMALL_TREE, target)).rejects.toThrow(zosiaError('ZOSIA_OUTPUT_EXISTS'));
    expect(await readFile(`${target.out}/hello`, 'utf8')).toBe('mine');
    await extract(SMALL_TREE, target, { force: true });
    await extract(SMALL_TREE, target, { force: true });
    expect(await readFile(`${target.out}/hello`, 'utf8')).toBe('hello\n');
  });

  it('is not replaced, even with force, if the image is read from it', async () => {
    const target = await freshTarget();
    await mkdir(target.out);
    await writeFile(`${target.out}/hello`, 'mine');
    // By whatever name it is read.
    await symlink(`${target.out}/hello`, `${target.beside}/image`);
    const options = { force: true, keep: [`${target.beside}/image`] };
    await expect(extract(SMALL_TREE, target, options)).rejects.toThrow(
      zosiaError('ZOSIA_OUTPUT_IS_INPUT'),
    );
    expect(await readFile(`${target.out}/hello`, 'utf8')).toBe('mine');
  });

  it('is not followed if it is a symlink to a file, even with force', async () => {
    const target = await freshTarget();
    await mkdir(target.out);
    await symlink('../beside/precious', `${target.out}/hello`);
    await expect(extract([file('/hello', 'x')], target)).rejects.toThrow(
      zosiaError('ZOSIA_OUTPUT_EXISTS'),
    );
    await extract([file('/hello', 'x')], target, { force: true });
    expect((await lstat(`${target.out}/hello`)).isFile()).toBe(true);
    await expectUntouched(target);
  });

  it('is not overwritten in place if it is a hard link', async () => {
    const target = await freshTarget();
    await mkdir(target.out);
    await link(`${target.beside}/precious`, `${target.out}/hello`);
    await extract([file('/hello', 'x')], target, { force: true });
    await expectUntouched(target);
  });

  it('is not entered if it is a symlink to a folder, even with force', async () => {
    const target = await freshTarget();
    await mkdir(target.out);
    await symlink('../beside', `${target.out}/deep`);
    await expect(extract([file('/deep/file', 'x')], target)).rejects.toThrow(
      zosiaError('ZOSIA_OUTPUT_EXISTS'),
    );
    await expectUntouched(target);
    await extract([file('/deep/file', 'x')], target, { force: true });
    expect((await lstat(`${target.out}/deep`)).isDirectory()).toBe(true);
    await expectUntouched(target);
  });

  it('is not replaced by a file if it is a folder, even with force', async () => {
    const target = await freshTarget();
    await mkdir(`${target.out}/hello/kept`, { recursive: true });
    await expect(extract([file('/hello', 'x')], target, { force: true })).rejects.toThrow(
      zosiaError('ZOSIA_OUTPUT_EXISTS'),
    );
    expect(await readdir(`${target.out}/hello`)).toEqual(['kept']);
  });
});

describe('a hostile image', () => {
  const directory = (children: Parameters<typeof fakeNode>[1]) =>
    fakeNode({ type: 'directory' }, children);

  it.each(['..', '.', '', '../beside/new', '/tmp/new', 'a/b', 'nul\0'])(
    'is rejected if it names a file %j',
    async (name) => {
      const target = await freshTarget();
      for (const node of [
        fakeNode({ content: 'x' }),
        fakeNode({ type: 'symlink', target: 'x' }),
        directory([[Buffer.from('new'), fakeNode({ content: 'x' })]]),
      ]) {
        const tree = fakeTree([[Buffer.from(name), node]]);
        await expect(extractFiles(tree, { out: target.out, force: true })).rejects.toThrow(
          zosiaError('ZOSIA_UNSAFE_NAME'),
        );
      }
      expect(await readdir(target.out)).toEqual([]);
      await expectUntouched(target);
    },
  );

  it.each([false, true])('cannot write through its own symlinks (force: %s)', async (force) => {
    const target = await freshTarget();
    const name = Buffer.from('door');
    const door = fakeNode({ type: 'symlink', target: '../beside' });
    const inside = directory([[Buffer.from('precious'), fakeNode({ content: 'x' })]]);
    for (const children of [
      [[name, door] as const, [name, inside] as const],
      [[name, inside] as const, [name, door] as const],
    ]) {
      await extractFiles(fakeTree(children), { out: target.out, force }).catch(() => undefined);
      await expectUntouched(target);
    }
  });

  it('cannot make a hard link to a file outside the target folder', async () => {
    const target = await freshTarget();
    const door = fakeNode({ id: 7, type: 'symlink', target: '../beside/precious', linkCount: 2 });
    const again = fakeNode({ id: 7, content: 'x', linkCount: 2 });
    const tree = fakeTree([
      [Buffer.from('a'), door],
      [Buffer.from('b'), again],
    ]);
    await extractFiles(tree, { out: target.out, force: true });
    await expectUntouched(target);
  });

  it('is rejected if its files have more bytes than it has, unless they are hard links', async () => {
    const target = await freshTarget();
    const content = 'x'.repeat(400_000);
    const names = ['a', 'b', 'c'].map((name) => Buffer.from(name));
    const tree = fakeTree(names.map((name) => [name, fakeNode({ content })] as const));
    await expect(extractFiles(tree, { out: target.out })).rejects.toThrow(
      zosiaError('ZOSIA_IMAGE_OVERFULL'),
    );
    expect((await readdir(target.out)).sort()).toEqual(['a', 'b']);

    const linked = fakeTree(
      names.map((name) => [name, fakeNode({ id: 3, linkCount: 3, content })] as const),
    );
    const again = await freshTarget();
    expect(await extractFiles(linked, { out: again.out })).toMatchObject({ hardLinkCount: 2 });

    // A host without hard links gets copies.
    const copies = await freshTarget();
    const hardLink = vi.spyOn(TargetFolder.prototype, 'hardLink').mockReturnValue(false);
    onTestFinished(() => {
      hardLink.mockRestore();
    });
    expect(await extractFiles(linked, { out: copies.out })).toMatchObject({
      hardLinkCount: 0,
      fileCount: 3,
      dataBytes: 1_200_000,
    });
  });

  it('of FAT is rejected if it has a large file under many names', async () => {
    const target = await freshTarget();
    const bytes = await fatBytes([
      fatFile('/large', Buffer.alloc(20_000)),
      ...Array.from({ length: 20 }, (_, i) => fatFile(`/SMALL${i}`, 'x')),
    ]);
    const volume = await volumeOf(bytes);
    const reader = new FatReader(volume);
    const { firstCluster, sizeBytes } = await reader.stat('/large');
    for (let i = 0; i < 20; i++) {
      const name = Buffer.from(`SMALL${i}`.padEnd(11));
      const at = Buffer.from(bytes).indexOf(name, reader.bootSector.rootOffset);
      writeFields(DIRECTORY_ENTRY, bytes, at, { firstClusterLow: firstCluster, sizeBytes });
    }
    await expect(extractFiles(fatTree(volume), { out: target.out })).rejects.toThrow(
      zosiaError('ZOSIA_IMAGE_OVERFULL'),
    );
  });

  it.each([
    ['leads upwards', '../up', 'LONGNA~1.TEX'],
    ['is "."', '.', 'LONGNA~1.TEX'],
    ['is ".."', '..', 'LONGNA~1.TEX'],
    ['is absolute', '/tmp/precious', 'LONGNA~1.TEX'],
    ['has backslashes', '..\\..\\up', '..\\..\\up'],
    ['has a line break', 'a\nb', 'a\nb'],
  ])('of FAT cannot leave the target folder by a name that %s', async (_what, name, extracted) => {
    const target = await freshTarget();
    const tree = await treeOf(await oddlyNamed(name));
    await extractFiles(tree, { out: target.out });
    expect(await readdir(target.out)).toEqual([extracted]);
    expect(await readFile(`${target.out}/${extracted}`, 'utf8')).toBe('odd');
    await expectUntouched(target);
  });

  it('is rejected if a directory contains itself', async () => {
    const target = await freshTarget();
    const children: (readonly [Uint8Array, ReturnType<typeof fakeNode>])[] = [];
    const loop = directory(children);
    children.push([Buffer.from('again'), loop]);
    const tree = fakeTree([[Buffer.from('loop'), loop]]);
    await expect(extractFiles(tree, { out: target.out })).rejects.toThrow(
      zosiaError('ZOSIA_IMAGE_LOOP'),
    );
  });

  it('cannot leave the target folder by archive members with ".." in their names', async () => {
    const target = await freshTarget();
    const honest = Buffer.from(
      await cpioBytes([
        { type: 'file', path: '/xx/precious', mode: 0o644, data: Buffer.from('x') },
      ]),
    );
    const climbing = Buffer.from(honest.toString('latin1').replace('xx/', '../'), 'latin1');
    await withTree(folder.file('climb.cpio'), climbing, (tree) =>
      extractFiles(tree, { out: target.out }),
    );
    expect(await readFile(`${target.out}/precious`, 'utf8')).toBe('x');
    await expectUntouched(target);
  });

  it('changes nothing beside the target folder, whatever its names and symlinks', async () => {
    const names = fc.constantFrom('..', '.', 'a', 'A', 'door', 'beside', 'a/../../beside', '/', '');
    const targets = fc.constantFrom('..', '../beside', '/', 'a', 'door', '../beside/precious');
    const node = fc.letrec<{ node: ReturnType<typeof fakeNode> }>((tie) => ({
      node: fc.oneof(
        { maxDepth: 3 },
        fc
          .record({ id: fc.nat(3), linkCount: fc.nat(3) })
          .map((attributes) => fakeNode({ ...attributes, content: 'evil' })),
        targets.map((target) => fakeNode({ type: 'symlink', target })),
        fc
          .array(fc.tuple(names, tie('node')), { maxLength: 4 })
          .map((children) =>
            directory(children.map(([name, child]) => [Buffer.from(name), child])),
          ),
      ),
    })).node;
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(names, node), { maxLength: 5 }),
        fc.boolean(),
        async (children, force) => {
          const target = await freshTarget();
          const tree = fakeTree(children.map(([name, child]) => [Buffer.from(name), child]));
          await extractFiles(tree, { out: target.out, force }).catch((error: unknown) => {
            expect(error).toMatchObject({ name: 'ZosiaError' });
          });
          await expectUntouched(target);
        },
      ),
      { numRuns: 150 },
    );
  });
});
