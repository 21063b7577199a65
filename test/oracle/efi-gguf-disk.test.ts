import { readFile, writeFile } from 'node:fs/promises';
import { basename } from 'node:path';
import { beforeAll, expect, it } from 'vitest';
import { GPT_TYPE } from '../../src/formats/gpt/layout.js';
import { parseSettings } from '../../src/formats/llama2c/settings/file.js';
import { writeEfiDisk } from '../../src/recipes/efi/disk.js';
import { readEfiGguf } from '../../src/recipes/efi/gguf-model.js';
import { writeSampleGguf, writeSplitGguf } from '../recipes/efi/gguf-samples.js';
import { temporaryFolder } from '../support/temporary.js';
import { describeWith, fsckFat, run } from './fat/programs.js';

const SECTOR_BYTES = 512;
const MIB = 2 ** 20;

/** Runs a program that has to succeed. */
function succeed(program: string, ...args: string[]): string {
  const { status, output } = run(program, args);
  expect(status, `${program} ${args.join(' ')}: ${output}`).toBe(0);
  return output;
}

interface ShownPartition {
  readonly type: string;
  readonly name: string;
  readonly offset: number;
  readonly sizeBytes: number;
}

/** A partition as `sgdisk -i` tells of it. */
function partitionOf(disk: string, number: number): ShownPartition {
  const shown = succeed('sgdisk', `-i${number}`, disk);
  const field = (pattern: RegExp): string => {
    const found = pattern.exec(shown);
    expect(found, `${pattern} in ${shown}`).not.toBeNull();
    return found![1]!;
  };
  const first = Number(field(/^First sector: (\d+)/m));
  const last = Number(field(/^Last sector: (\d+)/m));
  return {
    type: field(/^Partition GUID code: (\S+)/m).toLowerCase(),
    name: field(/^Partition name: '(.*)'$/m),
    offset: first * SECTOR_BYTES,
    sizeBytes: (last - first + 1) * SECTOR_BYTES,
  };
}

/** What files of a FAT volume have in them, as mtools reads them. */
async function readByMtools(volume: string, name: string, copy: string): Promise<Buffer> {
  succeed('mcopy', '-n', '-i', volume, `::${name}`, copy);
  return readFile(copy);
}

describeWith(
  ['fsck.fat', 'mcopy', 'mdir', 'sgdisk', 'qemu-img'],
  'EFI disks with a GGUF in other programs',
  () => {
    const folder = temporaryFolder();
    const formats = ['raw', 'vmdk'] as const;
    const names = [
      'tiny.gguf',
      'A model whose name is longer than one entry of a directory, Q8_0 (instruct).gguf',
      'größtes Modell 東京 модель.gguf',
    ];
    let parts: string[];
    beforeAll(async () => {
      for (const name of names) await writeSampleGguf(folder.path, {}, name);
      parts = await writeSplitGguf(folder.file('split'));
    });

    /** The disk as bytes, through qemu-img. */
    async function written(
      model: string,
      format: (typeof formats)[number],
      placement: 'file' | 'partition',
    ): Promise<{ path: string; bytes: Buffer }> {
      const disk = folder.file(`disk.${format}`);
      const gguf = await readEfiGguf(model, folder.path, { placement });
      await writeEfiDisk(gguf, { format, out: disk, settings: { prompt: 'Zoë 東京' } });
      const path = folder.file('raw.img');
      succeed('qemu-img', 'convert', '-f', format, '-O', 'raw', disk, path);
      return { path, bytes: await readFile(path) };
    }

    function expectCleanFat(volume: string): void {
      const { status, output } = fsckFat(volume);
      expect(status, output).toBe(0);
    }

    /** `llama2.cfg` as mtools reads it. */
    async function settingsOf(volume: string) {
      const bytes = await readByMtools(volume, 'llama2.cfg', folder.file('copy'));
      return parseSettings(bytes.toString('utf8'));
    }

    it.each(formats.flatMap((format) => names.map((name) => ({ format, name }))))(
      'have it in FAT under its own name: $name, $format',
      async ({ format, name }) => {
        const { path: volume } = await written(folder.file(name), format, 'file');
        expectCleanFat(volume);
        expect(succeed('mdir', '-b', '-i', volume, '::').split('\n')).toContain(`::/${name}`);
        const copy = await readByMtools(volume, name, folder.file('copy'));
        expect(copy.equals(await readFile(folder.file(name)))).toBe(true);
        expect(await settingsOf(volume)).toMatchObject({ model: name, prompt: 'Zoë 東京' });
      },
    );

    it.each(formats)('have all parts of a split one in FAT: %s', async (format) => {
      const { path: volume } = await written(parts[0]!, format, 'file');
      expectCleanFat(volume);
      for (const part of parts) {
        const copy = await readByMtools(volume, basename(part), folder.file('copy'));
        expect(copy.equals(await readFile(part)), part).toBe(true);
      }
      expect(await settingsOf(volume)).toMatchObject({ model: basename(parts[0]!) });
    });

    it.each(
      formats.flatMap((format) => [
        { format, files: () => [folder.file('tiny.gguf')], called: ['GGUF'] },
        { format, files: () => parts, called: ['GGUF 1 of 2', 'GGUF 2 of 2'] },
      ]),
    )('have partitions that are it: $called, $format', async ({ format, files, called }) => {
      const { path, bytes } = await written(files()[0]!, format, 'partition');
      const report = succeed('sgdisk', '-v', '-p', path);
      expect(report).toContain('No problems found');
      expect(report).not.toMatch(/caution|warning/i);
      expect(report.match(/^ +\d+ +\d+ +\d+ /gm)).toHaveLength(1 + called.length);

      const system = partitionOf(path, 1);
      expect(system).toMatchObject({ type: GPT_TYPE.efiSystem, name: 'EFI system partition' });
      const volume = folder.file('volume.img');
      await writeFile(volume, bytes.subarray(system.offset, system.offset + system.sizeBytes));
      expectCleanFat(volume);
      expect(await settingsOf(volume)).toMatchObject({ model: 'partition' });
      expect(succeed('mdir', '-b', '-i', volume, '::')).not.toContain('.gguf');

      let end = system.offset + system.sizeBytes;
      for (const [index, file] of files().entries()) {
        const gguf = await readFile(file);
        const { type, name, offset, sizeBytes } = partitionOf(path, 2 + index);
        expect({ type, name }).toEqual({ type: GPT_TYPE.gguf, name: called[index] });
        expect(offset % MIB).toBe(0);
        expect(offset).toBeGreaterThanOrEqual(end);
        expect(sizeBytes - gguf.length).toBeGreaterThanOrEqual(0);
        expect(sizeBytes - gguf.length).toBeLessThan(MIB);
        const content = bytes.subarray(offset, offset + sizeBytes);
        expect(content.subarray(0, gguf.length).equals(gguf), file).toBe(true);
        expect(content.subarray(gguf.length).every((byte) => byte === 0)).toBe(true);
        end = offset + sizeBytes;
      }
    });
  },
);
