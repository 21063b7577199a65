import { readFile, stat, utimes } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { bytesData } from '../../../src/image/file-data.js';
import { GPT_TYPE } from '../../../src/formats/gpt/layout.js';
import { readPartitionTable } from '../../../src/formats/gpt/reader.js';
import { parseSettings } from '../../../src/formats/llama2c/settings/file.js';
import { digestImage } from '../../../src/host/digest.js';
import { accessImage } from '../../../src/image/access-image.js';
import { openImage } from '../../../src/inspect/open-image.js';
import { inspectImage } from '../../../src/inspect/inspect.js';
import { verifyImage } from '../../../src/inspect/verify.js';
import { checkEfiDisk } from '../../../src/recipes/check-disk.js';
import { planEfiVolume } from '../../../src/recipes/efi/disk-plan.js';
import type { EfiVolumeOptions } from '../../../src/recipes/efi/disk-plan.js';
import { writeEfiDisk } from '../../../src/recipes/efi/disk.js';
import { readEfiDiskFiles } from '../../../src/recipes/efi/entries.js';
import { openEfiDisk } from '../../../src/recipes/efi/existing-disk.js';
import type { ExistingEfiDisk } from '../../../src/recipes/efi/existing-disk.js';
import { readEfiGguf } from '../../../src/recipes/efi/gguf-model.js';
import { zosiaError } from '../../support/errors.js';
import { imageBytes } from '../../support/images.js';
import { temporaryFolder } from '../../support/temporary.js';
import { sampleEfiGguf, writeLargeGguf, writeSplitGguf } from './gguf-samples.js';

const folder = temporaryFolder();
const MIB = 2 ** 20;

/** What is on a disk: the files of its volume, and its partitions that are GGUFs. */
async function readDisk(path: string): Promise<{
  files: Map<string, Buffer>;
  ggufs: { number: number; name: string; bytes: Buffer }[];
}> {
  const disk = await openEfiDisk(path);
  try {
    const files = new Map<string, Buffer>();
    for await (const { path: name, stat: found } of disk.fat.walk()) {
      if (found.type === 'file') files.set(name, await bytesOf(disk, found));
    }
    const ggufs = [];
    for (const { number, name, image } of disk.ggufs) {
      ggufs.push({ number, name, bytes: Buffer.from(await imageBytes(image)) });
    }
    return { files, ggufs };
  } finally {
    await disk.close();
  }
}

const bytesOf = async (
  disk: ExistingEfiDisk,
  found: Parameters<ExistingEfiDisk['data']>[0],
): Promise<Buffer> => Buffer.from(await imageBytes(await disk.data(found)));

const FORMATS = ['raw', 'vmdk'] as const;

describe('planEfiVolume with GGUFs', () => {
  const entries = [{ type: 'file', path: '/llama2.cfg', data: 'model=partition\n' }] as const;
  const ggufs = [1, 2].map((number) => ({
    name: `GGUF ${number} of 2`,
    image: bytesData(Buffer.alloc(MIB + number, number)),
  }));

  it('plans an image of fixed digest', async () => {
    const { image } = planEfiVolume(entries, {
      identity: Buffer.from('a model'),
      ggufs,
      sizeBytes: 9 * MIB,
    });
    expect(await digestImage(image)).toBe(
      'd77285fe7071d2eab5400bb7d5a050d3e3597ac3a4a9b790504842c6271e8491',
    );
  });

  it('puts the system partition first, and each GGUF at a whole MiB', async () => {
    const { image } = planEfiVolume(entries, { ggufs });
    const asked = planEfiVolume(entries, { ggufs, partitionTable: 'gpt' });
    expect(await digestImage(asked.image)).toBe(await digestImage(image));
    const table = await readPartitionTable(accessImage(image));
    expect(table).toMatchObject({ scheme: 'gpt', problems: [], warnings: [] });
    const { partitions } = table!;
    expect(partitions.map(({ type, name }) => [type, name])).toEqual([
      [GPT_TYPE.efiSystem, 'EFI system partition'],
      [GPT_TYPE.gguf, 'GGUF 1 of 2'],
      [GPT_TYPE.gguf, 'GGUF 2 of 2'],
    ]);
    for (const { offset } of partitions) expect(offset % MIB).toBe(0);
    expect(partitions.slice(1).map(({ sizeBytes }) => sizeBytes)).toEqual([2 * MIB, 2 * MIB]);
    // As large as without them, and them.
    expect(image.sizeBytes).toBe((128 + 4) * MIB);
  });

  it('rejects that there be no partition table', () => {
    expect(() => planEfiVolume(entries, { ggufs, partitionTable: 'none' })).toThrow(
      zosiaError('ZOSIA_EFI_NEEDS_TABLE'),
    );
    expect(() => planEfiVolume(entries, { partitionTable: 'none' })).not.toThrow();
  });

  it('reports the smallest possible size with them', () => {
    const leastFor = (options: EfiVolumeOptions): number => {
      try {
        planEfiVolume(entries, { ...options, sizeBytes: 512 });
      } catch (error) {
        return Number(/at least (\d+) bytes/.exec((error as Error).message)![1]);
      }
      return 0;
    };
    const least = leastFor({ ggufs });
    expect(least).toBe(leastFor({ partitionTable: 'gpt' }) + 4 * MIB);
    expect(planEfiVolume(entries, { ggufs, sizeBytes: least }).image.sizeBytes).toBe(least);
    expect(() => planEfiVolume(entries, { ggufs, sizeBytes: least - 512 })).toThrow(
      zosiaError('ZOSIA_EFI_DISK_TOO_SMALL'),
    );
  });
});

describe('writeEfiDisk of a GGUF', () => {
  it.each(FORMATS)('writes it under its own name, and its settings: %s', async (format) => {
    const model = await sampleEfiGguf(folder.file(`file-${format}`));
    const out = folder.file(`file-${format}/disk`);
    const { manifest } = await writeEfiDisk(model, {
      format,
      out,
      settings: { prompt: 'Hi', temp: 0 },
    });
    const { files, ggufs } = await readDisk(out);
    expect(ggufs).toEqual([]);
    expect([...files.keys()].slice(2)).toEqual(['/llama2.cfg', '/tiny.gguf']);
    expect(files.get('/tiny.gguf')!.equals(await readFile(model.parts[0]!.path))).toBe(true);
    expect(parseSettings(files.get('/llama2.cfg')!.toString())).toEqual({
      ...{ model: 'tiny.gguf', prompt: 'Hi', temp: 0, topP: 0.95, topK: 40, minP: 0.05 },
      ...{ repeatPenalty: 1, repeatLastN: 64, context: 2048, seed: 0n },
      ...{ interactive: false, poweroff: false, answer: 'console' },
    });
    expect(manifest.settings).toMatchObject({
      partitionTable: 'none',
      model: { format: 'gguf', as: 'file' },
    });
    expect(manifest.inputs.at(-1)).toMatchObject({ name: 'tiny.gguf', path: '/tiny.gguf' });
  });

  it.each(FORMATS)('writes it as a partition that is its bytes: %s', async (format) => {
    const model = await sampleEfiGguf(folder.file(`part-${format}`), { placement: 'partition' });
    const out = folder.file(`part-${format}/disk`);
    const { manifest } = await writeEfiDisk(model, { format, out });
    const { files, ggufs } = await readDisk(out);
    expect([...files.keys()]).not.toContain('/tiny.gguf');
    expect(parseSettings(files.get('/llama2.cfg')!.toString())).toMatchObject({
      model: 'partition',
    });
    const bytes = await readFile(model.parts[0]!.path);
    expect(ggufs.map(({ number, name }) => [number, name])).toEqual([[2, 'GGUF']]);
    expect(ggufs[0]!.bytes.subarray(0, bytes.length).equals(bytes)).toBe(true);
    expect(ggufs[0]!.bytes.subarray(bytes.length).every((byte) => byte === 0)).toBe(true);
    expect(manifest.settings).toMatchObject({
      partitionTable: 'gpt',
      model: { format: 'gguf', as: 'partition' },
    });
    expect(manifest.inputs.at(-1)).toMatchObject({ path: '/partition 2', partition: 2 });
  });

  it('writes the parts of a split model as files beside each other, or as partitions in order', async () => {
    const paths = await writeSplitGguf(folder.file('split'));
    const bytes = await Promise.all(paths.map((path) => readFile(path)));
    for (const placement of ['file', 'partition'] as const) {
      // Any part stands for all of them.
      const model = await readEfiGguf(paths[1], folder.path, { placement });
      const out = folder.file(`split/${placement}.vmdk`);
      await writeEfiDisk(model, { format: 'vmdk', out });
      const { files, ggufs } = await readDisk(out);
      const found =
        placement === 'file'
          ? [1, 2].map((part) => files.get(`/tiny-0000${part}-of-00002.gguf`)!)
          : ggufs.map((each) => each.bytes);
      expect(
        found.map((each, part) => each.subarray(0, bytes[part]!.length).equals(bytes[part]!)),
      ).toEqual([true, true]);
      if (placement === 'partition') {
        expect(ggufs.map(({ name }) => name)).toEqual(['GGUF 1 of 2', 'GGUF 2 of 2']);
      }
    }
  });

  it('makes partitions of what is too large for FAT, and copies nothing', async () => {
    const path = await writeLargeGguf(folder.file('large'));
    await expect(readEfiGguf(path, folder.path, { placement: 'file' })).rejects.toThrow(
      zosiaError('ZOSIA_EFI_MODEL_TOO_LARGE'),
    );
    const model = await readEfiGguf(path, folder.path);
    expect(model.placement).toBe('partition');
    const out = folder.file('large/disk.vmdk');
    const { image } = await writeEfiDisk(model, { format: 'vmdk', out });
    expect(image.sizeBytes).toBeGreaterThan(2 ** 32);
    expect(await readFile(out, 'utf8')).toContain('FLAT "large.gguf" 0');
    const metadata = await stat(folder.file('large/disk-metadata.img'));
    expect(metadata.blocks * 512).toBeLessThan(900_000);
    await checkEfiDisk(out);
    await utimes(path, 1000, 1000);
    await expect(checkEfiDisk(out)).rejects.toThrow(zosiaError('ZOSIA_DISK_CHANGED'));
  });

  it('refuses settings that only a checkpoint has, and those of a GGUF for a checkpoint', async () => {
    const model = await sampleEfiGguf(folder.file('settings'));
    const refused = { steps: 5, mode: 'chat', tokenizer: 'x' } as const;
    for (const [key, value] of Object.entries(refused)) {
      await expect(readEfiDiskFiles(model, { settings: { [key]: value } })).rejects.toThrow(
        zosiaError('ZOSIA_EFI_BAD_SETTING'),
      );
    }
  });

  it('is verified and described with the model that a partition is', async () => {
    const model = await sampleEfiGguf(folder.file('look'), { placement: 'partition' });
    const out = folder.file('look/disk.vmdk');
    await writeEfiDisk(model, { format: 'vmdk', out });
    const image = await openImage(out);
    try {
      const { table } = await inspectImage(image);
      expect(table).toMatchObject({
        chosen: 1,
        partitions: [
          { isEfiSystem: true, isGguf: false },
          { isGguf: true, gguf: { architecture: 'llama', name: 'Sämple', tensorCount: 11 } },
        ],
      });
      expect(await verifyImage(image)).toMatchObject({
        problems: [],
        models: [],
        partitionModels: [{ format: 'gguf', path: 'partition 2', tensorCount: 11 }],
      });
    } finally {
      await image.close();
    }
  });
});
