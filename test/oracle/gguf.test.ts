import { GGMLFileQuantizationType, GGMLQuantizationType, gguf } from '@huggingface/gguf';
import { describe, expect, it } from 'vitest';
import { FILE_TYPES } from '../../src/formats/gguf/file-types.js';
import { ggmlTypeOf } from '../../src/formats/gguf/ggml-types.js';
import { GgufArray, readGguf } from '../../src/formats/gguf/reader.js';
import { planGguf } from '../../src/formats/gguf/writer.js';
import { accessFile } from '../../src/host/access-file.js';
import { writeRaw } from '../../src/host/raw-writer.js';
import { convertLlama2c } from '../../src/recipes/convert.js';
import { temporaryFolder } from '../support/temporary.js';
import { embeddedReference } from '../support/embedded-model.js';

describe('@huggingface/gguf', () => {
  const folder = temporaryFolder();

  it('has the same numbers for tensor types', () => {
    const theirs = Object.entries(GGMLQuantizationType).filter(([, id]) => typeof id === 'number');
    expect(theirs.length).toBeGreaterThan(30);
    for (const [name, id] of theirs) {
      const ours = ggmlTypeOf(id as number);
      if (ours) expect(ours.name).toBe(name);
    }
  });

  it('has the same numbers for file types', () => {
    for (const [id, name] of FILE_TYPES) expect(GGMLFileQuantizationType[id]).toBe(name);
  });

  it('reads the same values of every type', async () => {
    const image = planGguf({
      metadata: {
        uint8: { type: 'uint8', value: 255 },
        int8: { type: 'int8', value: -128 },
        uint16: { type: 'uint16', value: 65_535 },
        int16: { type: 'int16', value: -32_768 },
        uint32: { type: 'uint32', value: 4_294_967_295 },
        int32: { type: 'int32', value: -2_147_483_648 },
        uint64: { type: 'uint64', value: Number.MAX_SAFE_INTEGER },
        int64: { type: 'int64', value: Number.MIN_SAFE_INTEGER },
        float32: { type: 'float32', value: 0.5 },
        float64: { type: 'float64', value: 1e-300 },
        bool: { type: 'bool', value: true },
        string: { type: 'string', value: 'größer' },
        strings: { type: 'array', of: 'string', value: ['', 'ä'] },
        numbers: { type: 'array', of: 'int16', value: [-1, 2] },
      },
      alignment: 64,
      tensors: [
        { name: 'a', dimensions: [32, 3], type: 'Q8_0', data: new Uint8Array(102) },
        { name: 'b', dimensions: [2, 3, 4], type: 'F16', data: new Uint8Array(48) },
      ],
    });
    await writeRaw(image, folder.file('types.gguf'));
    const theirs = await gguf(folder.file('types.gguf'), { allowLocalFile: true });
    expect(theirs.metadata).toMatchObject({
      version: 3,
      uint8: 255,
      int8: -128,
      uint16: 65_535,
      int16: -32_768,
      uint32: 4_294_967_295,
      int32: -2_147_483_648,
      uint64: BigInt(Number.MAX_SAFE_INTEGER),
      int64: BigInt(Number.MIN_SAFE_INTEGER),
      float32: 0.5,
      float64: 1e-300,
      bool: true,
      string: 'größer',
      strings: ['', 'ä'],
      numbers: [-1, 2],
      'general.alignment': 64,
    });
    expect(theirs.tensorInfos).toMatchObject([
      { name: 'a', shape: [32n, 3n], dtype: GGMLQuantizationType.Q8_0, offset: 0n },
      { name: 'b', shape: [2n, 3n, 4n], dtype: GGMLQuantizationType.F16, offset: 128n },
    ]);
  });
});

describe('@huggingface/gguf with a converted model', () => {
  const folder = temporaryFolder();

  it('reads the same tensors and metadata as readGguf', async () => {
    const out = folder.file('converted.gguf');
    const { checkpoint, tokenizer } = await embeddedReference(folder.path);
    await convertLlama2c({ checkpoint, tokenizer, out });
    const file = await accessFile(out);
    try {
      const ours = await readGguf(file);
      const theirs = await gguf(out, { allowLocalFile: true });
      expect(Number(theirs.tensorDataOffset)).toBe(ours.dataOffset);
      expect(theirs.tensorInfos).toEqual(
        ours.tensors.map(({ name, dimensions, type, offset }) => ({
          name,
          n_dims: dimensions.length,
          shape: dimensions.map(BigInt),
          dtype: type.id,
          offset: BigInt(offset),
        })),
      );
      for (const [key, value] of ours.metadata) {
        const expected = value instanceof GgufArray ? [...value] : value;
        expect([key, theirs.metadata[key as keyof typeof theirs.metadata]]).toEqual([
          key,
          expected,
        ]);
      }
    } finally {
      await file.close();
    }
  });
});
