import { readFile, readdir, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { bytesData, fileData } from '../../../src/image/file-data.js';
import { ATTRIBUTE } from '../../../src/formats/fat/layout/directory.js';
import { planFat } from '../../../src/formats/fat/plan.js';
import type { Timestamp } from '../../../src/formats/entry.js';
import type { FatEntry } from '../../../src/formats/fat/plan.js';
import { GPT_TYPE } from '../../../src/formats/gpt/layout.js';
import { FIRST_PARTITION_OFFSET, planGpt } from '../../../src/formats/gpt/plan.js';
import { writeRaw } from '../../../src/host/raw-writer.js';
import { planEfiVolume } from '../../../src/recipes/efi/disk-plan.js';
import { openEfiDisk } from '../../../src/recipes/efi/existing-disk.js';
import { withRunDisk } from '../../../src/recipes/efi/run-disk.js';
import { parseSettings } from '../../../src/formats/llama2c/settings/file.js';
import type { EfiSettings } from '../../../src/formats/llama2c/settings/settings.js';
import { writeVmdk } from '../../../src/recipes/vmdk-files.js';
import { zosiaError } from '../../support/errors.js';
import { imageBytes } from '../../support/images.js';
import { temporaryFolder } from '../../support/temporary.js';
import { writeSampleFiles } from './samples.js';

const folder = temporaryFolder();

const layouts = (['raw', 'vmdk'] as const).flatMap((format) =>
  (['none', 'gpt'] as const).map((partitionTable) => ({ format, partitionTable })),
);

const text = (path: string, contents: string): FatEntry => ({
  type: 'file',
  path,
  data: bytesData(Buffer.from(contents)),
});

interface OnDisk {
  readonly contents: Buffer | undefined;
  readonly attributes: number;
  readonly mtime: Timestamp | undefined;
}

async function readDisk(path: string): Promise<Map<string, OnDisk>> {
  const disk = await openEfiDisk(path, { allowOutside: true });
  try {
    const found = new Map<string, OnDisk>();
    for await (const { path: name, stat: entry } of disk.fat.walk()) {
      const { type, attributes, mtime } = entry;
      const contents =
        type === 'file' ? Buffer.from(await imageBytes(await disk.data(entry))) : undefined;
      found.set(name, { contents, attributes, mtime });
    }
    return found;
  } finally {
    await disk.close();
  }
}

/** Writes a disk with more files than zosia would write. */
async function writeDisk(
  layout: (typeof layouts)[number],
  settings = '# mine\nmodel=tiny.bin\nsteps=7\n',
): Promise<{ path: string; checkpoint: string }> {
  const place = folder.file(`${layout.format} ${layout.partitionTable}`);
  const [checkpoint] = await writeSampleFiles(place);
  const { size } = await stat(checkpoint);
  const { image } = planEfiVolume(
    [
      text('/EFI/BOOT/BOOTX64.EFI', 'application'),
      text('/LLAMA2.CFG', settings),
      { type: 'file', path: '/tiny.bin', data: fileData(checkpoint, size), readOnly: true },
      { type: 'directory', path: '/empty folder' },
      { ...text('/data/Notes é.txt', 'notes'), hidden: true, mtime: { seconds: 1_700_000_000 } },
      { type: 'file', path: '/data/nothing', data: bytesData(Buffer.alloc(0)) },
    ],
    layout,
  );
  const path = join(place, 'disk.img');
  if (layout.format === 'raw') await writeRaw(image, path);
  else await writeVmdk(image, path);
  return { path, checkpoint };
}

describe('withRunDisk', () => {
  it.each(layouts)(
    'provides the same disk with other settings: $format, $partitionTable',
    async (layout) => {
      const { path, checkpoint } = await writeDisk(layout);
      const before = await readFile(path);
      const settings: EfiSettings = { prompt: 'Hi\nthere', poweroff: true, steps: undefined };
      const original = await readDisk(path);
      const result = await withRunDisk(path, settings, async (disk) => {
        expect(disk.format).toBe('vmdk');
        const lent = await readDisk(disk.path);
        expect(parseSettings(lent.get('/llama2.cfg')!.contents!.toString())).toEqual({
          model: 'tiny.bin',
          steps: 7,
          prompt: 'Hi\nthere',
          poweroff: true,
        });
        expect(lent.get('/tiny.bin')!.contents!.equals(await readFile(checkpoint))).toBe(true);
        expect(lent.get('/tiny.bin')!.attributes & ATTRIBUTE.readOnly).toBe(ATTRIBUTE.readOnly);
        expect(lent.get('/data/Notes é.txt')).toMatchObject({ mtime: { seconds: 1_700_000_000 } });
        expect(lent.get('/data/Notes é.txt')!.attributes & ATTRIBUTE.hidden).toBe(ATTRIBUTE.hidden);
        // Everything else is the same.
        for (const files of [lent, original]) {
          for (const name of files.keys()) if (/llama2\.cfg$/i.test(name)) files.delete(name);
        }
        expect(lent).toEqual(original);

        let copiedBytes = 0;
        for (const name of await readdir(dirname(disk.path))) {
          copiedBytes += (await stat(join(dirname(disk.path), name))).blocks * 512;
        }
        expect(copiedBytes).toBeLessThan(100_000);
        return disk.path;
      });
      await expect(stat(dirname(result))).rejects.toThrow('ENOENT');
      expect((await readFile(path)).equals(before)).toBe(true);
    },
  );

  it('adds the settings of the run to a disk without settings', async () => {
    const path = folder.file('bare.img');
    await writeRaw(planFat([text('/model.bin', 'x')]), path);
    await withRunDisk(path, { steps: 3 }, async (disk) => {
      expect((await readDisk(disk.path)).get('/llama2.cfg')!.contents!.toString()).toBe(
        'steps=3\n',
      );
    });
  });

  it('deletes the temporary disk when the run fails', async () => {
    const { path } = await writeDisk({ format: 'raw', partitionTable: 'none' });
    let lent = '';
    const run = withRunDisk(path, {}, (disk) => {
      lent = disk.path;
      return Promise.reject(new Error('the machine broke'));
    });
    await expect(run).rejects.toThrow('the machine broke');
    await expect(stat(dirname(lent))).rejects.toThrow('ENOENT');
  });

  it('does not start when it is already cancelled', async () => {
    const { path } = await writeDisk({ format: 'raw', partitionTable: 'none' });
    const signal = AbortSignal.abort(new Error('cancelled'));
    const use = (): Promise<void> => Promise.reject(new Error('used'));
    await expect(withRunDisk(path, {}, use, { signal })).rejects.toThrow('cancelled');
  });

  it('rejects invalid settings, on the disk or for the run', async () => {
    const use = (): Promise<void> => Promise.reject(new Error('used'));
    const layout = { format: 'raw', partitionTable: 'none' } as const;
    const { path } = await writeDisk(layout);
    await expect(withRunDisk(path, { temp: 200 }, use)).rejects.toThrow(
      zosiaError('ZOSIA_EFI_BAD_SETTING'),
    );
    for (const bad of ['step=3\n', 'prompt=\xff\0', 'x'.repeat((1 << 20) + 1)]) {
      await writeDisk(layout, bad);
      await expect(withRunDisk(path, {}, use)).rejects.toThrow(
        zosiaError('ZOSIA_EFI_BAD_SETTINGS_FILE'),
      );
    }
  });
});

describe('openEfiDisk', () => {
  const fat = (name: string) =>
    planFat([text(`/${name}`, name)], { partitionOffsetBytes: FIRST_PARTITION_OFFSET });
  const namesOn = async (...partitions: Parameters<typeof planGpt>[0]): Promise<string[]> => {
    const path = folder.file('partitions.img');
    await writeRaw(planGpt(partitions), path);
    return [...(await readDisk(path)).keys()];
  };

  it('opens the EFI system partition, else the only FAT partition', async () => {
    const [data, system] = [GPT_TYPE.linux, GPT_TYPE.efiSystem];
    const data1 = { image: fat('data'), typeGuid: data, name: 'data' };
    const esp = { image: fat('esp'), typeGuid: system, name: 'esp' };
    expect(await namesOn(data1, esp)).toEqual(['/', '/esp']);
    expect(await namesOn(data1)).toEqual(['/', '/data']);
    const unformatted = { image: bytesData(Buffer.alloc(4096)), typeGuid: system, name: 'empty' };
    expect(await namesOn(unformatted, data1)).toEqual(['/', '/data']);
    await expect(namesOn(unformatted)).rejects.toThrow(zosiaError('ZOSIA_EFI_NO_VOLUME'));
  });

  it('rejects a file that is no disk', async () => {
    const path = folder.file('random.bin');
    await writeRaw(bytesData(Buffer.alloc(10_000, 'x')), path);
    await expect(openEfiDisk(path)).rejects.toMatchObject({
      code: 'ZOSIA_IMAGE_UNKNOWN',
      hint: expect.stringMatching(/^Name a FAT image, .*zosia image efi/) as string,
    });
    await expect(openEfiDisk(folder.file('none'))).rejects.toThrow(
      zosiaError('ZOSIA_FILE_NOT_FOUND'),
    );
  });
});
