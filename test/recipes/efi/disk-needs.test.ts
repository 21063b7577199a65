import { writeFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { bytesData } from '../../../src/image/file-data.js';
import { planFat } from '../../../src/formats/fat/plan.js';
import { writeRaw } from '../../../src/host/raw-writer.js';
import { writeEfiDisk } from '../../../src/recipes/efi/disk.js';
import { efiDiskNeeds } from '../../../src/recipes/efi/disk-needs.js';
import { DEFAULT_EFI_SETTINGS } from '../../../src/formats/llama2c/settings/settings.js';
import { uint32 } from '../../../src/formats/gguf/values.js';
import { modelGguf } from '../../formats/gguf/samples.js';
import { randomCheckpoint } from '../../support/random-checkpoint.js';
import { zosiaError } from '../../support/errors.js';
import { temporaryFolder } from '../../support/temporary.js';
import { sampleTokenizer, SHAPE, writeSampleModel } from './samples.js';

const folder = temporaryFolder();
const CHECKPOINT = randomCheckpoint(SHAPE, { version: 0 }, 1);
const TOKENIZER = sampleTokenizer(300);
const NO_FILES = {};

/** Writes a disk with an application for x86_64 and these files. */
async function writeDisk(files: Readonly<Record<string, string | Uint8Array>>): Promise<string> {
  const path = folder.file('disk.img');
  const all = { '/EFI/BOOT/BOOTX64.EFI': 'application', ...files };
  const entries = Object.entries(all).map(([name, contents]) => {
    const data = bytesData(Buffer.from(contents));
    return { type: 'file', path: name, data } as const;
  });
  await writeRaw(planFat(entries), path);
  return path;
}

describe('efiDiskNeeds', () => {
  it.each(['raw', 'vmdk'] as const)('returns the needs of an EFI disk: %s', async (format) => {
    const model = await writeSampleModel(folder.file(format));
    const out = folder.file(`${format}/disk.img`);
    await writeEfiDisk(model, { format, out, settings: { steps: 9 } });
    const needs = await efiDiskNeeds(out, { arch: 'aarch64' });
    expect(needs).toEqual({
      memoryBytes: model.memoryBytes,
      archs: ['aarch64', 'x86_64'],
      settings: {
        ...DEFAULT_EFI_SETTINGS,
        model: 'tiny.bin',
        tokenizer: 'tiny-tokenizer.bin',
        steps: 9,
      },
      modelName: 'tiny',
      modelFormat: 'llama2c',
    });
    const prompt = 'x'.repeat(40_000);
    const more = await efiDiskNeeds(out, { settings: { prompt, steps: undefined } });
    expect(more.settings).toMatchObject({ prompt, steps: 9 });
    expect(more.memoryBytes).toBeGreaterThan(model.memoryBytes + 20 * 6000);
  });

  it('uses the default settings without llama2.cfg', async () => {
    const path = await writeDisk({ '/stories15m.bin': CHECKPOINT, '/tokenizer.bin': TOKENIZER });
    expect(await efiDiskNeeds(path)).toMatchObject({
      modelName: 'stories15M',
      archs: ['x86_64'],
      settings: DEFAULT_EFI_SETTINGS,
    });
  });

  it('uses the paths in llama2.cfg', async () => {
    const path = await writeDisk({
      '/llama2.cfg': 'model=models/a.bin\ntokenizer=/models/b',
      '/models/a.bin': CHECKPOINT,
      '/models/b': TOKENIZER,
    });
    expect((await efiDiskNeeds(path)).modelName).toBe('a');
  });

  it('accepts other applications, but no prompt for them', async () => {
    const path = folder.file('hello.img');
    await writeEfiDisk('hello', { format: 'raw', out: path });
    expect(await efiDiskNeeds(path)).toMatchObject({ memoryBytes: 0, modelName: undefined });
    await expect(efiDiskNeeds(path, { settings: { prompt: 'Hi' } })).rejects.toThrow(
      zosiaError('ZOSIA_EFI_OTHER_APPLICATION'),
    );
  });

  it('rejects a disk without an application for the machine', async () => {
    const path = await writeDisk(NO_FILES);
    const needs = efiDiskNeeds(path, { arch: 'aarch64' });
    await expect(needs).rejects.toThrow(zosiaError('ZOSIA_EFI_NO_APPLICATION'));
    await expect(needs).rejects.toThrow('/EFI/BOOT/BOOTAA64.EFI');
    const empty = folder.file('empty.img');
    await writeRaw(planFat([]), empty);
    await expect(efiDiskNeeds(empty)).rejects.toThrow(zosiaError('ZOSIA_EFI_NO_APPLICATION'));
  });

  it.each<[string, Record<string, string | Uint8Array>, string]>([
    ['no model', { '/llama2.cfg': 'steps=1' }, 'ZOSIA_EFI_NO_MODEL'],
    ['a folder for a model', { '/llama2.cfg': 'model=EFI' }, 'ZOSIA_EFI_NO_MODEL'],
    ['no tokenizer', { '/stories15M.bin': CHECKPOINT }, 'ZOSIA_EFI_NO_MODEL'],
    [
      'a tokenizer of another model',
      { '/stories15M.bin': CHECKPOINT, '/tokenizer.bin': sampleTokenizer(299) },
      'ZOSIA_TOKENIZER_MISMATCH',
    ],
    [
      'a truncated model',
      { '/stories15M.bin': CHECKPOINT.subarray(0, 9999), '/tokenizer.bin': TOKENIZER },
      'ZOSIA_CHECKPOINT_TRUNCATED',
    ],
    [
      'settings that are not UTF-8',
      { '/llama2.cfg': Buffer.from('prompt=é', 'latin1') },
      'ZOSIA_EFI_BAD_SETTINGS_FILE',
    ],
    ['unknown settings', { '/llama2.cfg': 'step=1' }, 'ZOSIA_EFI_BAD_SETTINGS_FILE'],
  ])('rejects %s', async (_, files, code) => {
    await expect(efiDiskNeeds(await writeDisk(files))).rejects.toThrow(zosiaError(code));
  });

  it('reports the path of a tokenizer of another model', async () => {
    const path = await writeDisk({
      '/stories15M.bin': CHECKPOINT,
      '/tokenizer.bin': sampleTokenizer(299),
    });
    await expect(efiDiskNeeds(path)).rejects.toThrow(`tokenizer.bin on ${path} has 299 tokens`);
  });

  it('takes the only GGUF of a disk whose settings name none, and the most that any of several needs', async () => {
    const [small, large] = await Promise.all([
      modelGguf({ 'llama.context_length': uint32(64) }),
      modelGguf({ 'llama.context_length': uint32(2048) }),
    ]);
    const one = await efiDiskNeeds(await writeDisk({ '/only one.gguf': small }), {
      settings: { prompt: 'hi' },
    });
    expect(one).toMatchObject({ modelName: 'only one', settings: { model: 'only one.gguf' } });
    const path = await writeDisk({
      ...{ '/a.gguf': small, '/b.gguf': large, '/b-00002-of-00003.gguf': 'a part' },
      '/llama2.cfg': 'temp=0',
    });
    const several = await efiDiskNeeds(path);
    expect(several.modelName).toBeUndefined();
    expect(several.modelFormat).toBe('gguf');
    expect(several.memoryBytes).toBeGreaterThan(one.memoryBytes + 1e5);
  });

  it('rejects a file that is no disk', async () => {
    const path = folder.file('text');
    await writeFile(path, 'not a disk');
    await expect(efiDiskNeeds(path)).rejects.toThrow(zosiaError('ZOSIA_IMAGE_UNKNOWN'));
  });
});
