/** What of a model follows from its metadata, whatever its weights. */
export interface RandomShape {
  readonly architecture: 'llama' | 'qwen2' | 'qwen3' | 'phi3' | 'gemma3';
  readonly dim: number;
  readonly layers: number;
  readonly heads: number;
  readonly kvHeads: number;
  /** Elements of a head; said in the metadata where it is not `dim / heads`. */
  readonly headDim: number;
  readonly feedForward: number;
  /** Whether the embeddings are the output matrix too. */
  readonly tied: boolean;
  readonly contextLength: number;
  readonly ropeBase: number;
  /** How many elements of a head are rotated, where not all are. */
  readonly ropeDimensions?: number;
  /** rope.scaling.factor, of the linear kind. */
  readonly ropeScale?: number;
  /** rope_freqs.weight, as Llama 3.1 and later have it. */
  readonly ropeFactors?: boolean;
  /** Biases of q, k and v; `output` has those of the attention's output too. */
  readonly biases?: 'qkv' | 'output';
  /** rope_factors_long and rope_factors_short, which of them depending on the context of a run. */
  readonly longRope?: { readonly originalContext: number; readonly attentionFactor: number };
  readonly slidingWindow?: number;
  /** Every so many layers one is global; the others slide. */
  readonly slidingPattern?: number;
  /** Of the layers that slide. */
  readonly slidingRopeBase?: number;
}

const SMALL = { layers: 2, contextLength: 512, ropeBase: 10_000 } as const;

const llama = (shape: Partial<RandomShape>): RandomShape => ({
  ...{ architecture: 'llama', dim: 256, heads: 4, kvHeads: 4, headDim: 64 },
  ...{ ...SMALL, feedForward: 512, tied: false },
  ...shape,
});

const large = { dim: 512, heads: 8, feedForward: 768 } as const;

/**
 * Models of every architecture, at least two sizes each: with heads that share keys and without, tied and
 * not, with odd numbers of heads, with heads that are not `dim / heads` long, with every kind of scaling.
 */
export const RANDOM_SHAPES: Readonly<Record<string, RandomShape>> = {
  'llama-small': llama({}),
  'llama-large-llama3': llama({
    ...{ ...large, kvHeads: 2, tied: true },
    ...{ ropeBase: 500_000, ropeFactors: true, layers: 3 },
  }),
  'llama-5-heads': llama({ heads: 5, kvHeads: 5, tied: true }),
  'llama-9-heads': llama({ dim: 576, heads: 9, kvHeads: 3, tied: true, feedForward: 768 }),
  'llama-linear': llama({ ropeScale: 4, kvHeads: 2 }),
  'llama-long-heads': llama({ headDim: 128, kvHeads: 1, biases: 'output' }),

  'qwen2-small': llama({
    ...{ architecture: 'qwen2', kvHeads: 2, tied: true },
    ...{ biases: 'qkv', ropeBase: 1_000_000 },
  }),
  'qwen2-large': llama({ ...large, architecture: 'qwen2', kvHeads: 8, biases: 'qkv', layers: 3 }),

  'qwen3-small': llama({
    ...{ architecture: 'qwen3', headDim: 128, kvHeads: 2 },
    ...{ tied: true, ropeBase: 1_000_000 },
  }),
  'qwen3-large': llama({ ...large, architecture: 'qwen3', headDim: 128, kvHeads: 8 }),

  'phi3-small': llama({ architecture: 'phi3', slidingWindow: 16 }),
  'phi3-large-long': llama({
    ...{ ...large, architecture: 'phi3', kvHeads: 2, tied: true, ropeDimensions: 48 },
    longRope: { originalContext: 64, attentionFactor: 1.19 },
  }),
  'phi3-small-short': llama({
    ...{ architecture: 'phi3', kvHeads: 2, contextLength: 4096 },
    longRope: { originalContext: 1024, attentionFactor: 1.1 },
  }),

  'gemma3-small': llama({
    ...{ architecture: 'gemma3', kvHeads: 1, headDim: 128, tied: true, layers: 4 },
    ...{ ropeBase: 1_000_000, slidingWindow: 16, slidingPattern: 2, slidingRopeBase: 20_000 },
  }),
  'gemma3-large': llama({
    ...{ ...large, architecture: 'gemma3', kvHeads: 4, tied: true, layers: 7 },
    ...{ feedForward: 512, ropeBase: 1_000_000, ropeScale: 8, slidingWindow: 24 },
  }),
};
