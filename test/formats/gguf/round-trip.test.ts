import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { GgufArray, readGguf } from '../../../src/formats/gguf/reader.js';
import type { GgufValue } from '../../../src/formats/gguf/reader.js';
import { planGguf } from '../../../src/formats/gguf/writer.js';
import type { TypedValue } from '../../../src/formats/gguf/writer.js';
import { sha256 } from '../../../src/image/sha256.js';
import { makeImage } from '../../../src/image/image.js';
import { accessBytes } from '../../../src/image/random-access.js';
import { imageBytes } from '../../support/images.js';
import { SAMPLE_METADATA, sampleGguf } from './samples.js';

const INTEGERS = {
  uint8: [0, 255],
  int8: [-128, 127],
  uint16: [0, 65_535],
  int16: [-32_768, 32_767],
  uint32: [0, 2 ** 32 - 1],
  int32: [-(2 ** 31), 2 ** 31 - 1],
  uint64: [0, Number.MAX_SAFE_INTEGER],
  int64: [Number.MIN_SAFE_INTEGER, Number.MAX_SAFE_INTEGER],
} as const;

const integers = Object.entries(INTEGERS).flatMap(([type, [min, max]]) => {
  const number = fc.oneof(fc.maxSafeInteger(), fc.constantFrom(min, max));
  const value = number.map((drawn) => Math.min(Math.max(drawn, min), max));
  return [
    fc.record({ type: fc.constant(type), value }),
    fc.record({ type: fc.constant('array'), of: fc.constant(type), value: fc.array(value) }),
  ];
});
const text = fc.string({ unit: 'binary', maxLength: 30 });
const float = fc.float({ noNaN: true });
const typedValue = fc.oneof(
  ...integers,
  fc.record({ type: fc.constant('float32'), value: float }),
  fc.record({ type: fc.constant('float64'), value: fc.double({ noNaN: true }) }),
  fc.record({ type: fc.constant('bool'), value: fc.boolean() }),
  fc.record({ type: fc.constant('string'), value: text }),
  fc.record({ type: fc.constant('array'), of: fc.constant('string'), value: fc.array(text) }),
  fc.record({ type: fc.constant('array'), of: fc.constant('bool'), value: fc.array(fc.boolean()) }),
  fc.record({ type: fc.constant('array'), of: fc.constant('float32'), value: fc.array(float) }),
) as fc.Arbitrary<TypedValue>;

const MAX_FLOAT32 = 3.4028234663852886e38;
/** Halfway from the largest float32 to where the next one would be: rounds to infinity. */
const FLOAT32_OVERFLOW = 2 ** 128 - 2 ** 103;

const plain = (value: GgufValue | undefined): unknown =>
  value instanceof GgufArray ? [...value] : value;

describe('planGguf', () => {
  it('plans metadata that reads back with the same values', async () => {
    const key = fc.string({ unit: 'grapheme', minLength: 1 }).filter((k) => k !== '__proto__');
    await fc.assert(
      fc.asyncProperty(
        fc.dictionary(key, typedValue, { noNullPrototype: true }),
        async (metadata) => {
          const bytes = await imageBytes(planGguf({ metadata, tensors: [] }));
          const header = await readGguf(accessBytes(bytes));
          const read = new Map([...header.metadata].map(([name, value]) => [name, plain(value)]));
          const written = new Map(
            Object.entries(metadata).map(([name, { value }]) => [name, value]),
          );
          expect(read).toEqual(written);
        },
      ),
    );
  });

  it.each([1, 8, 32, 64, 4096])('places tensors at multiples of %i bytes', async (alignment) => {
    const sizes = [1, 31, 32, 33, 100];
    const bytes = await imageBytes(
      planGguf({
        metadata: {},
        alignment,
        tensors: sizes.map((size) => ({
          name: `tensor ${size}`,
          dimensions: [size],
          type: 'I8',
          data: new Uint8Array(size).fill(size),
        })),
      }),
    );
    const header = await readGguf(accessBytes(bytes));
    expect(header.alignment).toBe(alignment);
    expect(header.dataOffset % alignment).toBe(0);
    for (const [index, size] of sizes.entries()) {
      const { offset, sizeBytes, dimensions } = header.tensors[index]!;
      const start = header.dataOffset + offset;
      expect({ offset: offset % alignment, sizeBytes, dimensions }).toEqual({
        offset: 0,
        sizeBytes: size,
        dimensions: [size],
      });
      expect([...bytes.subarray(start, start + size)]).toEqual(new Array(size).fill(size));
    }
  });

  it('refers to tensor data without copying it', () => {
    const source = { kind: 'file', path: '/weights', offset: 4096 } as const;
    const data = makeImage(2 ** 40, [{ offset: 0, length: 2 ** 40, source }]);
    const image = planGguf({
      metadata: {},
      tensors: [{ name: 'huge', dimensions: [2 ** 20, 2 ** 18], type: 'F32', data }],
    });
    expect(image.segments).toMatchObject([
      { label: 'GGUF header' },
      { label: 'huge', length: 2 ** 40, source: { kind: 'image', image: data } },
    ]);
  });

  it('keeps strings that are not UTF-8', async () => {
    const piece = Buffer.from([0xe2, 0x96]);
    const bytes = await imageBytes(
      planGguf({
        metadata: { pieces: { type: 'array', of: 'string', value: ['a', piece] } },
        tensors: [],
      }),
    );
    const pieces = (await readGguf(accessBytes(bytes))).metadata.get('pieces') as GgufArray;
    expect(pieces.stringBytes(1)).toEqual(piece);
    expect(pieces.at(2)).toBeUndefined();
    expect(() => pieces.stringBytes(2)).toThrow(RangeError);
  });

  it.each([
    [MAX_FLOAT32, MAX_FLOAT32],
    [FLOAT32_OVERFLOW * (1 - Number.EPSILON / 2), MAX_FLOAT32],
    [-Infinity, -Infinity],
    [NaN, NaN],
  ])('stores %d as the float32 %d', async (value, expected) => {
    const metadata = { k: { type: 'float32', value } } as const;
    const bytes = await imageBytes(planGguf({ metadata, tensors: [] }));
    expect((await readGguf(accessBytes(bytes))).metadata.get('k')).toBe(expected);
  });

  it('plans the same bytes on every host', async () => {
    expect(sha256(await sampleGguf())).toBe(
      'ff4b7ade60e92fa40b0c9e42497af1ec65c1846bd23f4d993cf9c7dedca70e2d',
    );
  });

  it.each<[string, () => unknown]>([
    [
      'tensor data of the wrong size',
      () => planGguf({ metadata: {}, tensors: [tensor('F32', [3], 11)] }),
    ],
    ['a partial block', () => planGguf({ metadata: {}, tensors: [tensor('Q8_0', [16], 17)] })],
    ['an unknown type', () => planGguf({ metadata: {}, tensors: [tensor('Q9', [1], 1)] })],
    [
      'five dimensions',
      () => planGguf({ metadata: {}, tensors: [tensor('I8', [1, 1, 1, 1, 1], 1)] }),
    ],
    ...[24, 1.5, 0.5, 0, -8, NaN, 2 ** 32].map((alignment): [string, () => unknown] => [
      `an alignment of ${alignment}`,
      () => planGguf({ metadata: {}, tensors: [], alignment }),
    ]),
    ['a second alignment', () => planned('general.alignment', { type: 'uint32', value: 32 })],
    ['an empty key', () => planned('', { type: 'bool', value: true })],
    ['300 as uint8', () => planned('k', { type: 'uint8', value: 300 })],
    ['0.5 as int32', () => planned('k', { type: 'int32', value: 0.5 })],
    ['a negative uint64', () => planned('k', { type: 'uint64', value: -1 })],
    ['1e39 as float32', () => planned('k', { type: 'float32', value: 1e39 })],
    [
      'a number halfway between the largest float32 and the next step',
      () => planned('k', { type: 'float32', value: -FLOAT32_OVERFLOW }),
    ],
    ['1e39 in a list', () => planned('k', { type: 'array', of: 'float32', value: [0, 1e39] })],
    ['an inexact uint64', () => planned('k', { type: 'uint64', value: 2 ** 53 })],
  ])('rejects %s', (_, plan) => {
    expect(plan).toThrow(RangeError);
  });
});

function tensor(type: string, dimensions: number[], sizeBytes: number) {
  return { name: 't', dimensions, type, data: new Uint8Array(sizeBytes) };
}

function planned(key: string, value: TypedValue): unknown {
  return planGguf({ metadata: { ...SAMPLE_METADATA, [key]: value }, tensors: [] });
}
