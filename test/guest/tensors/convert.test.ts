import { Buffer } from 'node:buffer';
import { execa } from 'execa';
import { beforeAll, describe, expect, it } from 'vitest';
import { RandomNumbers } from '../../support/random-numbers.js';
import { temporaryFolder } from '../../support/temporary.js';
import { buildEngineProgram } from '../engine-programs.js';
import { REFERENCE_TYPES, halfOf } from './reference.js';

const HALVES = Array.from({ length: 2 ** 16 }, (_, bits) => bits);

const uint16 = (values: readonly number[]): Buffer => Buffer.from(Uint16Array.from(values).buffer);
const float32 = (values: readonly number[]): Buffer =>
  Buffer.from(Float32Array.from(values).buffer);

const bitsOf = (value: number): number => float32([value]).readUInt32LE();
const floatOf = (bits: number): number => {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(bits >>> 0);
  return bytes.readFloatLE();
};

/** What lies halfway goes to the even one. */
function roundedToEven(value: number): number {
  const floor = Math.floor(value);
  if (value - floor !== 0.5) return Math.round(value);
  return floor % 2 === 0 ? floor : floor + 1;
}

/** The half that a float rounds to, by the definition of rounding. */
function nearestHalf(value: number): number {
  const sign = bitsOf(value) >>> 31 ? 0x8000 : 0;
  const size = Math.abs(value);
  if (size >= 65_520) return sign | 0x7c00;
  const exponent = Math.max(((bitsOf(value) >>> 23) & 255) - 127, -14);
  // A half of that exponent is so many of the least distance; one more may carry into the next exponent.
  return sign | (roundedToEven(size * 2 ** (10 - exponent)) + (exponent + 14) * 1024);
}

/** Around every half, and halfway to the next: that float and its neighbours. */
const AROUND_HALVES = HALVES.filter((bits) => (bits & 0x7c00) !== 0x7c00).flatMap((bits) => {
  const next = (bits & 0x7fff) === 0x7bff ? Math.sign(halfOf(bits)) * 65_536 : halfOf(bits + 1);
  const middle = bitsOf((halfOf(bits) + next) / 2);
  return [bitsOf(halfOf(bits)), middle - 1, middle, middle + 1].map(floatOf);
});

describe('the engine', () => {
  const folder = temporaryFolder();
  let program = '';
  beforeAll(async () => {
    const folders = ['tensors'];
    program = await buildEngineProgram(folder.path, { source: 'tensors/convert.c', folders });
  });

  const convert = async (how: string, input: Uint8Array): Promise<Buffer> => {
    const { stdout } = await execa(program, [how], { input, encoding: 'buffer' });
    return Buffer.from(stdout);
  };
  const floats = async (how: string, input: Uint8Array): Promise<number[]> => {
    const bytes = await convert(how, input);
    return [...new Float32Array(Uint8Array.from(bytes).buffer)];
  };
  const words = async (how: string, input: Uint8Array): Promise<number[]> => {
    const bytes = await convert(how, input);
    return [...new Uint16Array(Uint8Array.from(bytes).buffer)];
  };

  it('knows what each of the 65,536 halves stands for, and makes the same half of it', async () => {
    const values = await floats('F16', uint16(HALVES));
    expect(values.findIndex((value, bits) => !Object.is(value, halfOf(bits)))).toBe(-1);
    const back = await words('to-F16', await convert('F16', uint16(HALVES)));
    const isNumber = HALVES.map((bits) => !Number.isNaN(halfOf(bits)));
    expect(back.findIndex((bits, index) => isNumber[index] && bits !== index)).toBe(-1);
    expect(back.findIndex((bits, at) => !isNumber[at] && !Number.isNaN(halfOf(bits)))).toBe(-1);
  });

  it('rounds floats to the nearest half, those halfway to the even one', async () => {
    const random = new RandomNumbers(1);
    const some = Array.from({ length: 50_000 }, () => floatOf(random.below(2 ** 32)));
    const near = Array.from({ length: 50_000 }, () =>
      floatOf(((random.below(40) + 100) << 23) | random.below(2 ** 23)),
    );
    const ends = [0, -0, 65_504, 65_519.996, 65_520, -65_520, 65_536, 2 ** -24, 2 ** -25, 2 ** -26];
    const all = [...AROUND_HALVES, ...some, ...near, ...ends, Infinity, -Infinity].filter(
      (value) => !Number.isNaN(value),
    );
    const halves = await words('to-F16', float32(all));
    const wrong = all.findIndex((value, index) => halves[index] !== nearestHalf(value));
    expect(wrong, String(all[wrong])).toBe(-1);
  });

  it('rounds floats to the nearest bfloat, those halfway to the even one', async () => {
    const random = new RandomNumbers(2);
    const bits = [
      ...Array.from({ length: 20_000 }, () => random.below(2 ** 32)),
      ...[
        0x3f808000, 0x3f818000, 0x3f808001, 0x3f807fff, 0x7f7fffff, 0xff7f8000, 1, 0x8000, 0x18000,
      ],
    ].filter((each) => !Number.isNaN(floatOf(each)));
    const found = await words('to-BF16', float32(bits.map(floatOf)));
    const right = bits.map((each) => roundedToEven(each / 65_536));
    expect(found.findIndex((each, index) => each !== right[index])).toBe(-1);
    const [none] = await words('to-BF16', float32([NaN]));
    expect(none! & 0x7fff).toBeGreaterThan(0x7f80);
  });

  it.each(Object.entries(REFERENCE_TYPES))(
    'reads blocks of %s as they are published, to the last bit',
    async (name, { elements, bytes, halves, read }) => {
      const random = new RandomNumbers(bytes);
      const blocks = Array.from({ length: Math.ceil(20_000 / elements) }, (_, index) => {
        const block = random.bytes(bytes);
        if (index === 0) block.fill(0);
        if (index === 1) block.fill(255);
        // Scales are numbers: of any size, and of those below the smallest of full precision.
        for (const at of halves) block[at + 1]! &= index % 3 === 0 ? 0x83 : 0xbf;
        return block;
      });
      const expected = blocks.flatMap((block) =>
        read(new DataView(block.buffer, block.byteOffset, block.length)).map(Math.fround),
      );
      const found = await floats(name, Buffer.concat(blocks));
      expect(found.length).toBe(blocks.length * elements);
      const wrong = found.findIndex(
        (value, index) => value !== expected[index] && !Number.isNaN(value),
      );
      expect(wrong, `${found[wrong]} for ${expected[wrong]}`).toBe(-1);
      expect(found.map(Number.isNaN)).toEqual(expected.map(Number.isNaN));
    },
  );
});
