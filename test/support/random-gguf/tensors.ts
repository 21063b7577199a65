import type { TensorPlan } from '../../../src/formats/gguf/writer.js';
import { randomNumbers } from '../random-checkpoint.js';
import { memorise } from './memory.js';
import type { RandomShape } from './shapes.js';
import { RANDOM_VOCABULARY_SIZE, isSayable } from './vocabulary.js';

/** Numbers drawn evenly from -1 to 1 have the variance 1/3. */
const UNIT_VARIANCE = Math.sqrt(3);
/** How far apart the logits of tokens are that nothing speaks for. */
const LOGIT_SPREAD = 1.5;
/** Makes attention choose: without it every position would count about as much as any other. */
const QUERY_GAIN = 1.5;
/** What layers of Gemma add is normalised: of size 1 each, they would drown the first layer's. */
const POST_NORM_SIZE = 0.3;

/** Takes a tensor whose elements come one by one. */
export type AddTensor = (
  name: string,
  dimensions: readonly number[],
  value: (_: unknown, index: number) => number,
) => void;

/** A matrix of F32, row after row. */
export interface Matrix {
  readonly columns: number;
  readonly values: Float32Array;
}

/**
 * The tensors of a model, F32: the same seed gives the same. The weights are random but for what
 * {@link memorise} puts into the first layer, so that what is likeliest is so by far: where weights are
 * quantised, llama.cpp's own variants for different processors tell close tokens apart differently.
 */
export function randomTensors(
  shape: RandomShape,
  seed: number,
  vocabularySize = RANDOM_VOCABULARY_SIZE,
): TensorPlan[] {
  const random = randomNumbers(seed);
  const tensors: TensorPlan[] = [];
  const matrices = new Map<string, Matrix>();
  const add: AddTensor = (name, dimensions, value) => {
    const values = Float32Array.from({ length: dimensions.reduce((a, b) => a * b) }, value);
    matrices.set(name, { columns: dimensions[0]!, values });
    tensors.push({ name, dimensions, type: 'F32', data: new Uint8Array(values.buffer) });
  };
  /** Of a size that lets activations neither die out nor explode. */
  const matrix = (name: string, columns: number, rows: number, gain = 1): void => {
    const amplitude = (gain * UNIT_VARIANCE) / Math.sqrt(columns);
    add(`${name}.weight`, [columns, rows], () => amplitude * random());
  };
  /** A row for each token: one that is never to be said has next to no logit. */
  const tokens = (name: string, columns: number, size: number): void => {
    add(`${name}.weight`, [columns, vocabularySize], (_, index) => {
      const own = isSayable(Math.floor(index / columns)) ? size : size / 100;
      return UNIT_VARIANCE * own * random();
    });
  };
  const norm = (name: string, length: number, size = 1): void => {
    add(`${name}.weight`, [length], () => size * (1 + random() / 4));
  };
  const bias = (name: string, length: number): void => {
    add(`${name}.bias`, [length], () => random() / 2);
  };

  const { architecture, dim, layers, heads, kvHeads, headDim, feedForward, tied } = shape;
  const isFused = architecture === 'phi3';
  const isGemma = architecture === 'gemma3';
  // Gemma multiplies the embeddings by the root of the dimension.
  const embeddingSize = isGemma ? 1 / Math.sqrt(dim) : 1;
  tokens('token_embd', dim, embeddingSize);
  const outputSize = LOGIT_SPREAD / Math.sqrt(dim);
  if (!tied) tokens('output', dim, outputSize);
  norm('output_norm', dim, tied ? outputSize / embeddingSize : 1);
  addRopeFactors(shape, add);

  for (let layer = 0; layer < layers; layer++) {
    const block = `blk.${layer}.`;
    norm(`${block}attn_norm`, dim);
    const rows = { q: heads * headDim, k: kvHeads * headDim, v: kvHeads * headDim };
    if (isFused) matrix(`${block}attn_qkv`, dim, rows.q + rows.k + rows.v);
    else {
      for (const [part, length] of Object.entries(rows)) {
        matrix(`${block}attn_${part}`, dim, length, part === 'q' ? QUERY_GAIN : 1);
        if (shape.biases) bias(`${block}attn_${part}`, length);
      }
    }
    if (architecture === 'qwen3' || isGemma) {
      norm(`${block}attn_q_norm`, headDim, QUERY_GAIN);
      norm(`${block}attn_k_norm`, headDim);
    }
    matrix(`${block}attn_output`, rows.q, dim);
    if (shape.biases === 'output') bias(`${block}attn_output`, dim);
    if (isGemma) norm(`${block}post_attention_norm`, dim, POST_NORM_SIZE);

    norm(`${block}ffn_norm`, dim);
    if (!isFused) matrix(`${block}ffn_gate`, dim, feedForward);
    matrix(`${block}ffn_up`, dim, isFused ? 2 * feedForward : feedForward);
    // silu(x) * y of what has the variance 1 has about a third of it.
    matrix(`${block}ffn_down`, feedForward, dim, 2);
    if (isGemma) norm(`${block}post_ffw_norm`, dim, layer === 0 ? 4 : POST_NORM_SIZE);
  }
  memorise(shape, matrices, random, vocabularySize);
  return tensors;
}

/** Divisors of the frequencies, that grow with the wavelength as those of published models do. */
function addRopeFactors(shape: RandomShape, add: AddTensor): void {
  const pairs = (shape.ropeDimensions ?? shape.headDim) / 2;
  const growing =
    (largest: number) =>
    (_: unknown, pair: number): number =>
      1 + (largest - 1) * (pair / (pairs - 1)) ** 2;
  if (shape.ropeFactors) add('rope_freqs.weight', [pairs], growing(8));
  if (shape.longRope) {
    add('rope_factors_long.weight', [pairs], growing(30));
    add('rope_factors_short.weight', [pairs], growing(1.5));
  }
}
