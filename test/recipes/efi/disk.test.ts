import { open, readFile, readdir, stat, utimes, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { describe, expect, it } from 'vitest';
import { prebuiltProgram } from '../../../src/artifacts/prebuilt.js';
import { bytesData } from '../../../src/image/file-data.js';
import type { FatEntry } from '../../../src/formats/fat/plan.js';
import { digestImage } from '../../../src/host/digest.js';
import { openEfiDisk } from '../../../src/recipes/efi/existing-disk.js';
import { checkEfiDisk } from '../../../src/recipes/check-disk.js';
import { planEfiDisk, writeEfiDisk } from '../../../src/recipes/efi/disk.js';
import { isOnVolume, readEfiDiskFiles } from '../../../src/recipes/efi/entries.js';
import { planEfiVolume } from '../../../src/recipes/efi/disk-plan.js';
import { parseSettings } from '../../../src/formats/llama2c/settings/file.js';
import { planDigest } from '../../../src/recipes/reproducible.js';
import { abortedAtLook } from '../../support/aborted-at-look.js';
import { zosiaError } from '../../support/errors.js';
import { imageBytes } from '../../support/images.js';
import { temporaryFolder } from '../../support/temporary.js';
import { writeSampleFiles, writeSampleModel } from './samples.js';

const folder = temporaryFolder();
const MIB = 2 ** 20;

/** Every file on a disk, by path. */
async function readDisk(path: string): Promise<Map<string, Buffer>> {
  const disk = await openEfiDisk(path);
  try {
    const files = new Map<string, Buffer>();
    for await (const { path: name, stat: found } of disk.fat.walk()) {
      if (found.type === 'file')
        files.set(name, Buffer.from(await imageBytes(await disk.data(found))));
    }
    return files;
  } finally {
    await disk.close();
  }
}

describe('planEfiVolume', () => {
  const entries: FatEntry[] = [
    { type: 'file', path: '/EFI/BOOT/BOOTX64.EFI', data: bytesData(Buffer.alloc(5000, 'x')) },
    { type: 'file', path: '/llama2.cfg', data: bytesData(Buffer.from('steps=3\n')) },
    { type: 'file', path: '/model.bin', data: bytesData(Buffer.alloc(100_000, 'model')) },
  ];
  const identity = Buffer.from('a model');

  // A change of these changes every disk that anybody has written.
  it.each([
    ['none', 4 * MIB, '365f29603e197e386dd2e6e875274f20e215177faf575a738db7c1f5ccc19041'],
    ['gpt', 6 * MIB, '81167b00c77d2eddaab78508e4ba331e1451d87ef14bc7c0c2f275c792a028dd'],
  ] as const)('plans an image of fixed digest: %s', async (partitionTable, sizeBytes, golden) => {
    const { image } = planEfiVolume(entries, { identity, partitionTable, sizeBytes });
    expect(image.sizeBytes).toBe(sizeBytes);
    expect(await digestImage(image)).toBe(golden);
  });

  it.each(['none', 'gpt'] as const)('plans 128 MiB, or more if needed: %s', (partitionTable) => {
    const sizeFor = (bytes: number): number => {
      const data = { sizeBytes: bytes, segments: [] };
      const entry = { type: 'file', path: '/hole', data } as const;
      return planEfiVolume([entry], { partitionTable }).image.sizeBytes;
    };
    expect(sizeFor(0)).toBe(128 * MIB);
    expect(sizeFor(100 * MIB)).toBe(128 * MIB);
    expect(sizeFor(128 * MIB)).toBe((partitionTable === 'none' ? 129 : 131) * MIB);
    const large = sizeFor(3000 * MIB);
    expect(large % MIB).toBe(0);
    expect(large).toBeGreaterThan(3000 * MIB);
    expect(large).toBeLessThan(3030 * MIB);
  });

  it.each(['none', 'gpt'] as const)('reports the smallest possible size: %s', (partitionTable) => {
    const plan = (sizeBytes: number) => planEfiVolume(entries, { partitionTable, sizeBytes });
    let message = '';
    expect(() => plan(512)).toThrow(zosiaError('ZOSIA_EFI_DISK_TOO_SMALL'));
    try {
      plan(512);
    } catch (error) {
      message = (error as Error).message;
    }
    const leastBytes = Number(/at least (\d+) bytes/.exec(message)![1]);
    expect(plan(leastBytes).image.sizeBytes).toBe(leastBytes);
    expect(() => plan(leastBytes - 512)).toThrow(zosiaError('ZOSIA_EFI_DISK_TOO_SMALL'));
    for (const more of [512, 4096, MIB - 512, MIB, 77 * MIB + 512]) {
      expect(plan(leastBytes + more).image.sizeBytes).toBe(leastBytes + more);
    }
  });
});

describe('writeEfiDisk', () => {
  it('keeps an existing VMDK that is the same, and rewrites one that is not', async () => {
    const model = await writeSampleModel(folder.file('again'));
    const out = folder.file('again/disk.vmdk');
    const write = async () => (await writeEfiDisk(model, { format: 'vmdk', out })).written;
    expect([await write(), await write()]).toEqual([true, false]);
    const metadata = await open(folder.file('again/disk-metadata.img'), 'r+');
    await metadata.write(Buffer.of(1), 0, 1, (100 << 20) + 1);
    await metadata.close();
    expect([await write(), await write()]).toEqual([true, false]);
  });

  it('records the files that a VMDK refers to, which checkEfiDisk compares', async () => {
    const model = await writeSampleModel(folder.file('checked'));
    const out = folder.file('checked/disk.vmdk');
    await writeEfiDisk(model, { format: 'vmdk', out });
    await checkEfiDisk(out);
    await utimes(model.checkpoint.path, 1000, 1000);
    await expect(checkEfiDisk(out)).rejects.toMatchObject({
      code: 'ZOSIA_DISK_CHANGED',
      message: expect.stringMatching(/the EFI disk disk\.vmdk .* was written since$/) as string,
      hint: expect.stringContaining('zosia image efi') as string,
    });
    await writeFile(`${out}.json`, '{}');
    await expect(checkEfiDisk(out)).rejects.toThrow(zosiaError('ZOSIA_MANIFEST_DAMAGED'));
    await checkEfiDisk(folder.file('checked/none.vmdk'));
  });

  const layouts = (['raw', 'vmdk'] as const).flatMap((format) =>
    (['none', 'gpt'] as const).map((partitionTable) => ({ format, partitionTable })),
  );

  it.each(layouts)('writes all files to the disk: $format, $partitionTable', async (layout) => {
    const paths = await writeSampleFiles(folder.file('whole'));
    const model = await writeSampleModel(folder.file('whole'));
    const out = folder.file(`whole/${layout.format}-${layout.partitionTable}.img`);
    const settings = { prompt: 'The\ndragon', seed: 7n, model: 'not heard.bin' };
    const { written, grew } = await writeEfiDisk(model, { ...layout, out, settings });
    expect({ written, grew }).toEqual({ written: true, grew: false });
    const files = await readDisk(out);
    expect([...files.keys()]).toEqual([
      ...['/EFI/BOOT/BOOTAA64.EFI', '/EFI/BOOT/BOOTX64.EFI'],
      ...['/llama2.cfg', '/tiny-tokenizer.bin', '/tiny.bin'],
    ]);
    for (const [arch, path] of [
      ['aarch64', '/EFI/BOOT/BOOTAA64.EFI'],
      ['x86_64', '/EFI/BOOT/BOOTX64.EFI'],
    ] as const) {
      expect(files.get(path)!.equals(await prebuiltProgram(arch, 'llama2.efi'))).toBe(true);
    }
    expect(parseSettings(files.get('/llama2.cfg')!.toString())).toMatchObject({
      prompt: 'The\ndragon',
      seed: 7n,
      steps: 256,
      model: 'tiny.bin',
      tokenizer: 'tiny-tokenizer.bin',
    });
    expect(files.get('/tiny.bin')!.equals(await readFile(paths[0]))).toBe(true);
    expect(files.get('/tiny-tokenizer.bin')!.equals(await readFile(paths[1]))).toBe(true);
  });

  it('writes the applications of the requested machines, or the hello application', async () => {
    const model = await writeSampleModel(folder.file('archs'));
    const contents = await readEfiDiskFiles(model, { archs: ['x86_64', 'x86_64'] });
    expect(contents.filter(isOnVolume).map(({ diskPath }) => diskPath)).toEqual([
      '/EFI/BOOT/BOOTX64.EFI',
      '/llama2.cfg',
      '/tiny.bin',
      '/tiny-tokenizer.bin',
    ]);
    const out = folder.file('hello.img');
    const hello = await writeEfiDisk('hello', { format: 'raw', out, archs: ['aarch64'] });
    expect(hello.manifest.settings).toMatchObject({ program: 'hello', archs: ['aarch64'] });
    const files = await readDisk(out);
    expect([...files.keys()]).toEqual(['/EFI/BOOT/BOOTAA64.EFI']);
    expect(
      files.get('/EFI/BOOT/BOOTAA64.EFI')!.equals(await prebuiltProgram('aarch64', 'hello.efi')),
    ).toBe(true);
  });

  it('does not copy the model into a VMDK', async () => {
    const model = await writeSampleModel(folder.file('zero'));
    const out = folder.file('zero/disk.vmdk');
    const { manifest } = await writeEfiDisk(model, { format: 'vmdk', out });
    expect(await readFile(out, 'utf8')).toContain('FLAT "tiny.bin" 0');
    const metadata = await stat(folder.file('zero/disk-metadata.img'));
    expect(metadata.blocks * 512).toBeLessThan(900_000);
    expect(manifest.files!.map(({ name }) => name)).toEqual(['disk-metadata.img', 'tiny.bin']);
  });

  it('plans a disk that depends only on the contents of the files', async () => {
    const digests = [];
    for (const [name, seed] of [
      ['here', 1],
      ['there', 1],
      ['other', 2],
    ] as const) {
      const model = await writeSampleModel(folder.file(name), { seed });
      await utimes(model.checkpoint.path, seed, seed);
      const again = await writeSampleModel(folder.file(name), { seed });
      digests.push(planDigest(planEfiDisk(await readEfiDiskFiles(again)).image));
    }
    expect(digests[0]).toBe(digests[1]);
    expect(digests[0]).not.toBe(digests[2]);
  });

  it('writes a manifest without a path or a time of the host', async () => {
    const model = await writeSampleModel(folder.file('manifest'));
    const out = folder.file('manifest/disk.img');
    await writeEfiDisk(model, { format: 'raw', out });
    const text = await readFile(`${out}.json`, 'utf8');
    expect(text).not.toContain(folder.path);
    expect(JSON.parse(text)).toMatchObject({
      schema: 1,
      product: 'efi-disk',
      settings: { format: 'raw', program: 'llama2', partitionTable: 'none' },
      layout: { label: 'LLAMA2', fatType: 'FAT16', sizeBytes: 128 * MIB },
      output: { sizeBytes: 128 * MIB },
    });
  });

  it('does not overwrite its inputs', async () => {
    const model = await writeSampleModel(folder.file('inputs'));
    const before = await readFile(model.checkpoint.path);
    for (const { path } of [model.checkpoint, model.tokenizer]) {
      await expect(writeEfiDisk(model, { format: 'raw', out: path })).rejects.toThrow(
        zosiaError('ZOSIA_OUTPUT_IS_INPUT'),
      );
    }
    expect((await readFile(model.checkpoint.path)).equals(before)).toBe(true);
  });

  it('leaves nothing behind when it is cancelled', async () => {
    const model = await writeSampleModel(folder.file('cancelled'));
    const out = folder.file('cancelled/out/disk.img');
    const signal = AbortSignal.abort(new Error('cancelled'));
    await expect(writeEfiDisk(model, { format: 'raw', out, signal })).rejects.toThrow('cancelled');
    await expect(stat(out)).rejects.toThrow('ENOENT');
  });

  it.each(['raw', 'vmdk'] as const)(
    'leaves all of a disk behind, or nothing, whenever it is interrupted: %s',
    async (format) => {
      const model = await writeSampleModel(folder.file(`interrupted-${format}`));
      const all = { raw: ['disk', 'disk.json'], vmdk: ['disk', 'disk-metadata.img', 'disk.json'] };
      let isDone = false;
      for (let after = 1; !isDone; after++) {
        const out = folder.file(`interrupted-${format}/${after}/disk`);
        const writing = writeEfiDisk(model, { format, out, signal: abortedAtLook(after) });
        isDone = await writing.then(
          () => true,
          () => false,
        );
        const left = await readdir(dirname(out)).catch(() => []);
        expect(left.sort(), `at look ${after}`).toEqual(isDone ? all[format] : []);
      }
    },
  );
});

describe('the modification time of files on an EFI disk', () => {
  const timeOnDisk = async (sourceDateSeconds?: number): Promise<number | undefined> => {
    const out = folder.file('dated.img');
    await writeEfiDisk('hello', { format: 'raw', out, sourceDateSeconds });
    const disk = await openEfiDisk(out);
    try {
      return (await disk.fat.stat('/EFI/BOOT/BOOTX64.EFI')).mtime?.seconds;
    } finally {
      await disk.close();
    }
  };

  it('is the given one, or the start of 1980', async () => {
    expect(await timeOnDisk(1_700_000_000)).toBe(1_700_000_000);
    expect(await timeOnDisk()).toBe(Date.UTC(1980, 0, 1) / 1000);
  });
});
