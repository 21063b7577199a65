import { randomBytes } from 'node:crypto';
import { halfBits } from '../../src/formats/gguf/floats.js';
import { planGguf } from '../../src/formats/gguf/writer.js';
import type { TensorPlan } from '../../src/formats/gguf/writer.js';
import { bytesSegment, makeImage } from '../../src/image/image.js';
import type { Image } from '../../src/image/image.js';

export interface BenchShape {
  readonly dim: number;
  readonly hidden: number;
  readonly heads: number;
  readonly kvHeads: number;
  readonly layers: number;
  readonly vocabulary: number;
}

/** Rows of whole blocks of 256, so that every type has its own blocks; about half a billion weights. */
export const HALF_A_BILLION: BenchShape = {
  dim: 1024,
  hidden: 3584,
  heads: 16,
  kvHeads: 4,
  layers: 32,
  vocabulary: 65_536,
};
/** The same, shrunk to 26 million weights: what an emulated processor multiplies some ten times a second. */
export const FEW_MILLIONS: BenchShape = {
  dim: 512,
  hidden: 1536,
  heads: 8,
  kvHeads: 2,
  layers: 8,
  vocabulary: 4096,
};
const BLOCK = { elements: 32, bytes: 34 };
/** Weights repeat after so many blocks: no cache holds them, and they are quickly made. */
const REPEATED_BLOCKS = 1 << 19;

/** A model of random weights in Q8_0, as large as those that people run; random ones take as long as trained ones. */
export function benchModel(shape: BenchShape): Image {
  const { dim, hidden, heads, kvHeads, layers, vocabulary } = shape;
  const kvDim = (dim / heads) * kvHeads;
  const blocks = new Map<number, Uint8Array>();
  const matrix = (name: string, columns: number, rows: number): TensorPlan => {
    const bytes = blocks.get(columns) ?? randomBlocks(columns);
    blocks.set(columns, bytes);
    const size = ((columns * rows) / BLOCK.elements) * BLOCK.bytes;
    const segments = [];
    for (let at = 0; at < size; at += bytes.length) {
      segments.push(bytesSegment(at, bytes.subarray(0, Math.min(bytes.length, size - at))));
    }
    return { name, dimensions: [columns, rows], type: 'Q8_0', data: makeImage(size, segments) };
  };
  const norm = (name: string): TensorPlan => {
    const data = new Uint8Array(new Float32Array(dim).fill(1).buffer);
    return { name, dimensions: [dim], type: 'F32', data };
  };
  const layer = (index: number): TensorPlan[] => {
    const block = `blk.${index}`;
    return [
      norm(`${block}.attn_norm.weight`),
      matrix(`${block}.attn_q.weight`, dim, dim),
      matrix(`${block}.attn_k.weight`, dim, kvDim),
      matrix(`${block}.attn_v.weight`, dim, kvDim),
      matrix(`${block}.attn_output.weight`, dim, dim),
      norm(`${block}.ffn_norm.weight`),
      matrix(`${block}.ffn_gate.weight`, dim, hidden),
      matrix(`${block}.ffn_up.weight`, dim, hidden),
      matrix(`${block}.ffn_down.weight`, hidden, dim),
    ];
  };
  const tensors = [
    matrix('token_embd.weight', dim, vocabulary),
    norm('output_norm.weight'),
    ...Array.from({ length: layers }, (_, index) => layer(index)).flat(),
  ];
  return planGguf({ metadata: metadata(shape), tensors });
}

function randomBlocks(columns: number): Uint8Array {
  const bytes = new Uint8Array(randomBytes(REPEATED_BLOCKS * BLOCK.bytes));
  // Sums of so many products stay about as large as what went in.
  const scale = halfBits(1 / Math.sqrt(columns) / 73.6);
  const view = new DataView(bytes.buffer);
  for (let at = 0; at < bytes.length; at += BLOCK.bytes) view.setUint16(at, scale, true);
  return bytes;
}

function metadata({ dim, hidden, heads, kvHeads, layers, vocabulary }: BenchShape) {
  const number = (value: number) => ({ type: 'uint32', value }) as const;
  const text = (value: string) => ({ type: 'string', value }) as const;
  const bytes = Array.from({ length: 256 }, (_, byte) => {
    return `<0x${byte.toString(16).toUpperCase().padStart(2, '0')}>`;
  });
  const special = ['<unk>', '<s>', '</s>'];
  const words = Array.from({ length: vocabulary - 259 }, (_, i) => `▁t${i}`);
  const types = [2, 3, 3, ...bytes.map(() => 6), ...words.map(() => 1)];
  const tokens = [...special, ...bytes, ...words];
  return {
    'general.architecture': text('llama'),
    'general.name': text('bench'),
    'llama.context_length': number(4096),
    'llama.embedding_length': number(dim),
    'llama.block_count': number(layers),
    'llama.feed_forward_length': number(hidden),
    'llama.attention.head_count': number(heads),
    'llama.attention.head_count_kv': number(kvHeads),
    'llama.attention.layer_norm_rms_epsilon': { type: 'float32', value: 1e-5 } as const,
    'tokenizer.ggml.model': text('llama'),
    'tokenizer.ggml.tokens': { type: 'array', of: 'string', value: tokens } as const,
    'tokenizer.ggml.scores': {
      ...({ type: 'array', of: 'float32' } as const),
      value: tokens.map((_, i) => -i),
    },
    'tokenizer.ggml.token_type': { type: 'array', of: 'int32', value: types } as const,
    'tokenizer.ggml.bos_token_id': number(1),
    'tokenizer.ggml.eos_token_id': number(2),
    'tokenizer.ggml.unknown_token_id': number(0),
  };
}
