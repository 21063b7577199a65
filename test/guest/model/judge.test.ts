import { readFile, writeFile } from 'node:fs/promises';
import { execa } from 'execa';
import { beforeAll, describe, expect, it } from 'vitest';
import { float32, uint32 } from '../../../src/formats/gguf/values.js';
import type { TypedValue } from '../../../src/formats/gguf/values.js';
import { planGguf } from '../../../src/formats/gguf/writer.js';
import type { TensorPlan } from '../../../src/formats/gguf/writer.js';
import { writeRaw } from '../../../src/host/raw-writer.js';
import { temporaryFolder } from '../../support/temporary.js';
import { buildEngineProgram } from '../engine-programs.js';

type Metadata = Readonly<Record<string, TypedValue | undefined>>;

const text = (value: string): TypedValue => ({ type: 'string', value });
const numbers = (...value: number[]): TypedValue => ({ type: 'array', of: 'int32', value });

/** A model as small as can be; keys of the architecture's own are given without its name. */
function metadataOf(own: Metadata, architecture = 'llama', others: Metadata = {}): Metadata {
  const all: Metadata = {
    embedding_length: uint32(64),
    feed_forward_length: uint32(96),
    block_count: uint32(1),
    context_length: uint32(128),
    'attention.head_count': uint32(4),
    'attention.head_count_kv': uint32(2),
    'attention.layer_norm_rms_epsilon': float32(1e-5),
    ...own,
  };
  const keys = Object.entries(all).map(([key, value]) => [`${architecture}.${key}`, value]);
  return {
    'general.architecture': text(architecture),
    'tokenizer.ggml.tokens': { type: 'array', of: 'string', value: ['a', 'b', 'c'] },
    ...(Object.fromEntries(keys) as Metadata),
    ...others,
  };
}

const tensor = (name: string, ...dimensions: number[]): TensorPlan => ({
  ...{ name, dimensions, type: 'F32' },
  data: new Uint8Array(4 * dimensions.reduce((a, b) => a * b)),
});

const TENSORS: readonly TensorPlan[] = [
  tensor('token_embd.weight', 64, 3),
  tensor('output_norm.weight', 64),
  tensor('blk.0.attn_norm.weight', 64),
  tensor('blk.0.attn_q.weight', 64, 64),
  tensor('blk.0.attn_k.weight', 64, 32),
  tensor('blk.0.attn_v.weight', 64, 32),
  tensor('blk.0.attn_output.weight', 64, 64),
  tensor('blk.0.ffn_norm.weight', 64),
  tensor('blk.0.ffn_gate.weight', 64, 96),
  tensor('blk.0.ffn_up.weight', 64, 96),
  tensor('blk.0.ffn_down.weight', 96, 64),
];

const MATRIX_BYTES = 64 * 64 * 4;

describe('of a model the engine', () => {
  const folder = temporaryFolder();
  let program = '';
  beforeAll(async () => {
    const folders = ['model', 'tensors', 'gguf', 'base'];
    program = await buildEngineProgram(folder.path, { source: 'model/judge.c', folders });
  });

  /** What is printed of it, or why it is refused. */
  const judge = async (
    metadata: Metadata,
    tensors: readonly TensorPlan[] = [],
    alignment?: number,
  ): Promise<string> => {
    const path = folder.file('model.gguf');
    const given = Object.entries(metadata).filter(([, value]) => value !== undefined);
    const plan = { metadata: Object.fromEntries(given) as Record<string, TypedValue>, tensors };
    await writeRaw(planGguf({ ...plan, alignment }), path);
    const args = tensors.length > 0 ? [path, '64'] : [path];
    const { stdout, stderr, exitCode } = await execa(program, args, { reject: false });
    expect([0, 1], stderr).toContain(exitCode);
    return exitCode === 0 ? stdout : stderr;
  };

  it('knows the shape', async () => {
    const [shape, rope] = (await judge(metadataOf({}))).split('\n');
    expect(shape).toBe('llama 64 96 1 4 2 16 3 128');
    expect(rope).toBe('10000 1 1 0.25 16');
    const own = {
      'attention.key_length': uint32(32),
      'attention.value_length': uint32(32),
      'rope.freq_base': float32(500_000),
      'rope.scaling.type': text('linear'),
      'rope.scaling.factor': float32(4),
      'attention.scale': float32(0.125),
    };
    const [longShape, longRope] = (await judge(metadataOf(own))).split('\n');
    expect(longShape).toBe('llama 64 96 1 4 2 32 3 128');
    expect(longRope).toBe('500000 0.25 1 0.125 32');
  });

  it('takes numbers that stand there once for each layer, if all are equal', async () => {
    const equal = {
      'attention.head_count_kv': numbers(2, 2, 2),
      feed_forward_length: numbers(96, 96),
    };
    expect(await judge(metadataOf(equal))).toMatch(/^llama 64 96 1 4 2 16 3 128\n/);
  });

  it.each(['llama', 'qwen2', 'qwen3', 'phi3', 'gemma3'])(
    'takes the architecture %s',
    async (name) => {
      expect(await judge(metadataOf({}, name))).toMatch(
        new RegExp(`^${name} 64 96 1 4 2 16 3 128`),
      );
    },
  );

  const REFUSED: readonly (readonly [string, Metadata, RegExp])[] = [
    [
      'an unknown architecture',
      metadataOf({}, 'mamba'),
      /is mamba; .* llama, qwen2, qwen3, phi3 and/,
    ],
    ['a name like a known one', metadataOf({}, 'llama4'), /its architecture is llama4/],
    [
      'no architecture',
      metadataOf({}, 'llama', { 'general.architecture': undefined }),
      /names no arch/,
    ],
    [
      'a number for one',
      metadataOf({}, 'llama', { 'general.architecture': uint32(1) }),
      /names no arch/,
    ],
    ['experts', metadataOf({ expert_count: uint32(8) }), /it is a mixture of 8 experts/],
    [
      'layers of several widths',
      metadataOf({ feed_forward_length: numbers(96, 64) }),
      /differ in feed_f/,
    ],
    [
      'layers of several heads',
      metadataOf({ 'attention.head_count': numbers(4, 2) }),
      /differ in .*head/,
    ],
    ['yarn', metadataOf({ 'rope.scaling.type': text('yarn') }), /its rope is scaled in a way/],
    [
      'a negative scale',
      metadataOf({ 'rope.scaling.factor': float32(-4) }),
      /no usable base or scale/,
    ],
    [
      'a scale that is no number',
      metadataOf({ 'rope.scaling.factor': float32(NaN) }),
      /no usable base/,
    ],
    ['a base of zero', metadataOf({ 'rope.freq_base': float32(0) }), /no usable base or scale/],
    [
      'a base that is infinite',
      metadataOf({ 'rope.freq_base': float32(Infinity) }),
      /no usable base/,
    ],
    ['no layers', metadataOf({ block_count: uint32(0) }), /its block_count is 0/],
    ['more layers than any', metadataOf({ block_count: uint32(5000) }), /its block_count is 5000/],
    ['no width', metadataOf({ embedding_length: undefined }), /its embedding_length is 0/],
    [
      'a text for a width',
      metadataOf({ embedding_length: text('64') }),
      /embedding_length is no number/,
    ],
    [
      'heads that do not share',
      metadataOf({ 'attention.head_count_kv': uint32(3) }),
      /3 key heads cannot/,
    ],
    ['no heads', metadataOf({ 'attention.head_count': uint32(0) }), /attention.head_count is 0/],
    [
      'more heads than elements',
      metadataOf({ 'attention.head_count': uint32(128) }),
      /is damaged|heads/,
    ],
    [
      'odd heads',
      metadataOf({ 'attention.key_length': uint32(15) }),
      /keys of 15 and values of 16/,
    ],
    [
      'values of another length',
      metadataOf({ 'attention.value_length': uint32(32) }),
      /values of 32/,
    ],
    [
      'a rope over part of a head',
      metadataOf({ 'rope.dimension_count': uint32(8) }),
      /turns 8 elements of 16/,
    ],
    [
      'a rope beyond a head',
      metadataOf({ 'rope.dimension_count': uint32(32) }),
      /dimension_count is 32/,
    ],
    [
      'heads that are too wide together',
      metadataOf({
        'attention.head_count': uint32(65_536),
        'attention.head_count_kv': uint32(65_536),
        'attention.key_length': uint32(65_536),
        'attention.value_length': uint32(65_536),
      }),
      /65536 heads of 65536/,
    ],
    [
      'no epsilon',
      metadataOf({ 'attention.layer_norm_rms_epsilon': undefined }),
      /no attention.layer_norm/,
    ],
    [
      'an epsilon that is no number',
      metadataOf({ 'attention.layer_norm_rms_epsilon': float32(NaN) }),
      /an epsilon or a scale that is no number/,
    ],
    [
      'no vocabulary',
      metadataOf({}, 'llama', { 'tokenizer.ggml.tokens': undefined }),
      /it has no vocabulary/,
    ],
  ];
  it.each(REFUSED)('refuses %s by its name', async (_, metadata, reason) => {
    expect(await judge(metadata)).toMatch(reason);
  });

  it('finds the tensors; without an output matrix the embedding serves', async () => {
    const found = (await judge(metadataOf({}), TENSORS)).split('\n')[2]!.split(' ').map(Number);
    const query = (64 * 3 + 64 + 64) * 4;
    expect(found).toEqual([query, query + MATRIX_BYTES, query + 1.5 * MATRIX_BYTES, 0]);
    const output = tensor('output.weight', 64, 3);
    const own = (await judge(metadataOf({}), [...TENSORS, output])).split('\n')[2]!.split(' ');
    expect(Number(own[3])).toBeGreaterThan(0);
  });

  const without = (name: string): TensorPlan[] => TENSORS.filter((each) => each.name !== name);

  it.each([
    ['that lacks a tensor', without('blk.0.ffn_up.weight'), /no tensor blk.0.ffn_up.weight/],
    ['that lacks its embedding', without('token_embd.weight'), /no tensor token_embd.weight/],
    [
      'with a tensor of another size',
      [...without('blk.0.attn_k.weight'), tensor('blk.0.attn_k.weight', 64, 64)],
      /attn_k.weight is 64 by 64, and its shape asks for 64 by 32/,
    ],
    [
      'with a vector that is a matrix',
      [...without('output_norm.weight'), tensor('output_norm.weight', 64, 2)],
      /output_norm.weight is 64 by 2, and its shape asks for 64 by 1/,
    ],
    [
      'with a tensor that nothing is computed with',
      [...TENSORS, tensor('blk.0.attn_sinks.weight', 4)],
      /a tensor blk.0.attn_sinks.weight, which this machine does not compute with/,
    ],
    [
      'with layers beyond its number',
      [...TENSORS, tensor('blk.1.attn_norm.weight', 64)],
      /blk.1.attn/,
    ],
    [
      'with a tensor of a type that is not known',
      [
        ...TENSORS,
        { name: 'output.weight', dimensions: [256, 3], type: 'IQ2_XXS', data: new Uint8Array(198) },
      ],
      /output.weight has the type 16 of ggml/,
    ],
    [
      'with a vector that is no F32',
      [
        ...without('output_norm.weight'),
        { name: 'output_norm.weight', dimensions: [64], type: 'F16', data: new Uint8Array(128) },
      ],
      /output_norm.weight is F16, and this machine takes F32 there/,
    ],
  ] as const)('refuses one %s', async (_, tensors, reason) => {
    expect(await judge(metadataOf({}), tensors)).toMatch(reason);
  });

  it('refuses an alignment that floats could not lie at', async () => {
    const odd: TensorPlan = { name: 'a', dimensions: [1], type: 'F16', data: new Uint8Array(2) };
    expect(await judge(metadataOf({}), [odd, ...TENSORS], 2)).toMatch(/alignment is 2/);
  });

  it('refuses one that ends before its weights do', async () => {
    await judge(metadataOf({}), TENSORS);
    const path = folder.file('model.gguf');
    const bytes = await readFile(path);
    await writeFile(path, bytes.subarray(0, bytes.length - 1));
    const { stderr } = await execa(program, [path, '64'], { reject: false });
    expect(stderr).toMatch(/ffn_down.weight is not all within it/);
  });
});

describe('weights in pieces of memory', () => {
  const folder = temporaryFolder();
  let program = '';
  beforeAll(async () => {
    const folders = ['model/weights.c'];
    program = await buildEngineProgram(folder.path, { source: 'model/find.c', folders });
  });

  it('are found where all of their bytes are in one piece of their file', async () => {
    const pieces = ['0:0:40', '0:40:64', '1:0:10', '1:8:30'];
    const find = async (at: string): Promise<string> =>
      (await execa(program, [...pieces, at])).stdout;
    expect(await find('0:0:40')).toBe('0 0');
    expect(await find('0:39:1')).toBe('0 39');
    expect(await find('0:40:24')).toBe('1 0');
    expect(await find('0:30:20')).toBe('none');
    expect(await find('0:60:5')).toBe('none');
    expect(await find('1:9:1')).toBe('2 9');
    expect(await find('1:9:12')).toBe('3 1');
    expect(await find('2:0:1')).toBe('none');
    expect(await find('0:18446744073709551615:2')).toBe('none');
    expect(await find('0:1:18446744073709551615')).toBe('none');
  });
});
