import { Buffer } from 'node:buffer';
import { execa } from 'execa';
import { beforeAll, describe, expect, it } from 'vitest';
import { halfBits, halfValue } from '../../../src/formats/gguf/floats.js';
import { RandomNumbers } from '../../support/random-numbers.js';
import { temporaryFolder } from '../../support/temporary.js';
import { buildEngineProgram } from '../engine-programs.js';

const { fround } = Math;

/** To the nearest whole number, halves to even. */
function nearest(value: number): number {
  const floor = Math.floor(value);
  if (value - floor !== 0.5) return Math.round(value);
  return floor % 2 === 0 ? floor : floor + 1;
}

const half = (value: number): number => halfValue(halfBits(value));
const sumOf = (values: readonly number[]): number => values.reduce((sum, each) => sum + each, 0);
const largestOf = (values: readonly number[]): number => Math.max(...values.map(Math.abs));

function pieces<T>(values: readonly T[], length: number): T[][] {
  const count = values.length / length;
  return Array.from({ length: count }, (_, index) =>
    values.slice(index * length, (index + 1) * length),
  );
}

/** ggml's quantize_row_q8_0 and quantize_row_q8_1, as they are computed with vectors. */
function runOf32(values: readonly number[]): { codes: number[]; scale: number; sum: number } {
  const largest = largestOf(values);
  const factor = largest === 0 ? 0 : fround(127 / largest);
  const codes = values.map((each) => nearest(fround(each * factor)));
  const scale = fround(largest / 127);
  return { codes, scale: half(scale), sum: half(fround(scale * sumOf(codes))) };
}

/** ggml's quantize_row_q8_K: the value of the largest size becomes -127. */
function runOf256(values: readonly number[]): { codes: number[]; scale: number; sums: number[] } {
  const extreme = values.find((each) => Math.abs(each) === largestOf(values))!;
  if (extreme === 0) return { codes: values.map(() => 0), scale: 0, sums: Array(16).fill(0) };
  const factor = fround(-127 / extreme);
  const codes = values.map((each) => Math.min(127, nearest(fround(factor * each))));
  return { codes, scale: fround(1 / factor), sums: pieces(codes, 16).map(sumOf) };
}

/** llama2.c's quantize: halves go away from zero. */
function runOfGroup(values: readonly number[]): { codes: number[]; scale: number } {
  const scale = fround(largestOf(values) / 127);
  const codes = values.map((each) => {
    const quotient = scale === 0 ? 0 : fround(each / scale);
    return Math.trunc(fround(quotient < 0 ? quotient - 0.5 : quotient + 0.5));
  });
  return { codes, scale };
}

const COLUMNS = 512;

/** Rows of floats: random ones of many sizes, a largest that is negative, equal ones, halfway ones, zeros. */
function samples(): number[] {
  const random = new RandomNumbers(3);
  const row = (of: (index: number) => number): number[] =>
    Array.from({ length: COLUMNS }, (_, index) => fround(of(index)));
  const some = (): number => random.below(2 ** 24) / 2 ** 23 - 1;
  return [
    ...[1e-3, 1, 30, 1e3].map((size) => row(() => some() * size)),
    row((index) => (index % 256 === 77 ? -9 : some())),
    row((index) => (index % 256 === 78 ? 9 : some())),
    row((index) => (index % 2 === 0 ? 3 : -3)),
    row((index) => (index % 32 === 0 ? 127 : (index % 16) - 7.5)),
    row(() => 0),
    row(() => -2.5),
  ].flat();
}

describe('a vector becomes', () => {
  const folder = temporaryFolder();
  let program = '';
  beforeAll(async () => {
    const folders = ['products/forms.c', 'products/tiles.c', 'tensors'];
    program = await buildEngineProgram(folder.path, { source: 'products/form.c', folders });
  });

  const form = async (type: string, values: readonly number[], group = ''): Promise<number[][]> => {
    const input = Buffer.from(Float32Array.from(values).buffer);
    const args = [type, String(COLUMNS), ...(group === '' ? [] : [group])];
    const { stdout } = await execa(program, args, { input });
    return stdout.split('\n').map((line) => line.trim().split(' ').map(Number));
  };

  it.each(['Q8_0', 'Q4_1'])('bytes with a scale each 32 for %s, as in ggml', async (type) => {
    const [codes, scales, sums] = await form(type, samples());
    const runs = pieces(samples(), 32).map(runOf32);
    expect(codes).toEqual(runs.flatMap((run) => run.codes.map((each) => each + 0)));
    expect(scales!.map(fround)).toEqual(runs.map((run) => run.scale));
    expect(sums!.map((each) => fround(each) + 0)).toEqual(runs.map((run) => run.sum + 0));
  });

  it('bytes with a scale each 256, of which the largest value is -127, as in ggml', async () => {
    const [codes, scales, , sums] = await form('Q4_K', samples());
    const runs = pieces(samples(), 256).map(runOf256);
    expect(codes).toEqual(runs.flatMap((run) => run.codes.map((each) => each + 0)));
    expect(scales!.map(fround)).toEqual(runs.map((run) => run.scale));
    expect(sums).toEqual(runs.flatMap((run) => run.sums.map((each) => each + 0)));
  });

  it('bytes in groups, as in llama2.c', async () => {
    const [codes, scales] = await form('int8', samples(), '64');
    const runs = pieces(samples(), 64).map(runOfGroup);
    expect(codes).toEqual(runs.flatMap((run) => run.codes.map((each) => each + 0)));
    expect(scales!.map(fround)).toEqual(runs.map((run) => run.scale));
  });

  const odd = [NaN, Infinity, -Infinity, 1e-45, -1e-45, 3.4e38, -3.4e38, 1e-39];
  it.each(['Q8_0', 'Q4_1', 'Q4_K', 'F16', 'BF16', 'F32', 'int8'])(
    'something of %s that is no -128, whatever it is made of',
    async (type) => {
      const rows = [
        ...odd.map((value) => Array.from({ length: COLUMNS }, () => value)),
        ...odd.map((value) => Array.from({ length: COLUMNS }, (_, at) => (at % 9 ? 1 : value))),
      ];
      const [codes] = await form(type, rows.flat(), type === 'int8' ? '64' : '');
      expect(codes!.filter((code) => !(code > -128 && code <= 127))).toEqual([]);
    },
  );
});
