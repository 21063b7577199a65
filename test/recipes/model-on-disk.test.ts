import { mkdir, rm, writeFile } from 'node:fs/promises';
import { basename } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { kvCacheBytes } from '../../src/formats/gguf/model-info.js';
import { bytesData, planExt4 } from '../../src/formats/ext4/plan.js';
import type { Ext4Entry } from '../../src/formats/ext4/plan.js';
import { planFat } from '../../src/formats/fat/plan.js';
import { writeRaw } from '../../src/host/raw-writer.js';
import { writeModelDisk } from '../../src/recipes/model-disk.js';
import { contextTokensFor, modelNeeds } from '../../src/recipes/model-memory.js';
import { modelOnDisk } from '../../src/recipes/model-on-disk.js';
import { readCompanion, readModel } from '../../src/recipes/model.js';
import { sampleAdapter, sampleProjector } from '../formats/gguf/companions.js';
import { modelGguf, sampleGguf } from '../formats/gguf/samples.js';
import { writeCompanions, writeSampleModel } from '../support/model-files.js';
import { zosiaError } from '../support/errors.js';
import { splitModel } from '../support/split-model.js';
import { temporaryFolder } from '../support/temporary.js';

const folder = temporaryFolder();
const disk = (): string => folder.file('disk.vmdk');
beforeEach(async () => {
  await rm(folder.path, { recursive: true });
  await mkdir(folder.path);
});

async function writeFiles(files: Readonly<Record<string, Buffer>>): Promise<void> {
  const entries = Object.entries(files).map(([name, bytes]): Ext4Entry => ({
    type: 'file',
    path: `/${name}`,
    data: bytesData(bytes),
  }));
  await writeRaw(planExt4(entries, { label: 'OTHER' }), disk());
}

describe('modelOnDisk', () => {
  it.each(['raw', 'vmdk'] as const)('returns the model of a disk: %s', async (format) => {
    const model = await writeSampleModel(folder.path);
    await writeModelDisk(model, { format, out: disk() });
    expect(await modelOnDisk(disk())).toEqual({ info: model.info, companionBytes: 0 });
  });

  it('returns the draft of a model, whose bytes count', async () => {
    const model = await writeSampleModel(folder.path);
    const draft = await readCompanion(model.path, 'draft', folder.path);
    await writeModelDisk(model, { format: 'raw', out: folder.file('disk.img'), draft });
    expect(await modelOnDisk(folder.file('disk.img'))).toEqual({
      info: model.info,
      companionBytes: draft.sizeBytes,
      draft: model.info,
    });
  });

  it('throws for a draft with other tokens', async () => {
    const tokenizer = { type: 'string', value: 'gpt2' } as const;
    await writeFiles({
      'model.gguf': await modelGguf(),
      'draft.gguf': await sampleGguf({ 'tokenizer.ggml.model': tokenizer }),
    });
    await expect(modelOnDisk(disk())).rejects.toThrow(
      'does not fit the model: its tokenizer is of the kind "gpt2", and the model\'s of the kind "llama"',
    );
  });

  it('returns a model in all its parts, with its companions', async () => {
    const whole = await writeSampleModel(folder.path, 'odd \\x41 näme.gguf');
    const split = await readModel((await splitModel(whole.path, 3))[0], folder.path);
    const companions = await writeCompanions(folder.path);
    await writeModelDisk(split, { format: 'vmdk', out: disk(), ...companions });
    const sizes = [companions.projector, ...companions.adapters].map((file) => file.sizeBytes);
    expect(await modelOnDisk(disk())).toEqual({
      info: { ...whole.info, splitCount: 3 },
      companionBytes: sizes.reduce((sum, size) => sum + size),
    });
  });

  it('returns the first *.gguf that is no companion if there is no model.gguf', async () => {
    const named = (name: string) => modelGguf({ 'general.name': { type: 'string', value: name } });
    await writeFiles({
      'b.gguf': await named('b.gguf'),
      'c.gguf': await named('c.gguf'),
      'a.txt': await named('a.txt'),
      'lora-1.gguf': await sampleAdapter(),
      'mmproj.gguf': await sampleProjector(),
    });
    expect((await modelOnDisk(disk()))?.info.name).toBe('b.gguf');
  });

  it.each([
    ['lora-1.gguf', () => modelGguf(), 'ZOSIA_MODEL_WRONG_KIND'],
    ['mmproj.gguf', () => sampleAdapter(), 'ZOSIA_MODEL_WRONG_KIND'],
    [
      'lora-2.gguf',
      () => sampleAdapter({ tensors: { 'output_norm.weight.lora_a': [4, 2] } }),
      'ZOSIA_COMPANION_DOES_NOT_FIT',
    ],
    [
      'mmproj.gguf',
      () => sampleProjector({ tensors: { 'mm.2.weight': [8, 255] } }),
      'ZOSIA_COMPANION_DOES_NOT_FIT',
    ],
  ])('rejects a %s that does not fit the model', async (name, make, code) => {
    await writeFiles({
      'model.gguf': await modelGguf(),
      'lora-1.gguf': await sampleAdapter(),
      [name]: await make(),
    });
    await expect(modelOnDisk(disk())).rejects.toMatchObject({
      code,
      message: expect.stringContaining(`/${name} `) as string,
    });
  });

  it('returns the model even if a companion cannot be read', async () => {
    await writeFiles({ 'model.gguf': await modelGguf(), 'mmproj.gguf': Buffer.from('no GGUF') });
    expect(await modelOnDisk(disk())).toMatchObject({ companionBytes: 7 });
    const model: Ext4Entry = {
      type: 'file',
      path: '/model.gguf',
      data: bytesData(await modelGguf()),
    };
    const folders = planExt4([model, { type: 'directory', path: '/lora-1.gguf' }], { label: 'X' });
    await writeRaw(folders, disk());
    expect((await modelOnDisk(disk()))?.info.architecture).toBe('llama');
  });

  it('returns undefined for an unreadable disk', async () => {
    expect(await modelOnDisk(folder.file('nowhere'))).toBeUndefined();
    await writeFile(disk(), 'no file system');
    expect(await modelOnDisk(disk())).toBeUndefined();
    await writeRaw(planExt4([], { label: 'EMPTY' }), disk());
    expect(await modelOnDisk(disk())).toBeUndefined();
    const loop: Ext4Entry = { type: 'symlink', path: '/model.gguf', target: 'model.gguf' };
    await writeRaw(planExt4([loop], { label: 'LOOP' }), disk());
    expect(await modelOnDisk(disk())).toBeUndefined();
  });

  it('rejects a disk of the EFI machine', async () => {
    await writeRaw(planFat([], { label: 'LLAMA2' }), disk());
    await expect(modelOnDisk(disk())).rejects.toThrow(zosiaError('ZOSIA_NOT_EXT4'));
  });

  it('returns undefined when a part is missing', async () => {
    const whole = await writeSampleModel(folder.path);
    const [first] = await splitModel(whole.path, 2);
    const part = { type: 'file', path: `/${basename(first!)}` } as const;
    const data = bytesData(await modelGguf({ 'split.count': { type: 'uint16', value: 2 } }));
    await writeRaw(planExt4([{ ...part, data }], { label: 'PART' }), disk());
    expect(await modelOnDisk(disk())).toBeUndefined();
  });
});

describe('modelNeeds and contextTokensFor', () => {
  it('return memory for all that is loaded, and arguments for the context', async () => {
    const { info } = await writeSampleModel(folder.path);
    expect(modelNeeds(info, { contextTokens: 100, companionBytes: 5000 })).toEqual({
      memory: {
        weightBytes: info.weightBytes + 5000,
        kvCacheBytes: kvCacheBytes(info, 100),
        contextTokens: 100,
      },
      llamaArgs: ['--ctx-size', '100', '--fit', 'off'],
    });
  });

  it('return the context of a draft as well', async () => {
    const { info } = await writeSampleModel(folder.path);
    const draft = { ...info, blockCount: 1 };
    expect(modelNeeds(info, { contextTokens: 100, draft }).memory.kvCacheBytes).toBe(
      kvCacheBytes(info, 100) + kvCacheBytes(draft, 100),
    );
  });

  it('return a context of at most 4096 tokens unless more are requested', async () => {
    const { info } = await writeSampleModel(folder.path);
    expect(info.contextLength).toBe(2048);
    expect(contextTokensFor(info)).toBe(2048);
    expect(contextTokensFor({ ...info, contextLength: 131_072 })).toBe(4096);
    expect(contextTokensFor({ ...info, contextLength: undefined })).toBe(4096);
    expect(contextTokensFor(info, 9000)).toBe(9000);
  });
});
