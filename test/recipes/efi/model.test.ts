import { readFile, rename, truncate, writeFile } from 'node:fs/promises';
import { execa } from 'execa';
import { beforeAll, describe, expect, it } from 'vitest';
import { modelGguf } from '../../formats/gguf/samples.js';
import { buildHostProgram } from '../../guest/efi/programs.js';
import { readCheckpoint } from '../../../src/formats/llama2c/checkpoint.js';
import { CONFIG_FIELDS } from '../../../src/formats/llama2c/layout.js';
import { accessFile } from '../../../src/host/access-file.js';
import { efiMemoryBytes } from '../../../src/recipes/efi/memory.js';
import { modelName, readEfiModel } from '../../../src/recipes/efi/model.js';
import { zosiaError } from '../../support/errors.js';
import { STORIES_15M } from '../../support/llama2-format.js';
import { temporaryFolder } from '../../support/temporary.js';
import { sampleTokenizer, SHAPE, writeSampleFiles, writeSampleModel } from './samples.js';

const folder = temporaryFolder();

describe('readEfiModel', () => {
  it('describes a checkpoint and its tokenizer', async () => {
    const model = await writeSampleModel(folder.file('plain'), { checkpointName: 'my.tiny.bin' });
    expect(model).toMatchObject({
      name: 'my.tiny',
      version: 0,
      config: SHAPE,
      checkpoint: { fileName: 'my.tiny.bin', path: folder.file('plain/my.tiny.bin') },
      tokenizer: { fileName: 'tiny-tokenizer.bin', sizeBytes: sampleTokenizer(300).length },
    });
  });

  it('distinguishes models of the same shape by their weights', async () => {
    const heads = [];
    for (const seed of [1, 2, 1]) {
      const { checkpoint } = await writeSampleModel(folder.file('seeds'), { seed });
      heads.push(checkpoint.headSha256);
    }
    expect(heads[0]).toBe(heads[2]);
    expect(heads[0]).not.toBe(heads[1]);
  });

  it('accepts int8 weights', async () => {
    const format = { version: 2, groupSize: 16 } as const;
    expect(await writeSampleModel(folder.file('int8'), { format })).toMatchObject({ version: 2 });
  });

  it('rejects files that are no checkpoint with its tokenizer', async () => {
    const [checkpoint, tokenizer] = await writeSampleFiles(folder.file('bad'));
    const other = folder.file('bad/other.bin');
    await writeFile(other, sampleTokenizer(301));
    const refused = async (code: string, ...paths: [string, string]): Promise<void> => {
      await expect(readEfiModel(...paths)).rejects.toThrow(zosiaError(code));
    };
    await refused('ZOSIA_TOKENIZER_MISMATCH', checkpoint, other);
    await expect(readEfiModel(checkpoint, other)).rejects.toThrow(other);
    await refused('ZOSIA_CHECKPOINT_CORRUPT', tokenizer, checkpoint);
    await refused('ZOSIA_FILE_NOT_FOUND', folder.file('bad/none.bin'), tokenizer);
    await refused('ZOSIA_FILE_NOT_FOUND', checkpoint, folder.file('bad/none.bin'));
    await writeFile(other, await modelGguf());
    await refused('ZOSIA_CHECKPOINT_IS_GGUF', other, tokenizer);
  });

  it('rejects files that are too large for FAT', async () => {
    // As many layers as make 4 GiB; what is missing of them is a hole.
    const [path, tokenizer] = await writeSampleFiles(folder.file('large'));
    const checkpoint = await readFile(path);
    const { dim, hiddenDim, layerCount } = SHAPE;
    const kvDim = (dim / SHAPE.headCount) * SHAPE.kvHeadCount;
    const layerBytes = 4 * (2 * dim + 2 * dim * (dim + kvDim) + 3 * dim * hiddenDim);
    const enough = Math.ceil(2 ** 32 / layerBytes);
    checkpoint.writeInt32LE(enough, CONFIG_FIELDS.layerCount.offset);
    await writeFile(path, checkpoint);
    await truncate(path, checkpoint.length + (enough - layerCount) * layerBytes);
    const opening = readEfiModel(path, tokenizer);
    await expect(opening).rejects.toThrow(zosiaError('ZOSIA_EFI_MODEL_TOO_LARGE'));
    await expect(opening).rejects.toThrow('4294967295 at most');
  });

  it.each([
    ['EFI', 'tok.bin'],
    ['efi', 'tok.bin'],
    ['LLAMA2.CFG', 'tok.bin'],
    [' leading.bin', 'tok.bin'],
    ['dot.', 'tok.bin'],
    ['a:b.bin', 'tok.bin'],
    ['🦙.bin', 'tok.bin'],
    ['line\nend.bin', 'tok.bin'],
    ['model.bin', 'llama2.cfg'],
  ])('rejects the file names %j and %j', async (checkpointName, tokenizerName) => {
    const writing = writeSampleModel(folder.file('names'), { checkpointName, tokenizerName });
    await expect(writing).rejects.toThrow(zosiaError('ZOSIA_EFI_BAD_NAME'));
  });

  it('rejects files from two folders that have the same name', async () => {
    const [checkpoint, tokenizer] = await writeSampleFiles(folder.file('same'));
    const moved = folder.file('TINY.BIN');
    await rename(tokenizer, moved);
    await expect(readEfiModel(checkpoint, moved)).rejects.toThrow(zosiaError('ZOSIA_EFI_BAD_NAME'));
  });

  it.each([
    ['/a/stories15M.bin', 'stories15M'],
    ['a.b.bin', 'a.b'],
    ['none', 'none'],
    ['.bin', '.bin'],
  ])('returns the name that the application uses: %s is %s', (path, name) => {
    expect(modelName(path)).toBe(name);
  });
});

describe('efiMemoryBytes', () => {
  let program: string;
  beforeAll(async () => {
    program = await buildHostProgram(folder.path, 'measure_state');
  });

  it.each([
    ['float32', SHAPE, { version: 0 }, 0, 0],
    ['a long prompt', SHAPE, { version: 1 }, 100_001, 0],
    ['a template', SHAPE, { version: 0 }, 32_769, 20_001],
    ['a classifier', { ...SHAPE, sharedClassifier: false }, { version: 0 }, 32_768, 0],
    ['int8', { ...SHAPE, kvHeadCount: 1 }, { version: 2, groupSize: 12 }, 32_769, 0],
    ['stories15M', STORIES_15M, { version: 0 }, 10, 0],
    ['a power of two', { ...SHAPE, vocabularySize: 256 }, { version: 0 }, 0, 0],
    ['one more than a power of two', { ...SHAPE, vocabularySize: 257 }, { version: 0 }, 0, 0],
  ] as const)(
    'returns as many bytes as the application allocates: %s',
    async (_, shape, format, promptBytes, templateBytes) => {
      const [path] = await writeSampleFiles(folder.file('memory'), { shape, format });
      const file = await accessFile(path);
      const checkpoint = await readCheckpoint(file);
      await file.close();
      const { stdout } = await execa(program, [path, `${promptBytes}`, `${templateBytes}`]);
      const [weightsBytes, stateBytes] = stdout.split(' ').map(Number);
      expect(efiMemoryBytes({ checkpoint, tokenizerBytes: 7, promptBytes, templateBytes })).toBe(
        weightsBytes! + stateBytes! + 7,
      );
    },
  );
});
