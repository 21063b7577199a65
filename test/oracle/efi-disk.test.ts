import { readFile, truncate, writeFile } from 'node:fs/promises';
import { expect, it } from 'vitest';
import { prebuiltProgram } from '../../src/artifacts/prebuilt.js';
import { writeEfiDisk } from '../../src/recipes/efi/disk.js';
import { withRunDisk } from '../../src/recipes/efi/run-disk.js';
import { writeSampleModel } from '../recipes/efi/samples.js';
import { temporaryFolder } from '../support/temporary.js';
import { describeWith, fsckFat, run } from './fat/programs.js';

const PARTITION_SECTOR = 2048;

/** Runs a program that has to succeed. */
function succeed(program: string, ...args: string[]): string {
  const { status, output } = run(program, args);
  expect(status, `${program} ${args.join(' ')}: ${output}`).toBe(0);
  return output;
}

describeWith(['fsck.fat', 'mtype', 'sgdisk', 'qemu-img'], 'EFI disks in other programs', () => {
  const folder = temporaryFolder();
  const layouts = (['raw', 'vmdk'] as const).flatMap((format) =>
    (['none', 'gpt'] as const).map((partitionTable) => ({ format, partitionTable })),
  );

  /** The FAT volume of a disk as a file of its own. */
  function volumeOf(disk: string, format: 'raw' | 'vmdk', partitionTable: 'none' | 'gpt'): string {
    const raw = folder.file('raw.img');
    const volume = folder.file('volume.img');
    succeed('qemu-img', 'convert', '-f', format, '-O', 'raw', disk, raw);
    if (partitionTable === 'none') return raw;
    const report = succeed('sgdisk', '-v', '-p', raw);
    expect(report).toContain('No problems found');
    expect(report).not.toMatch(/caution|warning/i);
    const [, first, last] = /^ +1 +(\d+) +(\d+) .* EF00 +EFI system partition$/m.exec(report)!;
    expect(Number(first)).toBe(PARTITION_SECTOR);
    const count = Number(last) - PARTITION_SECTOR + 1;
    succeed('dd', `if=${raw}`, `of=${volume}`, `skip=${first!}`, `count=${count}`, 'conv=sparse');
    return volume;
  }

  const type = (volume: string, path: string): string =>
    succeed('mtype', '-i', volume, `::${path}`);

  it.each(layouts)(
    'have no errors, and contain the planned files: $format, $partitionTable',
    async (layout) => {
      const { format, partitionTable } = layout;
      const model = await writeSampleModel(folder.file('model'));
      const disk = folder.file(`${format}-${partitionTable}.img`);
      await writeEfiDisk(model, { ...layout, out: disk, settings: { prompt: 'Zoë' } });
      const volume = volumeOf(disk, format, partitionTable);
      const checked = fsckFat(volume);
      expect(checked.status, checked.output).toBe(0);
      expect(checked.output).toContain(
        partitionTable === 'gpt' ? '2 FATs, 32 bit' : '2 FATs, 16 bit',
      );
      expect(succeed('mdir', '-i', volume, '::')).toMatch(/is LLAMA2/);
      expect(type(volume, 'llama2.cfg')).toContain('prompt=Zoë\n');
      for (const { path, fileName } of [model.checkpoint, model.tokenizer]) {
        const copy = folder.file('copy');
        succeed('mcopy', '-n', '-i', volume, `::${fileName}`, copy);
        expect((await readFile(copy)).equals(await readFile(path)), fileName).toBe(true);
      }
      for (const [arch, name] of [
        ['aarch64', 'BOOTAA64.EFI'],
        ['x86_64', 'BOOTX64.EFI'],
      ] as const) {
        const copy = folder.file('copy');
        succeed('mcopy', '-n', '-i', volume, `::EFI/BOOT/${name}`, copy);
        expect((await readFile(copy)).equals(await prebuiltProgram(arch, 'llama2.efi'))).toBe(true);
      }
    },
  );

  it('are provided with other settings, even if their files are fragmented', async () => {
    const disk = folder.file('pieces.img');
    await writeFile(disk, '');
    await truncate(disk, 8 << 20);
    succeed('mformat', '-i', disk, '-v', 'MINE', '::');
    const contents = new Map<string, Buffer>();
    const put = async (name: string, sizeBytes: number): Promise<void> => {
      const bytes = Buffer.from(
        Uint8Array.from({ length: sizeBytes }, (_, i) => (i * 7 + sizeBytes) >> 3),
      );
      contents.set(name, bytes);
      await writeFile(folder.file('piece'), bytes);
      succeed('mcopy', '-n', '-i', disk, folder.file('piece'), `::${name}`);
    };
    // Every other file is deleted, and one that fits no single gap fills them all.
    for (let i = 0; i < 24; i++) await put(`piece ${i}.bin`, 100_000);
    for (let i = 0; i < 24; i += 2) {
      succeed('mdel', '-i', disk, `::piece ${i}.bin`);
      contents.delete(`piece ${i}.bin`);
    }
    await put('model.bin', 6_500_000 - 24 * 100_000);
    await writeFile(folder.file('piece'), 'model=model.bin\r\ntemp=0\r\n');
    succeed('mcopy', '-n', '-i', disk, folder.file('piece'), '::llama2.cfg');

    await withRunDisk(disk, { steps: 5 }, async ({ path }) => {
      const volume = volumeOf(path, 'vmdk', 'none');
      const checked = fsckFat(volume);
      expect(checked.status, checked.output).toBe(0);
      expect(type(volume, 'llama2.cfg')).toBe('model=model.bin\nsteps=5\ntemp=0\n');
      for (const [name, bytes] of contents) {
        succeed('mcopy', '-n', '-i', volume, `::${name}`, folder.file('copy'));
        expect((await readFile(folder.file('copy'))).equals(bytes), name).toBe(true);
      }
    });
  });
});
