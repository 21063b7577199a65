import { execa } from 'execa';
import { mkdirSync } from 'node:fs';
import { mkdir, readFile, readdir, readlink, rename, rm, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { isDeepStrictEqual as isEqual } from 'node:util';
import { beforeEach, describe, expect, it } from 'vitest';
import { makeImage } from '../../src/image/image.js';
import type { Image } from '../../src/image/image.js';
import { writeRaw } from '../../src/host/raw-writer.js';
import { writeVmdk } from '../../src/recipes/vmdk-files.js';
import { abortedAtLook } from '../support/aborted-at-look.js';
import { zosiaError } from '../support/errors.js';
import { describeWithPrograms } from '../support/programs.js';
import { temporaryFolder } from '../support/temporary.js';

const FILE_BYTES = 200_000;

/** Names that are difficult in a descriptor, or look as if they were. */
const NAMES = [
  'plain.gguf',
  'with spaces.gguf',
  "quote'.gguf",
  'double "quote".gguf',
  'nbd:localhost.gguf',
  'json:{"driver": "file"}.gguf',
  'line\nbreak.gguf',
  'back\\slash, comma.gguf',
  'ünïcödé 模型.gguf',
  '-dash.gguf',
  'parentFileNameHint.gguf',
  `${'long'.repeat(60)}.gguf`,
];

const folder = temporaryFolder();
beforeEach(async () => {
  await rm(folder.path, { recursive: true });
  await mkdir(folder.path);
});

/** A disk of a file in a folder, both of that name. */
async function diskOf(name: string): Promise<Image> {
  await mkdir(folder.file(`all/${name}`), { recursive: true });
  const path = folder.file(`all/${name}/${name}`);
  await writeFile(path, Buffer.alloc(FILE_BYTES, basename(name)));
  const source = { kind: 'file', path, offset: 0 } as const;
  return makeImage(1 << 20, [{ offset: 4096, length: FILE_BYTES, source }]);
}

const compare = (vmdk: string, raw: string) =>
  execa('qemu-img', ['compare', '-f', 'vmdk', '-F', 'raw', vmdk, raw], { reject: false });

describeWithPrograms(['qemu-img'], 'QEMU with a descriptor', () => {
  it.each(NAMES)('reads the file %j, also after a move', async (name) => {
    const image = await diskOf(name);
    await writeRaw(image, folder.file('raw.img'));
    for (const place of ['all/disks/disk.vmdk', `all/${name}/disk.vmdk`]) {
      await writeVmdk(image, folder.file(place));
      expect(await compare(folder.file(place), folder.file('raw.img'))).toMatchObject({
        exitCode: 0,
      });
    }
    await rename(folder.file('all'), folder.file('moved: "there"'));
    for (const place of ['disks', name]) {
      const moved = folder.file(join('moved: "there"', place, 'disk.vmdk'));
      const info = await execa('qemu-img', ['info', '-f', 'vmdk', `file:${moved}`]);
      expect(info.stdout).toContain('1 MiB');
      expect(await compare(`file:${moved}`, folder.file('raw.img'))).toMatchObject({ exitCode: 0 });
    }
  });

  it.each(NAMES.slice(0, -1))('reads a disk that is named %j', async (name) => {
    const image = await diskOf('model.gguf');
    await writeRaw(image, folder.file('raw.img'));
    const written = writeVmdk(image, folder.file(name));
    if (name.includes('parentFileNameHint')) {
      await expect(written).rejects.toThrow(zosiaError('ZOSIA_VMDK_NAME'));
      return;
    }
    await written;
    const vmdk = `file:${folder.file(name)}`;
    expect(await compare(vmdk, folder.file('raw.img'))).toMatchObject({ exitCode: 0 });
  });
});

describe('symlinks beside a descriptor', () => {
  it('are relative, and made only for names that a descriptor cannot express', async () => {
    await writeVmdk(await diskOf('double "quote".gguf'), folder.file('all/disk.vmdk'));
    expect(await readlink(folder.file('all/disk-file0'))).toBe(
      'double "quote".gguf/double "quote".gguf',
    );
    const { files } = await writeVmdk(await diskOf('plain.gguf'), folder.file('all/plain.vmdk'));
    expect(files.map(({ name }) => name)).toEqual(['plain-metadata.img', 'plain.gguf/plain.gguf']);
  });

  it('replace symlinks, and nothing else', async () => {
    const out = folder.file('all/disk.vmdk');
    await writeVmdk(await diskOf('a "1".gguf'), out);
    await writeVmdk(await diskOf('a "2".gguf'), out);
    const link = folder.file('all/disk-file0');
    expect(await readlink(link)).toBe('a "2".gguf/a "2".gguf');
    await rm(link);
    await writeFile(link, 'mine');
    await expect(writeVmdk(await diskOf('a "1".gguf'), out)).rejects.toThrow(
      zosiaError('ZOSIA_OUTPUT_UNWRITABLE'),
    );
    expect(await readFile(link, 'utf8')).toBe('mine');
  });
});

describe('writeVmdk', () => {
  const ODD_NAME = 'double "quote".gguf';

  it.each(['disk.vmdk', 'disk-metadata.img'])(
    'leaves nothing behind when there is a folder at %s',
    async (taken) => {
      const image = await diskOf(ODD_NAME);
      await mkdir(folder.file(`disks/${taken}`), { recursive: true });
      await expect(writeVmdk(image, folder.file('disks/disk.vmdk'))).rejects.toThrow(
        zosiaError('ZOSIA_OUTPUT_UNWRITABLE'),
      );
      expect(await readdir(folder.file('disks'))).toEqual([taken]);
    },
  );

  it('deletes what it wrote when it is cancelled, and nothing else', async () => {
    const image = await diskOf(ODD_NAME);
    const disk = folder.file('disks/disk.vmdk');
    const stopped = { signal: AbortSignal.abort(new Error('stopped')) };
    await expect(writeVmdk(image, disk, stopped)).rejects.toThrow('stopped');
    expect(await readdir(folder.file('disks'))).toEqual([]);

    await writeVmdk(image, disk);
    const before = await readdir(folder.file('disks'));
    await rm(disk);
    await expect(writeVmdk(image, disk, stopped)).rejects.toThrow('stopped');
    expect(await readdir(folder.file('disks'))).toEqual(
      before.filter((name) => name !== 'disk.vmdk'),
    );
  });

  it('deletes the metadata file when the descriptor cannot be written', async () => {
    const image = await diskOf(ODD_NAME);
    const disk = folder.file('disks/disk.vmdk');
    const { signal } = new AbortController();
    // While the metadata file is written, somebody else takes the place of the descriptor.
    signal.throwIfAborted = () => void mkdirSync(disk, { recursive: true });
    await expect(writeVmdk(image, disk, { signal })).rejects.toThrow(
      zosiaError('ZOSIA_OUTPUT_UNWRITABLE'),
    );
    expect(await readdir(folder.file('disks'))).toEqual(['disk.vmdk']);
  });

  it.each([false, true])(
    'leaves no descriptor beside the metadata file of another, if interrupted (overwriting: %j)',
    async (isThere) => {
      const disk = folder.file('disks/disk.vmdk');
      if (isThere) await writeVmdk(await diskOf('plain.gguf'), disk);
      const both = (): Promise<unknown[]> =>
        Promise.all(
          [disk, folder.file('disks/disk-metadata.img')].map((path) =>
            readFile(path, 'latin1').catch(() => undefined),
          ),
        );
      const before = await both();
      const image = await diskOf(ODD_NAME);
      let isDone = false;
      for (let after = 1; !isDone; after++) {
        isDone = await writeVmdk(image, disk, { signal: abortedAtLook(after) }).then(
          () => true,
          () => false,
        );
        expect(isEqual(await both(), before), `at look ${after}`).toBe(!isDone);
      }
    },
  );
});
