import { describe, expect, it } from 'vitest';
import { uint32 } from '../../../src/formats/gguf/values.js';
import { writeRaw } from '../../../src/host/raw-writer.js';
import { readFile } from 'node:fs/promises';
import { imageBytes } from '../../support/images.js';
import { planEfiVolume } from '../../../src/recipes/efi/disk-plan.js';
import { writeEfiDisk } from '../../../src/recipes/efi/disk.js';
import { efiDiskNeeds } from '../../../src/recipes/efi/disk-needs.js';
import { openEfiDisk } from '../../../src/recipes/efi/existing-disk.js';
import { readDiskSettings } from '../../../src/recipes/efi/disk-settings.js';
import {
  ggufMemoryBytes,
  settingsTextBytes,
  textMemoryBytes,
} from '../../../src/recipes/efi/gguf-memory.js';
import { readEfiGguf } from '../../../src/recipes/efi/gguf-model.js';
import { ggufChatSettings, takeGgufTemplateApart } from '../../../src/recipes/efi/gguf-settings.js';
import { withRunDisk } from '../../../src/recipes/efi/run-disk.js';
import { zosiaError } from '../../support/errors.js';
import { temporaryFolder } from '../../support/temporary.js';
import { sampleEfiGguf, writeSampleGguf, writeSplitGguf } from './gguf-samples.js';

const folder = temporaryFolder();
const MIB = 2 ** 20;
const CHATML =
  "{% for m in messages %}{{ '<|im_start|>' + m.role + '\n' + m.content + '<|im_end|>\n' }}{% endfor %}" +
  "{% if add_generation_prompt %}{{ '<|im_start|>assistant\n' }}{% endif %}";

describe('readEfiGguf', () => {
  it('describes a GGUF with what the model says of itself', async () => {
    const temp = { type: 'float32', value: 0.7 } as const;
    const model = await sampleEfiGguf(folder.file('own'), {}, { 'general.sampling.temp': temp });
    expect(model).toMatchObject({
      ...{ name: 'tiny', placement: 'file', contextTokens: 2048 },
      settings: { temp: 0.7, topP: 0.95, topK: 40, minP: 0.05, context: 2048 },
    });
  });

  it.each([
    [undefined, 4096],
    [0, 4096],
    [100, 100],
    [6000, 6000],
    [9000, 8192],
  ])(
    'takes a context of 4096 unless asked, and no more than there is: %s',
    async (asked, tokens) => {
      const trained = { 'llama.context_length': uint32(8192) };
      const model = await sampleEfiGguf(folder.file('ctx'), { contextTokens: asked }, trained);
      expect(model.contextTokens).toBe(tokens);
    },
  );

  it('refuses what the EFI machine does not run', async () => {
    const path = await writeSampleGguf(folder.file('not'), {
      'llama.rope.scaling.type': { type: 'string', value: 'yarn' },
    });
    await expect(readEfiGguf(path, folder.path)).rejects.toThrow(
      zosiaError('ZOSIA_EFI_MODEL_UNSUPPORTED'),
    );
  });

  it('refuses a name that stands for partitions', async () => {
    const path = await writeSampleGguf(folder.file('name'), {}, 'partition');
    await expect(readEfiGguf(path, folder.path)).rejects.toThrow(zosiaError('ZOSIA_EFI_BAD_NAME'));
  });
});

describe('ggufMemoryBytes', () => {
  const info = {
    ...{ blockCount: 4, headCount: 8, headCountKv: 2, keyLength: 32, valueLength: 16 },
    ...{ vocabularySize: 1000, contextLength: 512 },
  };

  it('has room for the file, the cache in two bytes each, and 64 MiB', () => {
    const bytes = ggufMemoryBytes({ info, fileBytes: 10 * MIB, contextTokens: 100 });
    const least = (10 + 64) * MIB + 2 * 4 * 100 * 2 * (32 + 16);
    expect(bytes).toBeGreaterThanOrEqual(least);
    expect(bytes).toBeLessThan(least + MIB);
  });

  it('has room for what a long prompt becomes, and all that stands round it', () => {
    const settings = { prompt: 'ä'.repeat(1000), system: 'x'.repeat(10), chatNext: 'yz' };
    expect(settingsTextBytes(settings)).toBe(2012);
    expect(settingsTextBytes({ template: 'Q: {prompt}', prompt: '' })).toBe(3);
    const needs = { info, fileBytes: 1000, contextTokens: 1 };
    const textBytes = settingsTextBytes(settings);
    expect(ggufMemoryBytes({ ...needs, textBytes })).toBe(
      ggufMemoryBytes(needs) + textMemoryBytes(textBytes),
    );
  });
});

describe('ggufChatSettings', () => {
  it('refuses a system text where there is no conversation', async () => {
    const model = await sampleEfiGguf(folder.file('chat'));
    const none = await takeGgufTemplateApart(model, null);
    expect(none).toBeUndefined();
    expect(() => ggufChatSettings(model, none, 'Be brief.')).toThrow(
      zosiaError('ZOSIA_EFI_BAD_SETTING'),
    );
    const takenApart = await takeGgufTemplateApart(model, CHATML);
    expect(ggufChatSettings(model, takenApart, 'Be brief.')).toMatchObject({
      system: 'Be brief.',
      chatUserEnd: '<|im_end|>\n<|im_start|>assistant\n',
    });
  });
});

describe('efiDiskNeeds of a GGUF', () => {
  it.each(['file', 'partition'] as const)('are those of the model: %s', async (placement) => {
    const model = await sampleEfiGguf(folder.file(`needs-${placement}`), { placement });
    const out = folder.file(`needs-${placement}/disk.vmdk`);
    await writeEfiDisk(model, { format: 'vmdk', out });
    const needs = await efiDiskNeeds(out);
    expect(needs).toMatchObject({
      modelFormat: 'gguf',
      modelName: placement === 'file' ? 'tiny' : 'Sämple',
      memoryBytes: model.memoryBytes,
    });
    const more = await efiDiskNeeds(out, { settings: { prompt: 'x'.repeat(6000) } });
    expect(more.memoryBytes).toBe(model.memoryBytes + textMemoryBytes(6000));
    const less = await efiDiskNeeds(out, { settings: { context: 1024 } });
    expect(less.memoryBytes).toBeLessThan(needs.memoryBytes);
  });

  it('are those of all parts of a split one', async () => {
    const [path] = await writeSplitGguf(folder.file('split'));
    for (const placement of ['file', 'partition'] as const) {
      const model = await readEfiGguf(path, folder.path, { placement });
      const out = folder.file(`split/${placement}.img`);
      await writeEfiDisk(model, { format: 'raw', out });
      expect((await efiDiskNeeds(out)).memoryBytes).toBe(model.memoryBytes);
    }
  });

  it('are not known where partitions are missing, or are of several models', async () => {
    const [first] = await writeSplitGguf(folder.file('parts'));
    const image = async (path: string) => ({
      name: 'GGUF',
      image: {
        sizeBytes: (await readFile(path)).length,
        segments: [
          {
            offset: 0,
            length: (await readFile(path)).length,
            source: { kind: 'file', path, offset: 0 } as const,
          },
        ],
      },
    });
    const whole = await writeSampleGguf(folder.file('parts'));
    const entries = [
      { type: 'file', path: '/EFI/BOOT/BOOTX64.EFI', data: 'x' },
      { type: 'file', path: '/llama2.cfg', data: 'model=partition\n' },
    ] as const;
    const out = folder.file('parts/disk.img');
    for (const [paths, code] of [
      [[], 'ZOSIA_EFI_NO_MODEL'],
      [[first!], 'ZOSIA_MODEL_NOT_ONE'],
      [[whole, whole], 'ZOSIA_MODEL_NOT_ONE'],
    ] as const) {
      const ggufs = await Promise.all(paths.map(image));
      await writeRaw(planEfiVolume(entries, { ggufs }).image, out);
      await expect(efiDiskNeeds(out)).rejects.toThrow(zosiaError(code));
    }
  });
});

describe('withRunDisk of a GGUF', () => {
  it('lends a disk with other settings and the same partitions', async () => {
    const model = await sampleEfiGguf(folder.file('run'), { placement: 'partition' });
    const out = folder.file('run/disk.vmdk');
    await writeEfiDisk(model, { format: 'vmdk', out });
    const bytes = await readFile(model.parts[0]!.path);
    await withRunDisk(out, { predict: 7 }, async ({ path }) => {
      const disk = await openEfiDisk(path, { allowOutside: true });
      try {
        expect(await readDiskSettings(disk.fat)).toMatchObject({ model: 'partition', predict: 7 });
        const [gguf] = disk.ggufs;
        expect(gguf).toMatchObject({ number: 2, name: 'GGUF' });
        const lent = await imageBytes(gguf!.image);
        expect(bytes.equals(lent.subarray(0, bytes.length))).toBe(true);
      } finally {
        await disk.close();
      }
    });
  });
});
