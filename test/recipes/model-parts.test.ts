import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { basename } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { planGguf } from '../../src/formats/gguf/writer.js';
import { writeRaw } from '../../src/host/raw-writer.js';
import { readCompanion, readModel, readModelFiles } from '../../src/recipes/model.js';
import { MODEL_METADATA, MODEL_TENSORS, modelGguf } from '../formats/gguf/samples.js';
import { zosiaError } from '../support/errors.js';
import { splitMetadata, splitModel, splitName } from '../support/split-model.js';
import { temporaryFolder } from '../support/temporary.js';

describe('a split model', () => {
  const folder = temporaryFolder();
  const open = (name: string) => readModel(folder.file(name), folder.path);
  let parts: string[] = [];

  beforeEach(async () => {
    await rm(folder.path, { recursive: true });
    await mkdir(folder.path);
    const whole = folder.file('a model.gguf');
    await writeFile(whole, await modelGguf());
    parts = await splitModel(whole, 3);
  });

  it.each([1, 2, 3])('is opened with all parts by part %d', async (number) => {
    const whole = await open('a model.gguf');
    const model = await open(splitName('a model', number - 1, 3));
    expect(model.parts.map(({ path }) => path)).toEqual(parts);
    expect(model.path).toBe(parts[0]);
    expect(model.sizeBytes).toBe(model.parts.reduce((sum, part) => sum + part.sizeBytes, 0));
    expect(model.info).toEqual({ ...whole.info, splitCount: 3 });
  });

  it('may have a first part without tensors', async () => {
    const count = MODEL_TENSORS.length;
    await writeRaw(
      planGguf({ metadata: { ...MODEL_METADATA, ...splitMetadata(0, 2, count) }, tensors: [] }),
      folder.file(splitName('b', 0, 2)),
    );
    await writeRaw(
      planGguf({ metadata: splitMetadata(1, 2, count), tensors: MODEL_TENSORS }),
      folder.file(splitName('b', 1, 2)),
    );
    const whole = await open('a model.gguf');
    const { info, parts: found } = await open(splitName('b', 0, 2));
    expect(found).toHaveLength(2);
    expect(info).toEqual({ ...whole.info, splitCount: 2 });
  });

  it('is rejected if all its parts together lack a tensor', async () => {
    const tensors = MODEL_TENSORS.slice(1);
    await writeRaw(
      planGguf({ metadata: { ...MODEL_METADATA, ...splitMetadata(0, 1, 10) }, tensors }),
      folder.file('c.gguf'),
    );
    const [first] = await splitModel(folder.file('c.gguf'), 2);
    await expect(open(basename(first!))).rejects.toThrow(/lacks the tensor token_embd\.weight/);
  });

  it('is rejected with the name of a missing part', async () => {
    await rm(parts[1]!);
    const opened = open(basename(parts[0]!));
    await expect(opened).rejects.toThrow(zosiaError('ZOSIA_MODEL_PART_MISSING'));
    await expect(opened).rejects.toThrow(basename(parts[1]!));
  });

  it.each([65_536, 200_000_000, 2 ** 32 - 1])('is rejected with %d parts', async (count) => {
    const metadata = {
      'general.architecture': { type: 'string', value: 'llama' },
      'split.no': { type: 'uint32', value: 0 },
      'split.count': { type: 'uint32', value: count },
    } as const;
    const name = splitName('b', 0, count);
    await writeRaw(planGguf({ metadata, tensors: [] }), folder.file(name));
    await expect(open(name)).rejects.toThrow(zosiaError('ZOSIA_MODEL_CORRUPT'));
  });

  it('is rejected with the names of the first missing parts if it claims to have very many', async () => {
    const name = splitName('b', 0, 65_535);
    const metadata = splitMetadata(0, 65_535, 1);
    await writeRaw(planGguf({ metadata, tensors: [] }), folder.file(name));
    const missing = [1, 2, 3].map((index) => splitName('b', index, 65_535)).join(', ');
    await expect(open(name)).rejects.toThrow(zosiaError('ZOSIA_MODEL_PART_MISSING'));
    await expect(open(name)).rejects.toThrow(new RegExp(`missing: ${missing}$`));
  });

  it('is rejected with a truncated part', async () => {
    const bytes = await readFile(parts[2]!);
    await writeFile(parts[2]!, bytes.subarray(0, bytes.length - 33));
    await expect(open(basename(parts[0]!))).rejects.toThrow(zosiaError('ZOSIA_MODEL_TRUNCATED'));
  });

  it('is rejected with a part whose name llama.cpp would not find', async () => {
    await rename(parts[0]!, folder.file('renamed.gguf'));
    await expect(open('renamed.gguf')).rejects.toThrow(zosiaError('ZOSIA_MODEL_PART_NAME'));
  });

  const tensor = (name: string) => ({
    name,
    dimensions: [1],
    type: 'F32',
    data: new Uint8Array(4),
  });
  it.each([
    ['belongs to fewer parts', splitMetadata(2, 2, 3), [tensor('x')]],
    ['has the number of another part', splitMetadata(1, 3, 3), [tensor('x')]],
    ['belongs to a model with more tensors', splitMetadata(2, 3, 4), [tensor('x')]],
    ['has an additional tensor', splitMetadata(2, 3, 3), [tensor('x'), tensor('y')]],
    ['has a tensor of another part', splitMetadata(2, 3, 3), [tensor('token_embd.weight')]],
    ['has no metadata of a part', {}, [tensor('x')]],
  ])('is rejected with a part that %s', async (_, metadata, tensors) => {
    await writeRaw(planGguf({ metadata, tensors }), parts[2]!);
    await expect(open(basename(parts[0]!))).rejects.toThrow(zosiaError('ZOSIA_MODEL_PARTS_DIFFER'));
  });

  it('can be read by all its parts, but not together with another file', async () => {
    expect((await readModelFiles(parts, folder.path)).parts).toHaveLength(3);
    const names = [parts[0]!, folder.file('a model.gguf')];
    await expect(readModelFiles(names, folder.path)).rejects.toThrow(
      zosiaError('ZOSIA_MODEL_NOT_ONE'),
    );
  });
});

describe('readModel and readCompanion', () => {
  const folder = temporaryFolder();
  const write = async (name: string, key: string, value: string): Promise<string> => {
    await writeFile(folder.file(name), await modelGguf({ [key]: { type: 'string', value } }));
    return folder.file(name);
  };

  it.each([
    ['adapter', 'general.type', 'adapter'],
    ['projector', 'general.type', 'mmproj'],
    ['projector', 'general.architecture', 'clip'],
  ] as const)('distinguish a companion from a model: %s by %s', async (kind, key, value) => {
    const path = await write('companion.gguf', key, value);
    await expect(readModel(path, folder.path)).rejects.toThrow(
      zosiaError('ZOSIA_MODEL_WRONG_KIND'),
    );
    const other = kind === 'adapter' ? 'projector' : 'adapter';
    await expect(readCompanion(path, other, folder.path)).rejects.toThrow(
      zosiaError('ZOSIA_MODEL_WRONG_KIND'),
    );
    expect(await readCompanion('companion', kind, folder.path)).toMatchObject({ path });
  });

  it('reject a model in place of a companion', async () => {
    const path = await write('model.gguf', 'general.type', 'model');
    await expect(readCompanion(path, 'adapter', folder.path)).rejects.toThrow(
      zosiaError('ZOSIA_MODEL_WRONG_KIND'),
    );
  });
});
