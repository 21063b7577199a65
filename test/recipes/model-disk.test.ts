import { link, mkdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { basename } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { openExt4 } from '../../src/formats/ext4/reader/reader.js';
import { accessBytes } from '../../src/image/random-access.js';
import type { Image } from '../../src/image/image.js';
import { collectAddition } from '../../src/recipes/additions.js';
import { planModelDisk, writeModelDisk } from '../../src/recipes/model-disk.js';
import type { ModelDiskLayout } from '../../src/recipes/model-disk.js';
import { readModel } from '../../src/recipes/model.js';
import type { Model } from '../../src/recipes/model.js';
import { planDigest, checkReproducible } from '../../src/recipes/reproducible.js';
import { debugfs, describeWithE2fsprogs, e2fsck } from '../oracle/ext4/programs.js';
import { zosiaError } from '../support/errors.js';
import { imageBytes } from '../support/images.js';
import { writeCompanions, writeSampleModel } from '../support/model-files.js';
import { splitModel } from '../support/split-model.js';
import { temporaryFolder } from '../support/temporary.js';

const folder = temporaryFolder();
let model: Model;
beforeEach(async () => {
  await rm(folder.path, { recursive: true });
  await mkdir(folder.path);
  model = await writeSampleModel(folder.path);
});

/** Every path on a disk but lost+found, with what is there. */
async function contents(image: Image): Promise<Map<string, Buffer | string>> {
  const disk = await openExt4(accessBytes(await imageBytes(image)));
  const found = new Map<string, Buffer | string>();
  for await (const { path, stat: attributes } of disk.walk()) {
    if (path === '/' || path === '/lost+found') continue;
    if (attributes.type === 'file') {
      const file = await disk.open(attributes);
      found.set(path, Buffer.from(await file.read(0, file.sizeBytes)));
    } else if (attributes.type === 'symlink') {
      found.set(path, `-> ${Buffer.from(await disk.readLink(attributes)).toString()}`);
    } else {
      found.set(path, attributes.type);
    }
  }
  return found;
}

describe('the files on a model disk', () => {
  it('are only /model.gguf for a single model', async () => {
    expect(await contents(planModelDisk(model))).toEqual(
      new Map([['/model.gguf', await readFile(model.path)]]),
    );
  });

  it('are all parts of a split model under their names, and a symlink to the first', async () => {
    const parts = await splitModel(model.path, 3);
    const split = await readModel(parts[1], folder.path);
    const expected = new Map<string, Buffer | string>();
    expected.set('/model.gguf', `-> ${basename(parts[0]!)}`);
    for (const part of parts) expected.set(`/${basename(part)}`, await readFile(part));
    expect(await contents(planModelDisk(split))).toEqual(expected);
  });

  it('are companions under fixed names, and additions at their paths', async () => {
    const companions = await writeCompanions(folder.path);
    await writeFile(folder.file('notes: "ä".txt'), 'notes');
    const extras = await collectAddition({
      source: folder.file('notes: "ä".txt'),
      diskPath: '/deep/nötes',
    });
    const found = await contents(planModelDisk(model, { ...companions, extras }));
    expect(found).toEqual(
      new Map<string, Buffer | string>([
        ['/deep', 'directory'],
        ['/deep/nötes', Buffer.from('notes')],
        ['/lora-1.gguf', await readFile(folder.file('style.gguf'))],
        ['/lora-2.gguf', await readFile(folder.file('tone.gguf'))],
        ['/mmproj.gguf', await readFile(folder.file('vision.gguf'))],
        ['/model.gguf', await readFile(model.path)],
      ]),
    );
  });

  it('cannot have the same path twice', async () => {
    const extras = await collectAddition({ source: model.path, diskPath: '/model.gguf' });
    expect(() => planModelDisk(model, { extras })).toThrow(zosiaError('ZOSIA_EXT4_DUPLICATE_PATH'));
  });

  it('include at most 64 adapters', async () => {
    const { adapters } = await writeCompanions(folder.path);
    const many = (count: number) => ({
      adapters: Array.from({ length: count }, () => adapters[0]!),
    });
    expect((await contents(planModelDisk(model, many(64)))).size).toBe(65);
    expect(() => planModelDisk(model, many(65))).toThrow(zosiaError('ZOSIA_TOO_MANY_ADAPTERS'));
  });
});

describe('the layout of a model disk', () => {
  const superblock = async (layout: ModelDiskLayout) => {
    const image = planModelDisk(model, layout);
    return (await openExt4(accessBytes(await imageBytes(image)))).superblock;
  };

  it('has the requested label, block size and size', async () => {
    expect(await superblock({})).toMatchObject({ label: 'ZOSIA_MODEL', blockSizeBytes: 4096 });
    expect(await superblock({ label: 'mine', blockSizeBytes: 1024 })).toMatchObject({
      label: 'mine',
      blockSizeBytes: 1024,
    });
    const smallest = planModelDisk(model).sizeBytes;
    expect(planModelDisk(model, { extraBytes: 5 << 20 }).sizeBytes).toBeGreaterThanOrEqual(
      smallest + (5 << 20),
    );
    expect(planModelDisk(model, { sizeBytes: 10_000_000 }).sizeBytes).toBe(10_000_000);
  });

  it('has a UUID that depends only on the contents and the layout', async () => {
    const { uuid } = await superblock({});
    expect((await superblock({})).uuid).toBe(uuid);
    const uuids = new Set([uuid]);
    const { adapters } = await writeCompanions(folder.path);
    uuids.add((await superblock({ adapters })).uuid);
    uuids.add((await superblock({ adapters: [...adapters].reverse() })).uuid);
    uuids.add((await superblock({ label: 'other' })).uuid);
    model = await writeSampleModel(folder.path, 'other.gguf');
    uuids.add((await superblock({})).uuid);
    expect(uuids.size).toBe(5);
  });
});

describe('hard links in an addition', () => {
  /** A folder with a file of two names, or with two files of the same contents. */
  async function planOf(name: string, linked: boolean, firstMade: string): Promise<Image> {
    const source = folder.file(name);
    const secondMade = firstMade === 'a' ? 'b' : 'a';
    await mkdir(source);
    await writeFile(`${source}/${firstMade}`, 'twice');
    if (linked) await link(`${source}/${firstMade}`, `${source}/${secondMade}`);
    else await writeFile(`${source}/${secondMade}`, 'twice');
    const extras = await collectAddition({ source, diskPath: '/data' });
    return planModelDisk(model, { extras });
  }

  it('share one inode, whatever order they were made in', async () => {
    const image = await planOf('one', true, 'a');
    const disk = await openExt4(accessBytes(await imageBytes(image)));
    const [a, b] = await Promise.all(['/data/a', '/data/b'].map((path) => disk.stat(path)));
    expect(a).toMatchObject({ type: 'file', linkCount: 2, sizeBytes: 5 });
    expect(b).toEqual(a);
    expect((await contents(image)).get('/data/b')).toEqual(Buffer.from('twice'));
    const other = await imageBytes(await planOf('two', true, 'b'));
    expect(Buffer.compare(await imageBytes(image), other)).toBe(0);
  });

  it('give the disk another UUID than copies do', async () => {
    const [linked, copied] = [await planOf('one', true, 'a'), await planOf('two', false, 'a')];
    const uuids = await Promise.all(
      [linked, copied].map(async (image) => {
        const disk = await openExt4(accessBytes(await imageBytes(image)));
        return disk.superblock.uuid;
      }),
    );
    expect(uuids[0]).not.toBe(uuids[1]);
  });
});

describe('planDigest and checkReproducible', () => {
  it('return the same digest in any folder, and another for another plan', async () => {
    const digest = planDigest(planModelDisk(model));
    await mkdir(folder.file('elsewhere'));
    const elsewhere = await writeSampleModel(folder.file('elsewhere'));
    expect(planDigest(planModelDisk(elsewhere))).toBe(digest);
    expect(planDigest(planModelDisk(model, { label: 'other' }))).not.toBe(digest);
    expect(planDigest(planModelDisk(model, { extraBytes: 1 << 20 }))).not.toBe(digest);
  });

  it('reject plans that are not reproducible', async () => {
    const plan = () => Promise.resolve(planModelDisk(model));
    expect(await checkReproducible(plan)).toBe(planDigest(planModelDisk(model)));
    let count = 0;
    const changing = () => Promise.resolve(planModelDisk(model, { extraBytes: count++ << 20 }));
    await expect(checkReproducible(changing)).rejects.toThrow(zosiaError('ZOSIA_NOT_REPRODUCIBLE'));
  });
});

describe('writeModelDisk', () => {
  it('writes a manifest beside the disk', async () => {
    const out = folder.file('disk.img');
    const { adapters } = await writeCompanions(folder.path);
    const { manifest, image } = await writeModelDisk(model, { format: 'raw', out, adapters });
    const text = await readFile(`${out}.json`, 'utf8');
    expect(JSON.parse(text)).toEqual(manifest);
    expect(text).not.toContain(folder.path);
    expect(manifest).toMatchObject({
      product: 'model-disk',
      settings: { format: 'raw' },
      inputs: [
        { name: 'model.gguf', path: '/model.gguf', sizeBytes: model.sizeBytes },
        { name: 'style.gguf', path: '/lora-1.gguf' },
        { name: 'tone.gguf', path: '/lora-2.gguf' },
      ],
      layout: {
        label: 'ZOSIA_MODEL',
        blockSizeBytes: 4096,
        sizeBytes: image.sizeBytes,
        planSha256: planDigest(image),
      },
      output: { sizeBytes: (await stat(out)).size },
    });
    const { uuid } = (await openExt4(accessBytes(await readFile(out)))).superblock;
    expect(manifest.layout.uuid).toBe(uuid);
  });

  it.each(['raw', 'vmdk'] as const)('does not overwrite its inputs: %s', async (format) => {
    const before = await readFile(model.path);
    const write = (out: string, of = model) => writeModelDisk(of, { format, out });
    await expect(write(model.path)).rejects.toThrow(zosiaError('ZOSIA_OUTPUT_IS_INPUT'));
    const odd = await writeSampleModel(folder.path, 'disk-metadata.img');
    await expect(write(folder.file('disk.vmdk'), odd)).rejects.toThrow(
      zosiaError('ZOSIA_OUTPUT_IS_INPUT'),
    );
    expect(await readFile(model.path)).toEqual(before);
  });

  it.each([undefined, 40 * 2 ** 20])(
    'reports its progress to the end: size %s',
    async (sizeBytes) => {
      const told: (readonly [string, number, number])[] = [];
      await writeModelDisk(model, {
        format: 'raw',
        out: folder.file('disk.img'),
        ...(sizeBytes === undefined ? {} : { sizeBytes }),
        onProgress: (...progress) => told.push(progress),
      });
      const [step, doneBytes, totalBytes] = told.at(-1)!;
      expect(step).toBe('writing');
      expect(totalBytes).toBeGreaterThan(0);
      expect(doneBytes).toBe(totalBytes);
    },
  );

  it('keeps an existing VMDK that is the same, and rewrites one that is not', async () => {
    const out = folder.file('disk.vmdk');
    const files = [out, folder.file('disk-metadata.img'), `${out}.json`];
    const identities = () => Promise.all(files.map(async (file) => (await stat(file)).ino));
    const write = () => writeModelDisk(model, { format: 'vmdk', out });
    expect((await write()).written).toBe(true);
    const first = await identities();
    expect((await write()).written).toBe(false);
    expect(await identities()).toEqual(first);

    const metadata = await readFile(files[1]!);
    metadata[metadata.length - 1] = metadata.at(-1)! ^ 1;
    await writeFile(files[1]!, metadata);
    expect((await write()).written).toBe(true);
    expect((await write()).written).toBe(false);
  });

  it('rejects a file that changed after it was opened', async () => {
    await writeFile(model.path, await readFile(model.path));
    for (const format of ['raw', 'vmdk'] as const) {
      const written = writeModelDisk(model, { format, out: folder.file('disk') });
      await expect(written).rejects.toThrow(zosiaError('ZOSIA_FILE_CHANGED'));
    }
  });
});

describeWithE2fsprogs('e2fsprogs with model disks', () => {
  it.each([1024, 2048, 4096] as const)('find no error: %d-byte blocks', async (blockSizeBytes) => {
    const split = await readModel((await splitModel(model.path, 2))[0], folder.path);
    const companions = await writeCompanions(folder.path);
    await link(folder.file('style.gguf'), folder.file('other name.gguf'));
    const extras = await collectAddition({ source: folder.path, diskPath: '/all' });
    const out = `${folder.path}-disk.img`;
    try {
      const layout = { ...companions, extras, blockSizeBytes, extraBytes: 1 << 20 };
      await writeModelDisk(split, { format: 'raw', out, ...layout });
      expect(e2fsck(out)).toMatchObject({ status: 0 });
      const listed = debugfs(out, ['ls /', 'ls /all']);
      for (const name of ['mmproj.gguf', 'lora-2.gguf', 'model-00001-of-00002.gguf', 'tone.gguf']) {
        expect(listed).toContain(name);
      }
      expect(debugfs(out, ['stat /model.gguf'])).toContain('model-00001-of-00002.gguf');
      const inodes = ['style.gguf', 'other name.gguf'].map((name) => {
        const told = debugfs(out, [`stat "/all/${name}"`]);
        expect(told).toMatch(/Links: 2\b/);
        return /Inode: (\d+)/.exec(told)?.[1];
      });
      expect(inodes[0]).toBeDefined();
      expect(inodes[0]).toBe(inodes[1]);
    } finally {
      await rm(out, { force: true });
      await rm(`${out}.json`, { force: true });
    }
  });
});
